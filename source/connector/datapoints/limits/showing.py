"""Publishes the limit sensors when they change, also where only time has passed."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Iterable
from typing import Any

from connector.csms.clock import Clock
from connector.csms.facts import Facts
from connector.csms.station import STATION
from connector.datapoints.limits import sensors
from connector.datapoints.limits.book import Book
from connector.datapoints.limits.composite import CompositeSchedules

_CHANGE = "change"
_IN_FORCE = frozenset({"power_limit", "current_limit"})


class Display:
    """Shows what holds at a station."""

    def __init__(
        self,
        clock: Clock,
        publish: Callable[[Facts], None],
        spawn: Callable[[Coroutine[Any, Any, None]], object],
    ) -> None:
        self._clock = clock
        self._publish = publish
        self._composites = CompositeSchedules(clock, spawn, self.show)

    def show(self, book: Book, *always: str) -> None:
        """Publish these places, and all others that look different now."""
        now_ms = self._clock.now_ms()
        found: sensors.Values = {}
        for where in book.places:
            shown = sensors.values(book, where, now_ms)
            slot = book.slot(where)
            if slot.is_unsettled and _tells_limit(shown, slot.shown):
                continue
            if where in always or shown != slot.shown:
                found |= shown
                slot.shown = shown
        if found:
            self._publish(Facts(book.station.identity, now_ms, found))
        self._wait_for_change(book, book.places, now_ms)

    def show_all(self, book: Book) -> None:
        """Publish everything."""
        self.show(book, *book.places)

    def changed(self, book: Book) -> None:
        """Another period has begun, or somebody else's limit is another."""
        self.ask_what_results(book)
        self.show(book)

    def ask_what_results(self, book: Book) -> None:
        """Something else may result from now on; the station is asked for it."""
        self._composites.ask_later(book)

    def _wait_for_change(self, book: Book, places: Iterable[str], now_ms: int) -> None:
        changes = (sensors.next_change_ms(book, where, now_ms) for where in places)
        due_ms = min((ms for ms in changes if ms is not None), default=None)
        timer = None
        if due_ms is not None:
            delay_s = (due_ms - now_ms) / 1000
            timer = self._clock.call_later(delay_s, lambda: self.changed(book))
        book.slot(STATION).set_timer(_CHANGE, timer)


def _tells_limit(shown: sensors.Values, before: sensors.Values) -> bool:
    """Whether a limit is new; what is seen to hold has to be kept first."""
    return any(
        datum.name in _IN_FORCE and value is not None and value != before.get(datum)
        for datum, value in shown.items()
    )
