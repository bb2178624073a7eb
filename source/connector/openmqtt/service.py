"""The open topics at a broker: what is subscribed to, and what is told.

Messages come in on the MQTT thread and are handed to the server's loop at once.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine
from typing import Any, Protocol

import orjson

from connector.csms.events import (
    Booted,
    Connected,
    Disconnected,
    Event,
    EventBus,
    TransactionEnded,
    TransactionStarted,
)
from connector.csms.times import iso
from connector.mqtt import received_properties
from connector.openmqtt.bridge import Bridge
from connector.openmqtt.requests import Received, Reply, Requests
from connector.openmqtt.topics import Topics

logger = logging.getLogger(__name__)

Json = dict[str, Any]
Take = Callable[[Received], None]

_PENDING_AFTER_S = 0.2
_HEALTH_EVERY_S = 30.0


class Client(Protocol):
    """What is needed of the MQTT client."""

    def message_callback_add(self, sub: str, callback: Any) -> None:
        """Have messages of a topic handed over."""

    def subscribe(self, topic: str, qos: int) -> Any:
        """Ask the broker for them."""

    def publish_batch(self, messages: list[tuple[str, bytes, bool]]) -> None:
        """Send messages."""

    def publish_reply(
        self, topic: str, payload: bytes, correlation_data: bytes | None
    ) -> None:
        """Send an answer."""


def publisher(client: Client) -> Callable[[str, bytes, bool], None]:
    """How one message is sent."""

    def publish(topic: str, payload: bytes, retain: bool) -> None:
        client.publish_batch([(topic, payload, retain)])

    return publish


def replier(client: Client) -> Callable[[Reply], None]:
    """How an answer is sent."""

    def reply(answer: Reply) -> None:
        client.publish_reply(answer.topic, answer.payload, answer.correlation_data)

    return reply


class OpenTopics:
    """Subscribes, hands over, and tells; made and used on the server's loop."""

    def __init__(
        self,
        client: Client,
        topics: Topics,
        bridge: Bridge,
        requests: Requests | None,
        *,
        info: Json,
        health: Callable[[], Json],
    ) -> None:
        self._client = client
        self._topics = topics
        self._bridge = bridge
        self._requests = requests
        self._info = info
        self._health = health
        self._loop = asyncio.get_running_loop()
        self._tasks: set[asyncio.Task[None]] = set()
        self._pending_due = False
        self._timer: asyncio.TimerHandle | None = None

    def start(self, events: EventBus) -> None:
        """Subscribe to what people may ask; events are told with the tree only."""
        self._listen(self._topics.bridge_requests, self._take_bridge_request)
        if self._requests is not None:
            self._listen(self._topics.commands, self._requests.set)
            self._listen(self._topics.requests, self._requests.request)
            events.subscribe(TransactionStarted, self._tell_start)
            events.subscribe(TransactionEnded, self._tell_end)
            events.subscribe(Connected, self._teller("connected"))
            events.subscribe(Booted, self._teller("booted"))
            events.subscribe(Disconnected, self._teller("disconnected"))
        self.tell_state()
        self._tell_health()

    def stop(self) -> None:
        """Tell no health any more."""
        if self._timer is not None:
            self._timer.cancel()

    def _listen(self, topic: str, take: Take) -> None:
        def on_message(_: Any, __: Any, message: Any) -> None:
            response_topic, correlation_data = received_properties(message)
            received = Received(
                message.topic,
                message.payload,
                bool(message.retain),
                response_topic,
                correlation_data,
            )
            self._loop.call_soon_threadsafe(_guarded, take, received)

        self._client.message_callback_add(topic, on_message)
        self._client.subscribe(topic, 1)

    def _take_bridge_request(self, received: Received) -> None:
        if received.is_retained or not received.payload:
            logger.warning(
                "ignored a retained or empty message on %s", received.topic[:200]
            )
            return
        request = received.topic.rpartition("/")[2]
        self._spawn(self._bridge.handle(request, received.payload))

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        task = self._loop.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    # -- telling

    def tell_state(self) -> None:
        """What a broker that just (re)connected has to know."""
        self._client.publish_batch([(self._topics.bridge_state, b"online", True)])
        self._bridge.publish_info(self._info)
        self._bridge.publish_health(self._health())
        self._bridge.publish_pending()

    def tell_pending_soon(self) -> None:
        """The list of waiting stations has changed; many changes are told once."""
        if not self._pending_due:
            self._pending_due = True
            self._loop.call_later(_PENDING_AFTER_S, self._tell_pending)

    def _tell_pending(self) -> None:
        self._pending_due = False
        self._bridge.publish_pending()

    def _tell_health(self) -> None:
        self._bridge.publish_health(self._health())
        self._timer = self._loop.call_later(_HEALTH_EVERY_S, self._tell_health)

    def _teller(self, name: str) -> Callable[[Event], None]:
        """Tells that a station came, booted or left; not of one that waits."""

        def tell(event: Event) -> None:
            if event.station.is_adopted:
                body = {"event": name, "station": event.station.identity}
                message = (self._topics.happenings, orjson.dumps(body), False)
                self._client.publish_batch([message])

        return tell

    def _tell_start(self, event: TransactionStarted) -> None:
        record = event.transaction
        self._tell_transaction(
            {
                "event": "started",
                "station": record.station,
                "where": record.where,
                "id": record.ocpp_id,
                "token": record.id_token,
                "time": iso(record.start_ms),
                "energy": 0.0,
                "reason": None,
            }
        )

    def _tell_end(self, event: TransactionEnded) -> None:
        record = event.transaction
        if record.stop_ms is None:
            return
        self._tell_transaction(
            {
                "event": "ended",
                "station": record.station,
                "where": record.where,
                "id": record.ocpp_id,
                "token": record.id_token,
                "time": iso(record.stop_ms),
                "energy": event.energy_wh,
                "reason": record.reason,
            }
        )

    def _tell_transaction(self, body: Json) -> None:
        message = (self._topics.transactions, orjson.dumps(body), False)
        self._client.publish_batch([message])


def _guarded(take: Take, received: Received) -> None:
    try:
        take(received)
    except Exception:
        logger.exception("a message on %s failed", received.topic[:200])
