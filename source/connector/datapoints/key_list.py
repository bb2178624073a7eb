"""The list of all keys as JSON text that never was a dictionary: it is long.

What follows the station's part of a key is the same for all stations, and made once.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache, lru_cache

import orjson

from connector.csms.facts import Datum, Scalar
from connector.datapoints import catalogue
from connector.datapoints.earlier_keys import EarlierKeys
from connector.datapoints.keys import local_key
from connector.datapoints.sensors import Sensors, StationSensors


def available(sensors: Sensors, earlier_keys: EarlierKeys) -> bytes:
    """BEMCom's available datapoints with an example each; empty if there are none."""
    found, actuators = bytearray(), bytearray()
    for station in sensors:
        if station.has_keys:
            _add_station(found, actuators, station)
    _add(found, earlier_keys.results(sensors))
    _add(actuators, earlier_keys.actuators(sensors))
    if not (found or actuators):
        return b""
    head, between, end = b'{"sensor":{', b'},"actuator":{', b"}}"
    return b"".join((head, found[:-1], between, actuators[:-1], end))


def _add_station(
    found: bytearray, actuators: bytearray, station: StationSensors
) -> None:
    prefix = orjson.dumps(station.prefix)[:-1]
    for datum, _ in station:
        if datum.suffix != "result":
            found += prefix
            found += _sensor(datum)
    for where, name in station.commands():
        result, command = _command(where, name)
        found += prefix
        found += result
        actuators += prefix
        actuators += command


def _add(entries: bytearray, examples: Mapping[str, Scalar]) -> None:
    for key, example in examples.items():
        entries += orjson.dumps(key) + b":" + orjson.dumps(example) + b","


@lru_cache(maxsize=65_536)
def _sensor(datum: Datum) -> bytes:
    return _entry(datum, catalogue.example(datum))


@cache
def _command(where: str, name: str) -> tuple[bytes, bytes]:
    result = Datum(where, name, suffix="result")
    return (
        _entry(result, catalogue.RESULT_EXAMPLE),
        _entry(Datum(where, name), catalogue.COMMANDS[name].example),
    )


def _entry(datum: Datum, example: Scalar) -> bytes:
    """The end of a key, its quote, and the example."""
    return orjson.dumps(local_key(datum))[1:] + b":" + orjson.dumps(example) + b","
