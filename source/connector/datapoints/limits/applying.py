"""A limit of a place, brought to the station: as one profile, or in parts."""

from __future__ import annotations

from dataclasses import replace

from connector.csms.clock import Clock
from connector.csms.options import LimitOptions
from connector.csms.station import STATION
from connector.datapoints.limits.book import Book
from connector.datapoints.limits.contents import CannotDo, plan, share
from connector.datapoints.limits.persisting import Persistence
from connector.datapoints.limits.plans import Plan
from connector.datapoints.limits.profiles import MAX
from connector.datapoints.limits.purposes import Connectors
from connector.datapoints.limits.releasing import Releaser
from connector.datapoints.limits.sending import Effect, Sender
from connector.datapoints.limits.station_profile import StationProfile
from connector.datapoints.outcomes import Outcome, OutcomeName


class Applier:
    """Brings what a station holds to what it is to hold."""

    def __init__(
        self, options: LimitOptions, persistence: Persistence, clock: Clock
    ) -> None:
        self._clock = clock
        self.sender = Sender(options, clock)
        releaser = Releaser(self.sender)
        self._station_profile = StationProfile(self.sender, releaser, clock)
        self._connectors = Connectors(
            self.sender, self._station_profile, releaser, persistence, clock
        )

    async def apply(self, book: Book, where: str) -> Effect:
        """Bring one place to what is to hold there."""
        try:
            if where == STATION:
                return await self._apply_station(book)
            return await self._connectors.apply(book, where)
        except CannotDo as problem:
            outcome = Outcome(OutcomeName.UNSUPPORTED, str(problem))
            return Effect(outcome, was_sent=False)

    def has(self, book: Book, where: str) -> bool:
        """Whether a place holds all that it is to hold, so that nothing would be sent.

        Raises:
            CannotDo: the station cannot.
        """
        if where != STATION:
            return self._connectors.has(book, where)
        if not book.shares:
            return self._station_profile.has(book)
        is_over = plan(book, STATION, book.goal(STATION)) is None
        places = book.station.places
        return not is_over and all(self._connectors.has(book, p) for p in places)

    # -- the station as a whole

    async def _apply_station(self, book: Book) -> Effect:
        whole = plan(book, STATION, book.goal(STATION))
        if whole is None or whole.raw is not None or not book.is_pointless(MAX):
            effect = await self._as_one(book)
            if whole is None or whole.raw is not None or not effect.is_refusal:
                return effect
        return await self._in_parts(book, whole)

    async def _as_one(self, book: Book) -> Effect:
        was_shared, book.shares = book.shares, False
        effect = await self._station_profile.bring(book)
        if was_shared and effect.is_accepted:
            effect = await self._take_back_parts(book, effect)
        if was_shared and not effect.is_accepted:
            book.shares = True
        return effect

    async def _take_back_parts(self, book: Book, effect: Effect) -> Effect:
        """Every connector goes back to its own limit."""
        was_sent = effect.was_sent
        detail = effect.outcome.detail if was_sent else ""
        for place in book.station.places:
            own = await self._connectors.apply(book, place)
            was_sent = was_sent or own.was_sent
            if not (own.is_accepted or own.outcome.kept):
                return _at(place, own)
        book.slot(STATION).shared = None
        return replace(effect, was_sent=was_sent).with_details(detail)

    # -- in parts

    async def _in_parts(self, book: Book, whole: Plan) -> Effect:
        """Every connector takes its part, or it is a no."""
        book.shares = True
        effects: dict[str, Effect] = {}
        for place in book.station.places:
            effect = effects[place] = await self._connectors.apply(book, place)
            if not (effect.is_accepted or effect.outcome.kept):
                return _at(place, effect)
        if whole.at(self._clock.now_ms()) != 0:
            book.refuse({MAX})
        for place, effect in effects.items():
            if effect.outcome.kept:
                book.slot(STATION).shared = None
                return _at(place, effect)
        book.slot(STATION).shared = _taken(book, whole)
        await self.sender.clear(book, book.at(STATION))
        return _summary(whole, list(effects.values()))

    async def put_back(self, book: Book) -> None:
        """A connector refused its part: the others go back to what held before.

        Raises:
            CannotDo: the station cannot do that any more.
        """
        book.shares = book.slot(STATION).shared is not None
        for place in book.station.places:
            await self._connectors.apply(book, place)


def _taken(book: Book, whole: Plan) -> Plan:
    """The limit as the connectors took it: parts below the minimum are a pause."""
    parts = (share(book, place) for place in book.station.places)
    periods = [part.periods for part in parts if part is not None]
    if any(limit > 0 for part in periods for _, limit in part):
        return whole
    return replace(whole, periods=tuple((offset, 0.0) for offset, _ in whole.periods))


def _at(place: str, effect: Effect) -> Effect:
    outcome = effect.outcome
    detail = f"connector {place}: {outcome.detail or outcome.outcome.value}"
    return replace(effect, outcome=replace(outcome, detail=detail))


def _summary(whole: Plan, effects: list[Effect]) -> Effect:
    """All connectors agreed: what is worth saying, each thing once."""
    texts = [e.outcome.detail for e in effects if e.was_sent]
    if len(effects) > 1 and texts:
        texts.append(f"divided among {len(effects)} connectors")
    outcome = Outcome(OutcomeName.ACCEPTED, "", effects[-1].outcome.response)
    found = Effect(
        outcome,
        is_uncertain=any(effect.is_uncertain for effect in effects),
        waits=any(effect.waits for effect in effects),
        was_sent=any(effect.was_sent for effect in effects),
        is_beside=not any(e.was_sent and not e.is_beside for e in effects),
        plan=whole,
    )
    return found.with_details(whole.detail, *texts)
