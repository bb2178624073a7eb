"""Local lists that follow the token registry (1.6, section 3.5; 2.x, block D).

A station that was sent the registry's list gets what changes from then on, until
somebody sends it a list of another making, or ends it. Lists are written to flash
memory: changes are gathered, and a station that has just got some rests.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping

from connector.csms.clock import Timer
from connector.csms.context import Context
from connector.csms.events import Connected, Forgotten, Ready
from connector.csms.local_lists import ACCEPTED, NOT_SUPPORTED, TOO_LONG, LocalLists
from connector.csms.station import Station
from connector.csms.tokens import Tokens
from connector.errors import ConnectorError
from connector.sessions.handlers import Handler

logger = logging.getLogger(__name__)

_GATHERED_S = 1.0
_RESTS_S = 10.0
_BOOTS_WITHIN_S = 30.0
"""A station that connects may boot, and is looked after when it has."""
_RETRIES_S = (60.0, 300.0, 1800.0)
_AT_ONCE = 20
"""Stations that are sent lists at the same time."""


class _Work:
    """What is to be done about one station, and what is going on."""

    __slots__ = ("failures", "is_checked", "is_due", "task", "timer")

    def __init__(self) -> None:
        self.is_due = False
        self.is_checked = False
        """Whether the station is asked for its version, though nothing changed here."""
        self.failures = 0
        self.task: asyncio.Task[None] | None = None
        self.timer: Timer | None = None
        """While it rests, or waits to be tried again."""

    def wake(self) -> None:
        """It waits no more."""
        if self.timer is not None:
            self.timer.cancel()
            self.timer = None


class Following:
    """Sends stations what changed."""

    def __init__(self, context: Context, lists: LocalLists, tokens: Tokens) -> None:
        self.handlers: dict[str, Handler] = {}
        self._clock = context.clock
        self._lists = lists
        self._stations: Mapping[str, Station] = {}
        self._work: dict[str, _Work] = {}
        self._gathering: Timer | None = None
        self._room = asyncio.Semaphore(_AT_ONCE)
        self._is_closed = False
        tokens.registry.changed.append(self._on_change)
        context.events.subscribe(Connected, self._on_connected)
        context.events.subscribe(Ready, self._on_ready)
        context.events.subscribe(Forgotten, self._on_forgotten)

    async def start(self, stations: Mapping[str, Station]) -> None:
        """Know who is there; each is looked after when it comes."""
        self._stations = stations

    async def finish(self) -> None:
        """Begin nothing more, and wait for what goes on."""
        self._is_closed = True
        for work in self._work.values():
            work.wake()
        if self._gathering is not None:
            self._gathering.cancel()
        tasks = [work.task for work in self._work.values() if work.task is not None]
        if tasks:
            await asyncio.wait(tasks)

    # -- what happens

    def _on_change(self) -> None:
        if self._gathering is None:
            self._gathering = self._clock.call_later(_GATHERED_S, self._gathered)

    def _gathered(self) -> None:
        self._gathering = None
        for station in tuple(self._stations.values()):
            self._want(station)

    def _on_connected(self, event: Connected) -> None:
        station = event.station
        if self._lists.follows(station):
            self._clock.call_later(_BOOTS_WITHIN_S, lambda: self._want(station))

    def _on_ready(self, event: Ready) -> None:
        self._want(event.station, is_checked=True)

    def _on_forgotten(self, event: Forgotten) -> None:
        work = self._work.pop(event.station.identity, None)
        if work is not None:
            work.is_due = False
            work.wake()

    # -- one station

    def _want(self, station: Station, *, is_checked: bool = False) -> None:
        """Its list is to be that of the registry, as soon as it can be."""
        if not self._lists.follows(station) or self._is_closed:
            return
        work = self._work.setdefault(station.identity, _Work())
        work.is_due = True
        work.is_checked |= is_checked
        if is_checked and work.failures:
            work.failures = 0
            work.wake()
        self._begin(station, work)

    def _begin(self, station: Station, work: _Work) -> None:
        """Begin, unless it rests or is at work; who is away comes again."""
        if work.task is not None or work.timer is not None or not work.is_due:
            return
        is_there = station.is_served and station.is_connected and not station.setup
        if not is_there or not self._lists.follows(station):
            self._work.pop(station.identity, None)
            return
        work.task = asyncio.get_running_loop().create_task(
            self._run(station, work), name=f"{station.identity} local list"
        )

    async def _run(self, station: Station, work: _Work) -> None:
        try:
            async with self._room:
                rests_s = await self._bring(station, work)
        finally:
            work.task = None
        if self._is_closed or self._work.get(station.identity) is not work:
            return
        if rests_s:
            work.timer = self._clock.call_later(
                rests_s, lambda: self._rested(station, work)
            )
        else:
            self._rested(station, work)

    def _rested(self, station: Station, work: _Work) -> None:
        work.timer = None
        if work.is_due:
            self._begin(station, work)
        else:
            self._work.pop(station.identity, None)

    async def _bring(self, station: Station, work: _Work) -> float:
        """Bring the list into step; gives how long the station rests after it."""
        is_checked, work.is_due, work.is_checked = work.is_checked, False, False
        try:
            if not is_checked and not await self._lists.differs(station):
                return 0.0
            result = await self._lists.update(station, "Differential")
        except ConnectorError as problem:
            return self._failed(station, work, str(problem))
        identity = station.identity
        if result.status == ACCEPTED:
            work.failures = 0
            logger.info("%s: its local list is in step: %s", identity, result.detail)
        elif result.status == NOT_SUPPORTED:
            self._lists.follow(station, False)
            text = "%s: its local list is kept in step no more: %s"
            logger.warning(text, identity, result.detail)
        elif result.status == TOO_LONG:
            text = "%s: its local list stays as it is: %s"
            logger.warning(text, identity, result.detail)
        else:
            return self._failed(station, work, result.detail)
        return _RESTS_S

    def _failed(self, station: Station, work: _Work, why: str) -> float:
        if not station.is_connected:
            return _RESTS_S  # it is looked after when it comes
        if work.failures >= len(_RETRIES_S):
            text = "%s: its local list is not in step: %s; until it boots"
            logger.warning(text, station.identity, why)
            work.failures = 0
            return _RESTS_S
        delay_s = _RETRIES_S[work.failures]
        work.failures += 1
        work.is_due = work.is_checked = True
        text = "%s: its local list is not in step: %s; again in %.0f s"
        logger.warning(text, station.identity, why, delay_s)
        return delay_s
