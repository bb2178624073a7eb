"""How long to wait before connecting again (OCPP-J 2.x part 4, section 5.3).

The wait doubles so many times, and every one has a random part, so that the stations of
a site do not come back all at once.
"""

from __future__ import annotations

import random

from connector.station.core.settings import Variables

REPEAT_TIMES = "OCPPCommCtrlr/RetryBackOffRepeatTimes"
RANDOM_RANGE_S = "OCPPCommCtrlr/RetryBackOffRandomRange"
WAIT_MINIMUM_S = "OCPPCommCtrlr/RetryBackOffWaitMinimum"
_REPEAT_TIMES, _WAIT_MINIMUM_S = 5, 2.0
_MOST_REPEATS, _LONGEST_S = 16, 3600.0


class Backoff:
    """The waits of one station; variables that it has not are 5 times, from 2 s."""

    __slots__ = ("_failures", "_source", "_variables")

    def __init__(self, variables: Variables, source: random.Random) -> None:
        self._variables = variables
        self._source = source
        self._failures = 0

    @property
    def failures(self) -> int:
        """Attempts since it was reset."""
        return self._failures

    def reset(self) -> None:
        """A central system has accepted the station."""
        self._failures = 0

    def next_s(self) -> float:
        """One more attempt has failed: wait so many seconds."""
        variables = self._variables
        least_s = variables.number(WAIT_MINIMUM_S) or _WAIT_MINIMUM_S
        most = variables.number(REPEAT_TIMES) or _REPEAT_TIMES
        range_s = variables.number(RANDOM_RANGE_S) or least_s / 2
        doubled = min(self._failures, int(most), _MOST_REPEATS)
        self._failures += 1
        wait_s: float = least_s * 2**doubled + self._source.uniform(0, range_s)
        return max(0.1, min(wait_s, _LONGEST_S))
