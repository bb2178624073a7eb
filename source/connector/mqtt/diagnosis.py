"""A short visit to a broker, to see what it lets somebody do, and how fast.

It comes under a client id of its own: the connector's would throw the connector out.
"""

from __future__ import annotations

import queue
import secrets
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

import paho.mqtt.client as paho
from paho.mqtt.enums import CallbackAPIVersion

from connector.errors import TransportError
from connector.mqtt.options import MqttOptions
from connector.mqtt.reasons import Reason, reason_of, words_of
from connector.mqtt.tls import tls_context

_UNSUPPORTED_VERSION = 0x84
_VERSIONS = (paho.MQTTv5, paho.MQTTv311)
Heard = tuple[str, bytes, bool]


class VisitFailed(TransportError):
    """The broker did not let us in; ``why`` is the kind of reason."""

    def __init__(self, reason: str, why: Reason = Reason.OTHER) -> None:
        super().__init__(reason)
        self.reason = reason
        self.why = why

    def __str__(self) -> str:
        return self.reason


@dataclass(frozen=True, slots=True)
class Place:
    """Where a broker is, and how long anything may take."""

    host: str
    port: int
    timeout_s: float = 5.0


class Visit:
    """A connection to a broker; `visiting` makes one."""

    def __init__(self, client: paho.Client, place: Place, *, is_v5: bool) -> None:
        self._client = client
        self._place = place
        self.is_v5 = is_v5
        self.heard: queue.Queue[Heard] = queue.Queue()
        self._answers: dict[int, str | None] = {}
        self._news = threading.Condition()
        client.on_message = self._note_heard
        client.on_subscribe = self._note_granted
        client.on_publish = self._note_sent

    # -- what the broker says, in paho's thread

    def _note_heard(self, _: Any, __: Any, message: Any) -> None:
        self.heard.put((message.topic, message.payload, bool(message.retain)))

    def _note_granted(
        self, _: Any, __: Any, mid: int, codes: Any, ___: Any = None
    ) -> None:
        refused = [str(code) for code in codes if code.is_failure]
        self._answered(mid, refused[0] if refused else None)

    def _note_sent(
        self, _: Any, __: Any, mid: int, code: Any = None, ___: Any = None
    ) -> None:
        is_refused = code is not None and code.is_failure
        self._answered(mid, str(code) if is_refused else None)

    def _answered(self, mid: int, refusal: str | None) -> None:
        with self._news:
            self._answers[mid] = refusal
            self._news.notify_all()

    def _answer(self, mid: int | None, what: str) -> str | None:
        def has_come() -> bool:
            return mid in self._answers or not self._client.is_connected()

        with self._news:
            self._news.wait_for(has_come, self._place.timeout_s)
            if mid not in self._answers:
                return f"the broker does not answer {what}"
            return self._answers[mid]

    # -- what can be asked

    def subscribe(self, topic: str) -> str | None:
        """Subscribe; None, or why the broker does not let us."""
        _, mid = self._client.subscribe(topic, 1)
        return self._answer(mid, "a subscription")

    def unsubscribe(self, topic: str) -> None:
        """Hear it no more."""
        self._client.unsubscribe(topic)

    def publish(self, topic: str, payload: bytes) -> str | None:
        """Publish with QoS 1, not retained; None, or why the broker refuses it.

        A broker of MQTT 3.1.1 says nothing of what it throws away.
        """
        info = self._client.publish(topic, payload, qos=1)
        return self._answer(info.mid, "a message")

    def comes_back(self, topic: str, payload: bytes) -> bool:
        """Whether a message of this topic and payload is heard in time."""
        deadline_s = time.monotonic() + self._place.timeout_s
        while (left_s := deadline_s - time.monotonic()) > 0:
            heard = self._next(left_s)
            if heard is not None and heard[:2] == (topic, payload):
                return True
        return False

    def first_heard(self, topic: str, within_s: float) -> Heard | None:
        """The first message of a topic, such as a retained one; None: none came."""
        deadline_s = time.monotonic() + within_s
        while (left_s := deadline_s - time.monotonic()) > 0:
            heard = self._next(left_s)
            if heard is not None and heard[0] == topic:
                return heard
        return None

    def _next(self, left_s: float) -> Heard | None:
        try:
            return self.heard.get(timeout=left_s)
        except queue.Empty:
            return None

    def burst_ms(self, topic: str, count: int) -> float | None:
        """How long ``count`` small messages take there and back; None: they do not.

        They are sent at once: who joins small packets holds back all but the first.
        """
        began_s = time.monotonic()
        payloads = [b"%d" % number for number in range(count)]
        for payload in payloads:
            self._client.publish(topic, payload, qos=0)
        if not all(self.comes_back(topic, payload) for payload in payloads):
            return None
        return (time.monotonic() - began_s) * 1000


def addresses(host: str, port: int) -> list[str]:
    """The addresses of a host.

    Raises:
        VisitFailed: it has none.
    """
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except OSError as problem:
        raise VisitFailed(f"{host}: {problem.strerror or problem}") from None
    except UnicodeError as problem:
        raise VisitFailed(f"{host!r} is no host name: {problem}") from None
    return list(dict.fromkeys(str(each[4][0]) for each in found))


@contextmanager
def visiting(place: Place, options: MqttOptions) -> Iterator[Visit]:
    """A connection for a while, in MQTT 5 or, where the broker has no other, 3.1.1.

    Raises:
        VisitFailed: the broker lets nobody in, or not us.
        CertificateError: a file of the TLS options cannot be used.
    """
    visit = _come(place, replace(options, will=None, client_id=""))
    try:
        yield visit
    finally:
        visit._client.disconnect()
        visit._client.loop_stop()


def _come(place: Place, options: MqttOptions) -> Visit:
    problem: VisitFailed | None = None
    for version in _VERSIONS:
        try:
            return _try(place, options, version)
        except VisitFailed as failed:
            if failed.why is Reason.LOGIN:
                raise
            problem = problem or failed
    assert problem is not None  # noqa: S101
    raise problem


def _try(place: Place, options: MqttOptions, version: Any) -> Visit:
    client = paho.Client(
        CallbackAPIVersion.VERSION2,
        client_id=f"doctor-{secrets.token_hex(6)}",
        protocol=version,
    )
    if options.username is not None:
        client.username_pw_set(options.username, options.password)
    if options.tls is not None:
        client.tls_set_context(tls_context(options.tls))
    client.on_socket_open = _write_at_once
    client.connect_timeout = place.timeout_s
    answer: queue.Queue[Any] = queue.Queue()
    client.on_connect = lambda _, __, ___, code, ____=None: answer.put(code)
    client.on_disconnect = lambda _, __, ___, code, ____=None: answer.put(code)
    visit = Visit(client, place, is_v5=version == paho.MQTTv5)
    try:
        client.connect(place.host, place.port)
    except (OSError, ValueError) as problem:
        raise VisitFailed(words_of(problem), reason_of(problem)) from None
    client.loop_start()
    try:
        _check(answer, place)
    except VisitFailed:
        client.disconnect()
        client.loop_stop()
        raise
    return visit


def _check(answer: queue.Queue[Any], place: Place) -> None:
    try:
        code = answer.get(timeout=place.timeout_s)
    except queue.Empty:
        raise VisitFailed("it takes connections and says nothing: no broker?") from None
    if code.is_failure:
        name = code.getName()
        if name == _CLOSED:
            raise VisitFailed(Reason.CLOSED.value, Reason.CLOSED)
        why = Reason.LOGIN if name in _LOGIN else Reason.OTHER
        raise VisitFailed(f"it refuses us: {code}", why)


_CLOSED = "Unspecified error"
"""What paho calls a connection that ends without a word."""
_LOGIN = frozenset(
    {"Not authorized", "Bad user name or password", "Bad authentication method"}
)


def _write_at_once(_: Any, __: Any, sock: Any) -> None:
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
