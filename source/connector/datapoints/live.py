"""New values for whoever looks on: the newest of each key, in batches.

Noted by the flow thread in passing while somebody listens, at the cost of one entry of
a dictionary; else of one comparison for all the values of a message.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import NamedTuple

import orjson

from connector.csms import times
from connector.csms.facts import Datum
from connector.datapoints.catalogue import SENSORS
from connector.datapoints.keys import local_key
from connector.datapoints.sensors import Sensors, SensorValue, StationSensors, Update

_MOST_HEADS = 50_000


class LiveValue(NamedTuple):
    """A value that is new.

    ``shown`` is the datapoint as JSON; None where the station has no datapoints (yet).
    """

    station: str
    datum: Datum
    value: object
    time_ms: int
    shown: bytes | None


Take = Callable[[list[LiveValue]], None]


class Live:
    """Used on the server's loop; ``ask`` has something done on the flow thread."""

    def __init__(
        self, sensors: Sensors, ask: Callable[[Callable[[], None]], None]
    ) -> None:
        self._sensors = sensors
        self._ask = ask
        self._new: dict[SensorValue, tuple[StationSensors, Datum]] = {}
        self._heads: dict[SensorValue, bytes] = {}

    def begin(self) -> None:
        """Note what is new from now on."""
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
            if found and not loop.is_closed():
                loop.call_soon_threadsafe(take, found)

        self._ask(hand_over)

    # -- on the flow thread

    def _note(self, station: StationSensors, updates: list[Update]) -> None:
        new = self._new
        for datum, value in updates:
            new[value] = (station, datum)

    def _forget(self) -> None:
        self._new, self._heads = {}, {}

    def _take(self) -> list[LiveValue]:
        new, self._new = self._new, {}
        if len(self._heads) > _MOST_HEADS:
            self._heads = {}
        return [
            LiveValue(
                station.station,
                datum,
                value.value,
                value.time_ms,
                self._shown(station, datum, value),
            )
            for value, (station, datum) in new.items()
        ]

    def _shown(
        self, station: StationSensors, datum: Datum, value: SensorValue
    ) -> bytes | None:
        if not station.has_keys or station.is_forgotten:
            return None
        head = self._heads.get(value)
        if head is None:
            head = self._heads[value] = _head(station, datum)
        time = times.iso_ms(value.time_ms).encode()
        return b'%b,"value":%b,"timestamp":"%b"}' % (
            head,
            orjson.dumps(value.value),
            time,
        )


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
