"""What a station says that limits depend on: read before the first profile goes out.

Right after a boot that is about to happen, and limits wait for it. On a link without a
boot what is remembered counts; where nothing is, it is read here.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine
from typing import Any

from connector.csms.clock import Clock
from connector.csms.provisioning import get_configuration
from connector.csms.station import Station
from connector.csms.v2.device_model import get_variables
from connector.csms.v2.variables import parse
from connector.datapoints.limits.book import Book
from connector.errors import CallErrorReceived, ConnectorError, RemoteProtocolError

logger = logging.getLogger(__name__)

_INVENTORY_WITHIN_S = 5.0
"""Some stations agree to report, and never do."""
_REFUSALS = (CallErrorReceived, RemoteProtocolError)
"""The station answered, and will not answer anything else."""


class Knowing:
    """Waits until it is known how a station takes limits."""

    def __init__(
        self, clock: Clock, spawn: Callable[[Coroutine[Any, Any, None]], object]
    ) -> None:
        self._clock = clock
        self._spawn = spawn
        self._waiting: dict[str, list[asyncio.Event]] = {}
        """By station, in the order in which they came."""
        self._asking: set[str] = set()

    async def wait(self, book: Book) -> None:
        """Wait for what is about to be known, no longer than for an answer."""
        until_s = self._clock.monotonic() + book.station.call_timeout_s
        while self._is_coming(book):
            left_s = until_s - self._clock.monotonic()
            if left_s <= 0:
                return
            await self._news(book, left_s)

    def was_read(self, book: Book) -> None:
        """The station told after its boot what it tells.

        At the first time of one of 2.x its inventory is still to come, which says if
        it charges with direct current: that is waited for, but not for long.
        """
        is_all = book.has_read or not book.station.speaks_2
        book.has_read = True
        if is_all:
            self.is_known(book)
        else:
            self._wait_for_inventory(book)

    def _wait_for_inventory(self, book: Book) -> None:
        session = book.station.session

        def enough() -> None:
            if book.station.session is session and not book.is_fresh:
                self.is_known(book)

        self._clock.call_later(_INVENTORY_WITHIN_S, enough)

    def is_known(self, book: Book) -> None:
        """No more is to come on this link."""
        book.is_fresh = True
        self.wake(book)

    def wake(self, book: Book) -> None:
        """Have those that wait look again."""
        for woken in self._waiting.get(book.station.identity, ()):
            woken.set()

    def _is_coming(self, book: Book) -> bool:
        station = book.station
        if book.is_fresh or not station.is_connected:
            return False
        if _is_set_up(station):
            return True
        if book.knows or book.vendor_limit is not None:
            return False
        if station.identity not in self._asking:
            self._asking.add(station.identity)
            self._spawn(self._ask(book))
        return True

    async def _news(self, book: Book, within_s: float) -> None:
        """Wait until something has changed."""
        woken = asyncio.Event()

        def wake(_: object = None) -> None:
            woken.set()

        setup = book.station.setup
        if setup is not None:
            setup.add_done_callback(wake)
        timer = self._clock.call_later(within_s, wake)
        others = self._waiting.setdefault(book.station.identity, [])
        others.append(woken)
        try:
            await woken.wait()
        finally:
            timer.cancel()
            if setup is not None:
                setup.remove_done_callback(wake)
            others.remove(woken)
            if not others:
                self._waiting.pop(book.station.identity, None)

    # -- asking

    async def _ask(self, book: Book) -> None:
        """Read the keys; a station that does not answer is not asked again."""
        station, session = book.station, book.station.session
        try:
            await self._read(book)
            book.has_read = True
        except ConnectorError as problem:
            logger.info("%s: not read: %s", station.identity, problem)
        finally:
            self._asking.discard(station.identity)
            if station.session is session and not _is_set_up(station):
                self.is_known(book)
            self.wake(book)

    async def _read(self, book: Book) -> None:
        """All at once, else one by one: some refuse all because of one."""
        keys = book.keys_to_read
        try:
            await _get(book.station, keys)
        except _REFUSALS as problem:
            logger.info("%s: %s; asking for less", book.station.identity, problem)
            for key in keys:
                await self._read_one(book.station, key)

    async def _read_one(self, station: Station, key: str) -> None:
        try:
            await _get(station, [key])
        except _REFUSALS as problem:
            logger.info("%s: %s: %s", station.identity, key, problem)


async def _get(station: Station, keys: list[str]) -> None:
    if station.speaks_2:
        await get_variables(station, [parse(key) for key in keys])
    else:
        await get_configuration(station, keys)


def _is_set_up(station: Station) -> bool:
    """Whether it is being configured now."""
    return station.setup is not None and not station.setup.done()
