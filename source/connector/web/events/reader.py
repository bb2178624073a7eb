"""One who reads events: what waits for him is bounded, and he delays nobody."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

from connector.datapoints.live import Want

KINDS = ("station", "datapoint", "message", "outcome", "transaction")
MOST_BYTES = 4_194_304
MOST_CHUNKS = 1000


@dataclass(frozen=True, slots=True)
class Wish:
    """What somebody wants to hear of, and of which stations.

    The names of ``want`` are those of datapoints; other events have none.
    """

    kinds: frozenset[str]
    want: Want = Want()  # noqa: RUF009  (it cannot be changed)

    def has(self, kind: str, station: str) -> bool:
        """Whether such events of this station are wanted."""
        stations = self.want.stations
        return kind in self.kinds and (not stations or station in stations)


class Reader:
    """Takes chunks until it ends; one that is behind by too much is dropped."""

    def __init__(self, wish: Wish, leave: Callable[[Reader], None]) -> None:
        self.wish = wish
        self.offered_s = 0.0
        """When it got something last; of the monotonic clock."""
        self._leave = leave
        self._chunks: deque[bytes] = deque()
        self._bytes = 0
        self._is_over = False
        self._ready = asyncio.Event()

    def offer(self, chunk: bytes) -> bool:
        """Have it sent; False where too much waits already."""
        if self._bytes + len(chunk) > MOST_BYTES or len(self._chunks) >= MOST_CHUNKS:
            return False
        self._chunks.append(chunk)
        self._bytes += len(chunk)
        self._ready.set()
        return True

    def end(self) -> None:
        """There is nothing more; what waits is let go."""
        if self._is_over:
            return
        self._is_over = True
        self._chunks.clear()
        self._ready.set()
        self._leave(self)

    async def next(self) -> bytes | None:
        """What is to be sent next, as soon as there is something; None: it is over."""
        await self._ready.wait()
        if self._is_over:
            return None
        chunk = b"".join(self._chunks)
        self._chunks.clear()
        self._bytes = 0
        self._ready.clear()
        return chunk
