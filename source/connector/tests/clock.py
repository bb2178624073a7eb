"""A clock that stands still until a test moves it."""

from __future__ import annotations

import heapq
from collections.abc import Callable
from itertools import count

START_MS = 1_769_860_800_000
"""2026-01-31T12:00:00Z."""


class FakeTimer:
    """A call that waits for its time."""

    def __init__(self, callback: Callable[[], object]) -> None:
        self.callback = callback
        self.is_cancelled = False

    def cancel(self) -> None:
        self.is_cancelled = True


class FakeClock:
    """`advance` moves both times and makes the calls that are due, in their order."""

    def __init__(self, now_ms: int = START_MS) -> None:
        self._now_ms = float(now_ms)
        self._monotonic = 1000.0
        self._timers: list[tuple[float, int, FakeTimer]] = []
        self._unique = count()

    def now_ms(self) -> int:
        return int(self._now_ms)

    def monotonic(self) -> float:
        return self._monotonic

    def call_later(self, delay_s: float, callback: Callable[[], object]) -> FakeTimer:
        timer = FakeTimer(callback)
        due = self._monotonic + max(0.0, delay_s)
        heapq.heappush(self._timers, (due, next(self._unique), timer))
        return timer

    def advance(self, seconds: float) -> None:
        until = self._monotonic + seconds
        while self._timers and self._timers[0][0] <= until:
            due, _, timer = heapq.heappop(self._timers)
            self._move(due - self._monotonic)
            if not timer.is_cancelled:
                timer.callback()
        self._move(until - self._monotonic)

    def jump(self, seconds: float) -> None:
        """Somebody sets the time of day; the other time goes on."""
        self._now_ms += seconds * 1000

    def _move(self, seconds: float) -> None:
        self._monotonic += seconds
        self._now_ms += seconds * 1000
