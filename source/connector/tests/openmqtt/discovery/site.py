"""A site with stations of 1.6 and 2.x that tell everything there is to tell."""

from __future__ import annotations

from typing import Any

import orjson

from connector.csms.facts import Datum, Facts, Scalar
from connector.datapoints.catalogue import MEASURAND_SENSORS, SENSORS
from connector.datapoints.sensors import Sensors, StationSensors
from connector.openmqtt.discovery.devices import Devices, Discovered
from connector.openmqtt.topics import Topics

Json = dict[str, Any]
NAMES = ("CP-7", "Säule 2/β #1")
NOW_MS = 1_769_860_800_000


def devices(name: str = "ocpp") -> Devices:
    return Devices(Topics(name), "homeassistant", "1.0.0")


def everything(where: str) -> dict[Datum, Scalar]:
    """A value of every sensor that exists at a place, of every phase of measurands."""
    values: dict[Datum, Scalar] = {
        Datum(where, sensor.name): sensor.example
        for sensor in SENSORS.values()
        if sensor.scope.holds(where)
    }
    for name, sensor in MEASURAND_SENSORS.items():
        for phase in ("L1", "L2", "L3", "N", "L1-L2"):
            values[Datum(where, name, phase=phase)] = sensor.example
    values[Datum(where, "SoC", "EV")] = 50.0
    values[Datum(where, "x.Something.Own")] = 1.5
    values[Datum(where, "Energy.Active.Import.Register", suffix="signed")] = "{}"
    return values


def station(
    sensors: Sensors, name: str, *, connectors: int = 2, speaks_2: bool = False
) -> StationSensors:
    """An adopted station that has told everything."""
    parts = ("1.2",) if speaks_2 else ()
    sensors.register(
        name, is_adopted=True, connectors=connectors, parts=parts, speaks_2=speaks_2
    )
    for where in ("0", *map(str, range(1, connectors + 1))):
        sensors.take(Facts(name, NOW_MS, everything(where)), NOW_MS)
    return sensors.station(name)


def messages() -> list[Discovered]:
    """All messages of the site."""
    sensors, make = Sensors(), devices()
    found = [make.bridge()]
    for number, name in enumerate(NAMES):
        found += make.of_station(station(sensors, name, speaks_2=bool(number)))
    return found


def components() -> list[Json]:
    """Every component of the site."""
    payloads = [orjson.loads(message.payload) for message in messages()]
    return [c for payload in payloads for c in payload["components"].values()]
