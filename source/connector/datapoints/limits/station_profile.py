"""The one profile of the station as a whole."""

from __future__ import annotations

from connector.csms.clock import Clock
from connector.csms.station import STATION
from connector.datapoints.limits.book import Book
from connector.datapoints.limits.contents import of_station
from connector.datapoints.limits.profiles import MAX, Carrier
from connector.datapoints.limits.releasing import Releaser
from connector.datapoints.limits.sending import Effect, Sender


class StationProfile:
    """Brings it to what it is to hold.

    That is the limit of the station, and of its only connector where that has no
    profile of its own.
    """

    def __init__(self, sender: Sender, releaser: Releaser, clock: Clock) -> None:
        self._sender = sender
        self._releaser = releaser
        self._clock = clock

    async def bring(self, book: Book) -> Effect:
        """Send what is to be sent.

        Raises:
            CannotDo: the station cannot.
        """
        limit = of_station(book, self._clock.now_ms())
        if limit is None:
            return await self._releaser.clear(book, STATION)
        carrier = Carrier(MAX, STATION)
        if limit.raw is not None:
            carrier = book.dialect.raw_carrier(limit.raw, STATION)
        effect = await self._sender.set(book, carrier, limit)
        if effect.is_accepted:
            await self._releaser.others(book, STATION, {carrier})
        return effect.with_details(limit.detail)

    def has(self, book: Book) -> bool:
        """Whether it holds that already.

        Raises:
            CannotDo: the station cannot.
        """
        limit = of_station(book, self._clock.now_ms())
        if limit is None:
            return not book.at(STATION)
        carrier = Carrier(MAX, STATION)
        if limit.raw is not None:
            carrier = book.dialect.raw_carrier(limit.raw, STATION)
        return self._sender.is_held(book, carrier, limit)
