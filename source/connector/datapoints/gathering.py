"""When the list of keys is published: not for each new key, and not too late."""

from __future__ import annotations

QUIET_S = 1.0
LONGEST_S = 30.0
LONGEST_FOR_ACTUATORS_S = 5.0
_REST = 20
"""Telling the list takes a twentieth of the time at most, however long it is."""


class Gathering:
    """Gathers new keys until none came for a second, within bounds.

    The bounds are those of the contract: up to 5 s for the actuators of a new station,
    up to 30 s for sensors while keys keep coming (bemcom, section 1). Thousands of
    stations that come at once have a list that takes longer: it gets its rest.
    """

    def __init__(self) -> None:
        self._first_s: float | None = None
        self._last_s = 0.0
        self._longest_s = LONGEST_S
        self._rests_until_s = 0.0

    def note(self, now_s: float, *, has_actuators: bool) -> None:
        """There are new keys."""
        if self._first_s is None:
            self._first_s, self._longest_s = now_s, LONGEST_S
        if has_actuators:
            elapsed_s = now_s - self._first_s
            bound_s = elapsed_s + LONGEST_FOR_ACTUATORS_S
            self._longest_s = min(self._longest_s, bound_s)
        self._last_s = now_s

    def is_due(self, now_s: float) -> bool:
        """Whether to publish now."""
        if self._first_s is None or now_s < self._rests_until_s:
            return False
        quiet_s = now_s - self._last_s
        return quiet_s >= QUIET_S or now_s - self._first_s >= self._longest_s

    def done(self, now_s: float, took_s: float) -> None:
        """The list is published, which took the processor so long."""
        self._first_s = None
        self._rests_until_s = now_s + _REST * took_s
