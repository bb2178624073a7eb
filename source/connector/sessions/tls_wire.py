"""TLS between a TCP connection and the WebSocket on it.

The loop's own TLS does handshakes between two messages of other stations, tells nobody
why one failed, and cannot be given new certificates. Here a handshake, a millisecond or
more of arithmetic, runs in a thread; the server hears who was refused, and why; and
each connection has the context of the moment it came.
"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Callable, Iterable
from concurrent.futures import Executor
from dataclasses import dataclass
from typing import Any, Protocol

_RECORD_BYTES = 16384
"""RFC 8446, section 5.1: no record holds more."""
_MOST_HELLO_BYTES = 65536
"""A ClientHello and a chain of certificates are far shorter."""


class Wires(Protocol):
    """Who makes connections of wires, and hears of them."""

    def opened(self, transport: asyncio.BaseTransport) -> None:
        """A TCP connection came; whoever hears of it watches the time."""

    def refused_tls(self, wire: TlsWire, problem: ssl.SSLError) -> None:
        """There will be no TLS on it."""

    def lost(self, transport: asyncio.BaseTransport) -> None:
        """It ended before there was a connection on it."""


@dataclass(frozen=True, slots=True)
class Tls:
    """What handshakes need: a context for each, and threads to run in."""

    context: Callable[[], ssl.SSLContext]
    threads: Executor


class TlsWire(asyncio.Protocol, asyncio.Transport):
    """Both: the protocol of a TCP transport, and the transport of a WebSocket."""

    __slots__ = (
        "_connection",
        "_handshakes",
        "_incoming",
        "_is_up",
        "_outgoing",
        "_plain",
        "_running",
        "_ssl",
        "_tls",
        "_waiting",
        "_wires",
    )

    def __init__(self, connection: Any, wires: Wires, tls: Tls) -> None:
        super().__init__()
        self._connection = connection
        self._wires = wires
        self._tls: Tls | None = tls
        self._plain: Any = None
        self._ssl: ssl.SSLObject | None = None
        self._incoming = ssl.MemoryBIO()
        self._outgoing = ssl.MemoryBIO()
        self._running: asyncio.Future[bool] | None = None
        self._waiting: list[bytes] | None = []
        """What came while a thread has the handshake; None once that is over."""
        self._is_up = False

    @property
    def connection(self) -> Any:
        """The WebSocket on it."""
        return self._connection

    @property
    def protocol(self) -> Any:
        """What the library looks for in a connection."""
        return self._connection.protocol

    @property
    def certificate(self) -> bytes | None:
        """The peer's, in DER, where it showed one; the handshake has verified it."""
        return self._ssl.getpeercert(binary_form=True) if self._ssl else None

    # -- as the protocol of the TCP transport

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Wait for the ClientHello: before it nothing is made."""
        self._plain = transport
        self._wires.opened(self)

    def data_received(self, data: bytes) -> None:
        """Decrypt, or go on with the handshake."""
        if self._waiting is None:
            self._incoming.write(data)
            self._read()
            return
        self._waiting.append(data)
        if sum(map(len, self._waiting)) > _MOST_HELLO_BYTES:
            self.abort()
        elif self._running is None:
            self._shake()

    def eof_received(self) -> None:
        """The peer says nothing more: TLS knows no half of a connection."""
        if self._is_up:
            self._connection.eof_received()

    def connection_lost(self, exc: Exception | None) -> None:
        """Tell whoever is there."""
        self._waiting = None
        if self._is_up:
            self._connection.connection_lost(exc)
        else:
            self._wires.lost(self)

    def pause_writing(self) -> None:
        """The buffer of the TCP transport is full."""
        if self._is_up:
            self._connection.pause_writing()

    def resume_writing(self) -> None:
        """It has room again."""
        if self._is_up:
            self._connection.resume_writing()

    # -- the handshake

    def _shake(self) -> None:
        tls, waiting = self._tls, self._waiting
        if tls is None or waiting is None:
            return
        if self._ssl is None:
            self._ssl = tls.context().wrap_bio(
                self._incoming, self._outgoing, server_side=True
            )
        self._incoming.write(b"".join(waiting))
        waiting.clear()
        loop = asyncio.get_running_loop()
        self._running = loop.run_in_executor(tls.threads, _handshake, self._ssl)
        self._running.add_done_callback(self._shaken)

    def _shaken(self, step: asyncio.Future[bool]) -> None:
        self._running = None
        if step.cancelled() or self._waiting is None or self._plain.is_closing():
            return
        problem = step.exception()
        self._flush()
        if isinstance(problem, ssl.SSLError):
            self._wires.refused_tls(self, problem)
            self._plain.close()
        elif problem is not None:
            self._plain.abort()
            raise problem
        elif step.result():
            self._begin(self._waiting)
        elif self._waiting:
            self._shake()

    def _begin(self, waiting: Iterable[bytes]) -> None:
        self._waiting = self._tls = None
        self._is_up = True
        self._connection.connection_made(self)
        self._incoming.write(b"".join(waiting))
        self._read()

    # -- data

    def _read(self) -> None:
        tls = self._ssl
        if tls is None:
            return
        try:
            while True:
                data = tls.read(_RECORD_BYTES)
                if not data:
                    self._connection.eof_received()
                    self.close()
                    return
                self._connection.data_received(data)
                if not self._incoming.pending and not tls.pending():
                    break
        except ssl.SSLWantReadError:
            pass
        except ssl.SSLError:
            # Damaged on the way, or by somebody: nothing of it can be trusted.
            self._flush()
            self.abort()
            return
        self._flush()

    def _flush(self) -> None:
        if self._outgoing.pending:
            self._plain.write(self._outgoing.read())

    # -- as the transport of the WebSocket

    def write(self, data: bytes | bytearray | memoryview[Any]) -> None:
        """Encrypt and send."""
        if self._ssl is not None and data and not self._plain.is_closing():
            self._ssl.write(data)
            self._plain.write(self._outgoing.read())

    def close(self) -> None:
        """Say goodbye, and close."""
        if self._plain.is_closing():
            return
        if self._is_up and self._ssl is not None:
            try:
                self._ssl.unwrap()
            except ssl.SSLError:
                pass  # It waits for the peer's goodbye: we do not (RFC 8446, 6.1).
            self._flush()
        self._plain.close()

    def abort(self) -> None:
        """End it at once."""
        self._plain.abort()

    def is_closing(self) -> bool:
        """Whether it was closed."""
        return bool(self._plain.is_closing())

    def can_write_eof(self) -> bool:
        """Never: TLS knows no half of a connection."""
        return False

    def get_extra_info(self, name: str, default: Any = None) -> Any:
        """Addresses and the socket, as the TCP transport has them."""
        return self._plain.get_extra_info(name, default)

    def pause_reading(self) -> None:
        """Let the peer wait."""
        self._plain.pause_reading()

    def resume_reading(self) -> None:
        """Read again."""
        self._plain.resume_reading()

    def is_reading(self) -> bool:
        """Whether it is not paused."""
        return bool(self._plain.is_reading())

    def set_write_buffer_limits(
        self, high: int | None = None, low: int | None = None
    ) -> None:
        """When the writer has to wait."""
        self._plain.set_write_buffer_limits(high, low)

    def get_write_buffer_size(self) -> int:
        """What is not sent yet, encrypted."""
        return int(self._plain.get_write_buffer_size())


def _handshake(tls: ssl.SSLObject) -> bool:
    """One step, in a thread; whether it was the last."""
    try:
        tls.do_handshake()
    except ssl.SSLWantReadError:
        return False
    return True
