"""paho's client, made robust.

The connection is kept by `Connection`; here everything that was subscribed is
subscribed again, many values are sent in one write, and nothing is kept without a
bound. Values (QoS 0) for a broker that is not there are dropped and counted: whoever
owns them publishes them again in an `on_connected` listener. Messages of QoS 1 and 2
wait for the broker, a thousand of them.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Sequence
from typing import Any

import paho.mqtt.client as paho
from paho.mqtt.enums import MQTTErrorCode
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.subscribeoptions import SubscribeOptions

from connector.mqtt.batches import Batch, Batches
from connector.mqtt.connection import Connection
from connector.mqtt.options import MqttOptions
from connector.mqtt.packets import LONGEST_PACKET, Encoder, Message, is_filter, is_topic
from connector.mqtt.tls import tls_context

logger = logging.getLogger(__name__)

_QUEUED_MESSAGES = 1000
_QUEUED_PACKETS = 10_000
_IN_FLIGHT = 100
_PUBLISH = 0x30
_LONG_BYTES = 65_536
"""More than one write to a socket may take."""
_OVERHEAD_BYTES = 64
"""What a packet holds beside topic, payload and properties."""


class Client(Connection):
    """See the module; usable wherever paho's own client is."""

    def __init__(
        self, options: MqttOptions | None = None, *, userdata: Any = None
    ) -> None:
        options = options or MqttOptions()
        super().__init__(options, userdata)
        self.on_connected: list[Callable[[], None]] = []
        """Called in the MQTT thread after every connect, once all is subscribed."""
        self._subscriptions: dict[str, int | SubscribeOptions] = {}
        self._batches = Batches(self._queue_batch, options.buffer_bytes)
        self._longest = LONGEST_PACKET
        self.max_queued_messages_set(_QUEUED_MESSAGES)
        self.max_inflight_messages_set(_IN_FLIGHT)
        self._apply(options)

    def _apply(self, options: MqttOptions) -> None:
        if options.username is not None:
            self.username_pw_set(options.username, options.password)
        if options.tls is not None:
            self.tls_set_context(tls_context(options.tls))
        if options.will is not None:
            will = options.will
            self.will_set(will.topic, will.payload, qos=1, retain=will.retain)

    @property
    def dropped(self) -> int:
        """Messages that were never sent: no connection, too slow, or replaced.

        Whoever owns values publishes the newest of each after the next connect.
        """
        return self._batches.dropped

    @property
    def dropped_s(self) -> float | None:
        """When the last of those was dropped, in s since 1970; None: there is none."""
        return self._batches.dropped_s

    def _opened(self, longest_packet: int | None) -> None:
        self._longest = longest_packet or LONGEST_PACKET
        for topic, how in tuple(self._subscriptions.items()):
            self._ask_for(topic, how)
        self._batches.open(Encoder(is_v5=self.is_v5, longest=self._longest))
        for listener in tuple(self.on_connected):
            _call(listener)

    def _closed(self) -> None:
        self._batches.close()

    # -- subscriptions

    def subscribe(
        self,
        topic: Any,
        qos: int = 0,
        options: SubscribeOptions | None = None,
        properties: Properties | None = None,
    ) -> Any:
        """Subscribe, now and after every reconnect.

        Raises:
            ValueError: the broker would hang up on this filter or QoS.
        """
        self._subscriptions.update(_subscriptions(topic, qos, options))
        # Before the broker lets us in, it would only be done twice.
        if not self.is_connected():
            return (paho.MQTT_ERR_NO_CONN, None)
        if isinstance(topic, str) and properties is None:
            return self._ask_for(topic, qos if options is None else options)
        return super().subscribe(topic, qos, options, properties)

    def _ask_for(self, topic: str, how: int | SubscribeOptions) -> Any:
        if not self.is_v5:
            return super().subscribe(topic, how if isinstance(how, int) else how.QoS)
        if isinstance(how, int):
            # So that a retained message shows as such also when it comes live: who
            # ignores retained commands has to know (MQTT 5.0, section 3.8.3.1).
            how = SubscribeOptions(qos=how, retainAsPublished=True)
        return super().subscribe(topic, options=how)

    def unsubscribe(self, topic: Any, properties: Properties | None = None) -> Any:
        """Unsubscribe for good."""
        for name in [topic] if isinstance(topic, str) else topic:
            self._subscriptions.pop(name, None)
        if not self.is_connected():
            return (paho.MQTT_ERR_NO_CONN, None)
        return super().unsubscribe(topic, properties)

    def _handle_on_message(self, message: paho.MQTTMessage) -> None:
        """Call whoever waits for it; unlike paho, tell when that fails."""
        self.suppress_exceptions = False
        try:
            super()._handle_on_message(message)
        except Exception:
            topic = bytes(message._topic).decode(errors="backslashreplace")
            logger.exception("a message on %r could not be handled", topic[:200])
        finally:
            self.suppress_exceptions = True

    # -- publishing

    def publish_batch(self, messages: Sequence[Message]) -> None:
        """Publish with QoS 0, all in one write; from any thread, never waits.

        Without a connection nothing is kept: see the module. A topic or payload that
        would end the connection is skipped.
        """
        encoder = self._batches.encoder
        if encoder is None:
            self._batches.drop(len(messages))
            return
        packets = encoder.encode(messages)
        self._batches.drop(len(messages) - len(packets))
        self._batches.add(encoder, packets)

    def _packet_queue(
        self, command: int, packet: Any, mid: int, qos: int, info: Any = None
    ) -> Any:
        if len(packet) > _LONG_BYTES:
            packet = memoryview(packet)  # as in `_queue_batch`
        return super()._packet_queue(command, packet, mid, qos, info)

    def _queue_batch(self, data: bytes, batch: Batch) -> None:
        self._out_packet.append(
            {
                "command": _PUBLISH,
                "mid": 0,
                "qos": 0,
                "pos": 0,
                "to_process": len(data),
                # A view: paho slices what is left, again and again.
                "packet": memoryview(data),  # type: ignore[typeddict-item]
                "info": batch,  # type: ignore[typeddict-item]
            }
        )
        self._wake()

    def publish(
        self,
        topic: str,
        payload: Any = None,
        qos: int = 0,
        retain: bool = False,
        properties: Properties | None = None,
    ) -> paho.MQTTMessageInfo:
        """Publish one message; what the broker cannot take now waits for QoS 1 and 2.

        Raises:
            ValueError: the broker would hang up on this topic or payload.
        """
        if not is_topic(topic):
            raise ValueError("Invalid topic.")
        self._check_size(topic, payload)
        if qos == 0 and not self.is_connected():
            return self._not_published(paho.MQTT_ERR_NO_CONN)
        if qos == 0 and len(self._out_packet) >= _QUEUED_PACKETS:
            return self._not_published(paho.MQTT_ERR_QUEUE_SIZE)
        info = super().publish(topic, payload, qos, retain, properties)
        if info.rc == paho.MQTT_ERR_QUEUE_SIZE:
            self._batches.drop(1)
        return info

    def _check_size(self, topic: str, payload: Any) -> None:
        """A message of QoS 1 that ends the connection would do so again and again."""
        data = payload.encode() if isinstance(payload, str) else payload
        if isinstance(data, (bytes, bytearray)):
            size = len(topic.encode()) + len(data) + _OVERHEAD_BYTES
            if size > self._longest:
                raise ValueError("Payload too large.")

    def _not_published(self, reason: MQTTErrorCode) -> paho.MQTTMessageInfo:
        self._batches.drop(1)
        info = paho.MQTTMessageInfo(0)
        info.rc = reason
        return info

    def publish_reply(
        self, topic: str, payload: bytes, correlation_data: bytes | None = None
    ) -> None:
        """Answer a request: QoS 1, not retained."""
        properties = None
        if correlation_data is not None and self.is_v5:
            properties = Properties(PacketTypes.PUBLISH)  # type: ignore[no-untyped-call]
            properties.CorrelationData = correlation_data
        self._publish_surely((topic, payload, False), properties)

    def _publish_surely(
        self, message: Message, properties: Properties | None = None
    ) -> paho.MQTTMessageInfo | None:
        topic, payload, retain = message
        try:
            return self.publish(
                topic, payload, qos=1, retain=retain, properties=properties
            )
        except ValueError as problem:
            logger.warning("not published on %r: %s", topic[:200], problem)
            return None

    # -- the end

    def shutdown(
        self, last_messages: Sequence[Message], timeout_s: float = 2.0
    ) -> None:
        """Say these last things (QoS 1), leave orderly, and wait for the loop's end."""
        deadline_s = time.monotonic() + timeout_s
        may_wait = threading.current_thread() is not self._thread
        if self.is_connected():
            sent = [self._publish_surely(message) for message in last_messages]
            for info in filter(None, sent if may_wait else []):
                _wait_for(info, deadline_s)
        self.disconnect()
        if may_wait:
            # The loop ends by itself soon; a process that ended before would leave
            # its will behind.
            self._ended.wait(max(1.0, deadline_s - time.monotonic()))


def _wait_for(info: paho.MQTTMessageInfo, deadline_s: float) -> None:
    try:
        left_s = deadline_s - time.monotonic()
        if left_s > 0:
            info.wait_for_publish(left_s)
    except (RuntimeError, ValueError) as problem:
        logger.warning("a last message was not sent: %s", problem)


def _subscriptions(
    topic: Any, qos: int, options: SubscribeOptions | None
) -> list[tuple[str, int | SubscribeOptions]]:
    """What `subscribe` was asked for, in each of its forms."""
    if isinstance(topic, str):
        topic = (topic, qos if options is None else options)
    asked = topic if isinstance(topic, list) else [topic]
    for name, how in asked:
        if not is_filter(name):
            raise ValueError("Invalid subscription filter.")
        if isinstance(how, int) and how not in (0, 1, 2):
            raise ValueError("Invalid QoS level.")
    return list(asked)


def _call(listener: Callable[[], None]) -> None:
    try:
        listener()
    except Exception:
        logger.exception("a listener of the MQTT client failed")


def received_properties(message: Any) -> tuple[str | None, bytes | None]:
    """Response topic and correlation data of a received message (MQTT 5)."""
    properties = getattr(message, "properties", None)
    return (
        getattr(properties, "ResponseTopic", None),
        getattr(properties, "CorrelationData", None),
    )
