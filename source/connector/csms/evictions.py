"""Two devices that share one identity throw each other out: slow them down."""

from __future__ import annotations

import logging

from connector.csms.clock import Clock

logger = logging.getLogger(__name__)

_WITHIN_S = 60.0
_USUAL = 2
_DELAY_S = 5.0


class Evictions:
    """How often the links of a station replaced each other lately."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._times: dict[str, list[float]] = {}

    def note(self, identity: str) -> None:
        """A link was replaced by a newer one."""
        now_s = self._clock.monotonic()
        times = [t for t in self._times.get(identity, ()) if now_s - t < _WITHIN_S]
        self._times[identity] = [*times, now_s]
        if len(times) == _USUAL:
            logger.warning(
                "%s: its links replace each other; do two devices share the identity?",
                identity,
            )

    def delay_s(self, identity: str) -> float:
        """How long its next link has to wait."""
        times = self._times.get(identity)
        if times is None:
            return 0.0
        now_s = self._clock.monotonic()
        recent = [t for t in times if now_s - t < _WITHIN_S]
        if not recent:
            del self._times[identity]
        return _DELAY_S if len(recent) > _USUAL else 0.0
