"""What happens when nobody has written a limit for the hold time."""

from __future__ import annotations

import logging
from collections.abc import Callable, Coroutine
from dataclasses import replace
from typing import Any

from connector.csms.clock import Clock
from connector.csms.options import LimitOptions
from connector.datapoints.limits.book import Book
from connector.datapoints.limits.slot import Slot
from connector.datapoints.limits.upkeep import Upkeep
from connector.datapoints.limits.watchdog import Watchdog, hold_of

logger = logging.getLogger(__name__)

OVER = "the hold time is over: the fallback applies"


class Fallbacks:
    """Puts the fallback where nobody writes any more."""

    def __init__(
        self,
        options: LimitOptions,
        clock: Clock,
        upkeep: Upkeep,
        spawn: Callable[[Coroutine[Any, Any, None]], object],
    ) -> None:
        self._options = options
        self._upkeep = upkeep
        self.watchdog = Watchdog(
            options, clock, lambda book, slot: spawn(self._fall_back(book, slot))
        )

    async def _fall_back(self, book: Book, slot: Slot) -> None:
        value = self.watchdog.value(book)
        goal = replace(slot.goal, value=value, enabled=True)
        if goal != slot.goal:
            logger.warning(
                "%s: no limit was written at %s for %g s: the fallback applies",
                book.station.identity,
                slot.where,
                hold_of(book, self._options),
            )
        slot.goal, slot.is_fallback = goal, True
        self._upkeep.overtaken(book, slot, OVER)
        await self._upkeep.again(book, slot)
