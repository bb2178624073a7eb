"""Commands about limits mean the same at a station of 2.x."""

from __future__ import annotations

from typing import Any

import pytest

from connector.datapoints.limits.requests import PowerLimit, RawProfile
from connector.ocppj.rules import rules
from connector.tests.datapoints.limits import bench
from connector.tests.datapoints.test_commands import Desk

VERSIONS = ["2.0.1", "2.1"]


@pytest.fixture(params=VERSIONS)
def desk(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Desk:
    """Commands with a station of 2.x."""
    monkeypatch.setattr(bench, "VERSION", request.param)
    return Desk()


async def test_a_number_goes_into_the_template_in_the_words_of_2(desk: Desk) -> None:
    await desk.run("send_charging_profile", 11)
    [(_, request)] = desk.limits.written
    assert isinstance(request, RawProfile)
    payload = {"evseId": 1, "chargingProfile": request.profile}
    rules(desk.station.spoken).check_call("SetChargingProfile", payload)
    [schedule] = request.profile["chargingSchedule"]
    assert schedule["chargingSchedulePeriod"] == [{"startPeriod": 0, "limit": 11.0}]


async def test_a_written_profile_goes_as_it_is(desk: Desk) -> None:
    await desk.run("send_charging_profile", {"id": 5})
    assert desk.limits.written == [("1", RawProfile({"id": 5}))]


@pytest.mark.parametrize(
    ("where", "value", "expected"),
    [
        ("1", {"id": 5}, {"chargingProfileId": 5}),
        ("1", {"stackLevel": 1}, {"chargingProfileCriteria": {"evseId": 1, "stackLevel": 1}}),
        ("0", {"chargingProfileId": 5}, {"chargingProfileId": 5}),
    ],
)  # fmt: skip
async def test_a_filter_clears_at_its_place(
    desk: Desk, where: str, value: Any, expected: Any
) -> None:
    outcome = await desk.run("clear_charging_profile", value, where)
    assert outcome.outcome == "accepted"
    assert desk.station.wire == [("ClearChargingProfile", expected)]
    assert desk.limits.touches == 1


async def test_null_releases_ours(desk: Desk) -> None:
    await desk.run("clear_charging_profile", None)
    assert desk.limits.written == [("1", PowerLimit(None))]


async def test_a_composite_schedule_is_asked_of_the_evse(desk: Desk) -> None:
    await desk.run("get_composite_schedule", 3600)
    assert desk.station.wire == [
        ("GetCompositeSchedule", {"evseId": 1, "duration": 3600})
    ]


async def test_a_call_that_changes_a_dynamic_profile_touches_the_limits(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(bench, "VERSION", "2.1")
    desk = Desk()
    payload = {"chargingProfileId": 1, "scheduleUpdate": {"limit": 5}}
    await desk.run("call", {"action": "UpdateDynamicSchedule", "payload": payload}, "0")
    assert desk.limits.touches == 1
