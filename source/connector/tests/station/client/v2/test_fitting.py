"""What a session refuses is made to fit its version, and sent then; the rest is not."""

from __future__ import annotations

import logging
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connector.errors import ConnectorError, LocalProtocolError, UnsupportedAction
from connector.ocppj.routes import ROUTES
from connector.station.client.messages import Message
from connector.station.client.v2.fitting import fitted
from connector.tests.ocppj.examples import CUSTOM_DATA, TIME, request, response
from connector.tests.rubbish.mutations import paths, replaced
from connector.tests.station.client.bench import settle
from connector.tests.station.client.looks import looks
from connector.tests.station.client.v2.bench import VERSIONS, Json, Place2
from connector.tests.station.client.v2.conftest import Start2

OF_PROFILES = {"ReportChargingProfiles"}
"""The charging profiles themselves know which of them 2.0.1 has words for."""
WHOLE = {"Authorize"}
SAID = sorted(ROUTES["2.0.1"].up - WHOLE - OF_PROFILES)
EVENT = "SecurityEventNotification"
only_201 = pytest.mark.parametrize("version", ["2.0.1"])


async def say(place: Place2, action: str, payload: Json) -> list[ConnectorError]:
    """Send a call; why there is no answer to it."""
    place.central.forget()
    failures: list[ConnectorError] = []
    place.client.tell(Message(action, payload, failed=failures.append))
    await settle()
    return failures


def warnings(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [r.getMessage() for r in caplog.records if r.levelno >= logging.WARNING]


# -- what fits


@pytest.mark.parametrize(
    "action",
    ["BootNotification", "Heartbeat", "StatusNotification", "TransactionEvent"],
)
async def test_what_fits_is_looked_at_once(
    start: Start2, version: str, action: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = await start(begins=False)
    asked = looks(monkeypatch, version, action)
    await place.start()
    await place.charge()
    await place.wait(700, step_s=50)
    await place.unplug()

    assert place.central.of(action) != []
    assert asked == place.central.of(action)


async def test_values_that_fit_are_looked_at_once(
    start: Start2, version: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = looks(monkeypatch, version, "MeterValues")
    place = await start(initial={"AlignedDataCtrlr/Interval": "60"})
    await place.wait(130, step_s=10)

    assert len(place.central.of("MeterValues")) >= 2
    assert asked == place.central.of("MeterValues")


# -- what does not


@pytest.mark.parametrize("action", SAID)
@only_201
async def test_what_is_of_2_1_is_said_as_far_as_2_0_1_can(
    start: Start2, action: str
) -> None:
    place = await start()
    place.central.answers.setdefault(action, response("2.0.1", action))
    failures = await say(place, action, request("2.1", action, "full"))

    assert failures == []
    assert len(place.central.of(action)) == 1


@only_201
async def test_what_does_not_fit_is_looked_at_again_once_it_does(
    start: Start2, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    place = await start()
    asked = looks(monkeypatch, "2.0.1", EVENT)
    wide, fits = ({"type": "x" * count, "timestamp": TIME} for count in (60, 50))
    failures = await say(place, EVENT, wide)

    assert asked == [wide, fits]
    assert place.central.of(EVENT) == [fits]
    assert failures == []
    assert warnings(caplog) == []


@pytest.mark.parametrize(
    ("more", "found"),
    [
        ({"techInfo": None, "other": 1}, {}),
        ({"techInfo": 5}, {}),
        ({"customData": CUSTOM_DATA, "other": 1}, {"customData": CUSTOM_DATA}),
    ],
)
async def test_what_has_no_place_is_left_out(
    start: Start2, more: Json, found: Json
) -> None:
    place = await start()
    event = {"type": "A", "timestamp": TIME}

    assert await say(place, EVENT, {**event, **more}) == []
    assert place.central.of(EVENT) == [{**event, **found}]


@pytest.mark.parametrize("number", [float("nan"), float("inf"), "3"])
async def test_what_is_no_number_is_left_out(start: Start2, number: Any) -> None:
    place = await start()
    event = request("2.0.1", "TransactionEvent")
    failures = await say(
        place,
        "TransactionEvent",
        {**event, "numberOfPhasesUsed": number, "cableMaxCurrent": 32},
    )

    assert failures == []
    assert place.central.events() == [{**event, "cableMaxCurrent": 32}]


# -- what cannot be said


async def test_what_cannot_be_said_fails_once(
    start: Start2,
    version: str,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    place = await start()
    asked = looks(monkeypatch, version, EVENT)
    (problem,) = await say(place, EVENT, {"timestamp": TIME, "other": 1})

    assert type(problem) is LocalProtocolError
    assert str(problem) == f"{EVENT}: type is missing"
    assert asked == [{"timestamp": TIME, "other": 1}, {"timestamp": TIME}]
    assert place.central.of(EVENT) == []
    assert warnings(caplog) == [f"CP 1: {EVENT}: {problem}"]


async def test_what_comes_after_it_is_told(start: Start2) -> None:
    place = await start()
    assert len(await say(place, EVENT, {"timestamp": TIME})) == 1
    await place.charge()

    assert place.central.events() != []


@only_201
async def test_an_action_that_a_version_does_not_have_fails_once(
    start: Start2, caplog: pytest.LogCaptureFixture
) -> None:
    place = await start()
    (problem,) = await say(place, "BatterySwap", request("2.1", "BatterySwap"))

    assert isinstance(problem, UnsupportedAction)
    assert warnings(caplog) == [f"CP 1: BatterySwap: {problem}"]


async def test_nobody_is_let_in_by_a_part_of_what_they_showed(
    start: Start2, version: str
) -> None:
    place = await start()
    shown = {**request(version, "Authorize"), "certificate": "x" * 20_000}
    (problem,) = await say(place, "Authorize", shown)

    assert "certificate is longer than" in str(problem)
    assert place.central.of("Authorize") == []


VALUES = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=60),
    lambda inner: st.lists(inner) | st.dictionaries(st.text() | st.integers(), inner),
    max_leaves=6,
)


@settings(max_examples=200, deadline=None)
@given(data=st.data())
def test_whatever_somebody_writes_is_made_to_fit_or_stays(data: st.DataObject) -> None:
    version = data.draw(st.sampled_from(VERSIONS))
    action = data.draw(st.sampled_from(sorted(ROUTES["2.1"].up)))
    payload: Any = request("2.1", action, "full")
    where = data.draw(st.sampled_from(list(paths(payload))))
    found = fitted(version, action, replaced(payload, where, data.draw(VALUES)))

    assert isinstance(found, dict)
    assert repr(fitted(version, action, found)) == repr(found)
