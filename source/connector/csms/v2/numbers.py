"""Numbers for requests whose answers come in messages of their own (`requestId`)."""

from __future__ import annotations

from connector.csms.clock import Clock
from connector.csms.station import Station

_LARGEST = 2**31 - 1


class Numbers:
    """Counts up from the time of the start, so that no number of before comes again."""

    def __init__(self, clock: Clock) -> None:
        self._last = clock.now_ms() // 1000 % _LARGEST

    def next(self, station: Station) -> int:
        """A number that this station has not had."""
        self._last = self._last % _LARGEST + 1
        return self._last
