"""New values for whoever looks on: the newest of each key, in batches.

Noted by the flow thread in passing while somebody listens, at the cost of one entry of
a dictionary; else of one comparison for all the values of a message.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from functools import lru_cache
from typing import NamedTuple

import orjson

from connector.csms import times
from connector.csms.facts import Datum
from connector.datapoints.catalogue import SENSORS
from connector.datapoints.keys import local_key
from connector.datapoints.sensors import Sensors, SensorValue, StationSensors, Update

_MOST_HEADS = 50_000
Names = frozenset[str] | None
"""None: all."""


class LiveValue(NamedTuple):
    """A value that is new, for who sees more in it."""

    station: str
    datum: Datum
    value: object
    time_ms: int


class Shown(NamedTuple):
    """A new value as JSON, of a station that has datapoints."""

    station: str
    name: str
    text: bytes


class Batch(NamedTuple):
    """What is new: to be shown, and to be looked into."""

    shown: list[Shown]
    watched: list[LiveValue]


Take = Callable[[Batch], None]


class Live:
    """Used on the server's loop; ``ask`` has something done on the flow thread."""

    def __init__(
        self, sensors: Sensors, ask: Callable[[Callable[[], None]], None]
    ) -> None:
        self._sensors = sensors
        self._ask = ask
        self._new: dict[SensorValue, tuple[StationSensors, Datum]] = {}
        self._heads: dict[SensorValue, bytes] = {}
        self._names: Names = frozenset()
        self._watched: frozenset[str] = frozenset()

    def begin(self, names: Names, watched: frozenset[str]) -> None:
        """Note what is new from now on: of these names to be shown, of those told.

        May be called again.
        """
        self._names, self._watched = names, watched
        self._sensors.on_live = self._note

    def end(self) -> None:
        """Nobody wants to know any more."""
        self._sensors.on_live = None
        self._ask(self._forget)

    def flush(self, take: Take) -> None:
        """Have what is new handed to ``take``, soon and on this loop."""
        if not self._new:
            return
        loop = asyncio.get_running_loop()

        def hand_over() -> None:
            found = self._take()
            if not loop.is_closed():
                loop.call_soon_threadsafe(take, found)

        self._ask(hand_over)

    # -- on the flow thread

    def _note(self, station: StationSensors, updates: list[Update]) -> None:
        names, new = self._names, self._new
        for datum, value in updates:
            if names is None or datum.name in names or datum.name in self._watched:
                new[value] = (station, datum)

    def _forget(self) -> None:
        self._new, self._heads = {}, {}

    def _take(self) -> Batch:
        new, self._new = self._new, {}
        if len(self._heads) > _MOST_HEADS:
            self._heads = {}
        names, watched = self._names, self._watched
        found = Batch([], [])
        for value, (station, datum) in new.items():
            name = datum.name
            if name in watched:
                found.watched.append(
                    LiveValue(station.station, datum, value.value, value.time_ms)
                )
            is_shown = station.has_keys and not station.is_forgotten
            if is_shown and (names is None or name in names):
                text = self._text(station, datum, value)
                found.shown.append(Shown(station.station, name, text))
        return found

    def _text(self, station: StationSensors, datum: Datum, value: SensorValue) -> bytes:
        head = self._heads.get(value)
        if head is None:
            head = self._heads[value] = _head(station, datum)
        return b'%b,"value":%b,"timestamp":"%b"}' % (
            head,
            orjson.dumps(value.value),
            _time(value.time_ms),
        )


@lru_cache(maxsize=64)
def _time(time_ms: int) -> bytes:
    """Values of one message have one time."""
    return times.iso_ms(time_ms).encode()


def _head(station: StationSensors, datum: Datum) -> bytes:
    """The members that stay the same, without the brace at their end."""
    sensor = None if datum.suffix else SENSORS.get(datum.name)
    members = {
        "key": station.key(datum),
        "station": station.station,
        "where": datum.where,
        "name": local_key(datum).removeprefix(f"{datum.where}__"),
        "unit": (sensor.unit or None) if sensor else None,
    }
    return orjson.dumps(members)[:-1]
