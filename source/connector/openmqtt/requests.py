"""What people send to the open tree: commands at ``/set`` and requests with an answer.

Messages arrive on the MQTT thread and are handed to the server's loop at once.
"""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import orjson

from connector.datapoints.catalogue import STATION
from connector.datapoints.commands import Commands, Order
from connector.datapoints.outcomes import Outcome
from connector.datapoints.values import Unreadable, from_bytes
from connector.ocppj import exact_json
from connector.openmqtt.topics import RequestTopic, Topics

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Received:
    """A message of the open tree, without any word of the client library."""

    topic: str
    payload: bytes
    is_retained: bool
    response_topic: str | None = None
    correlation_data: bytes | None = None


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer to a request."""

    topic: str
    payload: bytes
    correlation_data: bytes | None = None


def command_value(payload: bytes) -> object:
    """The value in a ``/set`` message: JSON if it parses, else text, else its value."""
    text = from_bytes(payload)
    if isinstance(text, Unreadable):
        return text
    try:
        value = exact_json.loads(text)
    except orjson.JSONDecodeError:
        return text.strip()
    if isinstance(value, dict) and "value" in value and not value.keys() - _ENVELOPE:
        return value["value"]
    return value


_ENVELOPE = {"value", "timestamp"}


class Requests:
    """Turns messages of the open tree into orders."""

    def __init__(
        self,
        topics: Topics,
        commands: Commands,
        knows: Callable[[str], bool],
        reply: Callable[[Reply], None],
    ) -> None:
        self._topics = topics
        self._commands = commands
        self._knows = knows
        self._reply = reply
        self._turns = Turns()

    def is_ignored(self, message: Received) -> bool:
        """Whether a message is retained or empty: a retained reset would repeat."""
        if message.is_retained or not message.payload:
            what = "a retained" if message.is_retained else "an empty"
            logger.warning("ignored %s message on %s", what, message.topic[:200])
            return True
        return False

    def set(self, message: Received) -> None:
        """Carry out a command written to ``<command>/set``."""
        if self.is_ignored(message):
            return
        station, where, name = self._topics.parse_command(message.topic)
        if not self._knows(station):
            logger.warning("ignored a command for the unknown station %r", station[:80])
            return
        order = Order(station, where, name, command_value(message.payload))
        self._commands.submit(order, self._commands.publish_result)

    def request(self, message: Received) -> None:
        """Send a request to a station and its outcome to who asked."""
        if self.is_ignored(message):
            return
        try:
            topic = self._topics.parse_request(message.topic)
        except ValueError as problem:
            logger.warning("ignored %s: %s", message.topic[:200], problem)
            return
        body = _body(message.payload)
        is_read = not isinstance(body, Unreadable)
        call = {"action": topic.action, "payload": body} if is_read else body
        order = Order(topic.station, STATION, "call", call)
        self._commands.submit(order, self._reporter(message, topic), topic.correlation)

    def _reporter(
        self, message: Received, topic: RequestTopic
    ) -> Callable[[Order, Outcome, str], None]:
        response_topic = self._response_topic(message, topic)
        in_turn = self._turns.reserve(topic.station)

        def report(order: Order, outcome: Outcome, text: str) -> None:
            logger.info("%s: %s: %s", order.station, topic.action, outcome.outcome)
            reply = Reply(response_topic, text.encode(), message.correlation_data)
            in_turn(lambda: self._reply(reply))

        return report

    def _response_topic(self, message: Received, topic: RequestTopic) -> str:
        asked = message.response_topic
        if asked is not None and self._topics.may_answer_on(asked):
            return asked
        if asked is not None:
            logger.warning("refused the response topic %r", asked[:200])
        return self._topics.response(topic)


def _body(payload: bytes) -> Any:
    text = from_bytes(payload)
    try:
        return text if isinstance(text, Unreadable) else exact_json.loads(text)
    except orjson.JSONDecodeError:
        return text


class Turns:
    """Lets answers of one station leave in the order of its requests."""

    def __init__(self) -> None:
        self._queues: dict[str, deque[list[Callable[[], None]]]] = {}

    def reserve(self, station: str) -> Callable[[Callable[[], None]], None]:
        """Take the next place; call what it gives with the answer once it is there."""
        queue = self._queues.setdefault(station, deque())
        place: list[Callable[[], None]] = []
        queue.append(place)

        def answer(run: Callable[[], None]) -> None:
            place.append(run)
            while queue and queue[0]:
                queue.popleft()[0]()
            if not queue and self._queues.get(station) is queue:
                del self._queues[station]

        return answer
