"""Which profiles bring a limit to a connector, and what is tried where one is refused.

The outcome is that of the profile that takes effect now; the other one's refusal is a
detail of it (contract: datapoints, section 4).
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

from connector.csms.clock import Clock
from connector.csms.station import STATION
from connector.datapoints.limits.book import Book
from connector.datapoints.limits.contents import content
from connector.datapoints.limits.persisting import Persistence
from connector.datapoints.limits.plans import Plan
from connector.datapoints.limits.profiles import (
    MAX,
    TX,
    TX_DEFAULT,
    VENDOR,
    Carrier,
)
from connector.datapoints.limits.releasing import Releaser
from connector.datapoints.limits.sending import Effect, Sender
from connector.datapoints.limits.station_profile import StationProfile
from connector.datapoints.outcomes import Outcome, OutcomeName

WHEN_STARTED = "applies when a transaction starts"
UNTIL_STARTED = "fallback until a transaction starts"


_NO_TRANSACTION = frozenset({"InvalidTransactionId", "TxNotFound"})


@dataclass(slots=True)
class Tried:
    """What became of each purpose."""

    taken: dict[str, Effect] = field(default_factory=dict)
    refused: dict[str, Effect] = field(default_factory=dict)
    failed: Effect | None = None
    """Neither yes nor no."""
    waits: bool = False
    """A lasting profile was not written yet."""
    is_over: bool = False
    """The transaction ended meanwhile."""

    def add(self, purpose: str, effect: Effect) -> None:
        """Note one."""
        if effect.is_accepted:
            self.taken[purpose] = effect
        elif effect.is_refusal:
            self.refused[purpose] = effect
        else:
            self.failed = effect

    @property
    def lasting_refusals(self) -> dict[str, Effect]:
        """Those of a purpose as such; a transaction that is over has no profile."""
        found = dict(self.refused)
        if TX in found and (self.is_over or _knows_no_transaction(found[TX])):
            del found[TX]
        return found

    @property
    def details(self) -> list[str]:
        """What did not work."""
        found = [f"{p}: {e.outcome.detail}" for p, e in self.refused.items()]
        if self.taken and self.failed is not None:
            outcome = self.failed.outcome
            found.append(f"{TX_DEFAULT}: {outcome.detail or outcome.outcome.value}")
        return found


class Connectors:
    """Brings what a connector holds to what it is to hold."""

    def __init__(
        self,
        sender: Sender,
        station_profile: StationProfile,
        releaser: Releaser,
        persistence: Persistence,
        clock: Clock,
    ) -> None:
        self._sender = sender
        self._station_profile = station_profile
        self._persistence = persistence
        self._releaser = releaser
        self._clock = clock

    async def apply(self, book: Book, where: str) -> Effect:
        """Send what is to be sent, by what the station takes.

        Raises:
            CannotDo: the station cannot.
        """
        limit = content(book, where, self._clock.now_ms())
        if limit is None:
            return await self._release(book, where)
        if limit.raw is not None:
            return await self.apply_raw(book, where, limit)
        running = book.station.transaction(where)
        tried = await self._try(book, where, limit)
        now = book.station.transaction(where)
        if running is not None and (now is None or now.key != running.key):
            tried.is_over = True
        if _is_all(tried, limit):
            return tried.refused[TX]
        if not tried.taken:
            if tried.failed is not None:
                return tried.failed
            return await self._all_refused(book, where, limit, tried)
        if await self._is_overruled(book, where, tried):
            return tried.refused[TX]
        self._learn(book, limit, tried)
        await self._leave_max(book)
        mine = (VENDOR,) if book.vendor_limit else (TX, TX_DEFAULT)
        carriers = {Carrier(purpose, where) for purpose in mine}
        await self._releaser.others(book, where, carriers)
        return _summary(limit, tried)

    async def _try(self, book: Book, where: str, limit: Plan) -> Tried:
        """Send the profile that takes effect now, then the one beside it."""
        tried = Tried()
        for purpose in self.purposes(book, where):
            carrier = Carrier(purpose, where)
            has_tx = TX not in tried.refused
            plan = self._persistence.target(book, carrier, limit, has_tx=has_tx)
            if tried.taken and self._persistence.may_wait(book, carrier, plan):
                tried.waits = True
                continue
            tried.add(purpose, await self._sender.set(book, carrier, plan))
            if tried.failed is not None or _is_all(tried, limit):
                break
        return tried

    async def _is_overruled(self, book: Book, where: str, tried: Tried) -> bool:
        """Whether an older TxProfile of ours goes on to decide, and cannot be cleared.

        It goes last: until something else was taken, it is all that holds.
        """
        carrier = Carrier(TX, where)
        held = book.installed.get(carrier)
        if TX not in tried.refused or held is None or book.in_effect(where) is not held:
            return False
        cleared = await self._sender.clear(book, [carrier])
        return not cleared.is_accepted

    def purposes(self, book: Book, where: str) -> list[str]:
        """The purposes for a connector, the one that takes effect now first."""
        has_transaction = book.station.transaction(where) is not None
        usual = [TX, TX_DEFAULT] if has_transaction else [TX_DEFAULT]
        if book.vendor_limit is not None:
            usual = [VENDOR]
        return [purpose for purpose in usual if not book.is_pointless(purpose)]

    def _learn(self, book: Book, limit: Plan, tried: Tried) -> None:
        """What a station does not take; a refused 0 says nothing of a purpose."""
        book.worked.update(tried.taken)
        if limit.at(self._clock.now_ms()) != 0:
            book.refuse(tried.lasting_refusals)

    async def _leave_max(self, book: Book) -> None:
        """The connector has a profile again: the station's holds its own limit only."""
        if book.uses_max:
            book.uses_max = False
            await self._station_profile.bring(book)

    async def _release(self, book: Book, where: str) -> Effect:
        was_sent = False
        if book.uses_max:
            effect = await self._station_profile.bring(book)
            if not effect.is_accepted:
                return effect
            was_sent = effect.was_sent
        effect = await self._releaser.clear(book, where)
        return replace(effect, was_sent=was_sent or effect.was_sent).with_details(
            effect.outcome.detail if effect.was_sent else ""
        )

    # -- where all are refused

    async def _all_refused(
        self, book: Book, where: str, limit: Plan, tried: Tried
    ) -> Effect:
        """The station's own profile for its only connector, else wait for a start."""
        is_only = book.station.connector_count == 1 and not book.shares
        if is_only and not book.is_pointless(MAX):
            effect = await self._use_max(book, where, limit, tried)
            if not effect.is_refusal:
                return effect
            tried.refused[MAX] = effect
        response = [effect.outcome.response for effect in tried.refused.values()]
        # A profile that was taken before was not refused for its purpose.
        is_known = not book.worked.isdisjoint(tried.refused)
        has_transaction = book.station.transaction(where) is not None
        if not (is_known or has_transaction or book.is_pointless(TX)):
            return waiting_for_start(response)
        return next(iter(tried.refused.values()), _no_purpose())

    async def _use_max(
        self, book: Book, where: str, limit: Plan, tried: Tried
    ) -> Effect:
        was_used, book.uses_max = book.uses_max, True
        effect = await self._station_profile.bring(book)
        if effect.is_accepted:
            self._learn(book, limit, tried)
            await self._releaser.others(book, where, set())
            how = f"by {book.dialect.word(MAX)}" if effect.was_sent else ""
            return effect.with_details(limit.detail, how)
        if not effect.is_uncertain:
            book.uses_max = was_used
        return effect

    # -- profiles that somebody wrote

    async def apply_raw(self, book: Book, where: str, limit: Plan) -> Effect:
        """A profile that somebody wrote, in the place of ours."""
        carrier = book.dialect.raw_carrier(limit.raw or {}, where)
        running = book.station.transaction(where)
        if carrier.purpose == TX and running is None:
            return waiting_for_start([])
        effect = await self._sender.set(book, carrier, limit)
        if effect.is_accepted:
            if where != STATION:
                await self._leave_max(book)
            await self._releaser.others(book, where, {carrier})
        return effect.with_details()

    # -- nothing to send

    def has(self, book: Book, where: str) -> bool:
        """Whether a connector holds all that it is to hold.

        Raises:
            CannotDo: the station cannot.
        """
        limit = content(book, where, self._clock.now_ms())
        if limit is None:
            return not book.at(where)
        if limit.raw is not None:
            carrier = book.dialect.raw_carrier(limit.raw, where)
            return self._sender.is_held(book, carrier, limit)
        if book.uses_max:
            return self._station_profile.has(book)
        purposes = self.purposes(book, where)
        return bool(purposes) and all(
            self._has(book, Carrier(purpose, where), limit, is_beside=index > 0)
            for index, purpose in enumerate(purposes)
        )

    def _has(
        self, book: Book, carrier: Carrier, limit: Plan, *, is_beside: bool
    ) -> bool:
        plan = self._persistence.target(book, carrier, limit)
        if is_beside and self._persistence.may_wait(book, carrier, plan):
            return True
        return self._sender.is_held(book, carrier, plan)


def _is_all(tried: Tried, limit: Plan) -> bool:
    """Whether nothing else can carry a limit: only a TxProfile discharges."""
    return limit.discharges and TX in tried.refused


def waiting_for_start(responses: list[Any]) -> Effect:
    """Nothing can be set now; it is kept. The responses are those of what was tried."""
    response = responses[-1] if responses else None
    outcome = Outcome(OutcomeName.REJECTED, WHEN_STARTED, response, kept=True)
    return Effect(outcome, is_refusal=True, was_sent=bool(responses))


def _summary(limit: Plan, tried: Tried) -> Effect:
    """What takes effect now, with what is worth saying about the rest."""
    taken = list(tried.taken.values())
    first = taken[0]
    details = [limit.detail, *tried.details]
    if first.plan != limit:
        details.append(UNTIL_STARTED)
    effect = replace(
        first,
        was_sent=any(effect.was_sent for effect in taken),
        is_beside=not first.was_sent,
        is_uncertain=tried.failed is not None,
        waits=tried.waits,
    )
    return effect.with_details(*details)


def _no_purpose() -> Effect:
    detail = "this station takes none of our profiles here"
    return Effect(Outcome(OutcomeName.REJECTED, detail), is_refusal=True)


def _knows_no_transaction(effect: Effect) -> bool:
    """Whether a station says why: there is no such transaction (2.x part 2, K01)."""
    response = effect.outcome.response
    status = response.get("statusInfo") if isinstance(response, dict) else None
    reason = status.get("reasonCode") if isinstance(status, dict) else None
    return reason in _NO_TRANSACTION
