"""A link over a WebSocket, for either end."""

from __future__ import annotations

from collections.abc import Callable
from random import getrandbits
from time import monotonic
from typing import TYPE_CHECKING, Any

from websockets.asyncio.connection import broadcast
from websockets.exceptions import ConnectionClosed
from websockets.frames import CTRL_OPCODES, Close, Frame, Opcode
from websockets.protocol import State

from connector.errors import LinkClosed

if TYPE_CHECKING:
    from websockets.asyncio.connection import Connection

_LONGEST_REASON_BYTES = 123
"""RFC 6455, section 5.5: a control frame has at most 125 bytes, 2 of them the code."""


Tap = Callable[[str], bool]
"""Takes a text at once, if it wants it."""


NOTED = ("last_received_s", "latency_s", "pinged")
"""The slots of `Alive`: one more entry would take the library's dictionary out of what
all connections share, and cost a kilobyte each."""


class Alive:
    """Notes what a connection heard: mix it in before the library's class.

    The class of both has `NOTED` among its slots.
    """

    last_received_s: float
    pinged: tuple[bytes, float] | None
    """The ping that waits for its pong, and when it was sent (monotonic)."""
    latency_s: float | None

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.last_received_s = 0.0
        self.pinged = self.latency_s = None

    def data_received(self, data: bytes) -> None:
        """Called by the transport."""
        self.last_received_s = monotonic()
        super().data_received(data)  # type: ignore[misc]

    def acknowledge_pings(self, data: bytes) -> None:
        """Called for a pong."""
        if self.pinged is not None and data == self.pinged[0]:
            self.latency_s = monotonic() - self.pinged[1]
            self.pinged = None
        super().acknowledge_pings(data)  # type: ignore[misc]


class WebSocketLink:
    """See `Link`; the connection's class has `Alive` in it."""

    __slots__ = (
        "_is_awaited",
        "_tap",
        "_websocket",
        "reached_at",
        "remote_address",
        "security_profile",
        "subprotocol",
    )

    def __init__(self, websocket: Connection, subprotocol: str | None) -> None:
        self._websocket: Any = websocket
        address = websocket.remote_address
        self.remote_address = str(address[0]) if address else ""
        self.reached_at = ""
        self.security_profile = 0
        self.subprotocol = subprotocol
        self._tap: Tap | None = None
        self._is_awaited = False
        """`recv` waits, so that nothing else was received before."""

    @property
    def last_received_s(self) -> float:
        """When anything came in last; of the monotonic clock."""
        return float(self._websocket.last_received_s)

    @property
    def latency_ms(self) -> float | None:
        """The round trip of the last ping that was answered."""
        latency_s = self._websocket.latency_s
        return None if latency_s is None else round(latency_s * 1000, 3)

    @property
    def has_ponged(self) -> bool:
        """Whether the peer has ever answered a ping."""
        return self._websocket.latency_s is not None

    @property
    def is_open(self) -> bool:
        """Whether no end has begun to close it."""
        return self._websocket.protocol.state is State.OPEN

    def slowed(self) -> None:
        """The peer is made to wait: even its pongs are behind what is not read."""
        self._websocket.last_received_s = monotonic()

    def tap(self, tap: Tap) -> None:
        """Offer it every text that nobody would have to wait for; for links we opened.

        What it takes is not received any more. Order is kept: nothing is offered while
        something before it is still to be received.
        """
        self._tap = tap
        self._websocket.tap = self._offer

    def _offer(self, frame: Frame) -> bool:
        if frame.opcode in CTRL_OPCODES:
            return False  # `recv` does not hear of it
        if self._is_awaited and self._is_taken(frame):
            return True
        self._is_awaited = False
        return False

    def _is_taken(self, frame: Frame) -> bool:
        if frame.opcode is not Opcode.TEXT or not frame.fin or self._tap is None:
            return False
        try:
            return self._tap(str(frame.data, "utf-8"))
        except UnicodeDecodeError:
            return False  # `recv` ends the connection because of it

    async def recv(self) -> str | bytes:
        """The next message."""
        self._is_awaited = True
        try:
            return await self._websocket.recv()  # type: ignore[no-any-return]
        except ConnectionClosed as closed:
            raise _link_closed(closed.rcvd or closed.sent) from None
        finally:
            self._is_awaited = False

    async def send(self, text: str) -> None:
        """Send a text message; wait only where the peer is behind.

        `send` of the library takes two locks for each message; `broadcast` writes at
        once, and leaves it to us not to fill the buffer.
        """
        websocket = self._websocket
        try:
            self.put(text)
            if websocket.paused or websocket.transport.is_closing():
                await websocket.drain()
                self._check_open()
        except OSError:
            raise LinkClosed from None

    def put(self, text: str) -> None:
        """Send a text message at once."""
        self._check_open()
        broadcast((self._websocket,), text)

    def _check_open(self) -> None:
        protocol = self._websocket.protocol
        if protocol.state is not State.OPEN:
            raise _link_closed(protocol.close_rcvd or protocol.close_sent)

    async def close(self, code: int = 1000, reason: str = "") -> None:
        """Close with a handshake."""
        reason = reason.encode()[:_LONGEST_REASON_BYTES].decode("utf-8", "ignore")
        await self._websocket.close(code, reason)

    def abort(self) -> None:
        """End it without asking the peer, who does not answer."""
        self._websocket.transport.abort()

    def ping(self) -> None:
        """Send a ping, unless the last one still waits to be answered.

        `ping` of the library takes a task, a lock and a future for each.
        """
        websocket = self._websocket
        is_gone = not self.is_open or websocket.transport.is_closing()
        if websocket.pinged is None and not is_gone:
            data = getrandbits(32).to_bytes(4)
            websocket.pinged = data, monotonic()
            websocket.protocol.send_ping(data)
            websocket.send_data()


def _link_closed(frame: Close | None) -> LinkClosed:
    return LinkClosed(frame.code, frame.reason) if frame else LinkClosed()
