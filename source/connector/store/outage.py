"""Whether the store can be written, told at once and then once a minute.

A full disk fails every operation of every station: the log must not fill, too.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable

logger = logging.getLogger(__name__)

_AGAIN_S = 60.0


class Outage:
    """Follows how writes end; times are of ``monotonic``, in seconds."""

    def __init__(self, monotonic: Callable[[], float] = time.monotonic) -> None:
        self.is_writable = True
        self._monotonic = monotonic
        self._since_s = 0.0
        self._told_s: float | None = None
        self._is_end_due = False

    def begin(self) -> None:
        """A write failed, and any other would."""
        if self.is_writable:
            self.is_writable = False
            self._since_s = self._monotonic()

    def tell(self, text: str) -> bool:
        """Something failed, and anything would; whether the log had it already."""
        now_s = self._monotonic()
        if self._told_s is not None and now_s - self._told_s < _AGAIN_S:
            return True
        self._told_s = now_s
        self._is_end_due = True
        logger.error("the store fails: %s", text)
        return False

    def end(self) -> None:
        """A write succeeded."""
        if self.is_writable:
            return
        self.is_writable = True
        if self._is_end_due:
            self._is_end_due = False
            seconds = self._monotonic() - self._since_s
            logger.warning("the store works again, after %.0f s", seconds)
