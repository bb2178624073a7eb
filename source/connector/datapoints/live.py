"""New values for whoever looks on: the newest of each key, in batches.

Noted by the flow thread in passing while somebody listens, and made into text there,
once for all who want the same; else at the cost of one comparison for all the values
of a message.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Iterator, Mapping
from functools import lru_cache
from typing import NamedTuple

import orjson

from connector.csms import times
from connector.csms.facts import Datum
from connector.datapoints.catalogue import SENSORS
from connector.datapoints.keys import local_key
from connector.datapoints.sensors import Sensors, SensorValue, StationSensors, Update

_MOST_HEADS = 50_000
_Values = dict[Datum, SensorValue]


class Want(NamedTuple):
    """Of which stations somebody wants to see which values; empty: of all, and all."""

    stations: frozenset[str] = frozenset()
    names: frozenset[str] = frozenset()


class Around(NamedTuple):
    """What stands before and behind the JSON of each value."""

    before: bytes = b""
    behind: bytes = b""


class LiveValue(NamedTuple):
    """A value that is new, for who sees more in it."""

    station: str
    datum: Datum
    value: object
    time_ms: int


class Batch(NamedTuple):
    """What is new: the texts of each want, and what is to be looked into."""

    texts: Mapping[Want, bytes]
    watched: list[LiveValue]


Take = Callable[[Batch], None]


class _Choice(NamedTuple):
    """What is wanted of a station; of ``names`` None: all."""

    wants: tuple[Want, ...]
    watched: frozenset[str]
    names: frozenset[str] | None


class _Wanted:
    """What is wanted of each station; nobody changes it but by another one."""

    __slots__ = ("_of", "_of_others", "around", "wants")

    def __init__(self, wants: Collection[Want], watched: Want, around: Around) -> None:
        self.wants = tuple(wants)
        self.around = around
        named = watched.stations.union(*(want.stations for want in wants))
        self._of = {each: self._choice(watched, each) for each in named}
        self._of_others = self._choice(watched, None)

    def _choice(self, watched: Want, station: str | None) -> _Choice:
        wants = tuple(each for each in self.wants if _is_of(each, station))
        names = watched.names if _is_of(watched, station) else frozenset()
        is_all = not all(each.names for each in wants)
        noted = None if is_all else names.union(*(each.names for each in wants))
        return _Choice(wants, names, noted)

    def of(self, station: str) -> _Choice:
        """What is wanted of a station."""
        return self._of.get(station, self._of_others)


def _is_of(want: Want, station: str | None) -> bool:
    return not want.stations or station in want.stations


_NOTHING = _Wanted((), Want(frozenset({""})), Around())


class Live:
    """Used on the server's loop; ``ask`` has something done on the flow thread."""

    def __init__(
        self, sensors: Sensors, ask: Callable[[Callable[[], None]], None]
    ) -> None:
        self._sensors = sensors
        self._ask = ask
        self._new: dict[StationSensors, _Values] = {}
        self._heads: dict[SensorValue, bytes] = {}
        self._wanted = _NOTHING

    def begin(self, wants: Collection[Want], watched: Want, around: Around) -> None:
        """Note what is new from now on: to be shown, and to be looked into.

        Only totals are looked into. May be called again, with the same ``around``.
        """
        self._wanted = _Wanted(wants, watched, around)
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
        names = self._wanted.of(station.station).names
        found = updates
        if names is not None:
            found = [each for each in updates if each[0].name in names]
        if found:
            self._new.setdefault(station, {}).update(found)

    def _forget(self) -> None:
        self._new, self._heads = {}, {}

    def _take(self) -> Batch:
        new, self._new = self._new, {}
        if len(self._heads) > _MOST_HEADS:
            self._heads = {}
        wanted = self._wanted
        texts: dict[Want, list[bytes]] = {want: [] for want in wanted.wants}
        watched: list[LiveValue] = []
        for station, values in new.items():
            choice = wanted.of(station.station)
            watched += _watched(station, values, choice.watched)
            if station.has_keys and not station.is_forgotten:
                for want in choice.wants:
                    texts[want] += self._texts(station, values, want.names)
        return Batch({want: b"".join(each) for want, each in texts.items()}, watched)

    def _texts(
        self, station: StationSensors, values: _Values, names: frozenset[str]
    ) -> Iterator[bytes]:
        heads, behind = self._heads, self._wanted.around.behind
        for datum, value in values.items():
            if not names or datum.name in names:
                head = heads.get(value) or self._head(station, datum, value)
                number, time = orjson.dumps(value.value), _time(value.time_ms)
                yield b'%b%b,"timestamp":"%b"}%b' % (head, number, time, behind)

    def _head(self, station: StationSensors, datum: Datum, value: SensorValue) -> bytes:
        before = self._wanted.around.before
        head = self._heads[value] = before + _members(station, datum)
        return head


def _watched(
    station: StationSensors, values: _Values, names: frozenset[str]
) -> Iterator[LiveValue]:
    for datum, value in values.items() if names else ():
        is_total = not (datum.location or datum.phase or datum.suffix)
        if is_total and datum.name in names:
            yield LiveValue(station.station, datum, value.value, value.time_ms)


@lru_cache(maxsize=64)
def _time(time_ms: int) -> bytes:
    """Values of one message have one time."""
    return times.iso_ms(time_ms).encode()


def _members(station: StationSensors, datum: Datum) -> bytes:
    """What stays the same of a value, up to the value itself."""
    sensor = None if datum.suffix else SENSORS.get(datum.name)
    members = {
        "key": station.key(datum),
        "station": station.station,
        "where": datum.where,
        "name": local_key(datum).removeprefix(f"{datum.where}__"),
        "unit": (sensor.unit or None) if sensor else None,
    }
    return orjson.dumps(members)[:-1] + b',"value":'
