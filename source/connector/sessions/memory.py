"""Two ends of a link within one loop."""

from __future__ import annotations

import asyncio
from collections import deque
from time import monotonic
from typing import NamedTuple

from connector.errors import LinkClosed


class MemoryLink:
    """One end; what is sent is received at ``peer``."""

    def __init__(self, subprotocol: str | None, limit: int) -> None:
        self.remote_address = "memory"
        self.reached_at = ""
        self.security_profile = 0
        self.subprotocol = subprotocol
        self.latency_ms: float | None = None
        self._last_received_s = monotonic()
        self.peer = self
        self.closed: LinkClosed | None = None
        self._limit = limit
        self._texts: deque[str | bytes] = deque()
        self._waiting: list[asyncio.Future[None]] = []
        """Whoever waits for something to change at this end."""

    @property
    def last_received_s(self) -> float:
        """When anything came in last; of the monotonic clock."""
        return self._last_received_s

    @property
    def is_open(self) -> bool:
        """Whether neither end has closed it."""
        return self.closed is None

    def slowed(self) -> None:
        """The peer is made to wait; nobody looks after links in memory."""

    async def recv(self) -> str | bytes:
        """The next text."""
        while not self._texts:
            self._check_open()
            await self._change()
        self._has_changed()
        self._last_received_s = monotonic()
        return self._texts.popleft()

    async def send(self, text: str | bytes) -> None:
        """Send a text; waits while the other end does not read."""
        peer = self.peer
        while len(peer._texts) >= peer._limit and peer.closed is None:
            await peer._change()
        self.put(text)

    def put(self, text: str | bytes) -> None:
        """Send a text at once."""
        peer = self.peer
        peer._check_open()
        peer._texts.append(text)
        peer._has_changed()

    async def _change(self) -> None:
        change = asyncio.get_running_loop().create_future()
        self._waiting.append(change)
        await change

    def _has_changed(self) -> None:
        waiting, self._waiting = self._waiting, []
        for change in waiting:
            if not change.done():
                change.set_result(None)

    async def close(self, code: int = 1000, reason: str = "") -> None:
        """End both ends."""
        for end in (self, self.peer):
            if end.closed is None:
                end.closed = LinkClosed(code, reason)
            end._has_changed()

    def _check_open(self) -> None:
        if self.closed is not None:
            raise LinkClosed(self.closed.code, self.closed.reason)


class LinkPair(NamedTuple):
    """Both ends; made within a running loop."""

    server: MemoryLink
    client: MemoryLink


def link_pair(subprotocol: str | None = "ocpp1.6", limit: int = 100) -> LinkPair:
    """A new pair; ``limit`` texts may be on the way in one direction."""
    pair = LinkPair(MemoryLink(subprotocol, limit), MemoryLink(subprotocol, limit))
    pair.server.peer, pair.client.peer = pair.client, pair.server
    return pair
