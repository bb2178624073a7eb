"""Quirks that cannot be right by default have a name; nobody else is touched by them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from connector.csms.options import ProfileOptions, StationOptions
from connector.csms.quirks import Quirks
from connector.datapoints.limits.requests import CurrentLimit, Phases, PowerLimit
from connector.tests.csms.conftest import NAME, Harness
from connector.tests.csms.test_setup import Keys, changes
from connector.tests.datapoints.limits.bench import Bench
from connector.tests.quirks.bench import Desk

Start = Callable[..., Any]


async def one(start: Start, **options: Any) -> Harness:
    """A central system with one station that has these options."""
    found: Harness = await start(stations={NAME: StationOptions(**options)})
    return found


@pytest.mark.parametrize("listed", ["", " Core , RemoteTrigger ", "Core", None])
async def test_limits_are_sent_whatever_profiles_are_listed(listed: str | None) -> None:
    """Row 30: SupportedFeatureProfiles with spaces / empty."""
    bench = Bench()
    if listed is not None:
        bench.station.configuration["SupportedFeatureProfiles"] = listed
    assert (await bench.write(PowerLimit(4140))).outcome == "accepted"
    assert len(bench.station.limits_sent()) == 1


@pytest.mark.parametrize(
    ("most", "option", "level"),
    [(None, None, 0), ("8", None, 7), ("8", 0, 0), (" 8 ", 5, 5), ("none", None, 0)],
)
async def test_the_stack_level_is_below_the_most_or_an_option(
    most: str | None, option: int | None, level: int
) -> None:
    """Row 35: stackLevel: must be 0 (ABB TAC, Wallbox FW5) or max."""
    profile = ProfileOptions(stack_level=option)
    bench = Bench(station_options=StationOptions(profile=profile))
    if most is not None:
        bench.station.configuration["ChargeProfileMaxStackLevel"] = most
    await bench.write(PowerLimit(4140))
    assert bench.station.sent()[0]["csChargingProfiles"]["stackLevel"] == level


@pytest.mark.parametrize("text", ["true", " True ", None])
async def test_phases_are_switched_in_the_profile(text: str | None) -> None:
    """Row 38: numberPhases / 1p3p switching keys."""
    bench = Bench()
    if text is not None:
        bench.station.configuration["ConnectorSwitch3to1PhaseSupported"] = text
    await bench.write(CurrentLimit(10))
    task = bench.begin(Phases(1))
    await bench.pass_time(10)
    assert (await task).outcome == "accepted"
    schedule = bench.station.sent()[-1]["csChargingProfiles"]["chargingSchedule"]
    assert schedule["chargingSchedulePeriod"][0]["numberPhases"] == 1


async def test_a_station_that_cannot_switch_phases_says_so() -> None:
    """Row 38: 1p3p switching keys (`ConnectorSwitch3to1PhaseSupported`)."""
    bench = Bench()
    bench.station.configuration["ConnectorSwitch3to1PhaseSupported"] = "false"
    assert (await bench.write(Phases(1))).outcome == "unsupported"


@pytest.mark.parametrize(
    ("is_set", "outcome", "sent"), [(None, "accepted", 1), (True, "unsupported", 0)]
)
async def test_change_availability_can_be_turned_off(
    start: Start, is_set: Any, outcome: str, sent: int
) -> None:
    """Row 39: ChangeAvailability breaks EN+; optional."""
    system = await one(start, quirks=Quirks(no_change_availability=is_set))
    end = await system.connect(ChangeAvailability={"status": "Accepted"})
    desk = Desk(system)
    assert (await desk.run("available", False)).outcome == outcome
    assert len(end.asked("ChangeAvailability")) == sent
    await desk.limits.stop()


async def test_measurands_can_be_a_fixed_list_or_left_alone(start: Start) -> None:
    """Row 41: auto-detect makes ABB TAC reboot forever."""
    system = await one(start, measurands=(), meter_interval_s=0)
    assert changes(await system.connect(boots=True, **Keys().answers)) == []
    system = await one(start, measurands=("Voltage",))
    end = await system.connect(boots=True, **Keys().answers)
    assert changes(end)[0] == ("MeterValuesSampledData", "Voltage")
    system = await one(start, quirks=Quirks(skip_setup=True))
    end = await system.connect(boots=True, **Keys().answers)
    assert end.calls == []


async def test_values_that_do_not_come_are_asked_for(start: Start) -> None:
    """Row 44: no periodic values: need TriggerMessage polling."""
    system = await one(start, quirks=Quirks(poll_s=5))
    end = await system.connect(boots=True, **Keys().answers)
    await system.advance(5)
    asked = [payload["requestedMessage"] for payload in end.asked("TriggerMessage")]
    assert asked == ["MeterValues"]


async def test_the_tag_of_free_charging_is_set_where_it_has_a_key(start: Start) -> None:
    """Row 49: vendor free-charge tag (Alfen PlugAndChargeIdentifier)."""
    key = "PlugAndChargeIdentifier"
    system = await one(start, quirks=Quirks(free_token_key=key))
    end = await system.connect(boots=True, **Keys(PlugAndChargeIdentifier="x").answers)
    assert (key, "remote") in changes(end)
