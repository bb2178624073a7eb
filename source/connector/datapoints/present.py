"""The present values of all sensors, for whoever asks on another thread than theirs."""

from __future__ import annotations

import asyncio
from bisect import bisect_left
from collections.abc import Callable, Iterator
from typing import NamedTuple

from connector.csms.facts import Scalar
from connector.datapoints.catalogue import SENSORS
from connector.datapoints.sensors import NEVER, Sensors, StationSensors

_ANSWERS_WITHIN_S = 5.0


class PresentValue(NamedTuple):
    """The newest value of a key; ``time_ms`` is None where there was none yet."""

    key: str
    value: Scalar
    time_ms: int | None
    unit: str | None


class Asked(NamedTuple):
    """Which values: None stands for all."""

    station: str | None = None
    names: frozenset[str] | None = None


def present(
    sensors: Sensors, asked: Asked, after: str | None, limit: int
) -> list[PresentValue]:
    """Some values in the order of their keys, from behind a key on; on the thread."""
    found: list[PresentValue] = []
    for each in _stations(sensors, asked.station, after):
        values = (
            value
            for value in _values(each, asked.names)
            if after is None or value.key > after
        )
        found += sorted(values)
        if len(found) >= limit:
            break
    return found[:limit]


def _stations(
    sensors: Sensors, station: str | None, after: str | None
) -> Iterator[StationSensors]:
    """Those that may have more, in the order of the beginning of their keys."""
    known = [
        each
        for each in sensors
        if each.has_keys and not each.is_forgotten and station in (None, each.station)
    ]
    known.sort(key=lambda each: each.prefix)
    prefixes = [each.prefix for each in known]
    first = 0 if after is None else bisect_left(prefixes, after)
    # The key may be one of the station before.
    yield from known[max(0, first - 1) :]


def _values(
    station: StationSensors, names: frozenset[str] | None
) -> Iterator[PresentValue]:
    for datum, value in station:
        if names is not None and datum.name not in names:
            continue
        sensor = None if datum.suffix else SENSORS.get(datum.name)
        yield PresentValue(
            station.key(datum),
            value.value,
            None if value.time_ms == NEVER else value.time_ms,
            sensor.unit or None if sensor else None,
        )


class Present:
    """Asks the thread that owns the sensors; used on the server's loop."""

    def __init__(
        self, sensors: Sensors, ask: Callable[[Callable[[], None]], None]
    ) -> None:
        self._sensors = sensors
        self._ask = ask

    async def values(
        self, asked: Asked, after: str | None, limit: int
    ) -> list[PresentValue]:
        """Some values in the order of their keys, from behind a key on.

        Raises:
            TimeoutError: the thread does not answer.
        """
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[list[PresentValue]] = loop.create_future()

        def tell(found: list[PresentValue]) -> None:
            if not answer.done():
                answer.set_result(found)

        def run() -> None:
            found = present(self._sensors, asked, after, limit)
            if not loop.is_closed():
                loop.call_soon_threadsafe(tell, found)

        self._ask(run)
        async with asyncio.timeout(_ANSWERS_WITHIN_S):
            return await answer
