"""What results from all limits of a place, asked of the station where it can tell."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any

from connector.csms.clock import Clock
from connector.csms.smart_charging import get_composite_schedule
from connector.datapoints.limits.book import Book
from connector.datapoints.limits.profiles import limit_of
from connector.datapoints.limits.slot import Slot
from connector.errors import ConnectorError

_COMPOSITE = "composite"
_AFTER_S = 2.0
_DURATION_S = 60

Json = dict[str, Any]


class CompositeSchedules:
    """Asks a moment after a limit was set, and never one that does not answer."""

    def __init__(
        self,
        clock: Clock,
        spawn: Callable[[Coroutine[Any, Any, None]], object],
        show: Callable[[Book], None],
    ) -> None:
        self._clock = clock
        self._spawn = spawn
        self._show = show

    def ask_later(self, book: Book) -> None:
        """Nobody knows what results, until each place was asked again."""
        for where, slot in book.slots.items():
            slot.effective_w = None
            if book.has_composite and book.in_force(where) is not None:
                self._ask_later(book, slot)

    def _ask_later(self, book: Book, slot: Slot) -> None:
        timer = self._clock.call_later(
            _AFTER_S, lambda: self._spawn(self._ask(book, slot))
        )
        slot.set_timer(_COMPOSITE, timer)

    async def _ask(self, book: Book, slot: Slot) -> None:
        station = book.station
        if not (station.is_connected and book.has_composite):
            return
        try:
            answer = await get_composite_schedule(station, slot.where, _DURATION_S, "W")
        except ConnectorError:
            # Not asked again before its next boot: it may not know the action.
            book.has_composite = False
            answer = {}
        limit_w = _first_limit_w(book, answer)
        if limit_w != slot.effective_w:
            slot.effective_w = limit_w
            self._show(book)


def _first_limit_w(book: Book, answer: Json) -> float | None:
    schedule = book.dialect.composite(answer)
    if answer.get("status") != "Accepted" or schedule is None:
        return None
    if schedule.get("chargingRateUnit") != "W":
        return None
    periods = schedule.get("chargingSchedulePeriod") or [{}]
    return limit_of(periods[0], "W")
