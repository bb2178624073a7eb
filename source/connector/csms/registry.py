"""Which stations are known, which wait, and who decides about them."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from connector.csms import presets, times
from connector.csms.clock import Clock
from connector.csms.options import CsmsOptions, StationOptions
from connector.csms.registering import (
    ReadEntry,
    Wanted,
    give,
    no_members,
    read_options,
)
from connector.csms.station import LAST_SEEN, VERSION, Station
from connector.errors import StoreError
from connector.store.interface import RegistryStore
from connector.store.records import Registration, StationRecord

logger = logging.getLogger(__name__)

_REGISTRATION_OF_POLICY: dict[str, Registration] = {
    "pending": "pending",
    "accept": "accepted",
    "reject": "rejected",
}
_DEFAULTS = StationOptions()
_RETRY_S = 5.0


@dataclass(frozen=True, slots=True)
class PendingStation:
    """A station that waits for adoption; ``since`` is ISO 8601."""

    station: str
    vendor: str | None
    model: str | None
    protocol: str | None
    address: str
    since: str


class Registry:
    """Stations by identity; what is decided is kept in the store."""

    def __init__(
        self,
        options: CsmsOptions,
        store: RegistryStore,
        clock: Clock,
        read_entry: ReadEntry = no_members,
    ) -> None:
        self._read_entry = read_entry
        self.stations: dict[str, Station] = {}
        self.on_pending: Callable[[], None] = lambda: None
        """Called when the list of those that wait is another."""
        self._options = options
        self._store = store
        self._clock = clock
        self._strangers: dict[str, Station] = {}
        """Those that are not adopted: few, and asked for with every handshake."""
        self._dirty: dict[str, Station] = {}
        self._writer: asyncio.Task[None] | None = None

    async def load(self) -> None:
        """Read the kept ones, and those that the configuration names.

        Raises:
            StoreError: the store cannot be used.
        """
        for record in await self._store.stations():
            self._restore(record)
        for identity in self._options.stations:
            station = self.stations.get(identity) or self._new(identity, "accepted")
            station.registration = "accepted"
            self._enter(station)

    def _restore(self, record: StationRecord) -> None:
        station = self._new(record.identity, record.registration)
        station.boot, station.learned = dict(record.boot), dict(record.learned)
        seen_ms = station.learned.pop(LAST_SEEN, 0)
        station.seen_ms = min(seen_ms, self._clock.now_ms())
        station.registered = dict(record.options)
        station.security = dict(record.security)
        if station.registered and not self.is_named(station.identity):
            station.given = read_options(self._read_entry, station)
        station.since_ms = record.since_ms
        station.spoken = record.learned.get(VERSION, station.spoken)
        presets.apply(station, self._options.call_timeout_s)
        for number in range(1, record.connectors + 1):
            station.connector(str(number))
        self._enter(station)

    def _new(self, identity: str, registration: Registration) -> Station:
        station = Station(
            identity,
            self._options.stations.get(identity, _DEFAULTS),
            registration=registration,
            since_ms=self._clock.now_ms(),
            call_timeout_s=self._options.call_timeout_s,
        )
        presets.apply(station, self._options.call_timeout_s)
        return station

    def _enter(self, station: Station) -> None:
        self.stations[station.identity] = station
        if station.is_adopted:
            self._strangers.pop(station.identity, None)
        else:
            self._strangers[station.identity] = station

    def is_named(self, identity: str) -> bool:
        """Whether the configuration names it: such a station is adopted."""
        return identity in self._options.stations

    def is_refused(self, identity: str) -> bool:
        """Whether it may not even connect."""
        station = self.stations.get(identity)
        if station is None:
            return self._options.unknown_stations == "reject"
        return station.registration == "rejected"

    def is_adopted(self, identity: str) -> bool:
        """Whether it is known, and let in."""
        station = self.stations.get(identity)
        return station is not None and station.is_adopted

    @property
    def pending_count(self) -> int:
        """How many wait for adoption."""
        return sum(s.registration == "pending" for s in self._strangers.values())

    def waiting_at(self, address: str, identity: str = "") -> set[str]:
        """Those at an address that are neither adopted nor authenticated, but one."""
        return {
            s.identity
            for s in self._strangers.values()
            if s.address == address
            and s.identity != identity
            and s.session is not None
            and not s.session.link.security_profile
        }

    def meet(self, identity: str) -> Station:
        """A station that connects for the first time is what the policy makes of it."""
        policy = self._options.unknown_stations
        station = self._new(identity, _REGISTRATION_OF_POLICY[policy])
        self._enter(station)
        self.remember(station)
        return station

    def pending(self) -> list[PendingStation]:
        """Those that wait for adoption, the first first."""
        return [
            _pending(station)
            for station in self._strangers.values()
            if station.registration == "pending"
        ]

    async def decide(self, identity: str, registration: Registration) -> Station:
        """Adopt or reject, kept before it holds.

        Raises:
            StoreError: it could not be kept; nothing has changed.
        """
        station = self.stations.get(identity) or self._new(identity, registration)
        record = replace(station.record(), registration=registration)
        await self._store.save_station(record)
        # It may have come meanwhile.
        station = self.stations.get(identity, station)
        station.registration = registration
        self._enter(station)
        self.on_pending()
        return station

    async def register(self, identity: str, wanted: Wanted) -> Station:
        """Adopt a station with these options, kept before they hold.

        Raises:
            StoreError: it could not be kept; nothing has changed.
            WrongMembers: the members do not fit.
        """
        options = self._read_entry(wanted.members).options()
        station = self.stations.get(identity) or self._new(identity, "accepted")
        record = replace(
            station.record(),
            registration="accepted",
            options=wanted.members,
            security=station.security if wanted.security is None else wanted.security,
        )
        await self._store.save_station(record)
        station = self.stations.get(identity, station)
        station.registration = "accepted"
        give(station, wanted, options, self._options.call_timeout_s)
        self._enter(station)
        # What was learned of it meanwhile was written without the options.
        self.remember(station)
        self.on_pending()
        return station

    async def forget(self, identity: str) -> Station | None:
        """Make it unknown again.

        Raises:
            StoreError: it could not be done; nothing has changed.
        """
        await self._store.delete_station(identity)
        station = self.stations.pop(identity, None)
        self._strangers.pop(identity, None)
        self._dirty.pop(identity, None)
        self.on_pending()
        return station

    def drop_pending(self, station: Station) -> bool:
        """Forget one that waits no more; whether it was there."""
        is_gone = station.registration == "pending" and not station.is_connected
        if is_gone and self.stations.get(station.identity) is station:
            del self.stations[station.identity]
            self._strangers.pop(station.identity, None)
            self.on_pending()
            return True
        return False

    # -- what is learned is kept, soon

    def remember(self, station: Station) -> None:
        """Keep what is known of an adopted station, many in one go.

        Of one that waits only the list shows it.
        """
        if self.stations.get(station.identity) is not station:
            return
        if station.registration == "pending":
            self.on_pending()
        if not station.is_adopted:
            return
        self._dirty[station.identity] = station
        if self._writer is None:
            self._writer = asyncio.get_running_loop().create_task(
                self._write(), name="registry"
            )

    async def _write(self) -> None:
        try:
            while self._dirty:
                dirty, self._dirty = self._dirty, {}
                await self._save(list(dirty.values()))
        finally:
            self._writer = None

    async def _save(self, stations: list[Station]) -> None:
        results = await asyncio.gather(
            *(self._store.save_station(station.record()) for station in stations),
            return_exceptions=True,
        )
        failed = [
            station
            for station, result in zip(stations, results, strict=True)
            if isinstance(result, BaseException)
        ]
        if failed:
            problem = next(r for r in results if isinstance(r, BaseException))
            if not isinstance(problem, StoreError):
                raise problem
            text = "%d stations could not be kept: %s"
            logger.log(problem.level, text, len(failed), problem)
            self._clock.call_later(_RETRY_S, lambda: self._again(failed))

    def _again(self, stations: list[Station]) -> None:
        for station in stations:
            if self.stations.get(station.identity) is station:
                self.remember(station)

    async def finish(self) -> None:
        """Wait until all is kept that can be."""
        if self._writer is not None:
            await asyncio.wait({self._writer})


def _pending(station: Station) -> PendingStation:
    boot: dict[str, Any] = station.boot
    return PendingStation(
        station.identity,
        boot.get("chargePointVendor"),
        boot.get("chargePointModel"),
        f"ocpp{station.version}" if station.version else None,
        station.address,
        times.iso(station.since_ms),
    )
