"""The timers of one station, by name: none of them is there twice."""

from __future__ import annotations

from collections.abc import Callable

from connector.station.client.clock import Clock, Timer

_LONGEST_S = 86_400.0
"""Who wants to wait longer is called too early, and waits on."""


class Timers:
    """Each name has at most one call that waits."""

    __slots__ = ("_clock", "_set")

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._set: dict[str, Timer] = {}

    def set(self, name: str, delay_s: float, callback: Callable[[], object]) -> None:
        """Call back in ``delay_s``, instead of what was set before."""
        before = self._set.pop(name, None)
        if before is not None:
            before.cancel()
        delay_s = min(max(0.0, delay_s), _LONGEST_S)
        self._set[name] = self._clock.call_later(delay_s, callback)

    def cancel(self, *names: str) -> None:
        """Do not call these."""
        for name in names:
            timer = self._set.pop(name, None)
            if timer is not None:
                timer.cancel()

    def close(self) -> None:
        """Call none of them."""
        self.cancel(*tuple(self._set))
