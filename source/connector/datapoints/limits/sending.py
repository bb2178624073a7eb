"""One profile on its way: whether it is sent, and what the station's answer means.

Refuses = Rejected, NotSupported or a CALLERROR, never a timeout.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from connector.csms.clock import Clock
from connector.csms.options import LimitOptions
from connector.csms.smart_charging import (
    clear_charging_profile,
    set_charging_profile,
    update_dynamic_schedule,
)
from connector.datapoints.limits import dynamic, vendor
from connector.datapoints.limits.book import Book
from connector.datapoints.limits.discharging import vehicle_at
from connector.datapoints.limits.installed import Installed, Trust
from connector.datapoints.limits.plans import Plan
from connector.datapoints.limits.profiles import (
    TX,
    VENDOR,
    Carrier,
    Situation,
)
from connector.datapoints.limits.watchdog import hold_of, is_failsafe
from connector.datapoints.outcomes import Outcome, OutcomeName, of_response, outcome_of
from connector.errors import (
    CallErrorReceived,
    LocalProtocolError,
    OutboxFull,
    StationNotConnected,
)

Json = dict[str, Any]

logger = logging.getLogger(__name__)

UNCHANGED = "unchanged"
_ACCEPTED = OutcomeName.ACCEPTED
_NEVER_SENT = (StationNotConnected, OutboxFull, LocalProtocolError)


@dataclass(frozen=True, slots=True)
class Effect:
    """What became of a profile, or of a limit that some of them carry.

    ``is_uncertain``: nobody knows of one that was sent; ``waits``: a lasting one is
    still to be written; ``is_beside``: that was all that was sent.
    """

    outcome: Outcome
    is_refusal: bool = False
    is_uncertain: bool = False
    waits: bool = False
    was_sent: bool = True
    is_beside: bool = False
    plan: Plan | None = None

    @property
    def is_accepted(self) -> bool:
        """Whether the station took it."""
        return self.outcome.is_accepted

    def with_details(self, *details: str) -> Effect:
        """The same with what is worth saying; nothing sent is `unchanged`."""
        if not self.is_accepted:
            return self
        texts = dict.fromkeys(text for text in details if text)
        if not self.was_sent:
            texts = {UNCHANGED: None, **texts}
        return replace(self, outcome=replace(self.outcome, detail=", ".join(texts)))


NOTHING_SENT = Effect(Outcome(_ACCEPTED, UNCHANGED), was_sent=False)


class Outdated(Exception):
    """A profile is not sent: while it waited, something became known."""


def failure(problem: Exception) -> Effect:
    """What an exception means: a no, nothing sent, or nobody knows."""
    outcome = outcome_of(problem)
    if isinstance(problem, CallErrorReceived):
        return Effect(outcome, is_refusal=True)
    if isinstance(problem, _NEVER_SENT):
        return Effect(outcome, was_sent=False)
    return Effect(outcome, is_uncertain=True)


class Sender:
    """Sets and clears profiles of ours, and notes what the station has."""

    def __init__(self, options: LimitOptions, clock: Clock) -> None:
        self._options = options
        self._clock = clock

    # -- set

    async def set(self, book: Book, carrier: Carrier, plan: Plan) -> Effect:
        """Send a plan, unless the station has it."""
        if self.is_held(book, carrier, plan):
            # What it means in the other unit may be new.
            book.installed[carrier].plan = plan
            return replace(NOTHING_SENT, plan=plan)
        updated = await self._update(book, carrier, plan)
        if updated is not None:
            return updated
        situation = self.situation(book, carrier)
        wire = book.dialect.profile(carrier, plan, situation)
        before = book.installed.get(carrier)
        profile_id = book.dialect.id_of(wire)
        held = Installed(
            plan,
            profile_id,
            situation.transaction_id if carrier.purpose == TX else None,
            _older_id(before, profile_id),
            self._clock.monotonic(),
            is_dynamic=dynamic.is_dynamic(wire),
        )
        try:
            answer = await self._send(book, carrier, plan, wire, situation)
        except Outdated as problem:
            book.is_outdated = True
            outcome = Outcome(OutcomeName.SUPERSEDED, str(problem))
            return Effect(outcome, was_sent=False)
        except Exception as problem:
            effect = failure(problem)
        else:
            outcome = of_response("SetChargingProfile", answer)
            effect = Effect(outcome, is_refusal=not outcome.is_accepted, plan=plan)
        await self._note(book, carrier, held, effect)
        return effect

    async def _update(self, book: Book, carrier: Carrier, plan: Plan) -> Effect | None:
        """Change the limit of a dynamic profile; None where it has to be sent whole."""
        held = book.installed.get(carrier)
        if held is None or not dynamic.can_update(book, carrier, held, plan):
            return None
        changed = replace(held, plan=plan, sent_s=self._clock.monotonic())
        try:
            limits = dynamic.update(book, carrier, plan, self._clock.now_ms())
            answer = await update_dynamic_schedule(
                book.station, held.profile_id, limits
            )
        except Exception as problem:
            effect = failure(problem)
        else:
            outcome = of_response("UpdateDynamicSchedule", answer)
            effect = Effect(outcome, is_refusal=not outcome.is_accepted, plan=plan)
        if effect.is_refusal:
            return None
        await self._note(book, carrier, changed, effect)
        return effect

    async def _send(
        self, book: Book, carrier: Carrier, plan: Plan, wire: Json, made_from: Situation
    ) -> Json:
        if carrier.purpose == VENDOR:
            return await vendor.send(book, carrier.where, plan, self._clock.now_ms())

        def check() -> None:
            now = self.situation(book, carrier).transaction_id
            is_other = book.told != book.basis or now != made_from.transaction_id
            if book.basis is not None and is_other:
                raise Outdated("it was made from what is not so any more")

        return await set_charging_profile(
            book.station, carrier.where, wire, when_due=check
        )

    async def _note(
        self, book: Book, carrier: Carrier, held: Installed, effect: Effect
    ) -> None:
        """What the station has now, as far as that is known."""
        before = book.installed.get(carrier)
        if effect.is_accepted:
            book.installed[carrier] = held
            await self._clear_older(book, held)
        elif effect.is_uncertain:
            book.installed[carrier] = replace(held, trust=Trust.UNKNOWN)
        elif effect.is_refusal and before and before.trust is Trust.DOUBTFUL:
            before.trust = Trust.UNKNOWN

    async def _clear_older(self, book: Book, held: Installed) -> None:
        if held.older_id is None:
            return
        effect = await self._clear_id(book, held.older_id)
        if effect.is_accepted:
            held.older_id = None
            return
        logger.warning(
            "%s: the earlier profile %s was not cleared: %s",
            book.station.identity,
            held.older_id,
            effect.outcome.detail,
        )

    def is_held(self, book: Book, carrier: Carrier, plan: Plan) -> bool:
        """Whether the station has this very plan, for long enough."""
        held = book.installed.get(carrier)
        if held is None or not held.is_sure(plan):
            return False
        if carrier.purpose != TX:
            return True
        running = book.station.transaction(carrier.where)
        if running is None or held.transaction_id != running.ocpp_id:
            return False
        return plan.raw is not None or not self._has_to_be_renewed(book, held)

    def _has_to_be_renewed(self, book: Book, held: Installed) -> bool:
        """A profile that ends by itself is renewed once half of its time is over."""
        if not is_failsafe(book, self._options):
            return False
        half_s = hold_of(book, self._options) / 2
        return self._clock.monotonic() - held.sent_s >= half_s

    def situation(
        self, book: Book, carrier: Carrier, *, is_new: bool = False
    ) -> Situation:
        """What a profile depends on; ``is_new``: for a transaction yet to begin."""
        running = None if is_new else book.station.transaction(carrier.where)
        is_tx = carrier.purpose == TX
        ends = is_tx and is_failsafe(book, self._options)
        return Situation(
            self._clock.now_ms(),
            book.station.options.profile,
            book.station.configuration,
            running.ocpp_id if is_tx and running else None,
            round(hold_of(book, self._options)) if ends else None,
            book.station.clock_error_ms,
            None if is_new else vehicle_at(book, carrier.where),
        )

    # -- clear

    async def clear(self, book: Book, carriers: Iterable[Carrier]) -> Effect:
        """Clear profiles by id, each that was written; a no does not end it."""
        effect = NOTHING_SENT
        for carrier in list(carriers):
            held = book.installed.get(carrier)
            if held is None:
                continue
            cleared = await self._clear_one(book, carrier, held)
            if not (cleared.is_accepted or cleared.is_refusal):
                return cleared
            if not effect.is_refusal:
                effect = cleared
        return effect

    async def _clear_one(self, book: Book, carrier: Carrier, held: Installed) -> Effect:
        if carrier.purpose == VENDOR:
            return self._clear_vendor(book, carrier)
        await self._clear_older(book, held)
        effect = await self._clear_id(book, held.profile_id)
        if effect.is_accepted:
            book.installed.pop(carrier, None)
        elif effect.is_uncertain:
            held.trust = Trust.UNKNOWN
        return effect

    def _clear_vendor(self, book: Book, carrier: Carrier) -> Effect:
        if book.vendor_limit is None:
            # The option is gone, and with it the way to say anything.
            book.installed.pop(carrier, None)
            return NOTHING_SENT
        outcome = Outcome(OutcomeName.REJECTED, vendor.NOT_CLEARED)
        return Effect(outcome, is_refusal=True, was_sent=False)

    async def _clear_id(self, book: Book, profile_id: int) -> Effect:
        try:
            answer = await clear_charging_profile(book.station, profile_id)
        except Exception as problem:
            return failure(problem)
        outcome = of_response("ClearChargingProfile", answer)
        return Effect(outcome, is_refusal=not outcome.is_accepted)


def _older_id(before: Installed | None, profile_id: int) -> int | None:
    """The profile that is still to be cleared once this one is there."""
    if before is None:
        return None
    return before.older_id if before.profile_id == profile_id else before.profile_id
