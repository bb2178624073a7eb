"""Writes to one slot, coalesced: the latest wins, and none goes out too often.

The first goes at once, so do a lower limit and a release.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any

from connector.csms.clock import Clock
from connector.csms.options import LimitOptions
from connector.datapoints.limits.book import Book, CannotDo
from connector.datapoints.limits.requests import LimitRequest
from connector.datapoints.limits.slot import Slot, Write
from connector.datapoints.outcomes import Outcome, OutcomeName, outcome_of

CarryOut = Callable[[Book, Slot, LimitRequest], Awaitable[Outcome]]
Spawn = Callable[[Coroutine[Any, Any, None]], None]

_SUPERSEDED = Outcome(OutcomeName.SUPERSEDED, "a newer value was written")


class Turns:
    """Gives each slot's writes their turn."""

    def __init__(
        self, options: LimitOptions, clock: Clock, carry_out: CarryOut, spawn: Spawn
    ) -> None:
        self._options = options
        self._clock = clock
        self._carry_out = carry_out
        self._spawn = spawn

    async def take(self, book: Book, slot: Slot, request: LimitRequest) -> Outcome:
        """Wait for the turn of a request, and for its outcome."""
        self.supersede(slot)
        future: asyncio.Future[Outcome] = asyncio.get_running_loop().create_future()
        slot.waiting = Write(request, future)
        self.hurry(book, slot)
        return await future

    def supersede(self, slot: Slot) -> None:
        """Whoever waits is overtaken."""
        waiting, slot.waiting = slot.waiting, None
        if waiting is not None and not waiting.outcome.done():
            waiting.outcome.set_result(_SUPERSEDED)

    def hurry(self, book: Book, slot: Slot) -> None:
        """Let the waiting request go, now or when its time has come."""
        if slot.waiting is None or slot.is_busy:
            return
        if slot.turn is not None:
            slot.turn.cancel()
            slot.turn = None
        delay_s = self._delay_s(book, slot, slot.waiting.request)
        if delay_s > 0:
            slot.turn = self._clock.call_later(delay_s, lambda: self.hurry(book, slot))
            return
        waiting, slot.waiting = slot.waiting, None
        slot.is_busy = True
        self._spawn(self._run(book, slot, waiting))

    async def _run(self, book: Book, slot: Slot, write: Write) -> None:
        try:
            outcome = await self._carry_out(book, slot, write.request)
        except asyncio.CancelledError:
            outcome = Outcome(OutcomeName.DISCONNECTED, "stopping", kept=True)
        except Exception as problem:
            outcome = outcome_of(problem)
        slot.is_busy = False
        if not write.outcome.done():
            write.outcome.set_result(outcome)
        self.hurry(book, slot)

    def _delay_s(self, book: Book, slot: Slot, request: LimitRequest) -> float:
        if slot.sent_s is None or not book.station.is_connected:
            return 0.0
        if self._is_lower(book, slot, request):
            return 0.0
        return slot.sent_s + self._options.min_interval_s - self._clock.monotonic()

    def _is_lower(self, book: Book, slot: Slot, request: LimitRequest) -> bool:
        """Whether it takes something away, or everything off."""
        now_ms = self._clock.now_ms()
        try:
            plan = book.plan(slot.where, slot.goal.with_request(request, now_ms))
        except CannotDo:
            return True
        return plan is None or plan.is_lower_than(slot.in_force, now_ms)
