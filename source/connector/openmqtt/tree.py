"""Every value as a plain retained scalar on a topic of its own.

Runs on the flow thread. It only makes messages; whoever owns the client sends them.
"""

from __future__ import annotations

from collections.abc import Iterable

import orjson

from connector.csms.facts import Datum, Scalar
from connector.datapoints.catalogue import STATION
from connector.datapoints.keys import local_topic
from connector.datapoints.sensors import NEVER, Sensors, StationSensors, Update
from connector.openmqtt.topics import Topics

Message = tuple[str, bytes, bool]

_CONNECTED = Datum(STATION, "connected")
_REFRESH_TURNS = 50
_RETAIN = True


def payload(value: Scalar) -> bytes:
    """Text raw, everything else as JSON; no text is ``null``: empty would clear it."""
    if isinstance(value, str):
        return value.encode("utf-8", "replace") or b"null"
    return orjson.dumps(value)


def availability(value: Scalar) -> bytes:
    """The words Home Assistant and others expect."""
    return b"online" if value is True else b"offline"


class Tree:
    """The open tree of one connector."""

    def __init__(self, topics: Topics) -> None:
        self._topics = topics
        self._turn = 0

    def messages(
        self, station: StationSensors, updates: Iterable[Update]
    ) -> list[Message]:
        """What to publish for new values; of a pending station only place 0."""
        if station.is_forgotten:
            return []
        root = self._topics.station(station.station)
        found = []
        for datum, value in updates:
            if not station.is_adopted and datum.where != STATION:
                continue
            found.append((root + local_topic(datum), payload(value.value), _RETAIN))
            if datum == _CONNECTED:
                found.append(
                    (root + "availability", availability(value.value), _RETAIN)
                )
        return found

    def everything(self, station: StationSensors) -> list[Message]:
        """All values and results that are known, for a broker that may have none."""
        return self.messages(station, [u for u in station if u[1].time_ms != NEVER])

    def refresh(self, sensors: Sensors) -> list[Message]:
        """The values (never results) of a fiftieth of the stations: call every second.

        Consumers with a timeout, as evcc's plugin, need a value at least every 60 s.
        """
        self._turn = (self._turn + 1) % _REFRESH_TURNS
        found: list[Message] = []
        for index, station in enumerate(sensors):
            if index % _REFRESH_TURNS == self._turn:
                found += self.messages(
                    station,
                    [
                        u
                        for u in station
                        if u[1].time_ms != NEVER and u[0].suffix != "result"
                    ],
                )
        return found

    def clear(self, station: StationSensors) -> list[Message]:
        """Empty retained messages on every topic that the station ever had."""
        root = self._topics.station(station.station)
        topics = [root + local_topic(datum) for datum, _ in station]
        return [(t, b"", _RETAIN) for t in [*topics, root + "availability"]]
