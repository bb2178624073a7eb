"""paho's client, made robust.

It connects as often as it takes, tries MQTT 5 and falls back to 3.1.1, subscribes again
to all that was subscribed, writes at once (TCP_NODELAY), sends many values in one write
and keeps nothing without a bound. Values for a broker that is not there are dropped:
whoever owns them publishes them again in an `on_connected` listener.
"""

from __future__ import annotations

import logging
import select
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import paho.mqtt.client as paho
from paho.mqtt.enums import CallbackAPIVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

from connector.mqtt.batches import Batch, Batches
from connector.mqtt.options import MqttOptions, TlsOptions
from connector.mqtt.packets import Encoder, is_topic

logger = logging.getLogger(__name__)

Message = tuple[str, bytes, bool]
"""Topic, payload, retain."""

_RECONNECT_MIN_S, _RECONNECT_MAX_S = 0.5, 4.0
_QUEUED_MESSAGES = 1000
_IN_FLIGHT = 100
_PUBLISH = 0x30
_UNSUPPORTED_VERSION = 0x84
_REFUSED_BEFORE_FALLBACK = 2


class Client(paho.Client):
    """See the module; usable wherever paho's own client is."""

    def __init__(
        self, options: MqttOptions | None = None, *, userdata: Any = None
    ) -> None:
        self._robust = options or MqttOptions()
        super().__init__(
            CallbackAPIVersion.VERSION2,
            client_id=self._robust.client_id,
            userdata=userdata,
            protocol=paho.MQTTv5,
        )
        self.on_connected: list[Callable[[], None]] = []
        """Called in the MQTT thread after every connect, once all is subscribed."""
        self.suppress_exceptions = True
        self._subscriptions: dict[str, int] = {}
        self._has_been_refused = 0
        self._was_told = False
        self._batches = Batches(self._queue_batch, self._robust.buffer_bytes)
        self._encoder = Encoder(is_v5=True)
        self.on_connect = self._on_connack
        self.on_connect_fail = self._on_no_connection
        self.on_disconnect = self._on_lost
        self.on_socket_open = _write_at_once
        self.reconnect_delay_set(_RECONNECT_MIN_S, _RECONNECT_MAX_S)  # type: ignore[arg-type]
        self.max_queued_messages_set(_QUEUED_MESSAGES)
        self.max_inflight_messages_set(_IN_FLIGHT)
        self._apply(self._robust)

    def _apply(self, options: MqttOptions) -> None:
        if options.username is not None:
            self.username_pw_set(options.username, options.password)
        if options.tls is not None:
            self.tls_set_context(_tls_context(options.tls))
        if options.will is not None:
            will = options.will
            self.will_set(will.topic, will.payload, qos=1, retain=will.retain)

    @property
    def dropped(self) -> int:
        """Values that were not sent because the broker did not take them in time."""
        return self._batches.dropped

    @property
    def is_v5(self) -> bool:
        """Whether MQTT 5 is spoken (or tried)."""
        return bool(self._protocol == paho.MQTTv5)

    # -- connection

    def connect(self, host: str, port: int = 1883, *_: Any, **__: Any) -> Any:
        """Name the broker; `loop_forever` connects, and goes on trying.

        Raises:
            ValueError: host or port cannot be.
        """
        self.connect_async(host, port, keepalive=self._robust.keepalive_s)
        return paho.MQTT_ERR_SUCCESS

    def loop_forever(
        self, timeout: float = 1.0, retry_first_connection: bool = True
    ) -> Any:
        """Run until `disconnect`; the only thread that writes to the socket."""
        # paho writes in the thread that publishes unless it knows of a thread of its
        # own; then parts of two packets could be mixed.
        self._thread = threading.current_thread()
        self._sockpairR, self._sockpairW = socket.socketpair()
        self._sockpairR.setblocking(False)
        self._sockpairW.setblocking(False)
        try:
            return super().loop_forever(timeout, retry_first_connection)
        finally:
            self._thread = None
            self._reset_sockets(sockpair_only=True)

    def _loop(self, timeout: float = 1.0) -> Any:
        """One turn. paho's own uses select, which fails above 1023 open files."""
        sock, waker = self._sock, self._sockpairR
        if sock is None or sock.fileno() < 0 or waker is None:
            return paho.MQTT_ERR_NO_CONN
        ready = self._wait(sock, waker, timeout)
        if ready.get(sock.fileno(), 0) & ~select.POLLOUT:
            rc = self.loop_read()
            if rc or self._sock is None:
                return rc
        if waker.fileno() in ready:
            waker.recv(10_000)
        if self.want_write():
            rc = self.loop_write()
            if rc or self._sock is None:
                return rc
        return self.loop_misc()

    def _wait(self, sock: Any, waker: Any, timeout: float) -> dict[int, int]:
        if hasattr(sock, "pending") and sock.pending():
            return {sock.fileno(): select.POLLIN}
        poll = select.poll()
        poll.register(waker, select.POLLIN)
        poll.register(sock, select.POLLIN | (select.POLLOUT * self.want_write()))
        return dict(poll.poll(timeout * 1000))

    def disconnect(self, *args: Any, **kwargs: Any) -> Any:
        """Leave orderly: the broker drops the will."""
        result = super().disconnect(*args, **kwargs)
        self._thread_terminate = self._sock is None or self._thread_terminate
        return result

    def _on_connack(
        self, _: Any, __: Any, ___: Any, reason: Any, ____: Any = None
    ) -> None:
        if reason.is_failure:
            self._refused(reason)
            return
        self._has_been_refused = 0
        self._was_told = False
        self._encoder = Encoder(is_v5=self.is_v5)
        self._batches.clear()
        logger.info("connected to the broker, MQTT %s", "5" if self.is_v5 else "3.1.1")
        for topic, qos in tuple(self._subscriptions.items()):
            super().subscribe(topic, qos)
        for listener in self.on_connected:
            _call(listener)

    def _refused(self, reason: Any) -> None:
        logger.error("the broker refuses us: %s", reason)
        if reason.value == _UNSUPPORTED_VERSION:
            self._fall_back()

    def _on_no_connection(self, _: Any, __: Any) -> None:
        if not self._was_told:
            self._was_told = True
            logger.warning(
                "no broker answers at %s:%s; trying on", self._host, self._port
            )

    def _on_lost(
        self, _: Any, __: Any, ___: Any, reason: Any, ____: Any = None
    ) -> None:
        if not reason.is_failure:
            return
        if self._was_told:
            return
        self._was_told = True
        logger.warning("the connection to the broker is lost: %s; trying on", reason)

    def _handle_connack(self) -> Any:
        self._has_been_refused = 0
        return super()._handle_connack()

    def _send_connect(self, keepalive: int) -> Any:
        """A broker that hangs up on MQTT 5 without a word gets 3.1.1, and back."""
        if self._has_been_refused >= _REFUSED_BEFORE_FALLBACK:
            self._fall_back() if self.is_v5 else self._use(paho.MQTTv5)
        self._has_been_refused += 1
        return super()._send_connect(keepalive)

    def _fall_back(self) -> None:
        logger.info("trying MQTT 3.1.1")
        self._use(paho.MQTTv311)

    def _use(self, protocol: Any) -> None:
        self._protocol = protocol
        self._clean_session = True if protocol == paho.MQTTv311 else None  # type: ignore[assignment]
        self._has_been_refused = 0

    # -- subscriptions

    def subscribe(self, topic: Any, qos: int = 0, *args: Any, **kwargs: Any) -> Any:
        """Subscribe, now and after every reconnect."""
        if isinstance(topic, str):
            self._subscriptions[topic] = qos
        return super().subscribe(topic, qos, *args, **kwargs)

    def unsubscribe(self, topic: Any, *args: Any, **kwargs: Any) -> Any:
        """Unsubscribe for good."""
        for name in [topic] if isinstance(topic, str) else topic:
            self._subscriptions.pop(name, None)
        return super().unsubscribe(topic, *args, **kwargs)

    # -- publishing

    def publish_batch(self, messages: Iterable[Message]) -> None:
        """Publish with QoS 0, all in one write; from any thread, never waits.

        Without a connection nothing is kept: see the module.
        """
        if not self.is_connected():
            return
        publish = self._encoder.publish
        self._batches.add(
            [
                (topic, publish(topic, payload, retain))
                for topic, payload, retain in messages
            ]
        )

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
        if threading.current_thread() is not self._thread:
            self._wake()

    def _wake(self) -> None:
        if self._sockpairW is not None:
            try:
                self._sockpairW.send(b"\x00")
            except BlockingIOError:
                logger.debug("the MQTT thread is awake already")

    def publish_reply(
        self, topic: str, payload: bytes, correlation_data: bytes | None = None
    ) -> None:
        """Answer a request: QoS 1, not retained."""
        if not is_topic(topic):
            logger.warning("no answer: %r is no topic", topic[:200])
            return
        properties = None
        if correlation_data is not None and self.is_v5:
            properties = Properties(PacketTypes.PUBLISH)  # type: ignore[no-untyped-call]
            properties.CorrelationData = correlation_data
        self.publish(topic, payload, qos=1, properties=properties)

    def shutdown(
        self, last_messages: Sequence[Message], timeout_s: float = 2.0
    ) -> None:
        """Say these last things, and leave orderly."""
        deadline_s = time.monotonic() + timeout_s
        if self.is_connected():
            sent = [
                self.publish(topic, payload, qos=1, retain=retain)
                for topic, payload, retain in last_messages
            ]
            for info in sent:
                left_s = max(0.01, deadline_s - time.monotonic())
                try:
                    info.wait_for_publish(left_s)
                except (RuntimeError, ValueError) as problem:
                    logger.warning("a last message was not sent: %s", problem)
        self.disconnect()


def _call(listener: Callable[[], None]) -> None:
    try:
        listener()
    except Exception:
        logger.exception("a listener of the MQTT client failed")


def _write_at_once(_: Any, __: Any, sock: Any) -> None:
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)


def _tls_context(options: TlsOptions) -> ssl.SSLContext:
    context = ssl.create_default_context(cafile=options.ca)
    if options.cert is not None:
        context.load_cert_chain(options.cert, options.key)
    return context


def received_properties(message: Any) -> tuple[str | None, bytes | None]:
    """Response topic and correlation data of a received message (MQTT 5)."""
    properties = getattr(message, "properties", None)
    return (
        getattr(properties, "ResponseTopic", None),
        getattr(properties, "CorrelationData", None),
    )
