"""Who was not let in, or not listened to: counted by reason, and told in the log."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable
from time import monotonic

logger = logging.getLogger(__name__)

_LINES_AT_ONCE = 30
_LINES_PER_S = 0.5


class Refusals:
    """``counts`` by reason since the start; whoever knocks cannot fill the log."""

    def __init__(self) -> None:
        self.counts: Counter[str] = Counter()
        self._lines = float(_LINES_AT_ONCE)
        self._last_s = monotonic()
        self._untold = 0
        self.on_told: Callable[[str, str], None] | None = None
        """Hears who was refused, where that is known, and the line of the log."""

    def count(self, reason: str) -> None:
        """One more, of which the log says nothing."""
        self.counts[reason] += 1

    def note(self, station: str, text: str) -> None:
        """One that is counted, and told in the log, elsewhere."""
        if self.on_told is not None:
            self.on_told(station, text)

    def tell(
        self, reason: str, text: str, *arguments: object, station: str = ""
    ) -> None:
        """One more, and why."""
        self.counts[reason] += 1
        now_s = monotonic()
        refilled = self._lines + (now_s - self._last_s) * _LINES_PER_S
        self._lines, self._last_s = min(float(_LINES_AT_ONCE), refilled), now_s
        if self._lines < 1.0:
            self._untold += 1
            return
        self._lines -= 1.0
        if self._untold:
            logger.warning("%d more were refused, not told one by one", self._untold)
            self._untold = 0
        logger.warning(text, *arguments)
        self.note(station, text % arguments)
