"""Which profiles bring a limit to a place, and what is tried where one is refused.

The outcome is that of the profile that takes effect now; the other one's refusal is a
detail of it (contract: datapoints, section 4).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from connector.csms.clock import Clock
from connector.csms.options import Fallback
from connector.csms.station import STATION
from connector.datapoints.limits.book import Book, CannotDo
from connector.datapoints.limits.plans import Plan
from connector.datapoints.limits.profiles import (
    MAX,
    TX,
    TX_DEFAULT,
    Carrier,
    raw_carrier,
)
from connector.datapoints.limits.sending import UNCHANGED, Effect, Sender
from connector.datapoints.outcomes import Outcome, OutcomeName

WHEN_STARTED = "applies when a transaction starts"
UNTIL_STARTED = "fallback until a transaction starts"
_ACCEPTED = OutcomeName.ACCEPTED


class Applier:
    """Brings what a station holds to what it is to hold."""

    def __init__(self, sender: Sender, clock: Clock) -> None:
        self._sender = sender
        self._clock = clock

    # -- a connector

    async def apply(self, book: Book, where: str, *, force: bool = False) -> Effect:
        """Bring one place to what is to hold there."""
        try:
            if where == STATION:
                return await self._apply_station(book, force=force)
            return await self._apply_connector(book, where, force=force)
        except CannotDo as problem:
            return Effect(
                Outcome(OutcomeName.UNSUPPORTED, str(problem)), was_sent=False
            )

    def is_held(self, book: Book, where: str) -> bool:
        """Whether a place holds all that it is to hold, so that nothing would be sent.

        Raises:
            CannotDo: the station cannot.
        """
        if where == STATION and not book.shares:
            content = book.station_content(self._clock.now_ms())
            return self._has(book, [Carrier(MAX, STATION)], content)
        if where == STATION:
            return all(self.is_held(book, place) for place in book.station.places)
        content = book.content(where, self._clock.now_ms())
        if book.uses_max:
            whole = book.station_content(self._clock.now_ms())
            return self._has(book, [Carrier(MAX, STATION)], whole)
        carriers = [Carrier(purpose, where) for purpose in self._purposes(book, where)]
        return self._has(book, carriers, content)

    def _has(self, book: Book, carriers: list[Carrier], content: Plan | None) -> bool:
        if content is None:
            places = {carrier.where for carrier in carriers}
            return not any(held.where in places for held in book.installed)
        if content.raw is not None:
            carriers = [raw_carrier(content.raw, carriers[0].where)] if carriers else []
        return bool(carriers) and all(
            self._sender.is_held(book, c, self._sender.target(book, c, content))
            for c in carriers
        )

    async def give_up_shares(self, book: Book) -> None:
        """A connector refused its share: each goes back to its own limit."""
        book.shares = False
        for place in book.station.places:
            await self._apply_connector(book, place, force=False)

    async def _apply_connector(self, book: Book, where: str, *, force: bool) -> Effect:
        content = book.content(where, self._clock.now_ms())
        if content is None:
            return await self._release(book, where)
        if content.raw is not None:
            return await self._apply_raw(book, where, content, force=force)
        effects = await self._try_purposes(book, where, content, force=force)
        first = next((e for _, e in effects if not e.is_refusal), None)
        refused = [(purpose, e) for purpose, e in effects if e.is_refusal]
        if first is None:
            return await self._all_refused(book, where, content, refused, force=force)
        if first.is_accepted:
            book.refused.update(purpose for purpose, _ in refused)
        sent = any(effect.was_sent for _, effect in effects)
        details = [content.detail, *(f"{p}: {e.outcome.detail}" for p, e in refused)]
        if first.is_accepted and first.plan != content:
            details.append(UNTIL_STARTED)
        return _with_details(replace(first, was_sent=sent), details)

    async def _try_purposes(
        self, book: Book, where: str, content: Plan, *, force: bool
    ) -> list[tuple[str, Effect]]:
        """Send the profile that takes effect now, then the one beside it."""
        effects: list[tuple[str, Effect]] = []
        for purpose in self._purposes(book, where):
            carrier = Carrier(purpose, where)
            plan = self._sender.target(book, carrier, content)
            if _is_settled(effects) and self._sender.may_wait(book, carrier, plan):
                continue
            effect = await self._sender.set(book, carrier, plan, force=force)
            effects.append((purpose, effect))
            if not effect.is_accepted and not effect.is_refusal:
                break
        return effects

    def _purposes(self, book: Book, where: str) -> list[str]:
        """The purposes for a connector, the one that takes effect now first."""
        chosen = book.station.options.profile.purpose
        has_transaction = book.station.transaction(where) is not None
        usual = [TX, TX_DEFAULT] if has_transaction else [TX_DEFAULT]
        if chosen is not None:
            return [p for p in usual if p == chosen]
        return [p for p in usual if p not in book.refused]

    async def _all_refused(
        self,
        book: Book,
        where: str,
        content: Plan,
        refused: list[tuple[str, Effect]],
        *,
        force: bool,
    ) -> Effect:
        """The station's own profile for its only connector, else wait for a start."""
        if self._may_use_max(book):
            book.uses_max = True
            effect = await self._set_max(book, force=force)
            if effect.is_accepted:
                book.refused.update(purpose for purpose, _ in refused)
                return _with_details(effect, [content.detail, f"by {MAX}"])
            if not effect.is_refusal:
                return effect
            book.uses_max = False
            refused.append((MAX, effect))
        chosen = book.station.options.profile.purpose
        has_transaction = book.station.transaction(where) is not None
        waits = not has_transaction and TX not in book.refused
        if waits and chosen in (None, TX):
            response = refused[-1][1].outcome.response if refused else None
            kept = Outcome(OutcomeName.REJECTED, WHEN_STARTED, response, kept=True)
            return Effect(kept, is_refusal=True)
        return refused[0][1] if refused else _no_purpose()

    def _may_use_max(self, book: Book) -> bool:
        chosen = book.station.options.profile.purpose
        is_only = book.station.connector_count == 1
        return is_only and MAX not in book.refused and chosen in (None, MAX)

    async def _apply_raw(
        self, book: Book, where: str, content: Plan, *, force: bool
    ) -> Effect:
        """A profile that somebody wrote, in the place of ours."""
        carrier = raw_carrier(content.raw or {}, where)
        effect = await self._sender.set(book, carrier, content, force=force)
        if effect.is_accepted:
            others = [c for c in book.installed if c.where == where and c != carrier]
            await self._sender.clear(book, others)
        return effect

    # -- the station as a whole

    async def _apply_station(self, book: Book, *, force: bool) -> Effect:
        whole = book.own(STATION)
        if whole is None:
            return await self._release_station(book)
        if whole.raw is not None:
            return await self._apply_raw(book, STATION, whole, force=force)
        chosen = book.station.options.profile.purpose
        if not book.shares and MAX not in book.refused and chosen in (None, MAX):
            effect = await self._set_max(book, force=force)
            if not effect.is_refusal:
                return _with_details(effect, [whole.detail])
        book.shares = True
        effect = await self._apply_shares(book, force=force)
        if effect.is_accepted:
            book.refused.add(MAX)
        return effect

    async def _set_max(self, book: Book, *, force: bool) -> Effect:
        content = book.station_content(self._clock.now_ms())
        if content is None:
            return await self._sender.clear(book, [Carrier(MAX, STATION)])
        return await self._sender.set(book, Carrier(MAX, STATION), content, force=force)

    async def _apply_shares(self, book: Book, *, force: bool) -> Effect:
        """Every connector takes its part, or it is a no."""
        places = book.station.places
        whole = book.own(STATION)
        was_sent = False
        for place in places:
            effect = await self._apply_connector(book, place, force=force)
            was_sent = was_sent or effect.was_sent
            if effect.is_refusal:
                detail = f"connector {place}: {effect.outcome.detail}"
                return replace(effect, outcome=replace(effect.outcome, detail=detail))
            if not effect.is_accepted:
                return effect
        detail = f"divided among {len(places)} connectors" if len(places) > 1 else ""
        effect = Effect(Outcome(_ACCEPTED, "", effect.outcome.response), plan=whole)
        return _with_details(replace(effect, was_sent=was_sent), [detail])

    # -- release

    async def _release(self, book: Book, where: str) -> Effect:
        mine = [c for c in book.installed if c.where == where]
        if book.uses_max and where == "1":
            effect = await self._set_max(book, force=False)
            if not effect.is_accepted:
                return effect
        effect = await self._sender.clear(book, mine)
        if effect.is_refusal:
            return await self._write_maximum(book, mine, effect)
        return effect

    async def _release_station(self, book: Book) -> Effect:
        if book.shares:
            book.shares = False
            effects = [
                await self._apply_connector(book, place, force=False)
                for place in book.station.places
            ]
            return next((e for e in effects if not e.is_accepted), effects[0])
        if book.uses_max:
            return await self._set_max(book, force=False)
        mine = [c for c in book.installed if c.where == STATION]
        effect = await self._sender.clear(book, mine)
        if effect.is_refusal:
            return await self._write_maximum(book, mine, effect)
        return effect

    async def _write_maximum(
        self, book: Book, carriers: list[Carrier], refusal: Effect
    ) -> Effect:
        """Where clearing is refused, the most that the station can do is no limit."""
        most_a = book.station.options.max_current_a
        if most_a is None:
            return refusal
        most = book.fallback_plan(Fallback(most_a, "A"), STATION)
        effect = refusal
        for carrier in [c for c in carriers if c in book.installed]:
            effect = await self._sender.set(book, carrier, most, force=False)
            if not effect.is_accepted:
                return effect
        return _with_details(effect, ["its maximum: it does not clear"])


def _is_settled(effects: list[tuple[str, Effect]]) -> bool:
    return any(effect.is_accepted for _, effect in effects)


def _no_purpose() -> Effect:
    detail = "this station takes none of our profiles here"
    return Effect(Outcome(OutcomeName.REJECTED, detail), is_refusal=True)


def _with_details(effect: Effect, details: Iterable[str]) -> Effect:
    """The effect with what is worth saying; nothing sent is `unchanged`."""
    if not effect.is_accepted:
        return effect
    texts = [text for text in details if text]
    if not effect.was_sent:
        texts = [UNCHANGED, *texts]
    return replace(effect, outcome=replace(effect.outcome, detail=", ".join(texts)))
