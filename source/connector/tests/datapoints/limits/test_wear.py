"""What is written to the flash memory of stations: nothing twice, nothing outdated."""

from __future__ import annotations

import pytest

from connector.csms.options import LimitOptions, StationOptions
from connector.datapoints.limits.requests import CurrentLimit, Enabled, PowerLimit
from connector.tests.datapoints.limits.bench import Bench, settle

pytestmark = pytest.mark.usefixtures("version")

TX, TX_DEFAULT = "TxProfile", "TxDefaultProfile"
AT_ONCE = LimitOptions(min_interval_s=0)


# -- the same on the wire


@pytest.mark.parametrize("too_low", [PowerLimit(500), CurrentLimit(3), PowerLimit(0)])
async def test_a_pause_of_what_is_paused_already_is_not_sent(
    too_low: PowerLimit | CurrentLimit,
) -> None:
    bench = Bench()
    await bench.write(too_low)
    for on in (False, True, False):
        outcome = await bench.write(Enabled(on))
        assert outcome.outcome == "accepted"
        assert outcome.detail.split(", ")[0] in ("unchanged", "paused")
    assert len(bench.station.sent()) == 1
    assert bench.values["1", "enabled"] is False
    assert bench.values["1", "power_limit"] == 0


async def test_nor_is_it_in_a_transaction() -> None:
    bench = Bench(AT_ONCE)
    await bench.start()
    await bench.write(PowerLimit(500))
    bench.station.calls.clear()
    assert (await bench.write(Enabled(False))).detail == "unchanged"
    assert (await bench.write(Enabled(True))).outcome == "accepted"
    await bench.pass_time(600)
    assert bench.station.sent() == []


async def test_nor_is_it_for_the_whole_station() -> None:
    bench = Bench(AT_ONCE)
    await bench.write(PowerLimit(500), "0")
    outcome = await bench.write(PowerLimit(0), "0")
    assert (outcome.outcome, outcome.detail) == ("accepted", "unchanged")
    assert len(bench.station.sent()) == 1


async def test_a_limit_that_is_the_same_in_the_other_unit_is_shown_anew() -> None:
    bench = Bench(AT_ONCE, StationOptions(phases=None))
    bench.station.configure("ChargingScheduleAllowedChargingRateUnit", "Current")
    await bench.write(CurrentLimit(10))
    assert bench.values["1", "power_limit"] is None
    outcome = await bench.write(PowerLimit(6900))
    assert (outcome.outcome, outcome.detail) == ("accepted", "unchanged")
    assert len(bench.station.sent()) == 1
    assert bench.values["1", "power_limit"] == 6900
    assert bench.values["1", "current_limit"] == 10


async def test_another_limit_is_still_sent() -> None:
    bench = Bench(AT_ONCE)
    await bench.write(PowerLimit(500))
    await bench.write(PowerLimit(4140))
    await bench.write(Enabled(False))
    assert [limit for *_, limit in bench.station.limits_sent()] == [0, 4140, 0]


# -- a pause that is over before it was written


async def test_a_pause_that_is_about_to_be_over_is_not_written() -> None:
    bench = Bench()
    await bench.start()
    await bench.write(PowerLimit(4140))
    bench.station.calls.clear()
    await bench.pass_time(0.4)
    assert (await bench.write(Enabled(False))).outcome == "accepted"
    await bench.pass_time(0.2)
    resumed = bench.begin(Enabled(True))
    await settle()
    await bench.pass_time(9.5)
    assert bench.station.limits_sent() == [(TX, 1, 0)]
    await bench.pass_time(0.3)
    assert (await resumed).outcome == "accepted"
    await bench.pass_time(600)
    assert bench.station.limits_sent() == [(TX, 1, 0), (TX, 1, 4140)]


async def test_a_lasting_profile_does_not_hold_up_the_fast_one() -> None:
    bench = Bench()
    await bench.start()
    await bench.write(PowerLimit(4140))
    await bench.pass_time(4)
    await bench.write(Enabled(False))
    await bench.pass_time(7)
    assert bench.station.limits_sent()[-1] == (TX_DEFAULT, 1, 0)
    resumed = bench.begin(Enabled(True))
    await settle()
    await bench.pass_time(3)
    assert (await resumed).outcome == "accepted"
    assert bench.station.limits_sent()[-1] == (TX, 1, 4140)


async def test_a_lower_limit_that_waits_for_its_default_is_written_with_a_raise() -> (
    None
):
    bench = Bench()
    await bench.start()
    await bench.write(PowerLimit(8000))
    bench.station.calls.clear()
    await bench.pass_time(0.4)
    await bench.write(PowerLimit(3000))
    raised = bench.begin(PowerLimit(5000))
    await settle()
    await bench.pass_time(10)
    assert (await raised).outcome == "accepted"
    assert bench.station.limits_sent() == [
        (TX, 1, 3000),
        (TX, 1, 5000),
        (TX_DEFAULT, 1, 5000),
    ]
