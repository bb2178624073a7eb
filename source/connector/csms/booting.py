"""Stations that come back without booting are asked to; then they are taken as is."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Coroutine
from typing import Any

from connector.csms.clock import Clock, Timer
from connector.csms.remote_control import trigger_message
from connector.csms.setup import Setup
from connector.csms.station import STATION, Station
from connector.errors import ConnectorError
from connector.sessions.engine import Session

logger = logging.getLogger(__name__)

_BOOTS_WITHIN_S = 10.0
_BOOTS_WHEN_ASKED_WITHIN_S = 60.0


class Booting:
    """Waits for boots."""

    def __init__(self, setup: Setup, clock: Clock) -> None:
        self._setup = setup
        self._clock = clock
        self._timers: dict[str, Timer] = {}
        self._asking: set[asyncio.Task[object]] = set()

    def stop(self) -> None:
        """Wait for nobody any more."""
        for timer in self._timers.values():
            timer.cancel()

    def cancel(self, station: Station) -> None:
        """Do not wait for this station any more."""
        timer = self._timers.pop(station.identity, None)
        if timer is not None:
            timer.cancel()

    def expect(self, station: Station) -> None:
        """An adopted station has connected."""
        self.cancel(station)
        session = station.session
        self._timers[station.identity] = self._clock.call_later(
            _BOOTS_WITHIN_S, lambda: self._ask(station, session)
        )

    async def trigger(self, station: Station) -> bool:
        """Ask it to boot; whether it said that it will."""
        if station.options.quirks.no_boot_trigger:
            return False
        try:
            answer = await trigger_message(station, STATION, "BootNotification")
        except ConnectorError as problem:
            logger.info("%s: does not boot when asked: %s", station.identity, problem)
            return False
        return answer.get("status") == "Accepted"

    def ask(self, station: Station) -> None:
        """Have it boot again, now; it does by itself later where it refuses."""
        self._spawn(self.trigger(station))

    def _ask(self, station: Station, session: Session | None) -> None:
        self._timers.pop(station.identity, None)
        if station.has_booted or station.session is not session or session is None:
            return
        self._spawn(self._boot_or_go_on(station, session))

    def _spawn(self, work: Coroutine[Any, Any, object]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._asking.add(task)
        task.add_done_callback(self._asking.discard)

    async def _boot_or_go_on(self, station: Station, session: Session) -> None:
        """Where it refuses, or does not what it promised, it is configured as it is."""
        is_promised = await self.trigger(station)
        if station.session is not session:
            return
        if not is_promised:
            self._go_on(station, session)
            return
        self._timers[station.identity] = self._clock.call_later(
            _BOOTS_WHEN_ASKED_WITHIN_S, lambda: self._go_on(station, session)
        )

    def _go_on(self, station: Station, session: Session) -> None:
        if station.session is not session or station.has_booted:
            return
        if station.is_adopted:
            self._setup.begin(station)
