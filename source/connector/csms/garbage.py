"""When Python looks for garbage among everything there is.

That takes a second with ten thousand stations, and nobody is answered meanwhile. Left
to itself it happens a dozen times while they come, and finds nothing: stations only
leave garbage (exceptions and what they hold) when their links end.
"""

from __future__ import annotations

import gc
import logging
from collections.abc import Sized

from connector.csms.clock import Clock, Timer
from connector.csms.events import Disconnected
from connector.sessions.garbage import leave_alone

logger = logging.getLogger(__name__)

_YOUNG, _MIDDLE, _ALL = 700, 10, 500
"""Python's own thresholds but for the last, which is 10: what is left of 3.5 million
new objects is looked through whatever happens."""
_FEWEST_LINKS = 500
_GATHER_S = 5.0


def expect_stations() -> None:
    """Have a process leave alone what it has loaded, and what stations bring."""
    leave_alone(_YOUNG, _MIDDLE, _ALL)


class Garbage:
    """Collects once the links of half of all stations have ended, 500 at least.

    So the work for each of them does not grow with their number.
    """

    def __init__(self, stations: Sized, clock: Clock) -> None:
        self._stations = stations
        self._clock = clock
        self._ended = 0
        self._timer: Timer | None = None

    def note(self, _: Disconnected) -> None:
        """A link has ended; those that end with it are waited for."""
        self._ended += 1
        is_enough = self._ended >= max(_FEWEST_LINKS, len(self._stations) // 2)
        if is_enough and self._timer is None:
            self._timer = self._clock.call_later(_GATHER_S, self._collect)

    def stop(self) -> None:
        """Collect nothing any more."""
        if self._timer is not None:
            self._timer.cancel()

    def _collect(self) -> None:
        self._timer, self._ended = None, 0
        logger.debug("%d objects of ended links are gone", gc.collect())
