"""Stations are configured after they booted (1.6, section 9; 2.x, B02).

One task for a station: a new boot replaces it, a lost link ends it.
"""

from __future__ import annotations

import asyncio
import logging
from typing import Protocol

from connector.csms.context import Context
from connector.csms.events import (
    Booted,
    Connected,
    Disconnected,
    Held,
    Ready,
    Released,
)
from connector.csms.station import Station
from connector.errors import CommandTimeout, ConnectorError, TransportError

logger = logging.getLogger(__name__)


class Configuring(Protocol):
    """How stations of one version are configured."""

    async def configure(self, station: Station) -> None:
        """Everything, one after the other.

        Raises:
            ConnectorError: the station is gone, or does not answer.
        """


class Setup:
    """Configures stations when they boot."""

    def __init__(self, context: Context, of_16: Configuring, of_2: Configuring) -> None:
        self._context = context
        self._of_16, self._of_2 = of_16, of_2
        context.events.subscribe(Booted, self._on_booted)
        context.events.subscribe(Held, self._on_booted)
        context.events.subscribe(Connected, self._on_other_link)
        context.events.subscribe(Disconnected, self._on_other_link)

    def _on_booted(self, event: Booted | Held) -> None:
        self.begin(event.station)

    def begin(self, station: Station) -> None:
        """Configure a station; what runs for it already is given up."""
        self.end(station)
        station.setup = asyncio.get_running_loop().create_task(
            self._run(station), name=f"{station.identity} setup"
        )

    def end(self, station: Station) -> None:
        """Stop configuring it."""
        if station.setup is not None:
            station.setup.cancel()
            station.setup = None

    def _on_other_link(self, event: Connected | Disconnected) -> None:
        self.end(event.station)

    async def _run(self, station: Station) -> None:
        try:
            if station.options.quirks.skip_setup is not True:
                of_version = self._of_2 if station.speaks_2 else self._of_16
                await of_version.configure(station)
        except (CommandTimeout, TransportError) as problem:
            logger.warning("%s: not configured: %s", station.identity, problem)
        except ConnectorError as problem:
            logger.warning("%s: configured in part: %s", station.identity, problem)
        except Exception:
            logger.exception("%s: could not be configured", station.identity)
        station.setup = None
        if not station.is_connected:
            return
        if station.held:
            station.held = False
            self._context.events.emit(Released(station))
        else:
            self._context.events.emit(Ready(station))
