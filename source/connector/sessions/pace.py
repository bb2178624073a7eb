"""How fast a peer is listened to: frames beyond the rate wait in its own socket."""

from __future__ import annotations


class Pace:
    """A bucket that holds one second of frames."""

    __slots__ = ("_last_s", "_left", "_rate")

    def __init__(self, frames_per_s: float) -> None:
        self._rate = frames_per_s
        self._left = max(1.0, frames_per_s)
        self._last_s = 0.0

    def delay_s(self, now_s: float) -> float:
        """Take one frame; how long to wait before the next one is read."""
        refilled = self._left + (now_s - self._last_s) * self._rate
        self._left = min(max(1.0, self._rate), refilled) - 1.0
        self._last_s = now_s
        return max(0.0, -self._left / self._rate)
