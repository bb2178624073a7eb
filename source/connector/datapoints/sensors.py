"""The newest value of every sensor, and which value may follow which.

Owned by the flow thread. Idle stations are many, so a value is one small object, and
keys of commands are made when somebody asks for the list.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from connector.csms.facts import Datum, Facts, Scalar
from connector.datapoints import catalogue
from connector.datapoints.keys import (
    SEPARATOR,
    escape,
    local_key,
    parse_key,
    parse_local_key,
)

NEVER = 0


class SensorValue:
    """The newest value of one datum; ``time_ms`` is `NEVER` until there is one."""

    __slots__ = ("kept", "time_ms", "value")

    def __init__(self) -> None:
        self.value: Scalar = None
        self.time_ms = NEVER
        self.kept: Any = None
        """What `history` knows of it."""


Update = tuple[Datum, SensorValue]


class StationSensors:
    """All sensors of one station."""

    __slots__ = (
        "_values",
        "connectors",
        "has_keys",
        "is_adopted",
        "is_forgotten",
        "is_stale",
        "name",
        "parts",
        "prefix",
        "speaks_2",
        "station",
    )

    def __init__(self, station: str) -> None:
        self.station = station
        self.name = station
        """What people call it."""
        self.prefix = escape(station) + SEPARATOR
        self.is_adopted = False
        self.has_keys = False
        """BEMCom knows its keys, which are for ever."""
        self.is_forgotten = False
        """It has no place in the open tree until it comes again."""
        self.connectors = 0
        self.parts: tuple[str, ...] = ()
        self.speaks_2 = False
        self.is_stale = False
        """New sensors came that the store does not know."""
        self._values: dict[Datum, SensorValue] = {}

    def __iter__(self) -> Iterator[Update]:
        return iter(self._values.items())

    def __len__(self) -> int:
        return len(self._values)

    def __bool__(self) -> bool:
        return True

    def datums(self) -> Iterable[Datum]:
        """Everything that was ever seen or declared."""
        return self._values

    def key(self, datum: Datum) -> str:
        """The full key of a datum; made when it is asked for, there are so many."""
        return self.prefix + local_key(datum)

    def get(self, datum: Datum) -> SensorValue | None:
        """The value of a datum, if it was ever seen or declared."""
        return self._values.get(datum)

    def declare(self, datum: Datum) -> SensorValue:
        """The value of a datum, made if there is none."""
        value = self._values.get(datum)
        if value is None:
            value = self._values[datum] = SensorValue()
            self.is_stale = self.is_stale or datum.suffix != "result"
        return value

    def take(self, facts: Facts, now_ms: int) -> list[Update]:
        """Note the values of ``facts``; gives those that are to be published."""
        values = self._values
        time_ms, is_queued = facts.time_ms, facts.queued
        updates = []
        for datum, new in facts.values.items():
            value = values.get(datum) or self.declare(datum)
            if time_ms > value.time_ms:
                value.time_ms = time_ms
            elif is_queued and time_ms < value.time_ms:
                continue
            elif is_queued:
                # Of one time, too, the order of arrival counts.
                value.time_ms += 1
            else:
                value.time_ms = max(now_ms, value.time_ms + 1)
            value.value = new
            updates.append((datum, value))
        return updates

    def keys(self) -> list[str]:
        """The local keys that are worth remembering; results come with commands."""
        return [local_key(d) for d in self._values if d.suffix != "result"]

    def places(self) -> Iterator[str]:
        """Every where that has commands."""
        yield catalogue.STATION
        yield from map(str, range(1, self.connectors + 1))
        yield from self.parts

    def commands(self) -> Iterator[tuple[str, str]]:
        """Every (where, command) of an adopted station."""
        if self.has_keys:
            for where in self.places():
                for name in catalogue.commands_at(where, speaks_2=self.speaks_2):
                    yield where, name


OnTaken = Callable[[StationSensors, Facts, list[Update]], None]
OnLive = Callable[[StationSensors, list[Update]], None]


class Sensors:
    """The sensors of all stations."""

    def __init__(self) -> None:
        self._stations: dict[str, StationSensors] = {}
        self.revision = 0
        """Rises whenever the set of keys grows."""
        self.names = 0
        """Rises whenever a station is called something else."""
        self._has_new_actuators = False
        self.on_taken: OnTaken | None = None
        """Hears of all facts, and of what was published of them."""
        self.on_live: OnLive | None = None
        """Hears of what is new, while somebody looks on; see `live`."""

    def __iter__(self) -> Iterator[StationSensors]:
        return iter(self._stations.values())

    def station(self, station: str) -> StationSensors:
        """The sensors of a station, made if there are none."""
        sensors = self._stations.get(station)
        if sensors is None:
            sensors = self._stations[station] = StationSensors(station)
        return sensors

    def restore(self, station: str, local_keys: Iterable[str]) -> None:
        """Declare the sensors that a station had before our restart."""
        sensors = self.station(station)
        for text in local_keys:
            sensors.declare(parse_local_key(text))
        sensors.is_stale = False
        self.revision += 1

    def register(
        self,
        station: str,
        *,
        is_adopted: bool,
        connectors: int,
        parts: tuple[str, ...] = (),
        speaks_2: bool = False,
        name: str | None = None,
    ) -> None:
        """Say whether a station has keys, and which places it has commands at.

        ``name`` is what people call it; nothing: its identity.
        """
        sensors = self.station(station)
        before = _commands_of(sensors)
        sensors.is_adopted, sensors.is_forgotten = is_adopted, False
        sensors.has_keys = sensors.has_keys or is_adopted
        sensors.connectors = max(sensors.connectors, connectors)
        sensors.parts = parts if len(parts) >= len(sensors.parts) else sensors.parts
        sensors.speaks_2 = sensors.speaks_2 or speaks_2
        self._call(sensors, name or station)
        if before != _commands_of(sensors) and sensors.has_keys:
            self.revision += 1
            self._has_new_actuators = True

    def _call(self, sensors: StationSensors, name: str) -> None:
        if sensors.name != name:
            sensors.name = name
            self.names += 1

    def take_news_of_actuators(self) -> bool:
        """Whether there are new commands since this was asked last."""
        found, self._has_new_actuators = self._has_new_actuators, False
        return found

    def forget(self, station: str) -> StationSensors | None:
        """Drop the values of a station that was never adopted."""
        return self._stations.pop(station, None)

    def take(self, facts: Facts, now_ms: int) -> list[Update]:
        """Note facts; gives what is to be published."""
        sensors = self._stations.get(facts.station) or self.station(facts.station)
        was = len(sensors._values)
        updates = sensors.take(facts, now_ms)
        if len(sensors._values) != was and sensors.has_keys:
            self.revision += 1
        if self.on_taken is not None:
            self.on_taken(sensors, facts, updates)
        # Taken once: the other thread sets it.
        on_live = self.on_live
        if on_live is not None:
            on_live(sensors, updates)
        return updates

    def find(self, key: str) -> SensorValue | None:
        """The value behind a full key, if there is such a sensor."""
        try:
            station, datum = parse_key(key)
        except ValueError:
            return None
        sensors = self._stations.get(station)
        return sensors.get(datum) if sensors else None


def _commands_of(sensors: StationSensors) -> tuple[object, ...]:
    """What decides which commands a station has."""
    return sensors.has_keys, sensors.connectors, sensors.parts, sensors.speaks_2
