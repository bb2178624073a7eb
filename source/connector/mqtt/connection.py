"""paho's client with a connection that takes care of itself.

It connects as often as it takes, tries MQTT 5 and falls back to 3.1.1, writes at once
(TCP_NODELAY), survives what a broker should not send, and can be left at any moment.
"""

from __future__ import annotations

import logging
import math
import select
import socket
import threading
import time
from typing import Any

import paho.mqtt.client as paho
from paho.mqtt.enums import CallbackAPIVersion

from connector.mqtt.dialling import dial
from connector.mqtt.options import MqttOptions
from connector.mqtt.waking import Waker

logger = logging.getLogger(__name__)

_RECONNECT_MIN_S, _RECONNECT_MAX_S = 0.5, 4.0
_CONNECT_TIMEOUT_S = 5.0
_LEAVES_WITHIN_S = 0.7
_CONNECT = 0x10
_UNSUPPORTED_VERSION, _KEEPALIVE_TIMEOUT = 0x84, 0x8D
_LASTS_S, _MANY_SHORT_ONES = 10.0, 3
"""So many connections that last no longer: two clients throw each other out."""


class Connection(paho.Client):
    """What concerns the connection alone; `Client` is for others.

    ``on_connect``, ``on_disconnect`` and ``on_socket_open`` are taken.
    """

    def __init__(self, options: MqttOptions, userdata: Any) -> None:
        super().__init__(
            CallbackAPIVersion.VERSION2,
            client_id=options.client_id,
            userdata=userdata,
            protocol=paho.MQTTv5,
        )
        self._keepalive_s = options.keepalive_s
        self._own_name = options.client_id
        self.suppress_exceptions = True
        self.connect_timeout = _CONNECT_TIMEOUT_S
        self.on_connect = self._on_connack
        self.on_disconnect = self._on_lost
        self.on_socket_open = _write_at_once
        self._told: set[str] = set()
        self._delay_s = _RECONNECT_MIN_S
        self._is_answered = self._is_hurried = self._has_worked = False
        self._began_s, self._short_ones = math.inf, 0
        self._leaving = threading.Event()
        self._leave_by_s = math.inf
        self._ended = threading.Event()
        self._ended.set()

    @property
    def is_v5(self) -> bool:
        """Whether MQTT 5 is spoken (or tried)."""
        return bool(self._protocol == paho.MQTTv5)

    def is_connected(self) -> bool:
        """Whether the broker has let us in, and the connection stands."""
        # paho's state stays "connected" after a DISCONNECT of the broker.
        return self._sock is not None and super().is_connected()

    def connect(self, host: str, port: int = 1883, *_: Any, **__: Any) -> Any:
        """Name the broker; `loop_forever` connects, and goes on trying.

        Raises:
            ValueError: host or port cannot be.
        """
        if not 0 < port <= 0xFFFF:
            raise ValueError(f"Invalid port number: {port}")
        self._leaving.clear()
        self._leave_by_s = math.inf
        self._thread_terminate = False
        self.connect_async(host, port, keepalive=self._keepalive_s, clean_start=True)
        return paho.MQTT_ERR_SUCCESS

    def disconnect(self, *args: Any, **kwargs: Any) -> Any:
        """Leave orderly: the broker drops the will."""
        self._leave_by_s = time.monotonic() + _LEAVES_WITHIN_S
        self._leaving.set()
        result = super().disconnect(*args, **kwargs)
        self._thread_terminate = True
        self._wake()
        return result

    # -- what rooms below build on

    def _opened(self, longest_packet: int | None) -> None:
        """The broker let us in."""

    def _closed(self) -> None:
        """There is no connection; called at least once after each."""

    # -- the loop

    def loop_forever(
        self, timeout: float = 1.0, retry_first_connection: bool = True
    ) -> Any:
        """Run until `disconnect`; the only thread that writes to the socket."""
        # paho writes in the thread that publishes unless it knows of a thread of its
        # own; then parts of two packets could be mixed.
        self._thread = threading.current_thread()
        self._ended.clear()
        self._reset_sockets(sockpair_only=True)
        waker, writer = socket.socketpair()
        waker.setblocking(False)
        self._sockpairR, self._sockpairW = waker, Waker(writer)  # type: ignore[assignment]
        try:
            return super().loop_forever(timeout, retry_first_connection)
        finally:
            self._sock_close()
            self._closed()
            self._thread = None
            self._sockpairR = None
            waker.close()
            # Closed, but there: another thread may be about to wake us.
            writer.close()
            self._ended.set()

    def _loop(self, timeout: float = 1.0) -> Any:
        """One turn, however it ends."""
        left_s = self._leave_by_s - time.monotonic()
        if left_s <= 0:
            self._sock_close()
        try:
            return self._turn(min(timeout, left_s))
        except Exception as problem:
            # paho's decoders raise whatever Python raises on an unexpected byte.
            logger.warning("the broker sent what is not MQTT: %r", problem)
            return self._loop_rc_handle(paho.MQTT_ERR_PROTOCOL)

    def _turn(self, timeout: float) -> Any:
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

    def _wake(self) -> None:
        """Let the loop see what waits to be written."""
        waker = self._sockpairW
        if waker is not None and threading.current_thread() is not self._thread:
            waker.send(b"\x00")

    # -- connecting

    def reconnect(self) -> Any:
        """Try once.

        Raises:
            OSError: for whatever reason; `loop_forever` goes on trying.
        """
        self._closed()
        try:
            return super().reconnect()
        except Exception as problem:
            if not self._leaving.is_set():
                self._tell(f"no broker at {self._host}:{self._port}: {problem}")
            if isinstance(problem, OSError):
                raise
            # A host name that cannot be encoded, for one.
            raise ConnectionError(str(problem)) from problem

    def _create_socket(self) -> Any:
        return dial(super()._create_socket, self._leaving)

    def _reconnect_wait(self) -> None:
        if self._is_hurried:
            self._is_hurried = False
            return
        self._leaving.wait(self._delay_s)
        self._delay_s = min(self._delay_s * 2, _RECONNECT_MAX_S)

    def _send_connect(self, keepalive: int) -> Any:
        if self._leaving.is_set():
            raise ConnectionAbortedError("leaving")
        self._is_answered = False
        rc = super()._send_connect(keepalive)
        # Another thread may have published since the socket is there; a broker hangs
        # up on anything before CONNECT.
        while self._out_packet[0]["command"] & 0xF0 != _CONNECT:
            self._out_packet.rotate(-1)
        return rc

    def _on_connack(
        self, _: Any, __: Any, ___: Any, reason: Any, properties: Any = None
    ) -> None:
        self._is_answered = True
        if reason.is_failure:
            self._refused(reason)
            return
        self._has_worked = True
        self._began_s = time.monotonic()
        if self._short_ones < _MANY_SHORT_ONES:
            self._begin_anew()
        logger.info("connected to the broker, MQTT %s", "5" if self.is_v5 else "3.1.1")
        self._opened(getattr(properties, "MaximumPacketSize", None))

    def _refused(self, reason: Any) -> None:
        if reason.value == _UNSUPPORTED_VERSION:
            self._try_other_version()
        else:
            self._tell(f"the broker refuses us: {reason}", logging.ERROR)

    def _on_lost(
        self, _: Any, __: Any, ___: Any, reason: Any, ____: Any = None
    ) -> None:
        self._closed()
        if self._leaving.is_set():
            return
        if self._is_answered:
            if reason.is_failure:
                self._tell(f"the connection to the broker is lost: {reason}")
            self._count_short_ones()
            return
        # A broker that only knows 3.1.1 may hang up on MQTT 5 without a word. One that
        # is silent is frozen, and one that has let us in before is starting.
        if not self._has_worked and reason.value != _KEEPALIVE_TIMEOUT:
            self._try_other_version()
        self._tell(f"the broker does not answer: {reason}")

    def _count_short_ones(self) -> None:
        """A broker keeps one client of an id (MQTT 5, 3.1.4): the one that came last.

        Two of them would send everything that is retained, twice a second, for ever.
        """
        lasted_s = time.monotonic() - self._began_s
        self._began_s = math.inf
        if lasted_s >= _LASTS_S:
            self._short_ones = 0
            self._begin_anew()
            return
        self._short_ones += lasted_s >= 0
        if self._short_ones >= _MANY_SHORT_ONES:
            self._tell(
                "the broker ends every connection soon: does another client have our "
                f"name, {self._own_name!r}? Each needs one of its own"
            )

    def _begin_anew(self) -> None:
        self._delay_s = _RECONNECT_MIN_S
        self._told.clear()

    def _try_other_version(self) -> None:
        """3.1.1 at once, or MQTT 5 after a while."""
        # At once: a proxy whose broker is just starting hangs up too, and the broker
        # should not happen to be ready at the worse version's turn.
        self._is_hurried = self.is_v5
        self._protocol = paho.MQTTv311 if self.is_v5 else paho.MQTTv5
        self._clean_session = None if self.is_v5 else True  # type: ignore[assignment]
        logger.debug("trying MQTT %s", "5" if self.is_v5 else "3.1.1")

    def _tell(self, text: str, level: int = logging.WARNING) -> None:
        """Say it once until the next connection."""
        if text not in self._told:
            self._told.add(text)
            logger.log(level, "%s; trying on", text)


def _write_at_once(_: Any, __: Any, sock: Any) -> None:
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
