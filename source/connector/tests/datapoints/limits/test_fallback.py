"""The hold time: what applies when nobody writes any more."""

from __future__ import annotations

import pytest

from connector.csms.events import ConnectorsChanged
from connector.csms.options import Fallback, LimitOptions, StationOptions
from connector.datapoints.limits.requests import (
    CurrentLimit,
    Enabled,
    PowerLimit,
    Schedule,
)
from connector.tests.datapoints.limits.bench import (
    REJECTED,
    Bench,
    MemoryLimits,
    settle,
)

pytestmark = pytest.mark.usefixtures("version")

TX, TX_DEFAULT, MAX = "TxProfile", "TxDefaultProfile", "ChargePointMaxProfile"
HELD = LimitOptions(min_interval_s=0, hold_s=60, fallback=Fallback(6, "A"))


async def test_0_holds_for_ever() -> None:
    bench = Bench(LimitOptions(fallback=Fallback(6, "A")))
    await bench.find_link()
    await bench.write(CurrentLimit(16))
    await bench.pass_time(10**7)
    assert bench.values["1", "current_limit"] == 16


async def test_a_station_has_its_own_hold_time_and_fallback() -> None:
    options = StationOptions(limit_hold_s=10, limit_fallback=Fallback(4140, "W"))
    bench = Bench(HELD, options)
    await bench.write(PowerLimit(11000))
    await bench.pass_time(10)
    assert bench.station.limits_sent()[-1] == (TX_DEFAULT, 1, 4140)


async def test_a_stations_fallback_none_releases() -> None:
    bench = Bench(HELD, StationOptions(limit_fallback="none"))
    await bench.write(PowerLimit(11000))
    await bench.pass_time(60)
    assert len(bench.station.sent("ClearChargingProfile")) == 1
    assert bench.values["1", "power_limit"] is None


async def test_the_fallback_applies_where_was_written() -> None:
    bench = Bench(HELD, connectors=2)
    await bench.find_link()
    await bench.write(CurrentLimit(32), "0")
    await bench.pass_time(600)
    assert bench.station.limits_sent() == [(MAX, 0, 32), (MAX, 0, 6)]


async def test_a_release_starts_the_hold_time_like_any_write() -> None:
    bench = Bench(HELD)
    await bench.write(CurrentLimit(None))
    await bench.pass_time(60)
    assert bench.values["1", "current_limit"] == 6


async def test_a_pause_is_a_write_and_the_fallback_ends_it() -> None:
    bench = Bench(HELD)
    await bench.write(CurrentLimit(16))
    await bench.pass_time(50)
    await bench.write(Enabled(False))
    await bench.pass_time(50)
    assert bench.values["1", "current_limit"] == 0
    await bench.pass_time(10)
    assert bench.values["1", "current_limit"] == 6
    assert bench.values["1", "enabled"] is True


async def test_a_write_after_the_fallback_holds_again() -> None:
    bench = Bench(HELD)
    await bench.write(CurrentLimit(16))
    await bench.pass_time(60)
    await bench.write(CurrentLimit(16))
    assert bench.values["1", "current_limit"] == 16
    await bench.pass_time(60)
    assert bench.values["1", "current_limit"] == 6


async def test_what_is_refused_or_nonsense_counts_as_written_only_if_it_was_one() -> (
    None
):
    bench = Bench(HELD)
    await bench.write(CurrentLimit(16))
    await bench.pass_time(50)
    assert (await bench.write(CurrentLimit(-5))).outcome == "unsupported"
    await bench.pass_time(10)
    assert bench.values["1", "current_limit"] == 6


async def test_without_a_link_the_fallback_is_set_on_return() -> None:
    bench = Bench(HELD)
    await bench.lose_link()
    outcome = await bench.write(CurrentLimit(16))
    assert outcome.kept
    await bench.pass_time(60)
    assert bench.reports[-1][1] == "current_limit"
    assert bench.reports[-1][2].outcome == "superseded"
    await bench.find_link()
    assert bench.station.limits_sent() == [(TX_DEFAULT, 1, 6)]
    assert len(bench.reports) == 1


async def test_the_hold_time_goes_on_over_our_restart() -> None:
    store = MemoryLimits()
    before = Bench(HELD, store=store)
    await before.write(CurrentLimit(16))
    after = Bench(HELD, store=store)
    after.clock.advance(40)
    await after.service.start()
    await after.find_link()
    assert after.values["1", "current_limit"] == 16
    await after.pass_time(20)
    assert after.values["1", "current_limit"] == 6


async def test_a_fallback_is_still_one_after_our_restart() -> None:
    store = MemoryLimits()
    before = Bench(HELD, store=store)
    await before.write(CurrentLimit(16))
    await before.pass_time(60)
    after = Bench(HELD, store=store)
    await after.service.start()
    await after.find_link()
    assert after.station.limits_sent() == [(TX_DEFAULT, 1, 6)]
    await after.pass_time(600)
    assert len(after.station.sent()) == 1
    assert after.reports == []


async def test_a_schedule_holds_as_long_as_any_limit() -> None:
    bench = Bench(HELD)
    await bench.write(Schedule(None, "A", ((0, 16.0), (30, 10.0))))
    await bench.pass_time(30)
    assert bench.values["1", "current_limit"] == 10
    await bench.pass_time(30)
    assert bench.values["1", "current_limit"] == 6


async def test_a_refused_fallback_is_told() -> None:
    bench = Bench(HELD, connectors=2)
    await bench.start()
    await bench.write(CurrentLimit(16))
    bench.station.script["SetChargingProfile"] = lambda _: REJECTED
    await bench.pass_time(60)
    [(where, command, outcome)] = bench.reports
    assert (where, command, outcome.outcome) == ("1", "current_limit", "rejected")
    assert bench.values["1", "current_limit"] == 16


# -- where nobody ever wrote


async def test_one_write_anywhere_is_somebody_who_writes() -> None:
    bench = Bench(HELD, connectors=2)
    await bench.find_link()
    await bench.pass_time(30)
    await bench.write(CurrentLimit(16), "2")
    await bench.pass_time(40)
    assert bench.station.limits_sent() == [(TX_DEFAULT, 2, 16)]


async def test_the_hold_time_counts_from_the_first_connection() -> None:
    bench = Bench(HELD)
    await bench.find_link()
    await bench.pass_time(40)
    await bench.lose_link()
    await bench.find_link()
    await bench.pass_time(20)
    assert bench.station.limits_sent() == [(TX_DEFAULT, 1, 6)]


async def test_connectors_that_show_up_later_get_the_fallback_too() -> None:
    bench = Bench(HELD)
    await bench.find_link()
    await bench.pass_time(60)
    bench.station.connector("2")
    bench.events.emit(ConnectorsChanged(bench.station))
    await settle()
    assert bench.station.limits_sent() == [(TX_DEFAULT, 1, 6), (TX_DEFAULT, 2, 6)]


async def test_no_fallback_is_nothing_to_apply() -> None:
    bench = Bench(LimitOptions(hold_s=60))
    await bench.find_link()
    await bench.pass_time(600)
    assert bench.station.calls == []
    assert bench.store.records == {}


async def test_a_station_that_is_not_adopted_gets_nothing() -> None:
    bench = Bench(HELD)
    bench.station.registration = "pending"
    await bench.find_link()
    await bench.pass_time(600)
    assert bench.station.calls == []


# -- failsafe


FAILSAFE = LimitOptions(
    min_interval_s=0, hold_s=600, fallback=Fallback(6, "A"), failsafe=True
)


def schedule(bench: Bench) -> dict[str, object]:
    found: dict[str, object] = bench.station.sent()[-1]["csChargingProfiles"][
        "chargingSchedule"
    ]
    return found


async def test_the_tx_profile_ends_a_hold_time_from_now() -> None:
    bench = Bench(FAILSAFE)
    await bench.start()
    await bench.write(CurrentLimit(16))
    sent = bench.station.sent()
    assert [p["csChargingProfiles"]["chargingProfilePurpose"] for p in sent] == [
        TX,
        TX_DEFAULT,
    ]
    tx, default = (p["csChargingProfiles"]["chargingSchedule"] for p in sent)
    assert tx["duration"] == 660
    assert "duration" not in default
    assert [p["limit"] for p in default["chargingSchedulePeriod"]] == [6]
    assert bench.values["1", "current_limit"] == 16


@pytest.mark.parametrize(("after_s", "is_renewed"), [(299, False), (300, True)])
async def test_an_equal_value_renews_it_from_half_of_the_time(
    after_s: float, is_renewed: bool
) -> None:
    bench = Bench(FAILSAFE)
    await bench.start()
    await bench.write(CurrentLimit(16))
    bench.station.calls.clear()
    await bench.pass_time(after_s)
    await bench.write(CurrentLimit(16))
    assert bool(bench.station.sent()) is is_renewed


async def test_a_schedule_under_a_failsafe_ends_a_hold_time_from_now_too() -> None:
    bench = Bench(FAILSAFE)
    await bench.start()
    await bench.write(Schedule(None, "A", ((0, 16.0), (900, 10.0))))
    assert (
        bench.station.sent()[0]["csChargingProfiles"]["chargingSchedule"]["duration"]
        == 660
    )
    await bench.pass_time(300)
    again = Schedule(bench.clock.now_ms() - 300_000, "A", ((0, 16.0), (900, 10.0)))
    await bench.write(again)
    assert schedule(bench)["duration"] == 660 + 300


async def test_a_fallback_never_exceeds_a_part_of_the_stations_limit() -> None:
    options = LimitOptions(
        min_interval_s=0, hold_s=600, fallback=Fallback(16, "A"), failsafe=True
    )
    bench = Bench(options, connectors=2)
    bench.station.script["SetChargingProfile"] = lambda p: (
        REJECTED if p["connectorId"] == 0 else {"status": "Accepted"}
    )
    await bench.write(CurrentLimit(20), "0")
    assert bench.station.limits_sent()[1:] == [(TX_DEFAULT, 1, 10), (TX_DEFAULT, 2, 10)]
