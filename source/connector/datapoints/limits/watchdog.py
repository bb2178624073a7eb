"""The fallback, for when nobody has written a limit for the hold time."""

from __future__ import annotations

from collections.abc import Callable

from connector.csms.clock import Clock
from connector.csms.options import LimitOptions
from connector.datapoints.limits.book import Book
from connector.datapoints.limits.requests import CurrentLimit, PowerLimit
from connector.datapoints.limits.sending import fallback_of, hold_of
from connector.datapoints.limits.slot import Slot


class Watchdog:
    """Calls ``fall_back(book, slot)`` a hold time after the last write."""

    def __init__(
        self,
        options: LimitOptions,
        clock: Clock,
        fall_back: Callable[[Book, Slot], None],
    ) -> None:
        self._options = options
        self._clock = clock
        self._fall_back = fall_back

    def value(self, book: Book) -> PowerLimit | CurrentLimit | None:
        """What the fallback asks for; None releases."""
        fallback = fallback_of(book, self._options)
        if fallback is None:
            return None
        if fallback.unit == "W":
            return PowerLimit(fallback.limit)
        return CurrentLimit(fallback.limit)

    def arm(self, book: Book, slot: Slot) -> None:
        """Begin to wait anew, from the last write."""
        if slot.watchdog is not None:
            slot.watchdog.cancel()
            slot.watchdog = None
        hold_s = hold_of(book, self._options)
        if hold_s <= 0 or slot.written_ms is None or slot.is_fallback:
            return
        elapsed_s = (self._clock.now_ms() - slot.written_ms) / 1000
        slot.watchdog = self._clock.call_later(
            max(0.0, hold_s - elapsed_s), lambda: self._fall_back(book, slot)
        )

    def arm_unwritten(self, book: Book) -> None:
        """Where nothing was ever written, every connector gets the fallback."""
        hold_s = hold_of(book, self._options)
        if hold_s > 0 and not self._was_written(book):
            self._clock.call_later(hold_s, lambda: self._fall_back_everywhere(book))

    def _was_written(self, book: Book) -> bool:
        return any(slot.written_ms is not None for slot in book.slots.values())

    def _fall_back_everywhere(self, book: Book) -> None:
        if not self._was_written(book):
            for where in book.station.places:
                self._fall_back(book, book.slot(where))
