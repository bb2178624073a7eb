"""The fallback, for when nobody has written a limit for the hold time."""

from __future__ import annotations

from collections.abc import Callable

from connector.csms.clock import Clock
from connector.csms.options import Fallback, LimitOptions
from connector.datapoints.limits.book import Book
from connector.datapoints.limits.requests import CurrentLimit, PowerLimit
from connector.datapoints.limits.slot import Slot

_UNWRITTEN = "unwritten"


def hold_of(book: Book, options: LimitOptions) -> float:
    """How long a written limit holds at this station, in s; 0 is for ever."""
    own = book.station.options.limit_hold_s
    return options.hold_s if own is None else own


def fallback_of(book: Book, options: LimitOptions) -> Fallback | None:
    """What applies after that; None is no limit."""
    own = book.station.options.limit_fallback
    if own is None:
        return options.fallback
    return own if isinstance(own, Fallback) else None


def is_failsafe(book: Book, options: LimitOptions) -> bool:
    """Whether a limit ends by itself at the station, over the fallback."""
    has_fallback = fallback_of(book, options) is not None
    return options.failsafe and hold_of(book, options) > 0 and has_fallback


class Watchdog:
    """Calls ``fall_back(book, slot)`` a hold time after the last write."""

    def __init__(
        self,
        options: LimitOptions,
        clock: Clock,
        fall_back: Callable[[Book, Slot], object],
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
        slot.set_timer("watchdog", None)
        hold_s = hold_of(book, self._options)
        if hold_s <= 0 or slot.written_ms is None or slot.is_fallback:
            return
        elapsed_s = max(0.0, (self._clock.now_ms() - slot.written_ms) / 1000)
        timer = self._clock.call_later(
            max(0.0, hold_s - elapsed_s), lambda: self._fall_back(book, slot)
        )
        slot.set_timer("watchdog", timer)

    # -- where nobody ever wrote

    def connected(self, book: Book) -> None:
        """The first connection: from now on somebody should write."""
        hold_s = hold_of(book, self._options)
        if book.was_connected or hold_s <= 0 or _was_written(book):
            return
        book.was_connected = True
        if fallback_of(book, self._options) is not None:
            book.timers[_UNWRITTEN] = self._clock.call_later(
                hold_s, lambda: self._fall_back_everywhere(book)
            )

    def has_more_connectors(self, book: Book) -> None:
        """Those that became known after the fallback was applied get it too."""
        is_over = any(slot.is_fallback for slot in book.slots.values())
        if is_over and not _was_written(book):
            self._fall_back_everywhere(book)

    def _fall_back_everywhere(self, book: Book) -> None:
        book.timers.pop(_UNWRITTEN, None)
        if _was_written(book):
            return
        for where in book.station.places:
            slot = book.slot(where)
            if not slot.is_fallback:
                self._fall_back(book, slot)


def _was_written(book: Book) -> bool:
    return any(slot.written_ms is not None for slot in book.slots.values())
