"""What limits look like on MQTT: never more than the station accepted."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from connector.csms.events import Ready
from connector.csms.options import LimitOptions, StationOptions
from connector.datapoints.limits.requests import (
    CurrentLimit,
    Enabled,
    Phases,
    PowerLimit,
    Schedule,
)
from connector.errors import CallErrorReceived
from connector.store.records import LimitRecord
from connector.tests.datapoints.limits.bench import (
    ACCEPTED,
    REJECTED,
    Bench,
    MemoryLimits,
    settle,
)

pytestmark = pytest.mark.usefixtures("version")

AT_ONCE = LimitOptions(min_interval_s=0)
UNITS = "ChargingScheduleAllowedChargingRateUnit"


def composite(limit: float, unit: str = "W") -> dict[str, Any]:
    return {
        "status": "Accepted",
        "chargingSchedule": {
            "chargingRateUnit": unit,
            "chargingSchedulePeriod": [{"startPeriod": 0, "limit": limit}],
        },
    }


async def test_all_limit_sensors_are_there_once_a_station_is_ready() -> None:
    bench = Bench(AT_ONCE, StationOptions(max_current_a=32), connectors=2)
    await bench.find_link()
    names = {
        "power_limit",
        "current_limit",
        "power_limit_asked",
        "current_limit_asked",
        "power_limit_effective",
        "limit_min",
        "limit_max",
    }
    assert {name for where, name in bench.values if where == "0"} == names
    assert {name for where, name in bench.values if where == "2"} == {*names, "enabled"}
    assert bench.values["2", "enabled"] is True
    assert bench.values["2", "power_limit"] is None


@pytest.mark.parametrize(
    ("options", "least", "most"),
    [
        (StationOptions(), 1380, None),
        (StationOptions(phases=3), 4140, None),
        (StationOptions(min_current_a=8, max_current_a=16, phases=1), 1840, 3680),
        (StationOptions(max_current_a=32, voltage=240), 1440, 23040),
    ],
)
async def test_the_least_and_the_most_are_in_watts(
    options: StationOptions, least: float, most: float | None
) -> None:
    bench = Bench(AT_ONCE, options)
    await bench.find_link()
    assert bench.values["1", "limit_min"] == least
    assert bench.values.get(("1", "limit_max")) == most
    assert bench.values["1", "power_limit_effective"] == most


async def test_the_most_of_the_station_is_that_of_all_connectors() -> None:
    options = StationOptions(max_current_a=16, phases=1)
    bench = Bench(AT_ONCE, options, connectors=2)
    await bench.find_link()
    assert bench.values["0", "limit_max"] == 7360


@pytest.mark.parametrize(
    ("units", "phases", "watts", "amperes"),
    [
        ("Power", None, 11000.0, None),
        ("Power", 3, 11000.0, 15.942),
        ("Current", None, 10971.0, 15.9),
        ("Current", 1, 10994.0, 47.8),
    ],
)
async def test_a_power_limit_is_shown_as_it_was_sent(
    units: str, phases: Any, watts: float | None, amperes: float | None
) -> None:
    bench = Bench(AT_ONCE, StationOptions(phases=phases))
    bench.station.configure(UNITS, units)
    await bench.write(PowerLimit(11000))
    assert bench.values["1", "power_limit"] == watts
    assert bench.values["1", "current_limit"] == amperes
    assert bench.values["1", "power_limit_asked"] == 11000


async def test_numbers_are_floats() -> None:
    bench = Bench(AT_ONCE, StationOptions(max_current_a=32, phases=3))
    await bench.write(PowerLimit(11000))
    numbers = [
        value
        for (_, name), value in bench.values.items()
        if name != "enabled" and value is not None
    ]
    assert numbers
    assert all(type(value) is float for value in numbers)


async def test_a_pause_shows_0_in_both_units_and_keeps_what_was_asked() -> None:
    bench = Bench(AT_ONCE)
    await bench.write(CurrentLimit(16))
    await bench.write(Enabled(False))
    assert bench.values["1", "power_limit"] == 0
    assert bench.values["1", "current_limit"] == 0
    assert bench.values["1", "current_limit_asked"] == 16
    assert bench.values["1", "power_limit_effective"] == 0


async def test_a_resume_with_nothing_asked_releases() -> None:
    bench = Bench(AT_ONCE)
    await bench.write(Enabled(False))
    assert bench.station.limits_sent()[-1][2] == 0
    assert (await bench.write(Enabled(True))).outcome == "accepted"
    assert len(bench.station.sent("ClearChargingProfile")) == 1
    assert bench.values["1", "power_limit"] is None


async def test_a_release_while_paused_stays_paused() -> None:
    bench = Bench(AT_ONCE)
    await bench.write(CurrentLimit(16))
    await bench.write(Enabled(False))
    outcome = await bench.write(CurrentLimit(None))
    assert (outcome.outcome, outcome.detail) == ("accepted", "paused")
    assert bench.values["1", "current_limit"] == 0
    assert bench.values["1", "current_limit_asked"] is None


async def test_a_schedule_that_is_yet_to_begin_limits_nothing_yet() -> None:
    bench = Bench(AT_ONCE)
    start_ms = bench.clock.now_ms() + 600_000
    await bench.write(Schedule(start_ms, "A", ((0, 10.0), (60, 8.0))))
    assert bench.values["1", "current_limit"] is None
    await bench.pass_time(600)
    assert bench.values["1", "current_limit"] == 10
    assert bench.values["1", "current_limit_asked"] == 10
    await bench.pass_time(60)
    assert bench.values["1", "current_limit"] == 8


async def test_a_schedule_goes_on_after_our_restart() -> None:
    store = MemoryLimits()
    before = Bench(AT_ONCE, store=store)
    await before.write(Schedule(None, "A", ((0, 16.0), (60, 10.0))))
    after = Bench(AT_ONCE, store=store)
    await after.service.start()
    assert after.values["1", "current_limit"] == 16
    await after.pass_time(60)
    assert after.values["1", "current_limit"] == 10


async def test_the_known_number_of_phases_makes_the_conversion() -> None:
    bench = Bench(AT_ONCE)
    await bench.write(CurrentLimit(10))
    assert bench.values["1", "power_limit"] is None
    await bench.write(Phases(1))
    assert bench.values["1", "power_limit"] == 2300


async def test_limits_of_both_places_hold_together() -> None:
    bench = Bench(AT_ONCE, connectors=2)
    await bench.write(PowerLimit(9000), "0")
    await bench.write(PowerLimit(11000), "1")
    assert bench.values["1", "power_limit"] == 11000
    assert bench.values["1", "power_limit_effective"] == 9000
    assert bench.values["2", "power_limit_effective"] == 9000
    await bench.write(PowerLimit(5000), "1")
    assert bench.values["1", "power_limit_effective"] == 5000
    assert bench.values["0", "power_limit_effective"] == 9000


async def test_what_results_comes_from_the_composite_schedule_too() -> None:
    bench = Bench(AT_ONCE)
    bench.station.script["GetCompositeSchedule"] = lambda _: composite(3000)
    await bench.write(PowerLimit(11000))
    assert bench.values["1", "power_limit_effective"] == 11000
    await bench.pass_time(2)
    assert bench.values["1", "power_limit_effective"] == 3000
    bench.station.script["GetCompositeSchedule"] = lambda _: composite(7000)
    await bench.write(PowerLimit(9000))
    assert bench.values["1", "power_limit_effective"] == 9000
    await bench.pass_time(2)
    assert bench.values["1", "power_limit_effective"] == 7000


@pytest.mark.parametrize(
    "answer", [REJECTED, {"status": "Accepted"}, composite(16, "A")]
)
async def test_a_composite_schedule_that_says_nothing_changes_nothing(
    answer: dict[str, Any],
) -> None:
    bench = Bench(AT_ONCE)
    bench.station.script["GetCompositeSchedule"] = lambda _: answer
    await bench.write(PowerLimit(11000))
    await bench.pass_time(2)
    assert bench.values["1", "power_limit_effective"] == 11000


async def test_a_station_that_does_not_know_composite_schedules_is_not_asked_again() -> (
    None
):
    bench = Bench(AT_ONCE)
    no = CallErrorReceived("NotImplemented")
    bench.station.script["GetCompositeSchedule"] = lambda _: no
    for watts in (11000, 9000, 7000):
        await bench.write(PowerLimit(watts))
        await bench.pass_time(2)
    assert len(bench.station.sent("GetCompositeSchedule")) == 1
    await bench.boot()
    await bench.pass_time(2)
    assert len(bench.station.sent("GetCompositeSchedule")) == 2


async def test_a_limit_is_seen_once_it_is_kept() -> None:
    bench = Bench()
    bench.station.script["SetChargingProfile"] = lambda _: (
        bench.events.emit(Ready(bench.station)) or ACCEPTED
    )
    saved = asyncio.Event()
    save = bench.store.save_limit

    async def slowly(record: LimitRecord) -> None:
        await saved.wait()
        await save(record)

    bench.store.save_limit = slowly  # type: ignore[method-assign]
    writing = bench.begin(PowerLimit(4140))
    await settle()
    bench.events.emit(Ready(bench.station))
    await settle()
    assert bench.values.get(("1", "power_limit")) is None
    saved.set()
    await writing
    assert bench.values["1", "power_limit"] == 4140
