"""What a write does: it is checked, noted, brought to the station, and told of."""

from __future__ import annotations

import math
from dataclasses import replace

from connector.csms.clock import Clock
from connector.datapoints.limits import contents
from connector.datapoints.limits.book import Book
from connector.datapoints.limits.contents import CannotDo
from connector.datapoints.limits.requests import (
    COMMANDS,
    CurrentLimit,
    Enabled,
    LimitRequest,
    Phases,
    PowerLimit,
    RawProfile,
    Schedule,
)
from connector.datapoints.limits.sending import Effect
from connector.datapoints.limits.slot import Slot
from connector.datapoints.limits.upkeep import Upkeep, stays
from connector.datapoints.limits.watchdog import Watchdog
from connector.datapoints.outcomes import Outcome, OutcomeName, outcome_of
from connector.errors import LocalProtocolError, StoreError
from connector.ocppj.rules import rules

PAUSED = "paused"
NOT_CONNECTED = "not connected: applied when the station is back"
WITH_NEXT_LIMIT = "applies with the next limit"


class Writing:
    """Carries writes out."""

    def __init__(self, clock: Clock, upkeep: Upkeep, watchdog: Watchdog) -> None:
        self._clock = clock
        self._upkeep = upkeep
        self._watchdog = watchdog

    def refusal(self, book: Book, where: str, request: LimitRequest) -> Outcome | None:
        """The outcome of what can never be sent; None: it may be noted."""
        try:
            _check(book, where, request)
            goal = book.goal(where).with_request(request, self._clock.now_ms())
            contents.check(book, where, goal, request)
        except CannotDo as problem:
            return Outcome(OutcomeName.UNSUPPORTED, str(problem))
        except LocalProtocolError as problem:
            return outcome_of(problem)
        return None

    async def carry_out(
        self, book: Book, slot: Slot, requests: list[LimitRequest]
    ) -> list[Outcome]:
        """Send what requests ask for, in their turn."""
        refusals = [self._refusal_now(book, slot, each) for each in requests]
        taken = [
            each for each, no in zip(requests, refusals, strict=True) if no is None
        ]
        outcomes = iter(await self._carry_out(book, slot, taken) if taken else ())
        return [next(outcomes) if no is None else no for no in refusals]

    def _refusal_now(
        self, book: Book, slot: Slot, request: LimitRequest
    ) -> Outcome | None:
        """More may be known of the station than when it was written."""
        if not book.station.is_connected:
            return None
        return self.refusal(book, slot.where, request)

    async def _carry_out(
        self, book: Book, slot: Slot, requests: list[LimitRequest]
    ) -> list[Outcome]:
        slot.is_unsettled = True
        try:
            return await self._bring_and_settle(book, slot, requests)
        finally:
            slot.is_unsettled = False

    async def _bring_and_settle(
        self, book: Book, slot: Slot, requests: list[LimitRequest]
    ) -> list[Outcome]:
        before = replace(slot)
        for request in requests:
            self._note(book, slot, request)
        if not book.station.is_connected:
            outcome = Outcome(OutcomeName.DISCONNECTED, NOT_CONNECTED, kept=True)
            effect = Effect(outcome, was_sent=False)
        else:
            # What is asked is so before the station has said what becomes of it.
            self._upkeep.display.show(book)
            self._upkeep.keep_meanwhile(book, slot)
            effect = await self._upkeep.bring(book, slot, before.goal)
        if effect.outcome.outcome is OutcomeName.INVALID:
            slot.goal, slot.asked = before.goal, before.asked
            slot.written_ms, slot.is_fallback = before.written_ms, before.is_fallback
            slot.is_refused = before.is_refused
        elif slot.asked is not before.asked:
            slot.is_refused = not stays(effect)
        outcomes = [self._outcome(book, slot, each, effect) for each in requests]
        problem = await self._upkeep.settle(book, slot)
        return [_with_problem(outcome, problem) for outcome in outcomes]

    def _note(self, book: Book, slot: Slot, request: LimitRequest) -> None:
        now_ms = self._clock.now_ms()
        slot.goal = slot.goal.with_request(request, now_ms)
        slot.written_ms = now_ms
        slot.is_fallback = False
        slot.overtake(COMMANDS[type(request)])
        if not isinstance(request, Enabled | Phases):
            slot.asked = slot.goal.value or request
        self._watchdog.arm(book, slot)

    def _outcome(
        self, book: Book, slot: Slot, request: LimitRequest, effect: Effect
    ) -> Outcome:
        outcome = effect.outcome
        if outcome.outcome is OutcomeName.DISCONNECTED:
            outcome = replace(outcome, kept=True)
        if outcome.kept:
            slot.owe(COMMANDS[type(request)])
            return outcome
        if not outcome.is_accepted:
            return outcome
        if not slot.goal.enabled and request != Enabled(False):
            return replace(outcome, detail=PAUSED)
        if isinstance(request, Phases) and not _carries_phases(book, slot):
            return Outcome(OutcomeName.REJECTED, WITH_NEXT_LIMIT, kept=True)
        return outcome


def _with_problem(outcome: Outcome, problem: StoreError | None) -> Outcome:
    if problem is None:
        return outcome
    texts = [text for text in (outcome.detail, f"not stored: {problem}") if text]
    return replace(outcome, detail=", ".join(texts))


def _carries_phases(book: Book, slot: Slot) -> bool:
    """Whether a number of phases goes to the station; None needs no profile."""
    limit = contents.value_plan(book, slot.where, slot.goal)
    return slot.goal.phases is None or (limit is not None and limit.raw is None)


def _check(book: Book, where: str, request: LimitRequest) -> None:
    """Refuse what is no message of OCPP.

    Raises:
        LocalProtocolError: it is none.
    """
    match request:
        case RawProfile(profile=profile):
            dialect = book.dialect
            rules(dialect.version).check_call(
                "SetChargingProfile", dialect.request(where, profile)
            )
        case PowerLimit(watts=limit) | CurrentLimit(amperes=limit):
            _check_finite([limit or 0.0])
        case Schedule(periods=periods):
            _check_finite([limit for _, limit in periods])


def _check_finite(limits: list[float]) -> None:
    if not all(math.isfinite(limit) for limit in limits):
        raise LocalProtocolError("a limit is a finite number")
