"""Brings slots to their goals: when one is written, and again whenever it has to be.

Profiles of one station go out one after the other; what became of them is noted, shown
and kept, and what nobody knows is sent again.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine
from dataclasses import replace
from typing import Any

from connector.csms.clock import Clock
from connector.csms.facts import Facts
from connector.csms.options import LimitOptions
from connector.csms.station import STATION, Station
from connector.datapoints.limits.applying import Applier
from connector.datapoints.limits.book import Book
from connector.datapoints.limits.contents import CannotDo
from connector.datapoints.limits.keeping import Keeper
from connector.datapoints.limits.knowing import Knowing
from connector.datapoints.limits.persisting import Persistence
from connector.datapoints.limits.requests import COMMANDS
from connector.datapoints.limits.sending import Effect, failure
from connector.datapoints.limits.showing import Display
from connector.datapoints.limits.slot import Goal, Slot
from connector.datapoints.limits.stopping import stopped_instead
from connector.datapoints.outcomes import Outcome, OutcomeName
from connector.errors import CommandTimeout, StoreError

logger = logging.getLogger(__name__)

Report = Callable[[str, str, str, Outcome], None]
"""Takes station, where, command and an outcome that nobody waits for."""
Spawn = Callable[[Coroutine[Any, Any, None]], object]

_SHORTEST_RETRY_S, _LONGEST_RETRY_S = 1.0, 300.0
_RETRY, _FLUSH, _SAVE = "retry", "flush", "save"
_SAVE_AGAIN_S = 5.0
_ANSWERED_WITHIN_S = 0.5


class Upkeep:
    """Keeps stations at what is to hold."""

    def __init__(
        self,
        options: LimitOptions,
        clock: Clock,
        keeper: Keeper,
        spawn: Spawn,
        *,
        publish: Callable[[Facts], None],
        report: Report,
        remember: Callable[[Station], None],
    ) -> None:
        self._options = options
        self._clock = clock
        self._keeper = keeper
        self._spawn = spawn
        self._report = report
        self._remember = remember
        self._persistence = Persistence(options, clock)
        self.knowing = Knowing(clock, spawn)
        self.applier = Applier(options, self._persistence, clock)
        self.display = Display(clock, publish, spawn)

    # -- bring

    async def bring(self, book: Book, slot: Slot, before: Goal | None = None) -> Effect:
        """Send what a place is to hold; a no puts it back to the goal ``before``."""
        if await self._lock(book):
            try:
                effect = await self._bring(book, slot, before)
            finally:
                book.lock.release()
        else:
            wait_s = book.station.turn_within_s
            problem = CommandTimeout("SetChargingProfile", wait_s, sent=False)
            effect = replace(failure(problem), was_sent=False)
        self._plan_ahead(book, slot, effect)
        if book.learn():
            self._remember(book.station)
        return effect

    async def _bring(self, book: Book, slot: Slot, before: Goal | None) -> Effect:
        began_s, goal = self._clock.monotonic(), slot.goal
        effect = await self._apply(book, slot)
        effect = await stopped_instead(book, slot.where, effect, self._clock.now_ms())
        if effect.was_sent:
            if not effect.is_beside:
                slot.sent_s = began_s
            self.display.ask_what_results(book)
        if before is not None and slot.goal is goal and not stays(effect):
            slot.goal = before
            await self._put_back(book, slot)
        return effect

    async def _apply(self, book: Book, slot: Slot) -> Effect:
        """Send it; what became known before a profile went out is in the next one."""
        was_sent = False
        for is_last in (False, False, True):
            book.is_outdated = False
            book.basis = None if is_last else book.told
            effect = await self.applier.apply(book, slot.where)
            book.basis = None
            was_sent = was_sent or effect.was_sent
            if not book.is_outdated:
                break
        return replace(effect, was_sent=was_sent)

    async def _put_back(self, book: Book, slot: Slot) -> None:
        if slot.where != STATION or not book.shares:
            return
        try:
            await self.applier.put_back(book)
        except CannotDo as problem:
            logger.warning("%s: %s", book.station.identity, problem)

    async def _lock(self, book: Book) -> bool:
        """Wait for what is on its way to this station, no longer than for an answer."""
        if not book.lock.locked():
            return await book.lock.acquire()
        waiting = asyncio.ensure_future(book.lock.acquire())
        timer = self._clock.call_later(book.station.turn_within_s, waiting.cancel)
        try:
            await asyncio.wait({waiting})
        except asyncio.CancelledError:
            waiting.cancel()
            waiting.add_done_callback(
                lambda done: None if done.cancelled() else book.lock.release()
            )
            raise
        finally:
            timer.cancel()
        return not waiting.cancelled()

    # -- what comes later

    def _plan_ahead(self, book: Book, slot: Slot, effect: Effect) -> None:
        slot.set_timer(_RETRY, None)
        slot.set_timer(_FLUSH, None)
        if effect.is_uncertain:
            self._again_later(book, slot, _RETRY, self._retry_in_s(slot))
            slot.retries += 1
            return
        slot.retries = 0
        due_s = self._flush_in_s(book, slot) if effect.waits else None
        if due_s is not None:
            due_s = max(due_s, _SHORTEST_RETRY_S)
            timer = self._clock.call_later(due_s, lambda: self._flush(book, slot))
            slot.set_timer(_FLUSH, timer)

    def _retry_in_s(self, slot: Slot) -> float:
        shortest_s = max(self._options.min_interval_s, _SHORTEST_RETRY_S)
        longest_s = max(shortest_s, _LONGEST_RETRY_S)
        return float(min(shortest_s * 2 ** min(slot.retries, 16), longest_s))

    def _flush_in_s(self, book: Book, slot: Slot) -> float | None:
        """When the first lasting profile that waits is to be written."""
        places = book.station.places if slot.where == STATION else [slot.where]
        try:
            found = [self._persistence.overdue_in_s(book, place) for place in places]
        except CannotDo:
            return None
        return min((due_s for due_s in found if due_s is not None), default=None)

    def _flush(self, book: Book, slot: Slot) -> None:
        """Write what waits, unless it is about to be another: that writes it, too."""
        if not slot.waiting:
            self._spawn(self.again(book, slot))

    def _again_later(self, book: Book, slot: Slot, name: str, delay_s: float) -> None:
        timer = self._clock.call_later(
            delay_s, lambda: self._spawn(self.again(book, slot))
        )
        slot.set_timer(name, timer)

    # -- again

    def all_again(self, book: Book) -> None:
        """Bring every place to its goal, in order."""
        for where in book.places:
            if book.has_something(where):
                self._spawn(self.again(book, book.slot(where)))

    async def again(self, book: Book, slot: Slot) -> None:
        """Send a limit again without being asked; a no is told."""
        await self.knowing.wait(book)
        if not (book.station.is_connected and book.station.is_served):
            await self.settle(book, slot)
            return
        effect = await self.bring(book, slot)
        outcome = effect.outcome
        owed, slot.owed = slot.owed, ()
        if outcome.outcome is OutcomeName.DISCONNECTED or (owed and outcome.kept):
            slot.owed = owed
        elif owed:
            for command in owed:
                self._report(book.station.identity, slot.where, command, outcome)
        elif effect.was_sent and not effect.is_accepted:
            self._tell_refusal(book, slot, outcome)
        await self.settle(book, slot)

    def _tell_refusal(self, book: Book, slot: Slot, outcome: Outcome) -> None:
        identity = book.station.identity
        logger.warning(
            "%s: the limit at %s was set again and not accepted: %s %s",
            identity,
            slot.where,
            outcome.outcome,
            outcome.detail,
        )
        command = COMMANDS[type(slot.asked)] if slot.asked else "power_limit"
        self._report(identity, slot.where, command, outcome)

    def overtaken(self, book: Book, slot: Slot, why: str) -> None:
        """What was kept will never be applied."""
        owed, slot.owed = slot.owed, ()
        outcome = Outcome(OutcomeName.SUPERSEDED, why)
        for command in owed:
            self._report(book.station.identity, slot.where, command, outcome)

    # -- settled

    async def settle(self, book: Book, slot: Slot) -> StoreError | None:
        """Keep how it is now, then show it; gives what went wrong.

        In this order: what is seen to hold has to survive us.
        """
        problem = await self._save(book, slot)
        slot.is_unsettled = False
        self.display.show(book, slot.where)
        return problem

    def keep_meanwhile(self, book: Book, slot: Slot) -> None:
        """Keep what is asked, too, where a station takes its time with the answer."""
        timer = self._clock.call_later(
            _ANSWERED_WITHIN_S, lambda: self._spawn(self._save_later(book, slot))
        )
        slot.set_timer(_SAVE, timer)

    async def _save(self, book: Book, slot: Slot) -> StoreError | None:
        """Keep how it is now; until that works it is tried again."""
        problem = await self._keeper.save(book, slot.where)
        timer = None
        if problem is not None:
            timer = self._clock.call_later(
                _SAVE_AGAIN_S, lambda: self._spawn(self._save_later(book, slot))
            )
        slot.set_timer(_SAVE, timer)
        return problem

    async def _save_later(self, book: Book, slot: Slot) -> None:
        await self._save(book, slot)


def stays(effect: Effect) -> bool:
    """Whether the goal is still what is to hold."""
    outcome = effect.outcome
    is_lost = outcome.outcome is OutcomeName.DISCONNECTED
    return effect.is_accepted or effect.is_uncertain or outcome.kept or is_lost
