"""BEMCom's sensor flow over facts, and the turns of the thread that it runs in.

One turn takes what waits, runs the flow for each, and publishes everything that came of
it in one batch. New keys are gathered, for the API service reads the whole list each
time (contract: bemcom, section 1).
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from typing import Any, Protocol

import orjson

from connector.bemcom import SensorFlow as BaseSensorFlow
from connector.csms.clock import Clock
from connector.csms.facts import Facts, Scalar
from connector.datapoints.fact_queue import (
    Declaration,
    FactQueue,
    Forgotten,
    Item,
    KeyedValue,
)
from connector.datapoints.sensors import NEVER, Sensors, StationSensors, Update

logger = logging.getLogger(__name__)

Message = tuple[str, bytes, bool]
_RETAIN = True
_NOTHING: dict[str, Any] = {"payload": None}


def value_payload(value: Scalar, time_ms: int) -> bytes:
    """A sensor value as BEMCom's API service reads it."""
    return b'{"value":%b,"timestamp":%d}' % (orjson.dumps(value), time_ms)


class Follower(Protocol):
    """Somebody else who publishes values: the open tree."""

    def messages(
        self, station: StationSensors, updates: Sequence[Update]
    ) -> list[Message]:
        """What to publish for new values."""

    def everything(self, station: StationSensors) -> list[Message]:
        """What to publish for all values of a station."""

    def refresh(self, sensors: Sensors) -> list[Message]:
        """What to publish once a second."""

    def clear(self, station: StationSensors) -> list[Message]:
        """What to publish when a station is forgotten."""


class SensorFlow(BaseSensorFlow):
    """Facts in, values out: to BEMCom's topics where selected, and to a follower.

    The connector sets ``sensors``, ``clock``, ``follower`` and ``redact`` before the
    first run. All of it happens on the flow thread.
    """

    sensors: Sensors
    clock: Clock
    follower: Follower | None
    redact: Callable[[str], Any]
    _facts: Facts
    _outgoing: list[Message]

    def receive_raw_msg(self, raw_data: Any) -> dict[str, Any]:
        """The message of the station as the raw message database keeps it."""
        facts: Facts = raw_data["facts"]
        self._facts = facts
        raw = None
        if self.SEND_RAW_MESSAGE_TO_DB == "TRUE" and facts.frame is not None:
            raw = {
                "station": facts.station,
                "version": facts.version,
                "direction": facts.direction,
                "frame": self.redact(facts.frame),
            }
        return {"payload": {"raw_message": raw, "timestamp": raw_data["time"]}}

    def parse_raw_msg(self, raw_msg: dict[str, Any]) -> dict[str, Any]:
        """The values that are to be published, by key."""
        facts = self._facts
        updates = self.sensors.take(facts, self.clock.now_ms())
        if not updates:
            return _NOTHING
        station = self.sensors.station(facts.station)
        if self.follower is not None:
            self._outgoing += self.follower.messages(station, updates)
        if not station.is_adopted:
            return _NOTHING
        values = {value.key: value for _, value in updates}
        return {"payload": {"parsed_message": values, "timestamp": facts.time_ms}}
