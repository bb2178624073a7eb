"""Limits survive reboots, lost links and our own restarts."""

from __future__ import annotations

import asyncio
import logging
from typing import Any

import orjson
import pytest

from connector.csms.events import Connected, Ready, RegistrationChanged
from connector.csms.options import (
    Fallback,
    LimitOptions,
    ProfileOptions,
    StationOptions,
)
from connector.datapoints.limits import LimitService
from connector.datapoints.limits.requests import (
    CurrentLimit,
    Enabled,
    Phases,
    PowerLimit,
    RawProfile,
    Schedule,
)
from connector.errors import CommandTimeout, LinkClosed, StationNotConnected, StoreError
from connector.store.records import LimitRecord
from connector.tests.datapoints.limits.bench import (
    REJECTED,
    Bench,
    MemoryLimits,
    settle,
)

pytestmark = pytest.mark.usefixtures("version")

TX, TX_DEFAULT, MAX = "TxProfile", "TxDefaultProfile", "ChargePointMaxProfile"
AT_ONCE = LimitOptions(min_interval_s=0)


def restarted(bench: Bench, **options: Any) -> Bench:
    """Another process on what the first one kept, as JSON keeps it."""
    store = MemoryLimits()
    for key, record in bench.store.records.items():
        state = orjson.loads(orjson.dumps(record.state))
        store.records[key] = LimitRecord(record.station, record.where, state)
    after = Bench(AT_ONCE, store=store, **options)
    after.station.learned = bench.station.learned
    return after


async def test_a_link_that_comes_back_without_a_boot_sends_nothing_twice() -> None:
    bench = Bench(AT_ONCE)
    await bench.write(PowerLimit(4140))
    await bench.lose_link()
    bench.station.is_up = True
    bench.events.emit(Connected(bench.station))
    bench.events.emit(Ready(bench.station))
    await settle()
    assert len(bench.station.sent()) == 1
    assert bench.values["1", "power_limit"] == 4140


async def test_what_was_kept_goes_out_even_if_the_station_is_never_ready() -> None:
    bench = Bench(AT_ONCE)
    await bench.lose_link()
    await bench.write(PowerLimit(4140))
    bench.station.is_up = True
    bench.events.emit(Connected(bench.station))
    await settle()
    assert bench.station.sent() == []
    await bench.pass_time(60)
    assert bench.values["1", "power_limit"] == 4140
    assert bench.reports[-1][2].outcome == "accepted"


async def test_what_was_kept_is_on_the_disk() -> None:
    bench = Bench(AT_ONCE)
    await bench.lose_link()
    await bench.write(PowerLimit(4140))
    after = restarted(bench)
    await after.service.start()
    await after.find_link()
    assert after.station.limits_sent() == [(TX_DEFAULT, 1, 4140)]
    [(where, command, outcome)] = after.reports
    assert (where, command, outcome.outcome) == ("1", "power_limit", "accepted")


async def test_what_a_station_takes_its_time_with_survives_a_kill() -> None:
    bench = Bench(AT_ONCE)
    await bench.write(PowerLimit(3900))
    bench.station.gate = asyncio.Event()
    under_way = bench.begin(PowerLimit(4400))
    await settle()
    await bench.pass_time(1)
    after = restarted(bench)
    await after.service.start()
    assert after.values["1", "power_limit_asked"] == 4400
    await after.find_link()
    assert after.station.limits_sent() == [(TX_DEFAULT, 1, 4400)]

    bench.station.gate.set()
    assert (await under_way).outcome == "accepted"


async def test_a_refusal_that_took_its_time_leaves_what_was_kept_before() -> None:
    bench = Bench(AT_ONCE, connectors=2)
    await bench.start()
    await bench.write(PowerLimit(3900))
    bench.station.gate = asyncio.Event()
    bench.station.script["SetChargingProfile"] = lambda _: REJECTED
    under_way = bench.begin(PowerLimit(4400))
    await settle()
    await bench.pass_time(1)
    bench.station.gate.set()
    assert (await under_way).outcome == "rejected"
    after = restarted(bench)
    await after.service.start()
    await after.find_link()
    assert [limit for _, _, limit in after.station.limits_sent()] == [3900]


async def test_each_kept_command_is_told_once_and_an_overtaken_one_never() -> None:
    bench = Bench(AT_ONCE)
    await bench.lose_link()
    for request in (PowerLimit(4140), Enabled(False), CurrentLimit(16)):
        assert (await bench.write(request)).kept
    await bench.find_link()
    assert [(c, o.outcome) for _, c, o in bench.reports] == [
        ("enabled", "accepted"),
        ("current_limit", "accepted"),
    ]
    assert bench.station.limits_sent() == [(TX_DEFAULT, 1, 0)]


async def test_a_kept_command_that_a_newer_one_overtook_is_not_told_any_more() -> None:
    bench = Bench(AT_ONCE)
    await bench.lose_link()
    await bench.write(PowerLimit(4140))
    bench.station.is_up = True
    assert (await bench.write(PowerLimit(6000))).outcome == "accepted"
    await bench.find_link()
    assert bench.reports == []
    assert bench.station.limits_sent()[-1] == (TX_DEFAULT, 1, 6000)


async def test_a_kept_limit_that_is_refused_is_told_so() -> None:
    bench = Bench(AT_ONCE, connectors=2)
    await bench.start()
    await bench.lose_link()
    await bench.write(PowerLimit(4140))
    bench.station.script["SetChargingProfile"] = lambda _: REJECTED
    await bench.find_link()
    [(_, command, outcome)] = bench.reports
    assert (command, outcome.outcome) == ("power_limit", "rejected")
    assert bench.values["1", "power_limit"] is None


async def test_a_link_lost_while_it_is_set_again_leaves_it_owed() -> None:
    bench = Bench(AT_ONCE)
    await bench.lose_link()
    await bench.write(PowerLimit(4140))
    bench.station.script["SetChargingProfile"] = lambda _: LinkClosed()
    await bench.find_link()
    assert bench.reports == []
    del bench.station.script["SetChargingProfile"]
    await bench.find_link()
    assert bench.reports[-1][2].outcome == "accepted"


async def test_nobody_knows_what_holds_when_the_link_was_lost_in_flight() -> None:
    bench = Bench(AT_ONCE)
    await bench.write(PowerLimit(4140))
    bench.station.script["SetChargingProfile"] = lambda _: LinkClosed()
    await bench.write(PowerLimit(9000))
    assert bench.values["1", "power_limit"] is None


async def test_a_link_that_is_gone_before_the_frame_leaves_what_holds() -> None:
    bench = Bench(AT_ONCE)
    await bench.write(PowerLimit(4140))
    gone = StationNotConnected("CP1")
    bench.station.script["SetChargingProfile"] = lambda _: gone
    assert (await bench.write(PowerLimit(9000))).kept
    assert bench.values["1", "power_limit"] == 4140


async def test_after_a_boot_all_profiles_are_sent_again() -> None:
    bench = Bench(AT_ONCE)
    await bench.start()
    await bench.write(PowerLimit(4140))
    bench.station.calls.clear()
    await bench.boot()
    assert bench.station.limits_sent() == [(TX, 1, 4140), (TX_DEFAULT, 1, 4140)]


async def test_a_limit_set_again_and_refused_is_null_and_told(
    caplog: pytest.LogCaptureFixture,
) -> None:
    bench = Bench(AT_ONCE, connectors=2)
    await bench.start()
    await bench.write(CurrentLimit(16))
    bench.station.script["SetChargingProfile"] = lambda _: REJECTED
    with caplog.at_level(logging.WARNING):
        await bench.boot()
    assert bench.values["1", "current_limit"] is None
    [(where, command, outcome)] = bench.reports
    assert (where, command, outcome.outcome) == ("1", "current_limit", "rejected")
    assert "CP1" in caplog.text


async def test_a_start_that_refuses_the_tx_profile_shows_the_default_that_holds() -> (
    None
):
    bench = Bench(AT_ONCE, connectors=2)
    await bench.write(CurrentLimit(16))
    bench.station.script["SetChargingProfile"] = lambda _: REJECTED
    await bench.start()
    assert bench.values["1", "current_limit"] == 16


@pytest.mark.parametrize(
    "request_",
    [
        PowerLimit(4140.0),
        CurrentLimit(16.0),
        Schedule(1_769_860_800_000, "A", ((0, 16.0), (60, 10.0))),
        Enabled(False),
    ],
)
async def test_every_kind_of_limit_survives_a_restart(request_: Any) -> None:
    bench = Bench(AT_ONCE)
    await bench.write(request_)
    after = restarted(bench)
    await after.service.start()
    await after.find_link()
    assert after.station.sent() == bench.station.sent()
    assert after.values == bench.values
    assert after.reports == []


async def test_phases_survive_a_restart() -> None:
    bench = Bench(AT_ONCE)
    await bench.write(CurrentLimit(16))
    await bench.write(Phases(1))
    after = restarted(bench)
    await after.service.start()
    await after.find_link()
    assert after.station.sent()[-1] == bench.station.sent()[-1]


async def test_a_complete_profile_survives_a_restart_and_is_cleared_later() -> None:
    profile = {
        "chargingProfileId": 5,
        "stackLevel": 0,
        "chargingProfilePurpose": TX_DEFAULT,
        "chargingProfileKind": "Relative",
        "chargingSchedule": {
            "chargingRateUnit": "A",
            "chargingSchedulePeriod": [{"startPeriod": 0, "limit": 13.0}],
        },
    }
    bench = Bench(AT_ONCE)
    await bench.write(RawProfile(profile))
    after = restarted(bench)
    await after.service.start()
    await after.find_link()
    assert after.station.sent()[0]["csChargingProfiles"] == profile
    await after.write(CurrentLimit(10))
    assert after.station.sent("ClearChargingProfile") == [{"id": 5}]


async def test_what_a_station_refuses_is_remembered_over_our_restart() -> None:
    bench = Bench(AT_ONCE, connectors=2)
    bench.station.script["SetChargingProfile"] = lambda p: (
        REJECTED
        if p["csChargingProfiles"]["chargingProfilePurpose"] == TX
        else {"status": "Accepted"}
    )
    await bench.start()
    await bench.write(CurrentLimit(16))
    assert bench.remembered == ["CP1"]
    after = restarted(bench, connectors=2)
    await after.start()
    await after.service.start()
    await after.write(CurrentLimit(10))
    assert after.station.limits_sent() == [(TX_DEFAULT, 1, 10)]


async def test_nothing_new_is_not_remembered_again() -> None:
    bench = Bench(AT_ONCE)
    for amperes in (16, 10, 8):
        await bench.write(CurrentLimit(amperes))
    assert bench.remembered == ["CP1"]


async def test_what_cannot_be_read_is_left_out_and_logged(
    caplog: pytest.LogCaptureFixture,
) -> None:
    bench = Bench(AT_ONCE)
    await bench.write(PowerLimit(4140))
    good = bench.store.records["CP1", "1"]
    bench.store.records["CP1", "2"] = LimitRecord("CP1", "2", {"broken": True})
    bench.store.records["CP1", "3"] = LimitRecord(
        "CP1", "3", {**good.state, "profiles": [{}]}
    )
    bench.store.records["Other", "1"] = LimitRecord("Other", "1", good.state)
    after = restarted(bench)
    with caplog.at_level(logging.ERROR):
        await after.service.start()
    assert after.values["1", "power_limit"] == 4140
    assert caplog.text.count("cannot be read") == 2


async def test_a_start_without_a_store_is_an_error() -> None:
    bench = Bench(AT_ONCE)

    async def broken() -> list[LimitRecord]:
        raise StoreError("no disk")

    bench.store.limits = broken  # type: ignore[method-assign]
    with pytest.raises(StoreError):
        await bench.service.start()


async def test_what_was_not_stored_is_stored_with_the_next_change() -> None:
    bench = Bench(AT_ONCE)
    bench.store.problem = StoreError("disk full")
    outcome = await bench.write(PowerLimit(4140))
    assert (outcome.outcome, outcome.detail) == ("accepted", "not stored: disk full")
    bench.store.problem = None
    await bench.boot()
    assert bench.store.records["CP1", "1"].state["value"]["watts"] == 4140


async def test_what_was_not_stored_is_stored_as_soon_as_that_works() -> None:
    bench = Bench(AT_ONCE)
    bench.store.problem = StoreError("disk full")
    await bench.write(PowerLimit(4140))
    await bench.pass_time(60)
    assert not bench.store.records
    sent = len(bench.station.calls)
    bench.store.problem = None
    await bench.pass_time(5)
    assert bench.store.records["CP1", "1"].state["value"]["watts"] == 4140
    assert len(bench.station.calls) == sent


async def test_a_foreign_profile_is_followed_by_all_of_ours() -> None:
    bench = Bench(AT_ONCE)
    await bench.start()
    await bench.write(PowerLimit(4140))
    bench.service.touched(bench.station)
    assert bench.values["1", "power_limit"] is None
    bench.station.calls.clear()
    await bench.pass_time(3600)
    assert bench.station.sent() == []
    await bench.write(PowerLimit(4140))
    assert bench.station.limits_sent() == [(TX, 1, 4140), (TX_DEFAULT, 1, 4140)]
    assert bench.values["1", "power_limit"] == 4140


async def test_a_forgotten_station_is_left_alone() -> None:
    stations: dict[str, Any] = {}
    bench = Bench(LimitOptions(min_interval_s=0, hold_s=60))
    service = LimitService(
        stations,
        bench.events,
        LimitOptions(min_interval_s=0, hold_s=60),
        bench.store,
        bench.clock,
        publish=lambda _: None,
        report=lambda *_: None,
        remember=lambda _: None,
    )
    await service.write(bench.station, "1", CurrentLimit(16))
    bench.station.calls.clear()
    bench.events.emit(RegistrationChanged(bench.station))
    await bench.pass_time(600)
    assert bench.station.calls == []
    await service.stop()


async def test_a_failure_of_a_task_is_logged_and_the_next_write_works(
    caplog: pytest.LogCaptureFixture,
) -> None:
    bench = Bench(AT_ONCE)
    bench.station.script["SetChargingProfile"] = lambda p: p["missing"]
    with caplog.at_level(logging.ERROR):
        outcome = await bench.write(PowerLimit(4140))
    assert (outcome.outcome, outcome.detail) == ("error", "internal error")
    del bench.station.script["SetChargingProfile"]
    assert (await bench.write(PowerLimit(5000))).outcome == "accepted"


# -- remote start


async def test_a_remote_start_carries_the_limit_without_a_transaction() -> None:
    bench = Bench(AT_ONCE)
    bench.station.configure("ChargeProfileMaxStackLevel", "5")
    await bench.write(PowerLimit(4140))
    profile = bench.profile_for_start()
    assert profile is not None
    assert profile["chargingProfilePurpose"] == TX
    assert profile["chargingProfileKind"] == "Relative"
    assert profile["stackLevel"] == 5
    assert "transactionId" not in profile
    [period] = profile["chargingSchedule"]["chargingSchedulePeriod"]
    assert period["limit"] == 4140


async def test_a_remote_start_of_the_next_one_does_not_name_the_one_that_runs() -> None:
    bench = Bench(AT_ONCE)
    await bench.start()
    await bench.write(PowerLimit(4140))
    profile = bench.profile_for_start()
    assert profile is not None
    assert "transactionId" not in profile


async def test_a_remote_start_under_a_failsafe_ends_by_itself_too() -> None:
    fallback = Fallback(6, "A")
    bench = Bench(LimitOptions(hold_s=600, fallback=fallback, failsafe=True))
    await bench.write(CurrentLimit(16))
    profile = bench.profile_for_start()
    assert profile is not None
    assert profile["chargingSchedule"]["duration"] == 660
    [period] = profile["chargingSchedule"]["chargingSchedulePeriod"]
    assert period["limit"] == 16


async def test_a_remote_start_carries_nothing_where_nothing_is_to_hold() -> None:
    bench = Bench(AT_ONCE)
    assert bench.profile_for_start() is None


@pytest.mark.parametrize("purpose", [TX_DEFAULT, MAX])
async def test_a_remote_start_carries_no_purpose_that_is_ruled_out(
    purpose: Any,
) -> None:
    options = StationOptions(profile=ProfileOptions(purpose=purpose))
    bench = Bench(AT_ONCE, options)
    await bench.write(PowerLimit(4140))
    assert bench.profile_for_start() is None


async def test_a_timeout_sets_again_without_a_second_outcome() -> None:
    bench = Bench()
    problem = CommandTimeout("SetChargingProfile", 30, sent=True)
    bench.station.script["SetChargingProfile"] = lambda _: problem
    await bench.write(PowerLimit(4140))
    del bench.station.script["SetChargingProfile"]
    await bench.pass_time(10)
    assert bench.values["1", "power_limit"] == 4140
    assert bench.reports == []
