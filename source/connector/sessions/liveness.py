"""Which links are dead: one task for all of them, a share of them at each turn.

A missing pong counts only where a pong was seen: some stations never send one. They
are dead after two heartbeat intervals and 30 s (contract: settings).
"""

from __future__ import annotations

import asyncio
import logging
from math import inf
from time import monotonic

from connector.sessions.websocket_link import WebSocketLink

logger = logging.getLogger(__name__)

_WITHOUT_PINGS_S = 20.0
_TURNS = 20
_SILENT_PINGS = 1.5
_AT_ONCE = 20
"""Links that are looked after in one turn of the loop: a millisecond or less."""


class Liveness:
    """Pings links every ``ping_interval_s`` (0: never) and aborts those that died."""

    def __init__(self, ping_interval_s: float, heartbeat_interval_s: float) -> None:
        self._is_pinging = ping_interval_s > 0
        self._interval_s = ping_interval_s or _WITHOUT_PINGS_S
        self._silent_s = self._interval_s * _SILENT_PINGS
        self._never_ponged_s = 2 * heartbeat_interval_s + 30
        self._shares: list[set[WebSocketLink]] = [set() for _ in range(_TURNS)]
        self._looked_s = [-inf] * _TURNS
        self._next = 0
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin to look after links."""
        self._task = asyncio.create_task(self._run(), name="liveness")

    async def stop(self) -> None:
        """Look after nothing any more."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait({self._task})

    def add(self, link: WebSocketLink) -> set[WebSocketLink]:
        """Look after a link, until it is discarded from the set that this gives."""
        self._next = (self._next + 1) % _TURNS
        share = self._shares[self._next]
        share.add(link)
        return share

    async def _run(self) -> None:
        turn = 0
        while True:
            await asyncio.sleep(self._interval_s / _TURNS)
            turn = (turn + 1) % _TURNS
            now_s = monotonic()
            before_s, self._looked_s[turn] = self._looked_s[turn], now_s
            for number, link in enumerate(tuple(self._shares[turn])):
                if number % _AT_ONCE == 0:
                    await asyncio.sleep(0)  # let others in
                self._look_at(link, now_s, before_s)

    def _look_at(self, link: WebSocketLink, now_s: float, before_s: float) -> None:
        """Abort a link or ping it; it was pinged ``before_s``.

        Whoever said something since then is alive, even where this turn comes late.
        """
        silence_s = now_s - link.last_received_s
        counts = self._is_pinging and link.has_ponged
        longest_s = self._silent_s if counts else self._never_ponged_s
        if silence_s > longest_s and link.last_received_s < before_s:
            logger.info("%s: silent for %.0f s", link.remote_address, silence_s)
            link.abort()
        elif self._is_pinging:
            link.ping()
