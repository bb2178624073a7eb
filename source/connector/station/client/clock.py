"""The clock of a station: the central system's time, kept by a clock that never jumps.

The time of the machine is only where it begins: what a central system says corrects
it (`currentTime` of BootNotification and Heartbeat), and the machine is left alone.
"""

from __future__ import annotations

import asyncio
import logging
import math
import time
from collections.abc import Callable
from typing import Protocol

logger = logging.getLogger(__name__)

EARLIEST_MS = 1_577_836_800_000
"""2020-01-01: a central system that says less has lost its own clock."""
LATEST_MS = 4_102_444_800_000
"""2100-01-01."""
_UNNOTICED_MS = 250
_TOGETHER_S, _EXACT_BELOW_S = 0.05, 0.5


class Timer(Protocol):
    """Something that will be called, unless it is cancelled first."""

    def cancel(self) -> None:
        """Do not call it."""


class Clock(Protocol):
    """The times of a machine, and a way to wait for one."""

    def now_ms(self) -> int:
        """Milliseconds since the epoch, UTC; may jump."""

    def monotonic(self) -> float:
        """Seconds since some moment; never goes back."""

    def call_later(self, delay_s: float, callback: Callable[[], object]) -> Timer:
        """Call back on the loop in ``delay_s``."""


class _Call:
    """A call that shares its timer with others."""

    __slots__ = ("_others", "callback")

    def __init__(
        self, callback: Callable[[], object], others: dict[_Call, None]
    ) -> None:
        self.callback = callback
        self._others = others
        others[self] = None

    def cancel(self) -> None:
        """Do not call it."""
        self._others.pop(self, None)


class MachineClock:
    """The time of this machine and of the running loop.

    Whoever waits for half a second or longer is called up to 50 ms late, together with
    all others of that moment: thousands of stations wake the process 20 times a second
    at most, and what they say leaves together.
    """

    __slots__ = ("_loop", "_moments")

    def __init__(self) -> None:
        self._loop: asyncio.AbstractEventLoop | None = None
        self._moments: dict[int, dict[_Call, None]] = {}
        """Who is to be called, by multiples of `_TOGETHER_S` of the loop's time."""

    def now_ms(self) -> int:
        """Milliseconds since the epoch, UTC."""
        return time.time_ns() // 1_000_000

    def monotonic(self) -> float:
        """Seconds since some moment; never goes back."""
        return time.monotonic()

    def call_later(self, delay_s: float, callback: Callable[[], object]) -> Timer:
        """Call back on the running loop."""
        loop = asyncio.get_running_loop()
        if delay_s < _EXACT_BELOW_S:
            return loop.call_later(delay_s, callback)
        if loop is not self._loop:
            self._loop, self._moments = loop, {}
        moment = math.ceil((loop.time() + delay_s) / _TOGETHER_S)
        calls = self._moments.get(moment)
        if calls is None:
            calls = self._moments[moment] = {}
            loop.call_at(moment * _TOGETHER_S, self._ring, moment)
        return _Call(callback, calls)

    def _ring(self, moment: int) -> None:
        calls = self._moments.pop(moment)
        while calls:
            call = next(iter(calls))
            call.cancel()
            try:
                call.callback()
            except Exception:
                # The mistake of one must not keep the others waiting.
                logger.exception("in a call that was due")


class StationClock:
    """A `Clock` that is set by a central system."""

    __slots__ = ("_base", "_since_s", "_start_ms")

    def __init__(self, base: Clock) -> None:
        self._base = base
        self._start_ms = base.now_ms()
        self._since_s = base.monotonic()

    def now_ms(self) -> int:
        """Milliseconds since the epoch, UTC, as far as the station knows."""
        return self._start_ms + round((self._base.monotonic() - self._since_s) * 1000)

    def monotonic(self) -> float:
        """Seconds since some moment; never goes back."""
        return self._base.monotonic()

    def call_later(self, delay_s: float, callback: Callable[[], object]) -> Timer:
        """Call back on the loop in ``delay_s``."""
        return self._base.call_later(delay_s, callback)

    def set(self, now_ms: int) -> int:
        """A central system has told the time; gives by how much it was another.

        0 where that is less than messages need on their way.

        Raises:
            ValueError: it is no time that can be now.
        """
        if not EARLIEST_MS <= now_ms <= LATEST_MS:
            raise ValueError("it is not between 2020 and 2100")
        moved_ms = now_ms - self.now_ms()
        if abs(moved_ms) < _UNNOTICED_MS:
            return 0
        self._start_ms, self._since_s = now_ms, self._base.monotonic()
        return moved_ms


async def pause(clock: Clock, delay_s: float) -> None:
    """Wait, by a clock that tests may move."""
    over = asyncio.Event()
    timer = clock.call_later(delay_s, over.set)
    try:
        await over.wait()
    finally:
        timer.cancel()
