"""A connector whose status nobody told is asked for it: StatusNotification.

Stations tell it when they have booted (1.6, 4.2; 2.0.1, B01.FR.05). One that comes
back to a connector that was started anew mostly does not boot again, and would stay
unknown until something changes at it.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping

from connector.csms.clock import Timer
from connector.csms.context import Context
from connector.csms.events import Disconnected, Ready
from connector.csms.remote_control import trigger_message
from connector.csms.station import Station
from connector.errors import ConnectorError
from connector.sessions.engine import Session

logger = logging.getLogger(__name__)

_TOLD_WITHIN_S = 10.0
"""After the configuration; it comes by itself after a boot."""


class UnknownStatuses:
    """Asks for them, once on each link."""

    def __init__(self, context: Context) -> None:
        self._clock = context.clock
        self._timers: dict[str, Timer] = {}
        self._asking: set[asyncio.Task[None]] = set()
        context.events.subscribe(Ready, self._on_ready)
        context.events.subscribe(Disconnected, self._on_disconnected)

    async def start(self, stations: Mapping[str, Station]) -> None:
        """Nothing is kept."""

    async def finish(self) -> None:
        """Ask nobody any more."""
        for timer in self._timers.values():
            timer.cancel()
        for task in self._asking:
            task.cancel()

    def _on_ready(self, event: Ready) -> None:
        station, session = event.station, event.station.session
        self._forget(station)
        if session is not None and _unknown(station):
            self._timers[station.identity] = self._clock.call_later(
                _TOLD_WITHIN_S, lambda: self._look(station, session)
            )

    def _on_disconnected(self, event: Disconnected) -> None:
        self._forget(event.station)

    def _forget(self, station: Station) -> None:
        timer = self._timers.pop(station.identity, None)
        if timer is not None:
            timer.cancel()

    def _look(self, station: Station, session: Session) -> None:
        del self._timers[station.identity]
        if station.session is session and _unknown(station):
            task = asyncio.get_running_loop().create_task(
                _ask(station, session), name=f"{station.identity} statuses"
            )
            self._asking.add(task)
            task.add_done_callback(self._asking.discard)


def _unknown(station: Station) -> list[str]:
    """The connectors that have told no status."""
    if not station.is_served:
        return []
    known = station.connectors
    return [
        where
        for where in station.places
        if where not in known or known[where].status is None
    ]


async def _ask(station: Station, session: Session) -> None:
    for where in _unknown(station):
        if station.session is not session:
            return
        try:
            answer = await trigger_message(station, where, "StatusNotification")
        except ConnectorError as problem:
            logger.info("%s: asked for its status: %s", station.identity, problem)
            return
        if answer.get("status") == "NotImplemented":
            return
