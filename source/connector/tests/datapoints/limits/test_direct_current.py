"""A station that charges with direct current: no phases, no minimum, no conversion."""

from __future__ import annotations

import pytest

from connector.csms.events import ConnectorsChanged
from connector.csms.options import LimitOptions, ProfileOptions, StationOptions
from connector.datapoints.limits.requests import CurrentLimit, Phases, PowerLimit
from connector.tests.datapoints.limits.bench import Bench, ScriptedStation, settle

pytestmark = pytest.mark.usefixtures("version")

TX_DEFAULT = "TxDefaultProfile"
UNITS = "ChargingScheduleAllowedChargingRateUnit"


class DcStation(ScriptedStation):
    @property
    def is_dc(self) -> bool:
        return True


@pytest.fixture
def bench() -> Bench:
    bench = Bench(LimitOptions(min_interval_s=0), connectors=2)
    bench.station.__class__ = DcStation
    return bench


async def test_small_limits_are_no_pause_and_the_other_unit_is_unknown(
    bench: Bench,
) -> None:
    assert (await bench.write(PowerLimit(500))).detail == ""
    assert bench.station.limits_sent() == [(TX_DEFAULT, 1, 500)]
    assert bench.values["1", "power_limit"] == 500
    assert bench.values["1", "current_limit"] is None
    assert bench.values["1", "limit_min"] == 0


async def test_what_would_need_a_conversion_is_unsupported(bench: Bench) -> None:
    bench.station.configure(UNITS, "Current")
    assert (await bench.write(PowerLimit(50000))).outcome == "unsupported"
    assert (await bench.write(CurrentLimit(100))).outcome == "accepted"


async def test_phases_are_unsupported(bench: Bench) -> None:
    assert (await bench.write(Phases(1))).outcome == "unsupported"
    assert (await bench.write(Phases(None))).outcome == "accepted"


async def test_a_unit_that_turns_out_wrong_is_told_and_not_sent(bench: Bench) -> None:
    await bench.write(PowerLimit(50000))
    bench.station.configure(UNITS, "Current")
    bench.station.calls.clear()
    await bench.boot()
    assert bench.station.sent() == []
    assert bench.service.profile_for_start(bench.station, "1") is None


async def test_a_maximum_in_a_unit_that_is_not_taken_does_not_release() -> None:
    profile = ProfileOptions(unit="W")
    options = StationOptions(max_current_a=100, profile=profile)
    bench = Bench(LimitOptions(min_interval_s=0), options)
    bench.station.__class__ = DcStation
    await bench.write(PowerLimit(50000))
    bench.station.script["ClearChargingProfile"] = lambda _: {"status": "Nope"}
    outcome = await bench.write(PowerLimit(None))
    assert outcome.outcome == "unsupported"
    assert bench.values["1", "power_limit"] == 50000


async def test_a_station_that_is_not_adopted_shows_nothing(bench: Bench) -> None:
    bench.station.registration = "pending"
    bench.events.emit(ConnectorsChanged(bench.station))
    await bench.find_link()
    await bench.lose_link()
    await settle()
    assert bench.station.calls == []
    assert bench.values == {}
