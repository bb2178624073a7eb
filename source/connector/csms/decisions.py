"""What people decide about stations: let in, kept out, forgotten, disconnected."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from connector.csms.admission import Reception
from connector.csms.booting import Booting
from connector.csms.context import Context, at
from connector.csms.events import Forgotten, RegistrationChanged
from connector.csms.provisioning import boot_values
from connector.csms.registry import Registry
from connector.csms.station import STATION, Station
from connector.errors import StoreError
from connector.sessions.engine import Session
from connector.sessions.handlers import Handler

logger = logging.getLogger(__name__)

Decision = tuple[str, str]
"""An outcome and a detail."""
_NORMAL, _POLICY = 1000, 1008
"""RFC 6455, section 7.4.1."""
_NAMED: Decision = ("rejected", "it is named in STATIONS")
_NOTHING: Mapping[str, Handler] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Links:
    """What has to happen to links."""

    cancel_timer: Callable[[Station], None]
    """Wait for nothing of a station any more."""
    close: Callable[[Session, int, str], None]
    left: Callable[[Station], None]
    """A station has no link any more."""


class Decisions:
    """Carries them out; each is kept before it holds."""

    def __init__(
        self,
        context: Context,
        registry: Registry,
        reception: Reception,
        booting: Booting,
        links: Links,
    ) -> None:
        self._context = context
        self._registry = registry
        self._reception = reception
        self._booting = booting
        self._links = links

    async def adopt(self, identity: str) -> Decision:
        """Let a station in; it is asked to boot at once."""
        station = self._registry.stations.get(identity)
        if station is not None and station.is_adopted:
            return "accepted", "adopted already"
        try:
            station = await self._registry.decide(identity, "accepted")
        except StoreError as problem:
            return "error", str(problem)
        logger.info("%s: adopted", identity)
        self._let_in(station)
        if station.session is None:
            return "accepted", "is not connected; it is let in when it comes"
        if await self._booting.trigger(station):
            return "accepted", ""
        return "accepted", "does not boot when asked; it is let in when it boots"

    def let_in_now(self, station: Station) -> None:
        """It may do from now on what stations do, and is asked to boot."""
        self._let_in(station)
        if station.session is not None:
            self._booting.ask(station)

    def _let_in(self, station: Station) -> None:
        self._links.cancel_timer(station)
        self._registered(station)
        if station.session is not None:
            station.session.handlers = self._reception.of(station)

    async def reject(self, identity: str) -> Decision:
        """Keep a station out from now on."""
        if self._registry.is_named(identity):
            return _NAMED
        try:
            station = await self._registry.decide(identity, "rejected")
        except StoreError as problem:
            return "error", str(problem)
        self._links.cancel_timer(station)
        logger.info("%s: rejected", identity)
        self._registered(station)
        if station.session is not None:
            station.session.handlers = self._reception.of(station)
            self._links.close(station.session, _POLICY, "rejected")
        return "accepted", ""

    async def forget(self, identity: str) -> Decision:
        """Make a station unknown again."""
        if self._registry.is_named(identity):
            return _NAMED
        if identity not in self._registry.stations:
            return "rejected", "unknown station"
        try:
            station = await self._registry.forget(identity)
        except StoreError as problem:
            return "error", str(problem)
        logger.info("%s: forgotten", identity)
        if station is not None:
            await self._forgotten(station)
        return "accepted", ""

    async def _forgotten(self, station: Station) -> None:
        session = station.session
        if session is not None:
            session.handlers = _NOTHING
            self._links.left(station)
        self._links.cancel_timer(station)
        self._context.events.emit(Forgotten(station))
        self._context.events.emit(RegistrationChanged(station))
        if session is not None:
            await session.close(_POLICY, "forgotten")

    def disconnect(self, identity: str) -> Decision:
        """End the link of a station that is known; it may come back at once."""
        session = self._registry.stations[identity].session
        if session is None:
            return "accepted", "is not connected"
        self._links.close(session, _NORMAL, "ended by the operator")
        return "accepted", ""

    def _registered(self, station: Station) -> None:
        is_connected = {at(STATION, "connected"): station.is_connected}
        self._context.tell(station, is_connected | boot_values(station))
        self._context.events.emit(RegistrationChanged(station))
