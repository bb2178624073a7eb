"""No limit by us any more: our profiles are cleared by id, nobody else's."""

from __future__ import annotations

from dataclasses import replace

from connector.csms.options import Fallback
from connector.csms.station import STATION
from connector.datapoints.limits.book import Book
from connector.datapoints.limits.contents import fallback_plan
from connector.datapoints.limits.profiles import Carrier
from connector.datapoints.limits.sending import Effect, Sender
from connector.datapoints.outcomes import OutcomeName

BY_MAXIMUM = "its maximum: it does not clear"


class Releaser:
    """Takes profiles of ours away."""

    def __init__(self, sender: Sender) -> None:
        self._sender = sender

    async def clear(self, book: Book, where: str) -> Effect:
        """Clear all of a place; where that is refused, its maximum is no limit.

        Raises:
            CannotDo: the maximum cannot be said in a way that the station takes.
        """
        effect = await self._sender.clear(book, book.at(where))
        if not effect.is_refusal:
            return effect
        return await self._write_maximum(book, where, effect)

    async def _write_maximum(self, book: Book, where: str, refusal: Effect) -> Effect:
        most_a = book.station.options.max_current_a
        if most_a is None:
            # A CALLERROR is a no here, too: the limit stays.
            outcome = replace(refusal.outcome, outcome=OutcomeName.REJECTED)
            return replace(refusal, outcome=outcome)
        if where == STATION:
            most_a *= book.station.connector_count
        most = fallback_plan(book, Fallback(most_a, "A"))
        effect = refusal
        for carrier in book.at(where):
            if not book.applies(carrier, book.installed[carrier]):
                continue
            effect = await self._sender.set(book, carrier, most)
            if not effect.is_accepted:
                return effect
        return replace(effect, was_sent=True).with_details(BY_MAXIMUM)

    async def others(self, book: Book, where: str, mine: set[Carrier]) -> None:
        """Clear what the place has beside those that carry its limit now."""
        await self._sender.clear(book, [c for c in book.at(where) if c not in mine])
