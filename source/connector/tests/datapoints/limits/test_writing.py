"""A limit reaches the station, is kept, and is seen to be kept."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from connector.csms.options import (
    Fallback,
    LimitOptions,
    ProfileOptions,
    StationOptions,
)
from connector.datapoints.limits.requests import (
    CurrentLimit,
    Enabled,
    Phases,
    PowerLimit,
    RawProfile,
    Schedule,
)
from connector.datapoints.outcomes import OutcomeName
from connector.errors import (
    CallErrorReceived,
    CommandTimeout,
    LinkClosed,
    RemoteProtocolError,
    StoreError,
)
from connector.tests.datapoints.limits.bench import (
    ACCEPTED,
    REJECTED,
    Bench,
    MemoryLimits,
    settle,
)

pytestmark = pytest.mark.usefixtures("version")

TX, TX_DEFAULT, MAX = "TxProfile", "TxDefaultProfile", "ChargePointMaxProfile"


def refuse(*purposes: str):
    return lambda p: (
        REJECTED
        if p["csChargingProfiles"]["chargingProfilePurpose"] in purposes
        else ACCEPTED
    )


async def test_an_idle_connector_gets_a_tx_default_profile() -> None:
    bench = Bench()
    outcome = await bench.write(PowerLimit(4140))
    assert (outcome.outcome, outcome.detail) == ("accepted", "")
    [payload] = bench.station.sent()
    assert payload["connectorId"] == 1
    profile = payload["csChargingProfiles"]
    assert profile["chargingProfilePurpose"] == TX_DEFAULT
    assert profile["chargingProfileKind"] == "Relative"
    assert "startSchedule" not in profile["chargingSchedule"]
    assert profile["chargingSchedule"]["chargingRateUnit"] == "W"
    assert bench.values["1", "power_limit"] == 4140
    assert bench.values["1", "power_limit_asked"] == 4140
    assert bench.values["1", "power_limit_effective"] == 4140
    assert ("CP1", "1") in bench.store.records


async def test_in_a_transaction_a_tx_profile_goes_first_and_the_default_beside_it() -> (
    None
):
    bench = Bench()
    await bench.start(ocpp_id="7")
    await bench.write(PowerLimit(4140))
    assert bench.station.limits_sent() == [(TX, 1, 4140), (TX_DEFAULT, 1, 4140)]
    tx = bench.station.sent()[0]["csChargingProfiles"]
    assert tx["transactionId"] == 7


async def test_an_equal_value_is_accepted_unchanged_and_nothing_is_sent() -> None:
    bench = Bench()
    await bench.write(PowerLimit(4140))
    outcome = await bench.write(PowerLimit(4140))
    assert (outcome.outcome, outcome.detail) == ("accepted", "unchanged")
    assert len(bench.station.sent()) == 1


async def test_a_refused_limit_is_not_shown_and_the_old_one_stays() -> None:
    bench = Bench(station_options=StationOptions(connectors=2))
    await bench.write(PowerLimit(4140))
    bench.station.script["SetChargingProfile"] = lambda _: REJECTED
    await bench.start()
    bench.station.calls.clear()
    outcome = await bench.write(PowerLimit(3000))
    assert outcome.outcome is OutcomeName.REJECTED
    assert bench.values["1", "power_limit"] != 3000


async def test_what_is_asked_is_told_before_the_station_answers() -> None:
    bench = Bench()
    await bench.write(PowerLimit(4140))
    told: list[Any] = []

    def answer(_: Any) -> Any:
        values = bench.values
        told.append((values["1", "power_limit_asked"], values["1", "power_limit"]))
        return REJECTED

    bench.station.script["SetChargingProfile"] = answer
    await bench.write(PowerLimit(3000))

    assert told[0] == (3000, 4140)


async def test_a_raise_waits_for_the_interval_and_the_latest_wins() -> None:
    bench = Bench()
    await bench.write(PowerLimit(4140))
    first = bench.begin(PowerLimit(5000))
    await settle()
    second = bench.begin(PowerLimit(6000))
    await settle()
    assert (await first).outcome is OutcomeName.SUPERSEDED
    assert len(bench.station.sent()) == 1
    await bench.pass_time(10)
    assert (await second).outcome is OutcomeName.ACCEPTED
    assert bench.station.limits_sent()[-1] == (TX_DEFAULT, 1, 6000)


@pytest.mark.parametrize("request_", [PowerLimit(3000), PowerLimit(0), Enabled(False)])
async def test_a_lower_limit_goes_at_once(request_: PowerLimit | Enabled) -> None:
    bench = Bench()
    await bench.write(PowerLimit(4140))
    assert (await bench.write(request_)).outcome is OutcomeName.ACCEPTED
    assert len(bench.station.sent()) == 2


async def test_a_release_clears_by_id_at_once_each_purpose_that_was_written() -> None:
    bench = Bench()
    await bench.start()
    await bench.write(PowerLimit(4140))
    ids = {p["csChargingProfiles"]["chargingProfileId"] for p in bench.station.sent()}
    outcome = await bench.write(PowerLimit(None))
    assert outcome.outcome is OutcomeName.ACCEPTED
    cleared = bench.station.sent("ClearChargingProfile")
    assert {p["id"] for p in cleared} == ids
    assert all(set(p) == {"id"} for p in cleared)
    assert bench.values["1", "power_limit"] is None


async def test_a_release_of_nothing_is_unchanged() -> None:
    bench = Bench()
    outcome = await bench.write(PowerLimit(None))
    assert (outcome.outcome, outcome.detail) == ("accepted", "unchanged")
    assert bench.station.calls == []


async def test_without_a_link_a_limit_is_kept_and_applied_on_return() -> None:
    bench = Bench()
    await bench.lose_link()
    outcome = await bench.write(PowerLimit(4140))
    assert (outcome.outcome, outcome.kept) == ("disconnected", True)
    assert bench.values["1", "power_limit"] is None
    await bench.find_link()
    assert bench.station.limits_sent() == [(TX_DEFAULT, 1, 4140)]
    [(where, command, late)] = bench.reports
    assert (where, command, late.outcome) == ("1", "power_limit", "accepted")
    assert bench.values["1", "power_limit"] == 4140


async def test_a_link_lost_in_flight_keeps_the_limit() -> None:
    bench = Bench()
    bench.station.script["SetChargingProfile"] = lambda _: LinkClosed()
    outcome = await bench.write(PowerLimit(4140))
    assert (outcome.outcome, outcome.kept) == ("disconnected", True)
    del bench.station.script["SetChargingProfile"]
    await bench.lose_link()
    await bench.find_link()
    assert bench.values["1", "power_limit"] == 4140
    assert bench.reports[-1][2].outcome is OutcomeName.ACCEPTED


async def test_a_reboot_sets_the_limit_again() -> None:
    bench = Bench()
    await bench.write(PowerLimit(4140))
    await bench.boot()
    assert bench.station.limits_sent() == [(TX_DEFAULT, 1, 4140)] * 2
    assert bench.reports == []


async def test_our_restart_sets_the_limit_again() -> None:
    store = MemoryLimits()
    before = Bench(store=store)
    await before.write(CurrentLimit(10.25))
    after = Bench(store=store)
    await after.service.start()
    assert after.values["1", "current_limit"] == 10.2
    await after.find_link()
    assert after.station.limits_sent() == [(TX_DEFAULT, 1, 10.2)]


async def test_a_transaction_start_sends_the_tx_profile_with_its_id() -> None:
    bench = Bench()
    await bench.write(PowerLimit(4140))
    await bench.start(ocpp_id="9")
    assert bench.station.limits_sent()[-1] == (TX, 1, 4140)
    assert bench.station.sent()[-1]["csChargingProfiles"]["transactionId"] == 9


@pytest.mark.parametrize(
    "problem",
    [CommandTimeout("SetChargingProfile", 30, sent=True), RemoteProtocolError("x")],
)
async def test_after_uncertainty_nothing_is_shown_and_it_is_sent_again(
    problem: Exception,
) -> None:
    bench = Bench()
    await bench.write(PowerLimit(4140))
    bench.station.script["SetChargingProfile"] = lambda _: problem
    outcome = await bench.write(PowerLimit(3000))
    assert outcome.outcome in (OutcomeName.TIMEOUT, OutcomeName.ERROR)
    assert bench.values["1", "power_limit"] is None
    del bench.station.script["SetChargingProfile"]
    await bench.pass_time(10)
    assert bench.station.limits_sent()[-1] == (TX_DEFAULT, 1, 3000)
    assert bench.values["1", "power_limit"] == 3000


async def test_beside_a_tx_profile_the_default_is_written_seldom() -> None:
    bench = Bench(LimitOptions(min_interval_s=0))
    await bench.start()
    await bench.write(PowerLimit(4000))
    bench.station.calls.clear()
    for watts in (5000, 6000, 7000):
        await bench.write(PowerLimit(watts))
    assert bench.station.limits_sent() == [(TX, 1, 5000), (TX, 1, 6000), (TX, 1, 7000)]
    await bench.pass_time(300)
    assert bench.station.limits_sent()[-1] == (TX_DEFAULT, 1, 7000)


async def test_a_lower_default_is_written_at_once_and_the_last_at_the_end() -> None:
    bench = Bench(LimitOptions(min_interval_s=0))
    await bench.start()
    await bench.write(PowerLimit(6000))
    bench.station.calls.clear()
    await bench.write(PowerLimit(5000))
    assert bench.station.limits_sent() == [(TX, 1, 5000), (TX_DEFAULT, 1, 5000)]
    await bench.write(PowerLimit(8000))
    await bench.end()
    assert bench.station.limits_sent()[-1] == (TX_DEFAULT, 1, 8000)


async def test_a_refused_tx_profile_falls_back_to_the_default_with_a_detail() -> None:
    bench = Bench()
    bench.station.script["SetChargingProfile"] = refuse(TX)
    await bench.start()
    outcome = await bench.write(PowerLimit(4140))
    assert outcome.outcome is OutcomeName.ACCEPTED
    assert TX in outcome.detail
    assert bench.values["1", "power_limit"] == 4140


async def test_a_refused_default_beside_a_tx_profile_is_a_detail() -> None:
    bench = Bench()
    bench.station.script["SetChargingProfile"] = refuse(TX_DEFAULT)
    await bench.start()
    outcome = await bench.write(PowerLimit(4140))
    assert outcome.outcome is OutcomeName.ACCEPTED
    assert TX_DEFAULT in outcome.detail


async def test_where_only_tx_profiles_work_the_limit_waits_for_a_transaction() -> None:
    bench = Bench(connectors=2)
    bench.station.script["SetChargingProfile"] = refuse(TX_DEFAULT, MAX)
    outcome = await bench.write(PowerLimit(4140))
    assert (outcome.outcome, outcome.detail, outcome.kept) == (
        "rejected",
        "applies when a transaction starts",
        True,
    )
    assert bench.values["1", "power_limit"] is None
    await bench.start()
    assert bench.values["1", "power_limit"] == 4140
    assert bench.reports[-1][1:] and bench.reports[-1][2].outcome == "accepted"


async def test_the_only_connector_may_fall_back_to_the_stations_profile() -> None:
    bench = Bench()
    bench.station.script["SetChargingProfile"] = refuse(TX_DEFAULT, TX)
    outcome = await bench.write(PowerLimit(4140))
    assert outcome.outcome is OutcomeName.ACCEPTED
    assert bench.station.limits_sent()[-1] == (MAX, 0, 4140)
    await bench.write(PowerLimit(3000), "0")
    assert bench.station.limits_sent()[-1] == (MAX, 0, 3000)
    await bench.write(PowerLimit(None), "0")
    assert bench.station.limits_sent()[-1] == (MAX, 0, 4140)


async def test_the_station_gets_an_absolute_max_profile_on_connector_0() -> None:
    bench = Bench(connectors=2)
    await bench.write(PowerLimit(10000), "0")
    assert bench.station.limits_sent() == [(MAX, 0, 10000)]
    profile = bench.station.sent()[0]["csChargingProfiles"]
    assert profile["chargingProfileKind"] == "Absolute"
    assert "startSchedule" in profile["chargingSchedule"]


async def test_where_it_is_refused_every_connector_takes_its_share() -> None:
    bench = Bench(connectors=2)
    bench.station.script["SetChargingProfile"] = refuse(MAX)
    outcome = await bench.write(PowerLimit(10000), "0")
    assert outcome.outcome is OutcomeName.ACCEPTED
    assert bench.station.limits_sent()[1:] == [
        (TX_DEFAULT, 1, 5000),
        (TX_DEFAULT, 2, 5000),
    ]
    await bench.write(PowerLimit(3000), "1")
    assert bench.station.limits_sent()[-1] == (TX_DEFAULT, 1, 3000)
    await bench.write(PowerLimit(None), "1")
    assert bench.station.limits_sent()[-1] == (TX_DEFAULT, 1, 5000)
    await bench.write(PowerLimit(None), "0")
    assert len(bench.station.sent("ClearChargingProfile")) == 2


async def test_one_refused_share_is_a_rejection() -> None:
    bench = Bench(connectors=2)
    bench.station.script["SetChargingProfile"] = lambda p: (
        REJECTED
        if p["csChargingProfiles"]["chargingProfilePurpose"] == MAX
        or p["connectorId"] == 2
        else ACCEPTED
    )
    outcome = await bench.write(PowerLimit(10000), "0")
    assert outcome.outcome is OutcomeName.REJECTED
    assert bench.values["0", "power_limit"] is None


async def test_after_a_boot_what_was_refused_is_tried_again() -> None:
    bench = Bench()
    bench.station.script["SetChargingProfile"] = refuse(TX)
    await bench.start()
    await bench.write(PowerLimit(4140))
    bench.station.calls.clear()
    await bench.boot()
    assert bench.station.limits_sent()[0] == (TX, 1, 4140)


async def test_only_the_unit_that_the_station_takes_is_sent() -> None:
    bench = Bench()
    bench.station.configure("ChargingScheduleAllowedChargingRateUnit", "Current")
    await bench.write(PowerLimit(4140))
    assert bench.station.limits_sent() == [(TX_DEFAULT, 1, 6.0)]
    assert bench.values["1", "current_limit"] == 6.0
    assert bench.values["1", "power_limit"] == 4140


async def test_below_the_minimum_is_a_pause() -> None:
    bench = Bench()
    outcome = await bench.write(CurrentLimit(5))
    assert (outcome.outcome, outcome.detail) == ("accepted", "below minimum: paused")
    assert bench.station.limits_sent() == [(TX_DEFAULT, 1, 0)]
    assert bench.values["1", "current_limit"] == 0


async def test_negative_limits_are_unsupported_and_change_nothing() -> None:
    bench = Bench()
    await bench.write(PowerLimit(4140))
    outcome = await bench.write(PowerLimit(-1000))
    assert outcome.outcome is OutcomeName.UNSUPPORTED
    assert bench.values["1", "power_limit"] == 4140


async def test_pause_and_resume_with_what_was_asked() -> None:
    bench = Bench()
    await bench.write(PowerLimit(4140))
    await bench.write(Enabled(False))
    assert bench.values["1", "power_limit"] == 0
    assert bench.values["1", "enabled"] is False
    outcome = await bench.write(PowerLimit(6000))
    assert (outcome.outcome, outcome.detail) == ("accepted", "paused")
    assert bench.station.limits_sent()[-1] == (TX_DEFAULT, 1, 0)
    resumed = bench.begin(Enabled(True))
    await settle()
    await bench.pass_time(10)
    assert (await resumed).outcome is OutcomeName.ACCEPTED
    assert bench.station.limits_sent()[-1] == (TX_DEFAULT, 1, 6000)


async def test_a_schedule_starts_a_minute_early_and_its_sensor_follows_it() -> None:
    bench = Bench()
    await bench.write(Schedule(None, "W", ((0, 7000.0), (600, 3000.0))))
    schedule = bench.station.sent()[0]["csChargingProfiles"]["chargingSchedule"]
    periods = schedule["chargingSchedulePeriod"]
    assert [p["limit"] for p in periods] == [7000, 3000]
    assert [p["startPeriod"] for p in periods] == [0, 660]
    assert bench.values["1", "power_limit"] == 7000
    await bench.pass_time(600)
    assert bench.values["1", "power_limit"] == 3000


async def test_a_complete_profile_goes_out_as_it_is() -> None:
    bench = Bench()
    profile = {
        "chargingProfileId": 5,
        "stackLevel": 3,
        "chargingProfilePurpose": TX_DEFAULT,
        "chargingProfileKind": "Relative",
        "chargingSchedule": {
            "chargingRateUnit": "A",
            "chargingSchedulePeriod": [{"startPeriod": 0, "limit": 13.0}],
        },
    }
    assert (await bench.write(RawProfile(profile))).outcome is OutcomeName.ACCEPTED
    assert bench.station.sent()[0]["csChargingProfiles"] == profile
    assert bench.values["1", "current_limit"] == 13.0
    await bench.write(CurrentLimit(10))
    assert bench.station.sent("ClearChargingProfile") == [{"id": 5}]


@pytest.mark.parametrize("limits", [[-5.0], [13.0, -1.0]])
async def test_a_complete_profile_with_a_negative_limit_is_unsupported(
    limits: list[float],
) -> None:
    bench = Bench()
    await bench.write(PowerLimit(4140))
    periods = [{"startPeriod": 60 * n, "limit": w} for n, w in enumerate(limits)]
    schedule = {"chargingRateUnit": "W", "chargingSchedulePeriod": periods}
    profile = {
        "chargingProfileId": 1,
        "stackLevel": 0,
        "chargingProfilePurpose": TX_DEFAULT,
        "chargingProfileKind": "Relative",
        "chargingSchedule": schedule,
    }
    outcome = await bench.write(RawProfile(profile))
    assert outcome.outcome is OutcomeName.UNSUPPORTED
    assert "negative" in outcome.detail
    assert bench.values["1", "power_limit_asked"] == 4140
    assert len(bench.station.sent()) == 1


async def test_an_incomplete_profile_is_invalid_and_changes_nothing() -> None:
    bench = Bench()
    await bench.write(PowerLimit(4140))
    outcome = await bench.write(RawProfile({"chargingProfileId": 5}))
    assert outcome.outcome is OutcomeName.INVALID
    assert bench.values["1", "power_limit_asked"] == 4140
    assert len(bench.station.sent()) == 1


async def test_phases_are_in_the_profile_in_force() -> None:
    bench = Bench()
    await bench.write(CurrentLimit(10))
    outcome = bench.begin(Phases(1))
    await settle()
    await bench.pass_time(10)
    assert (await outcome).outcome is OutcomeName.ACCEPTED
    schedule = bench.station.sent()[-1]["csChargingProfiles"]["chargingSchedule"]
    assert schedule["chargingSchedulePeriod"][0]["numberPhases"] == 1


async def test_without_a_new_limit_the_fallback_applies_after_the_hold_time() -> None:
    bench = Bench(LimitOptions(hold_s=60, fallback=Fallback(6, "A")))
    await bench.write(CurrentLimit(16))
    await bench.pass_time(40)
    await bench.write(CurrentLimit(16))
    await bench.pass_time(40)
    assert bench.values["1", "current_limit"] == 16
    await bench.pass_time(20)
    assert bench.station.limits_sent()[-1] == (TX_DEFAULT, 1, 6)
    assert bench.values["1", "current_limit"] == 6
    assert bench.values["1", "current_limit_asked"] == 16


async def test_the_fallback_none_releases() -> None:
    bench = Bench(LimitOptions(hold_s=60))
    await bench.write(CurrentLimit(16))
    await bench.pass_time(60)
    assert bench.station.sent("ClearChargingProfile") != []
    assert bench.values["1", "current_limit"] is None


async def test_where_nothing_was_written_every_connector_gets_the_fallback() -> None:
    bench = Bench(LimitOptions(hold_s=60, fallback=Fallback(6, "A")), connectors=2)
    await bench.find_link()
    await bench.pass_time(60)
    assert sorted(bench.station.limits_sent()) == [
        (TX_DEFAULT, 1, 6),
        (TX_DEFAULT, 2, 6),
    ]


async def test_with_a_failsafe_the_tx_profile_ends_over_the_fallback() -> None:
    options = LimitOptions(hold_s=60, fallback=Fallback(6, "A"), failsafe=True)
    bench = Bench(options)
    outcome = await bench.write(CurrentLimit(16))
    assert outcome.detail == "fallback until a transaction starts"
    assert bench.values["1", "current_limit"] == 6
    await bench.start()
    tx = bench.station.sent()[-1]["csChargingProfiles"]
    assert tx["chargingProfilePurpose"] == TX
    assert tx["chargingSchedule"]["duration"] == 120
    assert bench.values["1", "current_limit"] == 16
    bench.station.calls.clear()
    await bench.write(CurrentLimit(16))
    assert bench.station.limits_sent() == []
    await bench.pass_time(31)
    await bench.write(CurrentLimit(16))
    assert bench.station.limits_sent() == [(TX, 1, 16)]


async def test_a_station_that_refuses_0_may_be_stopped_instead() -> None:
    refusing = lambda p: (  # noqa: E731
        REJECTED
        if p["csChargingProfiles"]["chargingSchedule"]["chargingSchedulePeriod"][0][
            "limit"
        ]
        == 0
        else ACCEPTED
    )
    bench = Bench()
    bench.station.script["SetChargingProfile"] = refusing
    await bench.start()
    assert (await bench.write(PowerLimit(0))).outcome is OutcomeName.REJECTED
    allowed = Bench(station_options=StationOptions(zero="stop"))
    allowed.station.script["SetChargingProfile"] = refusing
    await allowed.start(ocpp_id="5")
    assert (await allowed.write(PowerLimit(0))).outcome is OutcomeName.ACCEPTED
    assert allowed.station.sent("RemoteStopTransaction") == [{"transactionId": 5}]


async def test_where_clearing_is_refused_the_maximum_is_written_if_known() -> None:
    bench = Bench(station_options=StationOptions(max_current_a=32))
    await bench.write(CurrentLimit(10))
    refused = CallErrorReceived("NotSupported")
    bench.station.script["ClearChargingProfile"] = lambda _: refused
    assert (await bench.write(CurrentLimit(None))).outcome is OutcomeName.ACCEPTED
    assert bench.station.limits_sent()[-1] == (TX_DEFAULT, 1, 32)
    unknown = Bench()
    await unknown.write(CurrentLimit(10))
    unknown.station.script["ClearChargingProfile"] = lambda _: refused
    assert not (await unknown.write(CurrentLimit(None))).is_accepted
    assert unknown.values["1", "current_limit"] == 10


async def test_a_foreign_profile_makes_the_slot_unknown_until_it_is_written() -> None:
    bench = Bench()
    await bench.write(PowerLimit(4140))
    bench.service.touched(bench.station)
    assert bench.values["1", "power_limit"] is None
    outcome = bench.begin(PowerLimit(4140))
    await settle()
    await bench.pass_time(10)
    assert (await outcome).outcome is OutcomeName.ACCEPTED
    assert len(bench.station.sent()) == 2
    assert bench.values["1", "power_limit"] == 4140


async def test_a_limit_that_cannot_be_stored_says_so() -> None:
    bench = Bench()
    bench.store.problem = StoreError("disk full")
    outcome = await bench.write(PowerLimit(4140))
    assert outcome.outcome is OutcomeName.ACCEPTED
    assert "disk full" in outcome.detail


async def test_a_value_written_while_one_is_in_flight_follows_it() -> None:
    bench = Bench(LimitOptions(min_interval_s=0))
    bench.station.gate = asyncio.Event()
    first = bench.begin(PowerLimit(4140))
    await settle()
    second = bench.begin(PowerLimit(4140))
    await settle()
    third = bench.begin(PowerLimit(5000))
    await settle()
    bench.station.gate.set()
    assert (await first).outcome is OutcomeName.ACCEPTED
    assert (await second).outcome is OutcomeName.SUPERSEDED
    assert (await third).outcome is OutcomeName.ACCEPTED


async def test_options_choose_purpose_kind_and_stack_level() -> None:
    profile = ProfileOptions(purpose=TX_DEFAULT, kind="Absolute", stack_level=0)
    bench = Bench(station_options=StationOptions(profile=profile))
    bench.station.configure("ChargeProfileMaxStackLevel", "8")
    await bench.start()
    await bench.write(PowerLimit(4140))
    [sent] = bench.station.sent()
    found = sent["csChargingProfiles"]
    assert found["chargingProfilePurpose"] == TX_DEFAULT
    assert found["chargingProfileKind"] == "Absolute"
    assert found["stackLevel"] == 0


async def test_stack_levels_are_the_highest_and_one_less() -> None:
    bench = Bench()
    bench.station.configure("ChargeProfileMaxStackLevel", " 8 ")
    await bench.start()
    await bench.write(PowerLimit(4140))
    levels = [p["csChargingProfiles"]["stackLevel"] for p in bench.station.sent()]
    assert levels == [8, 7]
