"""Stations that send no values by themselves are asked for them: TriggerMessage.

A connector that charges is asked when its values are overdue; with `poll_s` every
connector is. One timer for each station concerned; nothing for all others.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping
from typing import Any

from connector.csms.clock import Timer
from connector.csms.configuring import INTERVAL_KEY
from connector.csms.context import Context
from connector.csms.events import (
    Disconnected,
    Ready,
    StatusChanged,
    TransactionStarted,
)
from connector.csms.remote_control import trigger_message
from connector.csms.station import Station
from connector.csms.targets import meter_interval_s
from connector.errors import (
    CallErrorReceived,
    CommandTimeout,
    ConnectorError,
    TransportError,
)

logger = logging.getLogger(__name__)

_CHARGING = "Charging"
_SOONEST_S = 60.0
_USUAL_INTERVAL_S = 60
_MOST_MISSES = 4
"""Each doubles the time until the next question."""


class _Watch:
    """What is known on one link of a station that is asked."""

    __slots__ = ("asked_ms", "misses", "refused", "session", "task", "timer")

    def __init__(self, session: Any) -> None:
        self.session = session
        self.timer: Timer | None = None
        self.task: asyncio.Task[None] | None = None
        self.asked_ms: dict[str, int] = {}
        """When a connector was asked last, or began to be watched."""
        self.refused: set[str] | None = set()
        """The connectors that are not asked any more; None: not one of them is."""
        self.misses = 0

    def cancel(self) -> None:
        """Ask nothing more."""
        if self.timer is not None:
            self.timer.cancel()
        if self.task is not None:
            self.task.cancel()


class Polling:
    """Asks them."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._watches: dict[str, _Watch] = {}
        events = context.events
        events.subscribe(Ready, self._on_ready)
        events.subscribe(StatusChanged, self._on_status)
        events.subscribe(TransactionStarted, self._on_started)
        events.subscribe(Disconnected, self._on_disconnected)

    async def start(self, stations: Mapping[str, Station]) -> None:
        """Nothing is kept."""

    async def finish(self) -> None:
        """Ask nobody any more."""
        for watch in self._watches.values():
            watch.cancel()
        self._watches.clear()

    # -- what happens at stations

    def _on_ready(self, event: Ready) -> None:
        self._watch(event.station)

    def _on_status(self, event: StatusChanged) -> None:
        if event.status == _CHARGING:
            self._watch(event.station)

    def _on_started(self, event: TransactionStarted) -> None:
        watch = self._watches.get(event.station.identity)
        if watch is not None and watch.refused is not None:
            # Some refuse only as long as nothing runs.
            watch.refused.discard(event.transaction.where)
        self._watch(event.station)

    def _on_disconnected(self, event: Disconnected) -> None:
        watch = self._watches.pop(event.station.identity, None)
        if watch is not None:
            watch.cancel()

    # -- watching

    def _watch(self, station: Station) -> None:
        """Begin, unless it runs already or there is nothing to ask."""
        watch = self._watches.get(station.identity)
        if watch is not None and watch.session is not station.session:
            watch.cancel()
            watch = None
        if watch is None:
            if not self._places(station, None):
                return
            watch = self._watches[station.identity] = _Watch(station.session)
        if watch.timer is None and watch.task is None:
            self._set_timer(station, watch)

    def _places(self, station: Station, watch: _Watch | None) -> list[str]:
        """The connectors that are to have fresh values."""
        poll_s = station.options.quirks.poll_s
        if poll_s == 0 or not (station.is_served and station.is_connected):
            return []
        refused = watch.refused if watch is not None else set()
        if refused is None:
            return []
        return [
            where
            for where in station.places
            if where not in refused and (poll_s or _charges(station, where))
        ]

    def _overdue_s(self, station: Station) -> float:
        """How old the values of a connector may get."""
        poll_s = station.options.quirks.poll_s
        if poll_s:
            return poll_s
        text = (station.configuration.get(INTERVAL_KEY) or "").strip()
        interval_s = int(text) if text.isdecimal() else 0
        interval_s = interval_s or meter_interval_s(station, self._context.options)
        return max(_SOONEST_S, 2.0 * (interval_s or _USUAL_INTERVAL_S))

    def _due_in_s(self, station: Station, watch: _Watch, where: str) -> float:
        now_ms = self._context.clock.now_ms()
        connector = station.connectors.get(where)
        metered_ms = connector.metered_ms if connector is not None else 0
        since_ms = max(metered_ms, watch.asked_ms.setdefault(where, now_ms))
        if since_ms > now_ms:
            # Our clock was set back: what was due in seconds is not due in an hour.
            since_ms = watch.asked_ms[where] = now_ms
            if connector is not None:
                connector.metered_ms = now_ms
        wait_s = self._overdue_s(station) * (1 << watch.misses)
        return wait_s - max(0, now_ms - since_ms) / 1000

    def _set_timer(self, station: Station, watch: _Watch) -> None:
        """Look again when the first of them is overdue; none: not before an event."""
        places = self._places(station, watch)
        watch.timer = None
        if places:
            due_s = min(self._due_in_s(station, watch, where) for where in places)
            watch.timer = self._context.clock.call_later(
                max(1.0, due_s), lambda: self._look(station, watch)
            )

    def _look(self, station: Station, watch: _Watch) -> None:
        watch.timer = None
        if station.session is not watch.session:
            return
        overdue = [
            where
            for where in self._places(station, watch)
            if self._due_in_s(station, watch, where) <= 0
        ]
        if not overdue:
            self._set_timer(station, watch)
            return
        watch.task = asyncio.get_running_loop().create_task(
            self._ask_all(station, watch, overdue), name=f"{station.identity} polling"
        )

    # -- asking

    async def _ask_all(
        self, station: Station, watch: _Watch, places: list[str]
    ) -> None:
        for where in places:
            if watch.refused is not None:
                await self._ask(station, watch, where)
        watch.task = None
        self._set_timer(station, watch)

    async def _ask(self, station: Station, watch: _Watch, where: str) -> None:
        watch.asked_ms[where] = self._context.clock.now_ms()
        try:
            answer = await trigger_message(station, where, "MeterValues")
        except CallErrorReceived as problem:
            self._refuse_all(station, watch, str(problem))
        except (CommandTimeout, TransportError) as problem:
            logger.info("%s: asked for values: %s", station.identity, problem)
            watch.misses = min(watch.misses + 1, _MOST_MISSES)
        except ConnectorError as problem:
            logger.info("%s: asked for values: %s", station.identity, problem)
        else:
            watch.misses = 0
            self._note(station, watch, where, str(answer.get("status")))

    def _note(self, station: Station, watch: _Watch, where: str, status: str) -> None:
        if status == "NotImplemented":
            self._refuse_all(station, watch, status)
        elif status != "Accepted" and watch.refused is not None:
            logger.info(
                "%s: gives no values of %s: %s", station.identity, where, status
            )
            watch.refused.add(where)

    def _refuse_all(self, station: Station, watch: _Watch, why: str) -> None:
        logger.info("%s: gives no values when asked: %s", station.identity, why)
        watch.refused = None


def _charges(station: Station, where: str) -> bool:
    connector = station.connectors.get(where)
    return connector is not None and (
        connector.transaction is not None or connector.status == _CHARGING
    )
