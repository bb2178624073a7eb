"""Connections of HTTP, bounded: a client that is slow, or many of them, hold nothing.

Beside uvicorn's own time for the next request (keep-alive): a head has to come in
time, and so does what is left of a body that nobody wants; who does not read what was
asked for is cut off; and where there are as many connections as may be, the one that
has been idle for longest makes room.
"""

from __future__ import annotations

import asyncio
import logging
from collections import OrderedDict
from http import HTTPStatus
from typing import Any

import h11
import orjson
from uvicorn.protocols.http.h11_impl import H11Protocol

from connector.web.problems import MEDIA_TYPE, problem_body

logger = logging.getLogger(__name__)

MOST = 1000
HEAD_TIMEOUT_S = 10.0
KEEP_ALIVE_S = 15
UNREAD_TIMEOUT_S = 60.0
_BAD = "this is no request of HTTP/1.1"
_FULL = "there are too many connections; come again later"


class Connections:
    """All connections of a server, and what was done to keep them few."""

    def __init__(
        self,
        most: int = MOST,
        head_timeout_s: float = HEAD_TIMEOUT_S,
        unread_timeout_s: float = UNREAD_TIMEOUT_S,
    ) -> None:
        self.most = most
        self.head_timeout_s = head_timeout_s
        self.unread_timeout_s = unread_timeout_s
        self.count = 0
        self.evicted = 0
        """Idle ones that made room."""
        self.refused = 0
        """Those for which there was none."""
        self.timed_out = 0
        self._idle: OrderedDict[Connection, None] = OrderedDict()
        self._are_over = asyncio.Event()
        self._are_over.set()

    def protocol(self, **given: Any) -> Connection:
        """What uvicorn is to make for each connection."""
        return Connection(self, **given)

    def admit(self, connection: Connection) -> bool:
        """Whether there is room for another one, made where somebody is idle."""
        self.count += 1
        self._are_over.clear()
        if self.count <= self.most:
            return True
        if not self._idle:
            self.refused += 1
            return False
        oldest, _ = self._idle.popitem(last=False)
        self.evicted += 1
        oldest.cut_off()
        return True

    def leave(self, connection: Connection) -> None:
        """It is over."""
        self.count -= 1
        self._idle.pop(connection, None)
        if not self.count:
            self._are_over.set()

    async def are_over(self) -> None:
        """Wait until there is none."""
        await self._are_over.wait()

    def is_idle(self, connection: Connection) -> None:
        """Nothing is asked on it now."""
        self._idle[connection] = None
        self._idle.move_to_end(connection)

    def is_busy(self, connection: Connection) -> None:
        """Something is asked on it."""
        self._idle.pop(connection, None)


class Connection(H11Protocol):
    """One of them."""

    def __init__(self, connections: Connections, **given: Any) -> None:
        super().__init__(**given)
        self._all = connections
        self._head_timer: asyncio.TimerHandle | None = None
        self._unread_timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Let it in, if there is room."""
        super().connection_made(transport)
        if self._all.admit(self):
            self._all.is_idle(self)
            self._expect_head()
        else:
            self._refuse(HTTPStatus.SERVICE_UNAVAILABLE, _FULL)

    def connection_lost(self, exc: Exception | None) -> None:
        """It is over."""
        self._all.leave(self)
        for timer in (self._head_timer, self._unread_timer):
            if timer is not None:
                timer.cancel()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Take data; once it is a request, no head is waited for."""
        if self.transport.is_closing():
            return
        super().data_received(data)
        if self.conn.their_state is h11.IDLE:
            self._expect_head()
        elif self.cycle is not None and not self.cycle.response_complete:  # type: ignore[redundant-expr]
            self._all.is_busy(self)
            self._stop_head_timer()

    def on_response_complete(self) -> None:
        """It is answered; what is left of its body has to come, or to end."""
        super().on_response_complete()
        self._all.is_idle(self)
        if self.conn.their_state is h11.SEND_BODY:
            self._expect_head()

    def pause_writing(self) -> None:
        """The peer does not read what was sent."""
        super().pause_writing()
        self._unread_timer = self.loop.call_later(
            self._all.unread_timeout_s, self._time_is_up
        )

    def resume_writing(self) -> None:
        """It does again."""
        super().resume_writing()
        if self._unread_timer is not None:
            self._unread_timer.cancel()
            self._unread_timer = None

    def send_400_response(self, msg: str) -> None:
        """Answer what is no request."""
        self._refuse(HTTPStatus.BAD_REQUEST, _BAD)

    def cut_off(self) -> None:
        """End it at once."""
        self.transport.abort()

    def _expect_head(self) -> None:
        if self._head_timer is None:
            self._head_timer = self.loop.call_later(
                self._all.head_timeout_s, self._time_is_up
            )

    def _stop_head_timer(self) -> None:
        if self._head_timer is not None:
            self._head_timer.cancel()
            self._head_timer = None

    def _time_is_up(self) -> None:
        self._all.timed_out += 1
        self.cut_off()

    def _refuse(self, status: HTTPStatus, detail: str) -> None:
        body = orjson.dumps(problem_body(status, detail))
        head = (
            f"HTTP/1.1 {status.value} {status.phrase}\r\n"
            f"content-type: {MEDIA_TYPE}\r\n"
            f"content-length: {len(body)}\r\n"
            "x-content-type-options: nosniff\r\n"
            "connection: close\r\n\r\n"
        )
        self.transport.write(head.encode() + body)
        self.transport.close()
