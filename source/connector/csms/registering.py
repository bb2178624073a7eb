"""Stations that are registered at run time, with options, as `STATIONS` does it.

What `STATIONS` says of a station counts alone: what was registered for it rests.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from typing import Any, Protocol

from connector.csms import presets
from connector.csms.context import Context
from connector.csms.events import ConnectorsChanged
from connector.csms.options import StationOptions
from connector.csms.setup import Setup
from connector.csms.station import Station

logger = logging.getLogger(__name__)

Json = dict[str, Any]
_NORMAL = 1000
"""RFC 6455, section 7.4.1."""
_FOR_PEOPLE = ("name", "note", "serial_number")
_OF_THE_LINK = ("ocpp_version", "strict_validation")
"""Options that hold from the next link on."""


class Entry(Protocol):
    """The members of an entry of `STATIONS`, read and checked."""

    @property
    def password(self) -> str | None:
        """Its password, as it was given."""

    @property
    def security_profile(self) -> int | None:
        """The least security profile that it may use."""

    def options(self) -> StationOptions:
        """What they mean."""


ReadEntry = Callable[[Mapping[str, Any]], Entry]
"""Reads members; raises `WrongMembers`."""


@dataclass(frozen=True, slots=True)
class WrongMember:
    """A member that does not fit; ``text`` tells people, without secrets."""

    name: str
    expected: str
    text: str


class WrongMembers(ValueError):
    """Members that cannot be registered."""

    def __init__(self, members: list[WrongMember]) -> None:
        super().__init__(members)
        self.members = members

    def __str__(self) -> str:
        return "; ".join(member.text for member in self.members)


class _NoMembers:
    password = None
    security_profile = None

    def options(self) -> StationOptions:
        return StationOptions()


def no_members(members: Mapping[str, Any]) -> Entry:
    """Where nobody registers anything."""
    return _NoMembers()


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is to be registered; ``security`` as `Station.security`, None: as it is."""

    members: Json
    security: Json | None = None


class RegisteredStations(Protocol):
    """Where they are kept."""

    stations: dict[str, Station]

    async def register(self, identity: str, wanted: Wanted) -> Station:
        """Keep and adopt one."""


class Registering:
    """Registers stations, and lets what is another take effect at once."""

    def __init__(
        self,
        context: Context,
        registry: RegisteredStations,
        setup: Setup,
        *,
        let_in: Callable[[Station], None],
        close: Callable[[Station, int, str], None],
    ) -> None:
        self._context = context
        self._registry = registry
        self._setup = setup
        self._let_in = let_in
        self._close = close

    async def register(self, identity: str, wanted: Wanted) -> Station:
        """Adopt a station with these options, in the place of those registered before.

        Raises:
            StoreError: it could not be kept; nothing has changed.
            WrongMembers: the members do not fit.
        """
        known = self._registry.stations.get(identity)
        was_adopted = known is not None and known.is_adopted
        before = known.options if known is not None else StationOptions()
        station = await self._registry.register(identity, wanted)
        if not was_adopted:
            logger.info("%s: registered", identity)
            self._let_in(station)
        elif station.options != before:
            logger.info("%s: other options are registered", identity)
            self._take_effect(station, before)
        return station

    def _take_effect(self, station: Station, before: StationOptions) -> None:
        self._context.events.emit(ConnectorsChanged(station))
        if station.session is None:
            return
        changed = _changed(before, station.options)
        if changed & set(_OF_THE_LINK):
            names = ", ".join(sorted(changed & set(_OF_THE_LINK)))
            self._close(station, _NORMAL, f"registered anew: {names}")
        elif changed - set(_FOR_PEOPLE) and station.has_booted:
            self._setup.begin(station)


def _changed(before: StationOptions, after: StationOptions) -> set[str]:
    names = (field.name for field in fields(StationOptions))
    return {name for name in names if getattr(before, name) != getattr(after, name)}


def read_options(read: ReadEntry, station: Station) -> StationOptions:
    """What is registered for a station; a version that knows less takes nothing."""
    try:
        return read(station.registered).options()
    except WrongMembers as problem:
        logger.warning(
            "%s: what is registered for it is not taken: %s", station.identity, problem
        )
        return StationOptions()


def give(
    station: Station, wanted: Wanted, options: StationOptions, call_timeout_s: float
) -> None:
    """Have a station hold what is registered for it now."""
    station.registered = wanted.members
    if wanted.security is not None:
        station.security = wanted.security
    station.given = options
    presets.apply(station, call_timeout_s)
