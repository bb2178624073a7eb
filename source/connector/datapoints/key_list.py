"""The list of all keys as JSON text that never was a dictionary: it is long.

What follows the station's part of a key is the same for all stations, and made once;
all that a station adds is the same for every station with the same values but for that
part. Ten thousand stations have fifty megabytes of it.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from functools import cache, lru_cache

import orjson

from connector.csms.facts import Datum, Scalar
from connector.datapoints import catalogue
from connector.datapoints.earlier_keys import EarlierKeys
from connector.datapoints.keys import local_key
from connector.datapoints.sensors import Sensors, StationSensors

_PREFIX = b"\x00"
"""Stands for the station's part of a key; JSON text has no such byte."""
_AT_ONCE = 100
"""Stations after which other threads may have their turn."""
_Shape = tuple[int, frozenset[int]]
_Entries = tuple[bytes, bytes]
"""What a station adds to the sensors and to the actuators."""


def available(sensors: Sensors, earlier_keys: EarlierKeys) -> bytearray:
    """BEMCom's available datapoints with an example each; empty if there are none."""
    found, actuators = bytearray(b'{"sensor":{'), bytearray()
    shapes: dict[_Shape, _Entries] = {}
    for number, station in enumerate(sensors):
        if station.has_keys:
            _add_station(found, actuators, station, shapes)
        if number % _AT_ONCE == 0:
            time.sleep(0)
    _add(found, earlier_keys.results(sensors))
    _add(actuators, earlier_keys.actuators(sensors))
    if not actuators:
        return actuators
    # In place: each copy would hold up all threads.
    found[-1:] = b'},"actuator":{'
    actuators[-1:] = b"}}"
    found += actuators
    return found


def _add_station(
    found: bytearray,
    actuators: bytearray,
    station: StationSensors,
    shapes: dict[_Shape, _Entries],
) -> None:
    # The datums are there as long as the stations: an id means one of them.
    shape = station.connectors, frozenset(map(id, station.datums()))
    entries = shapes.get(shape)
    if entries is None:
        entries = shapes[shape] = _station_entries(station)
    prefix = orjson.dumps(station.prefix)[:-1]
    found += entries[0].replace(_PREFIX, prefix)
    actuators += entries[1].replace(_PREFIX, prefix)


def _station_entries(station: StationSensors) -> _Entries:
    sensors = [_sensor(datum) for datum, _ in station if datum.suffix != "result"]
    commands = [_command(where, name) for where, name in station.commands()]
    return (
        b"".join([*sensors, *(result for result, _ in commands)]),
        b"".join([command for _, command in commands]),
    )


def _add(entries: bytearray, examples: Mapping[str, Scalar]) -> None:
    for key, example in examples.items():
        entries += orjson.dumps(key) + b":" + orjson.dumps(example) + b","


@lru_cache(maxsize=65_536)
def _sensor(datum: Datum) -> bytes:
    return _entry(datum, catalogue.example(datum))


@cache
def _command(where: str, name: str) -> _Entries:
    result = Datum(where, name, suffix="result")
    return (
        _entry(result, catalogue.RESULT_EXAMPLE),
        _entry(Datum(where, name), catalogue.COMMANDS[name].example),
    )


def _entry(datum: Datum, example: Scalar) -> bytes:
    """A key but for its station's part, the example, and a comma."""
    key = orjson.dumps(local_key(datum))[1:]
    return _PREFIX + key + b":" + orjson.dumps(example) + b","
