"""Writes to one slot, coalesced: the latest wins, and none goes out too often.

The first goes at once, so do a lower limit and a release. A value, a pause and a
choice of phases do not replace each other: what waits of each goes out together.
None goes before it is known how the station takes limits.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Iterator
from contextlib import contextmanager
from typing import Any

from connector.csms import when_sent
from connector.csms.clock import Clock
from connector.csms.options import LimitOptions
from connector.datapoints.limits.book import Book
from connector.datapoints.limits.contents import CannotDo, plan
from connector.datapoints.limits.installed import Trust
from connector.datapoints.limits.plans import Plan
from connector.datapoints.limits.requests import LimitRequest, family
from connector.datapoints.limits.slot import Goal, Slot, Write
from connector.datapoints.outcomes import Outcome, OutcomeName, outcome_of

CarryOut = Callable[[Book, Slot, list[LimitRequest]], Awaitable[list[Outcome]]]
Known = Callable[[Book], Awaitable[None]]
Has = Callable[[Book, str], bool]
Spawn = Callable[[Coroutine[Any, Any, None]], object]

_SUPERSEDED = Outcome(OutcomeName.SUPERSEDED, "a newer value was written")
_STOPPING = Outcome(OutcomeName.DISCONNECTED, "the connector is stopping")
_TURN = "turn"


class Turns:
    """Gives each slot's writes their turn."""

    def __init__(
        self,
        options: LimitOptions,
        clock: Clock,
        *,
        has: Has,
        known: Known,
        carry_out: CarryOut,
        spawn: Spawn,
    ) -> None:
        self._options = options
        self._clock = clock
        self._has = has
        self._known = known
        self._carry_out = carry_out
        self._spawn = spawn

    async def take(self, book: Book, slot: Slot, request: LimitRequest) -> Outcome:
        """Wait for the turn of a request, and for its outcome."""
        self.supersede(slot, request)
        future: asyncio.Future[Outcome] = asyncio.get_running_loop().create_future()
        write = Write(request, future, when_sent.current())
        slot.waiting[family(request)] = write
        self.hurry(book, slot)
        return await future

    def supersede(self, slot: Slot, request: LimitRequest) -> None:
        """What waits of the same family is overtaken."""
        waiting = slot.waiting.pop(family(request), None)
        if waiting is not None:
            _tell(waiting, _SUPERSEDED)

    def give_up(self, slot: Slot) -> None:
        """Nothing goes out any more."""
        waiting, slot.waiting = slot.waiting, {}
        for write in waiting.values():
            _tell(write, _STOPPING)

    def hurry(self, book: Book, slot: Slot) -> None:
        """Let what waits go, now or when its time has come."""
        slot.set_timer(_TURN, None)
        if not slot.waiting or slot.is_busy:
            return
        delay_s = self._delay_s(book, slot)
        if delay_s > 0:
            timer = self._clock.call_later(delay_s, lambda: self.hurry(book, slot))
            slot.set_timer(_TURN, timer)
            return
        slot.is_busy = True
        self._spawn(self._run(book, slot))

    async def _run(self, book: Book, slot: Slot) -> None:
        try:
            # Until then what is newer still overtakes it.
            with when_sent.telling(()):
                await self._known(book)
            await self._carry_all_out(book, slot)
        finally:
            slot.is_busy = False
        self.hurry(book, slot)

    async def _carry_all_out(self, book: Book, slot: Slot) -> None:
        writes, slot.waiting = list(slot.waiting.values()), {}
        if not writes:
            return
        outcomes = [_STOPPING] * len(writes)
        try:
            requests = [write.request for write in writes]
            with when_sent.telling(each for w in writes for each in w.listeners):
                outcomes = await self._carry_out(book, slot, requests)
        except Exception as problem:
            outcomes = [outcome_of(problem)] * len(writes)
        finally:
            for write, outcome in zip(writes, outcomes, strict=True):
                _tell(write, outcome)

    def _delay_s(self, book: Book, slot: Slot) -> float:
        if slot.sent_s is None or not book.station.is_connected:
            return 0.0
        goal = waiting_goal(slot, self._clock.now_ms())
        if self._takes_away(book, slot, goal) or self._is_there(book, slot, goal):
            return 0.0
        return slot.sent_s + self._options.min_interval_s - self._clock.monotonic()

    def _takes_away(self, book: Book, slot: Slot, goal: Goal) -> bool:
        """Whether a goal is lower than what may hold, or takes the limit off."""
        now_ms = self._clock.now_ms()
        try:
            wanted = plan(book, slot.where, goal)
        except CannotDo:
            return True
        if wanted is None:
            return True
        return any(
            wanted.is_lower_than(held, now_ms) for held in _that_may_hold(book, slot)
        )

    def _is_there(self, book: Book, slot: Slot, goal: Goal) -> bool:
        """Whether nothing would be sent for a goal."""
        before, slot.goal = slot.goal, goal
        try:
            return self._has(book, slot.where)
        except CannotDo:
            return True
        finally:
            slot.goal = before


def waiting_goal(slot: Slot, now_ms: int) -> Goal:
    """What is to hold once all that waits has had its turn."""
    goal = slot.goal
    for write in slot.waiting.values():
        goal = goal.with_request(write.request, now_ms)
    return goal


@contextmanager
def as_under_way(book: Book, now_ms: int) -> Iterator[None]:
    """Goals as they are once those writes had their turn whose turn it is."""
    before = [(slot, slot.goal) for slot in book.slots.values() if slot.is_busy]
    for slot, _ in before:
        slot.goal = waiting_goal(slot, now_ms)
    try:
        yield
    finally:
        for slot, goal in before:
            slot.goal = goal


def _that_may_hold(book: Book, slot: Slot) -> list[Plan | None]:
    """What is in force, and what may be where nobody knows."""
    doubtful: list[Plan | None] = [
        held.plan
        for carrier in book.at(slot.where)
        if (held := book.installed[carrier]).trust is Trust.UNKNOWN
    ]
    in_force = book.in_force(slot.where)
    # No limit known is no limit, unless one may be there that nobody is sure of.
    return doubtful if doubtful and in_force is None else [in_force, *doubtful]


def _tell(write: Write, outcome: Outcome) -> None:
    if not write.outcome.done():
        write.outcome.set_result(outcome)
