"""One profile on its way: whether it is sent, and what the station's answer means.

Refuses = Rejected, NotSupported or a CALLERROR, never a timeout.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable
from dataclasses import dataclass, replace

from connector.csms.clock import Clock
from connector.csms.options import Fallback, LimitOptions
from connector.csms.smart_charging import clear_charging_profile, set_charging_profile
from connector.datapoints.limits.book import Book, Installed
from connector.datapoints.limits.plans import Plan
from connector.datapoints.limits.profiles import (
    TX,
    TX_DEFAULT,
    Carrier,
    Situation,
    max_stack_level,
    profile,
)
from connector.datapoints.outcomes import Outcome, OutcomeName, of_response, outcome_of
from connector.errors import (
    CallErrorReceived,
    CommandTimeout,
    LinkClosed,
    RemoteProtocolError,
)

logger = logging.getLogger(__name__)

UNCHANGED = "unchanged"
_ACCEPTED = OutcomeName.ACCEPTED


@dataclass(frozen=True, slots=True)
class Effect:
    """What became of one profile."""

    outcome: Outcome
    is_refusal: bool = False
    is_uncertain: bool = False
    was_sent: bool = True
    plan: Plan | None = None

    @property
    def is_accepted(self) -> bool:
        """Whether the station took it."""
        return self.outcome.is_accepted


_NOTHING_SENT = Effect(Outcome(_ACCEPTED, UNCHANGED), was_sent=False)


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


class Sender:
    """Brings what a station holds to what it is to hold."""

    def __init__(self, options: LimitOptions, clock: Clock) -> None:
        self._options = options
        self._clock = clock

    # -- one profile

    async def set(
        self, book: Book, carrier: Carrier, plan: Plan, *, force: bool
    ) -> Effect:
        """Send a plan, unless the station has it."""
        if not force and self.is_held(book, carrier, plan):
            return replace(_NOTHING_SENT, plan=plan)
        situation = self._situation(book, carrier)
        wire = profile(carrier, plan, situation)
        before = book.installed.get(carrier)
        held = Installed(
            plan,
            int(wire.get("chargingProfileId", carrier.profile_id)),
            situation.transaction_id if carrier.purpose == TX else None,
            self._clock.monotonic(),
        )
        try:
            answer = await set_charging_profile(book.station, carrier.where, wire)
        except Exception as problem:
            return self._failed(book, carrier, held, problem)
        outcome = of_response("SetChargingProfile", answer)
        if not outcome.is_accepted:
            return Effect(outcome, is_refusal=True)
        book.installed[carrier] = held
        if before is not None and before.profile_id != held.profile_id:
            await self._clear_id(book, before.profile_id)
        return Effect(outcome, plan=plan)

    def _failed(
        self, book: Book, carrier: Carrier, held: Installed, problem: Exception
    ) -> Effect:
        outcome = outcome_of(problem)
        if isinstance(problem, CallErrorReceived):
            return Effect(outcome, is_refusal=True)
        is_uncertain = isinstance(problem, RemoteProtocolError | LinkClosed) or (
            isinstance(problem, CommandTimeout) and problem.sent
        )
        if is_uncertain:
            book.installed[carrier] = replace(held, is_certain=False)
        return Effect(outcome, is_uncertain=is_uncertain)

    def is_held(self, book: Book, carrier: Carrier, plan: Plan) -> bool:
        """Whether the station has this very plan, for long enough."""
        held = book.installed.get(carrier)
        if held is None or not held.is_certain or held.plan != plan:
            return False
        if carrier.purpose != TX or plan.raw is not None:
            return True
        running = book.station.transaction(carrier.where)
        if running is None or held.transaction_id != running.ocpp_id:
            return False
        return not self._has_to_be_renewed(book, held)

    def _has_to_be_renewed(self, book: Book, held: Installed) -> bool:
        """A profile that ends by itself is renewed once half of its time is over."""
        if not self._is_failsafe(book):
            return False
        half_s = hold_of(book, self._options) / 2
        return self._clock.monotonic() - held.sent_s >= half_s

    def _situation(self, book: Book, carrier: Carrier) -> Situation:
        running = book.station.transaction(carrier.where)
        is_tx = carrier.purpose == TX and running is not None
        ends = is_tx and self._is_failsafe(book)
        return Situation(
            self._clock.now_ms(),
            book.station.options.profile,
            max_stack_level(book.station.configuration),
            running.ocpp_id if is_tx and running else None,
            round(hold_of(book, self._options)) if ends else None,
            book.station.clock_error_ms,
        )

    def _is_failsafe(self, book: Book) -> bool:
        return (
            self._options.failsafe
            and hold_of(book, self._options) > 0
            and fallback_of(book, self._options) is not None
        )

    async def _clear_id(self, book: Book, profile_id: int) -> Effect:
        try:
            answer = await clear_charging_profile(book.station, profile_id)
        except Exception as problem:
            is_refusal = isinstance(problem, CallErrorReceived)
            return Effect(outcome_of(problem), is_refusal, not is_refusal)
        outcome = of_response("ClearChargingProfile", answer)
        return Effect(outcome, is_refusal=not outcome.is_accepted)

    async def clear(self, book: Book, carriers: Iterable[Carrier]) -> Effect:
        """Clear profiles by id, each that was written."""
        effect = _NOTHING_SENT
        for carrier in list(carriers):
            held = book.installed.get(carrier)
            if held is None:
                continue
            effect = await self._clear_id(book, held.profile_id)
            if not effect.is_accepted:
                if effect.is_uncertain:
                    held.is_certain = False
                return effect
            del book.installed[carrier]
        return effect

    # -- lasting profiles beside a TxProfile

    def target(self, book: Book, carrier: Carrier, content: Plan) -> Plan:
        """With a failsafe the lasting profile holds the fallback."""
        fallback = fallback_of(book, self._options)
        if carrier.purpose == TX_DEFAULT and fallback and self._is_failsafe(book):
            return book.fallback_plan(fallback, carrier.where)
        return content

    def may_wait(self, book: Book, carrier: Carrier, plan: Plan) -> bool:
        """Beside a TxProfile the lasting one is written seldom: flash memory wears."""
        held = book.installed.get(carrier)
        if held is None or not held.is_certain or held.plan == plan:
            return False
        return self.persist_in_s(book, carrier, plan) > 0

    def persist_in_s(self, book: Book, carrier: Carrier, plan: Plan) -> float:
        """How long a lasting profile beside a TxProfile has to wait, in s."""
        held = book.installed[carrier]
        is_lower = plan.is_lower_than(held.plan, self._clock.now_ms())
        options = self._options
        least_s = options.min_interval_s if is_lower else options.persist_interval_s
        return held.sent_s + least_s - self._clock.monotonic()

    def overdue_in_s(self, book: Book, where: str) -> float | None:
        """When a lasting profile that waited is to be written; None: none waits."""
        carrier = Carrier(TX_DEFAULT, where)
        held = book.installed.get(carrier)
        content = book.content(where, self._clock.now_ms())
        if held is None or content is None or content.raw is not None:
            return None
        plan = self.target(book, carrier, content)
        if held.plan == plan:
            return None
        return max(0.0, self.persist_in_s(book, carrier, plan))
