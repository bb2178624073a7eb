"""A limit of the station as a whole: one profile, or a part for every connector."""

from __future__ import annotations

from typing import Any

import pytest

from connector.csms.events import ConnectorsChanged
from connector.csms.options import LimitOptions, StationOptions
from connector.datapoints.limits.requests import (
    CurrentLimit,
    PowerLimit,
    RawProfile,
    Schedule,
)
from connector.errors import CallErrorReceived, CommandTimeout
from connector.tests.datapoints.limits.bench import (
    ACCEPTED,
    REJECTED,
    Bench,
    MemoryLimits,
    settle,
)

pytestmark = pytest.mark.usefixtures("version")

TX, TX_DEFAULT, MAX = "TxProfile", "TxDefaultProfile", "ChargePointMaxProfile"
AT_ONCE = LimitOptions(min_interval_s=0)
Json = dict[str, Any]


def purpose(payload: Json) -> str:
    found: str = payload["csChargingProfiles"]["chargingProfilePurpose"]
    return found


def no_max(payload: Json) -> Json:
    return REJECTED if purpose(payload) == MAX else ACCEPTED


def sharing(connectors: int = 2, **station: Any) -> Bench:
    bench = Bench(AT_ONCE, StationOptions(**station), connectors=connectors)
    bench.station.script["SetChargingProfile"] = no_max
    return bench


async def test_the_parts_are_shown_as_what_holds_at_each_connector() -> None:
    bench = sharing()
    outcome = await bench.write(PowerLimit(10000), "0")
    assert outcome.detail == "divided among 2 connectors"
    assert bench.values["0", "power_limit"] == 10000
    assert bench.values["1", "power_limit"] == bench.values["2", "power_limit"] == 5000
    assert bench.values["2", "power_limit_effective"] == 5000
    assert bench.values["1", "power_limit_asked"] is None
    assert {where for _, where in bench.store.records} == {"0", "1", "2"}


async def test_an_equal_station_limit_in_parts_is_unchanged() -> None:
    bench = sharing()
    await bench.write(PowerLimit(10000), "0")
    bench.station.calls.clear()
    assert (await bench.write(PowerLimit(10000), "0")).detail == "unchanged"
    assert bench.station.sent() == []


async def test_a_part_is_in_the_tx_profile_and_the_default_alike() -> None:
    bench = sharing()
    await bench.start("2")
    await bench.write(PowerLimit(10000), "0")
    assert bench.station.limits_sent()[1:] == [
        (TX_DEFAULT, 1, 5000),
        (TX, 2, 5000),
        (TX_DEFAULT, 2, 5000),
    ]
    bench.station.calls.clear()
    await bench.start("1", ocpp_id="8")
    assert bench.station.limits_sent() == [(TX, 1, 5000)]


async def test_the_smaller_of_own_limit_and_part_is_sent() -> None:
    bench = sharing()
    await bench.write(PowerLimit(3000), "1")
    await bench.write(PowerLimit(9000), "2")
    bench.station.calls.clear()
    await bench.write(PowerLimit(10000), "0")
    assert bench.station.limits_sent()[1:] == [(TX_DEFAULT, 2, 5000)]
    assert bench.values["1", "power_limit"] == 3000
    assert bench.values["2", "power_limit"] == 5000
    await bench.write(PowerLimit(None), "0")
    assert bench.values["1", "power_limit"] == 3000
    assert bench.values["2", "power_limit"] == 9000
    assert bench.values["0", "power_limit"] is None


async def test_a_part_and_an_own_limit_in_other_units_are_compared() -> None:
    bench = sharing(phases=3)
    await bench.write(CurrentLimit(16), "1")
    await bench.write(PowerLimit(13800), "0")
    assert bench.values["1", "current_limit"] == 10
    assert bench.values["2", "power_limit"] == 6900


async def test_a_part_below_the_minimum_is_a_pause() -> None:
    bench = sharing()
    outcome = await bench.write(PowerLimit(2000), "0")
    assert "below minimum: paused" in outcome.detail
    assert bench.station.limits_sent()[1:] == [(TX_DEFAULT, 1, 0), (TX_DEFAULT, 2, 0)]


async def test_a_schedule_is_divided_in_all_its_periods() -> None:
    bench = sharing()
    await bench.write(Schedule(None, "W", ((0, 20000.0), (60, 8000.0))), "0")
    assert bench.values["1", "power_limit"] == 10000
    await bench.pass_time(60)
    assert bench.values["1", "power_limit"] == 4000
    assert bench.values["0", "power_limit"] == 8000


async def test_a_refused_part_puts_all_back_to_what_held_before() -> None:
    bench = sharing()
    await bench.write(PowerLimit(10000), "0")
    bench.station.script["SetChargingProfile"] = lambda p: (
        REJECTED if p["connectorId"] == 2 else no_max(p)
    )
    outcome = await bench.write(PowerLimit(8000), "0")
    assert (outcome.outcome, outcome.detail) == ("rejected", "connector 2: Rejected")
    assert bench.values["0", "power_limit"] == 10000
    assert bench.values["1", "power_limit"] == 5000
    assert bench.station.limits_sent()[-1] == (TX_DEFAULT, 1, 5000)


async def test_a_refused_first_part_takes_the_others_back() -> None:
    bench = sharing()
    await bench.write(PowerLimit(3000), "1")
    bench.station.script["SetChargingProfile"] = lambda p: (
        REJECTED if p["connectorId"] == 2 else no_max(p)
    )
    assert (await bench.write(PowerLimit(4000), "0")).outcome == "rejected"
    assert bench.values["0", "power_limit"] is None
    assert bench.values["1", "power_limit"] == 3000
    assert bench.values["2", "power_limit"] is None


async def test_a_timeout_of_one_part_makes_the_whole_unknown_until_it_is_sent() -> None:
    bench = Bench(connectors=2)
    problem = CommandTimeout("SetChargingProfile", 30, sent=True)
    bench.station.script["SetChargingProfile"] = lambda p: (
        problem if p["connectorId"] == 2 else no_max(p)
    )
    assert (await bench.write(PowerLimit(10000), "0")).outcome == "timeout"
    assert bench.values["0", "power_limit"] is None
    assert bench.values["2", "power_limit"] is None
    assert bench.values["1", "power_limit"] == 5000
    bench.station.script["SetChargingProfile"] = no_max
    await bench.pass_time(10)
    assert bench.values["0", "power_limit"] == 10000
    assert bench.values["2", "power_limit"] == 5000


async def test_another_connector_makes_the_parts_smaller() -> None:
    bench = sharing()
    await bench.write(PowerLimit(12000), "0")
    bench.station.connector("3")
    bench.events.emit(ConnectorsChanged(bench.station))
    await settle()
    assert [bench.values[where, "power_limit"] for where in "123"] == [4000] * 3


async def test_after_a_boot_one_profile_is_tried_again_and_ends_the_parts() -> None:
    bench = sharing()
    await bench.write(PowerLimit(3000), "1")
    await bench.write(PowerLimit(10000), "0")
    del bench.station.script["SetChargingProfile"]
    bench.station.calls.clear()
    await bench.boot()
    assert bench.station.limits_sent()[0] == (MAX, 0, 10000)
    assert bench.values["0", "power_limit"] == 10000
    assert bench.values["1", "power_limit"] == 3000
    assert bench.values["2", "power_limit"] is None
    assert bench.values["2", "power_limit_effective"] == 10000
    assert len(bench.station.sent("ClearChargingProfile")) == 1
    assert bench.reports == []


async def test_an_older_station_profile_does_not_stay_beside_the_parts() -> None:
    bench = Bench(AT_ONCE, connectors=2)
    await bench.write(PowerLimit(4000), "0")
    older = bench.station.sent()[0]["csChargingProfiles"]["chargingProfileId"]
    bench.station.script["SetChargingProfile"] = no_max
    assert (await bench.write(PowerLimit(10000), "0")).outcome == "accepted"
    assert bench.station.sent("ClearChargingProfile") == [{"id": older}]
    assert bench.values["1", "power_limit_effective"] == 5000


async def test_the_parts_are_known_after_our_restart() -> None:
    store = MemoryLimits()
    before = Bench(AT_ONCE, store=store, connectors=2)
    before.station.script["SetChargingProfile"] = no_max
    await before.write(PowerLimit(10000), "0")
    after = Bench(AT_ONCE, store=store, connectors=2)
    after.station.learned = before.station.learned
    await after.service.start()
    assert after.values["0", "power_limit"] == 10000
    assert after.values["1", "power_limit"] == 5000
    after.station.script["SetChargingProfile"] = no_max
    await after.find_link()
    assert after.station.limits_sent()[1:] == [
        (TX_DEFAULT, 1, 5000),
        (TX_DEFAULT, 2, 5000),
    ]


async def test_parts_wait_for_transactions_where_nothing_else_works() -> None:
    bench = Bench(AT_ONCE, connectors=2)
    bench.station.script["SetChargingProfile"] = lambda p: (
        ACCEPTED if purpose(p) == TX else REJECTED
    )
    outcome = await bench.write(PowerLimit(10000), "0")
    assert (outcome.outcome, outcome.kept) == ("rejected", True)
    assert outcome.detail == "connector 1: applies when a transaction starts"
    assert bench.values["0", "power_limit"] is None
    await bench.start("1", "7")
    assert bench.values["1", "power_limit"] == 5000
    await bench.start("2", "8")
    assert bench.values["0", "power_limit"] == 10000
    assert bench.reports[-1][:2] == ("0", "power_limit")
    assert bench.reports[-1][2].outcome == "accepted"


@pytest.mark.parametrize("connectors", [1, 2])
async def test_a_complete_profile_for_the_station_ends_the_parts(
    connectors: int,
) -> None:
    bench = sharing(connectors)
    await bench.write(PowerLimit(10000), "0")
    profile = {
        "chargingProfileId": 5,
        "stackLevel": 0,
        "chargingProfilePurpose": TX_DEFAULT,
        "chargingProfileKind": "Relative",
        "chargingSchedule": {
            "chargingRateUnit": "W",
            "chargingSchedulePeriod": [{"startPeriod": 0, "limit": 7000.0}],
        },
    }
    assert (await bench.write(RawProfile(profile), "0")).outcome == "accepted"
    assert bench.values["0", "power_limit"] == 7000
    assert bench.values["1", "power_limit"] is None
    assert len(bench.station.sent("ClearChargingProfile")) == connectors


# -- release


async def test_where_clearing_is_refused_the_maximum_of_all_connectors_is_written() -> (
    None
):
    options = StationOptions(max_current_a=16)
    bench = Bench(AT_ONCE, options, connectors=2)
    await bench.write(CurrentLimit(10), "0")
    bench.station.script["ClearChargingProfile"] = lambda _: CallErrorReceived("X")
    outcome = await bench.write(CurrentLimit(None), "0")
    assert outcome.outcome == "accepted"
    assert "its maximum" in outcome.detail
    assert bench.station.limits_sent()[-1] == (MAX, 0, 32)


async def test_unknown_profiles_are_gone_and_each_that_was_written_is_cleared() -> None:
    bench = Bench(AT_ONCE)
    bench.station.script["ClearChargingProfile"] = lambda _: {"status": "Unknown"}
    await bench.start()
    await bench.write(CurrentLimit(10))
    assert (await bench.write(CurrentLimit(None))).outcome == "accepted"
    assert len(bench.station.sent("ClearChargingProfile")) == 2
    assert bench.values["1", "current_limit"] is None


async def test_one_profile_that_is_not_cleared_does_not_keep_the_others() -> None:
    bench = Bench(AT_ONCE)
    await bench.start()
    await bench.write(CurrentLimit(10))
    answers = iter([CallErrorReceived("X"), ACCEPTED])
    bench.station.script["ClearChargingProfile"] = lambda _: next(answers)
    outcome = await bench.write(CurrentLimit(None))
    assert outcome.outcome == "rejected"
    assert len(bench.station.sent("ClearChargingProfile")) == 2


# -- pauses that are refused


def never_0(payload: Json) -> Json:
    [period] = payload["csChargingProfiles"]["chargingSchedule"][
        "chargingSchedulePeriod"
    ]
    return ACCEPTED if period["limit"] else REJECTED


async def test_all_transactions_are_stopped_where_the_station_takes_no_0() -> None:
    bench = Bench(AT_ONCE, StationOptions(zero="stop"), connectors=2)
    bench.station.script["SetChargingProfile"] = never_0
    await bench.start("1", "7")
    await bench.start("2", "8")
    outcome = await bench.write(PowerLimit(0), "0")
    assert (outcome.outcome, outcome.detail) == (
        "accepted",
        "stopped: it takes no limit of 0",
    )
    stopped = bench.station.sent("RemoteStopTransaction")
    assert [p["transactionId"] for p in stopped] == [7, 8]


@pytest.mark.parametrize("no", [REJECTED, CallErrorReceived("NotSupported")])
async def test_a_refused_stop_is_a_rejected_pause(no: Json | Exception) -> None:
    bench = Bench(AT_ONCE, StationOptions(zero="stop"), connectors=2)
    bench.station.script["SetChargingProfile"] = never_0
    bench.station.script["RemoteStopTransaction"] = lambda _: no
    await bench.start()
    await bench.write(PowerLimit(4140))
    assert (await bench.write(PowerLimit(0))).outcome == "rejected"
    assert bench.values["1", "power_limit"] == 4140


async def test_only_a_pause_stops_anything() -> None:
    bench = Bench(AT_ONCE, StationOptions(zero="stop"), connectors=2)
    bench.station.script["SetChargingProfile"] = lambda _: REJECTED
    await bench.start()
    assert (await bench.write(PowerLimit(4140))).outcome == "rejected"
    assert bench.station.sent("RemoteStopTransaction") == []


async def test_parts_below_the_minimum_are_shown_as_the_pause_they_are() -> None:
    bench = Bench(AT_ONCE, connectors=2)
    bench.station.script["SetChargingProfile"] = no_max
    await bench.write(CurrentLimit(10), "0")
    assert {limit for _, _, limit in bench.station.limits_sent()[1:]} == {0}
    assert bench.values["0", "current_limit"] == 0


async def test_a_complete_profile_stays_within_the_part_of_its_connector() -> None:
    bench = Bench(AT_ONCE, connectors=2)
    bench.station.script["SetChargingProfile"] = no_max
    await bench.write(PowerLimit(10000), "0")
    profile = {
        "chargingProfileId": 9,
        "stackLevel": 8,
        "chargingProfilePurpose": TX_DEFAULT,
        "chargingProfileKind": "Relative",
        "chargingSchedule": {
            "chargingRateUnit": "W",
            "chargingSchedulePeriod": [{"startPeriod": 0, "limit": 22000.0}],
        },
    }
    await bench.write(RawProfile(profile), "1")
    assert all(limit <= 5000 for _, c, limit in bench.station.limits_sent() if c)
