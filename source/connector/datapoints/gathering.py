"""When the list of keys is published: not for each new key, and not too late."""

from __future__ import annotations

QUIET_S = 1.0
LONGEST_S = 30.0
LONGEST_FOR_ACTUATORS_S = 5.0


class Gathering:
    """Gathers new keys until none came for a second, within bounds.

    The bounds are those of the contract: up to 5 s for the actuators of a new station,
    up to 30 s for sensors while keys keep coming (bemcom, section 1).
    """

    def __init__(self) -> None:
        self._first_s: float | None = None
        self._last_s = 0.0
        self._longest_s = LONGEST_S

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
        if self._first_s is None:
            return False
        quiet_s = now_s - self._last_s
        return quiet_s >= QUIET_S or now_s - self._first_s >= self._longest_s

    def done(self) -> None:
        """The list is published."""
        self._first_s = None
