"""Two ends of a link within one loop."""

from __future__ import annotations

import asyncio
from typing import NamedTuple

from connector.errors import LinkClosed


class MemoryLink:
    """One end; what is sent is received at ``peer``."""

    def __init__(self, subprotocol: str | None, limit: int) -> None:
        self.remote_address = "memory"
        self.subprotocol = subprotocol
        self.latency_ms: float | None = None
        self._last_received_s = asyncio.get_running_loop().time()
        self.peer = self
        self.closed: LinkClosed | None = None
        self._texts: asyncio.Queue[str | bytes | None] = asyncio.Queue(limit)

    @property
    def last_received_s(self) -> float:
        """When anything came in last; of the loop's clock."""
        return self._last_received_s

    async def recv(self) -> str | bytes:
        """The next text."""
        if self.closed is not None and self._texts.empty():
            raise self.closed
        text = await self._texts.get()
        if text is None:
            raise self.closed or LinkClosed()
        self._last_received_s = asyncio.get_running_loop().time()
        return text

    async def send(self, text: str | bytes) -> None:
        """Send a text; waits while the other end does not read."""
        if self.closed is not None:
            raise self.closed
        await self.peer._texts.put(text)

    async def close(self, code: int = 1000, reason: str = "") -> None:
        """End both ends."""
        for end in (self, self.peer):
            if end.closed is None:
                end.closed = LinkClosed(code, reason)
                end._wake()

    def _wake(self) -> None:
        if self._texts.empty():
            self._texts.put_nowait(None)


class LinkPair(NamedTuple):
    """Both ends; made within a running loop."""

    server: MemoryLink
    client: MemoryLink


def link_pair(subprotocol: str | None = "ocpp1.6", limit: int = 100) -> LinkPair:
    """A new pair; ``limit`` texts may be on the way in one direction."""
    pair = LinkPair(MemoryLink(subprotocol, limit), MemoryLink(subprotocol, limit))
    pair.server.peer, pair.client.peer = pair.client, pair.server
    return pair
