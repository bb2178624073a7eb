"""BEMCom's sensor flow over facts.

Facts in, messages out: to BEMCom's topics where a key is selected, and to whoever
follows (the open tree). All of it happens on the flow thread.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, Protocol

import orjson

from connector.bemcom import SensorFlow as BaseSensorFlow
from connector.csms.clock import Clock
from connector.csms.facts import Facts, Scalar
from connector.datapoints.sensors import (
    Sensors,
    SensorValue,
    StationSensors,
    Update,
)

Message = tuple[str, bytes, bool]
_RETAIN = True
_NOTHING: dict[str, Any] = {"payload": None}


def value_payload(value: Scalar, time_ms: int) -> bytes:
    """A sensor value as BEMCom's API service reads it."""
    return b'{"value":%b,"timestamp":%d}' % (orjson.dumps(value), time_ms)


class Follower(Protocol):
    """Somebody else who publishes values: the open tree."""

    def messages(
        self, station: StationSensors, updates: Iterable[Update]
    ) -> list[Message]:
        """What to publish for new values."""

    def everything(self, station: StationSensors) -> list[Message]:
        """What to publish for all values of a station."""

    def refresh(self, sensors: Sensors) -> list[Message]:
        """What to publish once a second."""

    def clear(self, station: StationSensors) -> list[Message]:
        """What to publish when a station is forgotten."""


class SensorFlow(BaseSensorFlow):
    """The connector sets these attributes before the first run.

    ``outgoing`` gathers messages until somebody publishes them in one batch.
    """

    sensors: Sensors
    clock: Clock
    follower: Follower | None
    redact: Callable[[str], Any]
    outgoing: list[Message]
    _facts: Facts
    _current: dict[str, SensorValue]

    @property
    def has_listeners(self) -> bool:
        """Whether anybody is told of values or frames now."""
        is_kept = self.SEND_RAW_MESSAGE_TO_DB == "TRUE"
        return bool(self.datapoint_map["sensor"] or self.follower or is_kept)

    def receive_raw_msg(self, raw_data: Any) -> dict[str, Any]:
        """The message of the station as the raw message database keeps it.

        Args:
            raw_data: ``{"frame": text or None, "facts": Facts, "time": ms}``.
        """
        facts: Facts = raw_data["facts"]
        self._facts = facts
        raw = None
        frame = raw_data["frame"]
        if frame is not None and self.SEND_RAW_MESSAGE_TO_DB == "TRUE":
            raw = {
                "station": facts.station,
                "version": facts.version,
                "direction": facts.direction,
                "frame": self.redact(frame),
            }
        return {"payload": {"raw_message": raw, "timestamp": raw_data["time"]}}

    def parse_raw_msg(self, raw_msg: dict[str, Any]) -> dict[str, Any]:
        """The values that are to be published, by key."""
        facts = self._facts
        updates = self.sensors.take(facts, self.clock.now_ms())
        station = self.sensors.station(facts.station)
        if self.follower is not None and updates:
            self.outgoing += self.follower.messages(station, updates)
        is_selected = bool(self.datapoint_map["sensor"])
        if not (is_selected and station.has_keys and updates):
            return _NOTHING
        self._current = {station.key(datum): value for datum, value in updates}
        values = {key: value.value for key, value in self._current.items()}
        return {"payload": {"parsed_message": values, "timestamp": facts.time_ms}}

    def _update_available_datapoints(
        self, available_datapoints: dict[str, dict[str, Any]]
    ) -> None:
        """Nothing yet: new keys are gathered (contract: bemcom, section 1)."""

    def _filter_and_publish_datapoint_values(
        self, flattened_msg: dict[str, Any]
    ) -> None:
        """Gather the values whose keys are in the map."""
        topics = self.datapoint_map["sensor"]
        if not topics:
            return
        current = self._current
        for key in flattened_msg["payload"]["flattened_message"]:
            topic = topics.get(key)
            if topic is not None:
                value = current[key]
                body = value_payload(value.value, value.time_ms)
                self.outgoing.append((topic, body, _RETAIN))
