"""What people see of a station, and a few ways to say things."""

from __future__ import annotations

import asyncio
from typing import Any

import orjson

from connector.csms.facts import Scalar
from connector.csms.options import LimitOptions
from connector.datapoints.command_runs import Context
from connector.datapoints.commands import Commands, Order
from connector.datapoints.limits.service import LimitService
from connector.datapoints.outcomes import Outcome
from connector.datapoints.profile_template import ProfileTemplate
from connector.datapoints.sensors import Sensors
from connector.tests.csms.conftest import NAME, Harness, StationEnd

POWER = "Power.Active.Import"
CURRENT = "Current.Import"
ENERGY = "Energy.Active.Import.Register"

Json = dict[str, Any]


def sample(value: Any, measurand: str | None = None, **more: str) -> Json:
    found = {"value": value, **more}
    return found if measurand is None else found | {"measurand": measurand}


def power(value: str, **more: str) -> Json:
    return sample(value, POWER, **more)


def shown(system: Harness, station: str = NAME) -> dict[str, Scalar]:
    """What is to be seen of a station after all that was told, by ``where__name``."""
    sensors = Sensors()
    for facts in system.facts:
        sensors.take(facts, system.clock.now_ms())
    found = sensors.station(station)
    return {
        found.key(datum).removeprefix(f"{station}__"): value.value
        for datum, value in found
    }


async def charging(system: Harness, **more: Any) -> tuple[StationEnd, int]:
    """A station that charges with 11 kW; its transaction began at 1000 Wh."""
    end = await system.connect()
    await end.status("Charging")
    number: int = (await end.start(**more))["transactionId"]
    await end.meter(power("11", unit="kW"), transaction=number)
    return end, number


async def meter_raw(end: StationEnd, *samples: Any, time: str | None = None) -> Any:
    """Meter values past the checks of the station's own end."""
    value = {"timestamp": time or end.time(), "sampledValue": list(samples)}
    return await end.say_raw("MeterValues", {"connectorId": 1, "meterValue": [value]})


def last_transaction(system: Harness) -> dict[str, Any]:
    found: dict[str, Any] = orjson.loads(str(shown(system)["0__last_transaction"]))
    return found


def offline_start(end: StationEnd, connector: int) -> dict[str, Any]:
    return {
        "connectorId": connector,
        "idTag": "other",
        "meterStart": 500,
        "timestamp": end.time(ago_s=7200),
    }


class Desk:
    """Commands for the stations of a central system, limits among them."""

    def __init__(self, system: Harness) -> None:
        central = system.central
        service = LimitService(
            central.stations,
            central.events,
            LimitOptions(),
            system.store,
            system.clock,
            publish=system.facts.append,
            report=lambda station, where, command, outcome: None,
            remember=central.registry.remember,
        )
        context = Context(service, "remote", ProfileTemplate(), central.blocks)
        self._commands = Commands(
            central.stations, context, system.clock, system.facts.append
        )
        self.limits = service

    async def run(self, name: str, value: object, where: str = "1") -> Outcome:
        """Carry out a command."""
        async with asyncio.timeout(10):
            return await self._commands.execute(Order(NAME, where, name, value))
