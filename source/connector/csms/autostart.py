"""A vehicle that is plugged in starts by itself, with the station's `autostart_token`.

Once for each time it is plugged in: after a transaction, whoever ended it, the next one
begins when the connector was free. A station that refuses is asked a few times more.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping
from typing import Any

from connector.csms.clock import Timer
from connector.csms.context import Context
from connector.csms.events import (
    Disconnected,
    Forgotten,
    Ready,
    StatusChanged,
    TransactionStarted,
)
from connector.csms.remote_control import remote_start
from connector.csms.station import STATION, Station
from connector.csms.v2.id_tokens import own_token
from connector.errors import ConnectorError

Json = dict[str, Any]
Visit = tuple[str, str]
"""Station and place."""

logger = logging.getLogger(__name__)

LEARNED = "autostarted"
"""The places where the vehicle that is plugged in has had its transaction."""
_PLUGGED = frozenset({"Preparing", "SuspendedEVSE"})
"""What a connector says that waits to be started; some say the second at once."""
_FREE = frozenset({"Available", "Reserved"})
_RETRIES_S = (10.0, 30.0, 120.0, 600.0)
_BEGINS_WITHIN_S = 120.0


class _Attempt:
    """One vehicle that is to be started."""

    __slots__ = ("retries", "task", "timer")

    def __init__(self) -> None:
        self.retries = 0
        self.timer: Timer | None = None
        self.task: asyncio.Task[None] | None = None

    @property
    def is_given_up(self) -> bool:
        """Nothing more happens until it is unplugged."""
        return self.retries > len(_RETRIES_S)

    def cancel(self) -> None:
        """Do not try any more."""
        if self.timer is not None:
            self.timer.cancel()
        if self.task is not None:
            self.task.cancel()


class Autostart:
    """Starts them."""

    def __init__(self, context: Context) -> None:
        self.profile_for_start: Callable[[Station, str], Json | None] = (
            lambda station, where: None
        )
        """The charging profile that a start is to carry; who keeps limits sets it."""
        self._context = context
        self._attempts: dict[Visit, _Attempt] = {}
        self._ready: set[str] = set()
        """Those whose configuration was read since we run."""
        events = context.events
        events.subscribe(StatusChanged, self._on_status)
        events.subscribe(Ready, self._on_ready)
        events.subscribe(TransactionStarted, self._on_started)
        events.subscribe(Disconnected, self._on_disconnected)
        events.subscribe(Forgotten, self._on_forgotten)

    async def start(self, stations: Mapping[str, Station]) -> None:
        """Nothing is kept but what stations have learned."""

    async def finish(self) -> None:
        """Start nobody any more."""
        for attempt in self._attempts.values():
            attempt.cancel()
        self._attempts.clear()

    # -- what happens at stations

    def _on_status(self, event: StatusChanged) -> None:
        station = event.station
        if station.options.autostart_token is None or event.where == STATION:
            return
        if event.status in _FREE:
            self._drop((station.identity, event.where))
            self._note(station, event.where, is_done=False)
        elif event.status in _PLUGGED:
            self._consider(station, event.where)

    def _on_ready(self, event: Ready) -> None:
        station = event.station
        if station.options.autostart_token is None:
            return
        self._ready.add(station.identity)
        for where in station.places:
            self._consider(station, where)

    def _on_started(self, event: TransactionStarted) -> None:
        if event.station.options.autostart_token is not None:
            where = event.transaction.where
            self._drop((event.station.identity, where))
            self._note(event.station, where, is_done=True)

    def _on_disconnected(self, event: Disconnected) -> None:
        for visit, attempt in tuple(self._attempts.items()):
            if visit[0] == event.station.identity and not attempt.is_given_up:
                self._drop(visit)

    def _on_forgotten(self, event: Forgotten) -> None:
        self._ready.discard(event.station.identity)
        for visit in tuple(self._attempts):
            if visit[0] == event.station.identity:
                self._drop(visit)

    def _note(self, station: Station, where: str, *, is_done: bool) -> None:
        """Remember over restarts who has had a transaction."""
        done = set(station.learned.get(LEARNED, ()))
        if (where in done) == is_done:
            return
        station.learned[LEARNED] = sorted(done ^ {where})
        self._context.remember(station)

    # -- starting

    def _may_start(self, station: Station, where: str) -> bool:
        connector = station.connectors.get(where)
        return (
            station.options.autostart_token is not None
            and station.is_served
            and station.is_connected
            # The limit in the request needs to know what the station takes.
            and station.setup is None
            and station.identity in self._ready
            and connector is not None
            and connector.status in _PLUGGED
            and connector.transaction is None
            and where not in station.learned.get(LEARNED, ())
        )

    def _consider(self, station: Station, where: str) -> None:
        visit = (station.identity, where)
        if visit not in self._attempts and self._may_start(station, where):
            self._attempts[visit] = _Attempt()
            self._try(station, where)

    def _drop(self, visit: Visit) -> None:
        attempt = self._attempts.pop(visit, None)
        if attempt is not None:
            attempt.cancel()

    def _try(self, station: Station, where: str) -> None:
        visit = (station.identity, where)
        attempt = self._attempts[visit]
        if not self._may_start(station, where):
            self._drop(visit)
            return
        attempt.task = asyncio.get_running_loop().create_task(
            self._start(station, where, attempt), name=f"{station.identity} autostart"
        )

    async def _start(self, station: Station, where: str, attempt: _Attempt) -> None:
        token = station.options.autostart_token or ""
        profile = self.profile_for_start(station, where)
        try:
            answer = await remote_start(station, where, own_token(token), profile)
        except ConnectorError as problem:
            status = str(problem)
        else:
            status = str(answer.get("status"))
        attempt.task = None
        if status != "Accepted":
            self._refused(station, where, attempt, status)
            return
        logger.info("%s: %s is started by itself", station.identity, where)
        attempt.timer = self._context.clock.call_later(
            _BEGINS_WITHIN_S,
            lambda: self._refused(station, where, attempt, "it has not begun"),
        )

    def _refused(
        self, station: Station, where: str, attempt: _Attempt, why: str
    ) -> None:
        attempt.retries += 1
        if attempt.is_given_up:
            logger.warning(
                "%s: %s is not started by itself until it is unplugged: %s",
                station.identity,
                where,
                why,
            )
            return
        logger.info("%s: %s is not started: %s", station.identity, where, why)
        attempt.timer = self._context.clock.call_later(
            _RETRIES_S[attempt.retries - 1], lambda: self._try(station, where)
        )
