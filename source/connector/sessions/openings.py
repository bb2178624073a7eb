"""Connections between their first packet and their request: they may not stay so."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Hashable
from typing import Any

_OLD_S = 1.0
"""Those that are newer may just not have had their turn."""


class Openings:
    """Ends connections that do not open within ``timeout_s`` (0: no bound).

    No more than ``most`` are held: beyond it the oldest ends, whoever it is.
    ``on_late`` hears of each transport that was ended.
    """

    def __init__(
        self, timeout_s: float, most: int, on_late: Callable[[Any], None]
    ) -> None:
        self._timeout_s = timeout_s
        self.most = most
        self._on_late = on_late
        self._since: dict[Hashable, float] = {}
        """In the order in which they came."""
        self._timer: asyncio.TimerHandle | None = None

    def __len__(self) -> int:
        """How many there are."""
        return len(self._since)

    def add(self, transport: Hashable) -> None:
        """One came; it is known by its transport."""
        loop = asyncio.get_running_loop()
        now_s = loop.time()
        if len(self._since) >= self.most:
            self._end_oldest(now_s - _OLD_S)
        self._since.setdefault(transport, now_s)
        if self._timer is None and self._timeout_s:
            self._timer = loop.call_at(now_s + self._timeout_s, self._look)

    def discard(self, transport: Hashable) -> bool:
        """Its request is there, or it has gone; whether it was there."""
        return self._since.pop(transport, None) is not None

    def end(self) -> None:
        """End them all: nobody is let in any more."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        for transport in list(self._since):
            self._since.pop(transport)
            transport.abort()  # type: ignore[attr-defined]

    def _look(self) -> None:
        self._timer = None
        loop = asyncio.get_running_loop()
        now_s = loop.time()
        while self._end_oldest(now_s - self._timeout_s):
            pass
        if self._since:
            due_s = next(iter(self._since.values())) + self._timeout_s
            self._timer = loop.call_at(due_s, self._look)

    def _end_oldest(self, before_s: float) -> bool:
        """End the first where it came before; whether there was one."""
        found = next(iter(self._since.items()), None)
        if found is None or found[1] > before_s:
            return False
        transport = found[0]
        del self._since[transport]
        self._on_late(transport)
        transport.abort()  # type: ignore[attr-defined]
        return True
