"""The central system: stations come and go, blocks answer them, facts go up."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from connector.csms.admission import Reception
from connector.csms.authentication import Authentication
from connector.csms.blocks import Blocks
from connector.csms.booting import Booting
from connector.csms.clock import Clock, Timer
from connector.csms.configuring import Configuring
from connector.csms.context import Context, at
from connector.csms.counts import Counts
from connector.csms.decisions import Decisions, Links
from connector.csms.door import Door
from connector.csms.events import (
    Connected,
    ConnectorsChanged,
    Disconnected,
    EventBus,
    Held,
    RegistrationChanged,
    Released,
)
from connector.csms.evictions import Evictions
from connector.csms.facts import Facts
from connector.csms.options import CsmsOptions, UnknownPolicy
from connector.csms.provisioning import boot_values
from connector.csms.registering import ReadEntry, Registering, no_members
from connector.csms.registry import PendingStation, Registry
from connector.csms.setup import Setup
from connector.csms.station import STATION, VERSION, Station
from connector.csms.tokens import Tokens
from connector.csms.told_facts import ToldFacts
from connector.csms.watching import Watcher
from connector.security.client_certificates import ClientCertificate
from connector.security.passwords import Passwords
from connector.sessions.engine import Session, SessionOptions
from connector.sessions.frame_log import FrameLog
from connector.sessions.link import Link
from connector.sessions.refusals import Refusals
from connector.sessions.versions import SESSIONS, load, version_of
from connector.store.interface import Store

logger = logging.getLogger(__name__)

"""Which item of a list: no other kind of warning than that of the item before."""
_BOOTS_WITHIN_S = 10.0
_BOOTS_WHEN_ASKED_WITHIN_S = 60.0
_PENDING_STAYS_S = 600.0
_POLICY = 1008
"""RFC 6455, section 7.4.1."""

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class LinkOptions:
    """Bounds of what is not the stations' own."""

    max_frames_per_s: float = 50.0
    max_connections_per_address: int = 200
    handshake_timeout_s: float = 10.0
    shows_frames: bool = False
    """Publish every frame, for BEMCom's raw message database."""
    frames: FrameLog | None = None
    """Keep them for a while, and who was refused."""


class CentralSystem:
    """Everything that is known of stations, and what they are answered."""

    def __init__(
        self,
        options: CsmsOptions,
        store: Store,
        clock: Clock,
        publish: Callable[[Facts], None],
        links: LinkOptions = LinkOptions(),
        *,
        read_entry: ReadEntry = no_members,
    ) -> None:
        self.events = EventBus()
        self._options = options
        self._links = links
        self._clock = clock
        self._store = store
        self.registry = Registry(options, store, clock, read_entry)
        self._publish = ToldFacts(self.registry.stations, publish).publish
        self.passwords = Passwords(options.files.data_dir)
        context = Context(
            options,
            store,
            clock,
            self.events,
            self._publish,
            self.registry.remember,
            self.passwords,
        )
        self._context = context
        self.tokens = Tokens(options, store, clock)
        self.blocks = Blocks(context, self.tokens)
        self._setup = Setup(
            context, Configuring(context), self.blocks.v2.configuring(context)
        )
        self.reception = Reception(
            self.blocks.handlers("1.6"), self.blocks.handlers("2")
        )
        self._evictions = Evictions(clock)
        self._booting = Booting(self._setup, clock)
        self._decide()
        self._door = Door(
            options,
            self.registry,
            self._evictions,
            Authentication(options, self.registry, self.passwords, clock),
            clock,
            max_per_address=links.max_connections_per_address,
            longest_wait_s=links.handshake_timeout_s / 2,
        )
        self._door.shown = self._on_shown
        self.gate = self._door.gate
        self.events.subscribe(Held, self._on_held)
        self.events.subscribe(Released, self._on_released)
        self.refusals = Refusals()
        """Who was not let in or not listened to, by reason; for the server, too."""
        if links.frames is not None:
            self.refusals.on_told = links.frames.refused
        self.counts = Counts(self.events)
        self._watcher = Watcher(context, self.counts, self.refusals)
        self._timers: dict[str, Timer] = {}
        self._closing: set[asyncio.Task[None]] = set()

    def _decide(self) -> None:
        links = Links(self._cancel_timer, self._close, self._left)
        decisions = Decisions(
            self._context, self.registry, self.reception, self._booting, links
        )
        registering = Registering(
            self._context,
            self.registry,
            self._setup,
            let_in=decisions.let_in_now,
            close=self._close_link,
        )
        self.register = registering.register
        self.adopt, self.reject = decisions.adopt, decisions.reject
        self.forget, self.disconnect = decisions.forget, decisions.disconnect

    @property
    def stations(self) -> dict[str, Station]:
        """All that are known, those that wait included."""
        return self.registry.stations

    @property
    def connected(self) -> int:
        """How many have a link."""
        return sum(station.is_connected for station in self.stations.values())

    @property
    def unknown(self) -> UnknownPolicy:
        """What becomes of a station that nobody knows."""
        return self._options.unknown_stations

    @property
    def least_profile(self) -> int:
        """The security profile that every station has to have."""
        return self._options.min_security_profile

    # -- life

    async def start(self) -> None:
        """Read what was kept, and say that nobody is connected yet.

        Raises:
            StoreError: the store cannot be used.
        """
        await self.registry.load()
        await self.tokens.start()
        await self.blocks.start(self.stations)
        for station in self.stations.values():
            self._publish(
                Facts(
                    station.identity,
                    self._clock.now_ms(),
                    {at(STATION, "connected"): False} | boot_values(station),
                )
            )

    def take_nobody_in(self) -> None:
        """Nobody gets in any more; who waits at the door is answered at once."""
        self._door.close()

    async def stop(self) -> None:
        """Say that nobody is connected any more, and wait for what is being kept.

        The links are closed by whoever serves them.
        """
        self.take_nobody_in()
        self._booting.stop()
        for timer in self._timers.values():
            timer.cancel()
        for station in self.stations.values():
            self._setup.end(station)
        await self.blocks.finish()
        await self.tokens.finish()
        await self.registry.finish()

    # -- coming and going

    async def serve(self, link: Link, identity: str, subprotocol: str) -> None:
        """Talk with a station until its link ends; the newest link of one wins."""
        await load(subprotocol)
        station = self.stations.get(identity)
        if station is None:
            station = self.registry.meet(identity)
            self.events.emit(RegistrationChanged(station))
        session = self._session(station, link, subprotocol)
        self._take_over(station, session)
        try:
            await session.start()
        finally:
            if station.session is session:
                self._left(station)

    def pinned(self, identity: str) -> str | None:
        """The only subprotocol that a station may speak; None: any."""
        station = self.stations.get(identity)
        version = station.options.ocpp_version if station else None
        return f"ocpp{version}" if version else None

    def _session(self, station: Station, link: Link, subprotocol: str) -> Session:
        strict = station.options.strict_validation
        if strict is None:
            strict = self._options.strict_validation
        options = SessionOptions(
            call_timeout_s=station.call_timeout_s,
            strict=strict,
            max_frames_per_s=self._links.max_frames_per_s,
            shows_frames=self._links.shows_frames,
            tally=self.counts.messages,
            frames=self._links.frames,
            secrets=station.secrets,
        )
        self._note_version(station, version_of(subprotocol))
        return SESSIONS[subprotocol](
            station.identity,
            link,
            owner=station,
            handlers=self.reception.of(station),
            options=options,
            observer=self._watcher,
        )

    def _note_version(self, station: Station, version: str) -> None:
        """Its commands are those of its version, while it is away, too."""
        if station.spoken == version:
            return
        station.spoken = version
        station.learned[VERSION] = version
        if station.is_adopted:
            self._context.remember(station)
            self.events.emit(ConnectorsChanged(station))

    def _take_over(self, station: Station, session: Session) -> None:
        previous, station.session = station.session, session
        station.address = session.link.remote_address
        station.connected_ms = self._clock.now_ms()
        station.has_booted = station.boot_is_asked = False
        station.held = None
        station.reconnects += 1
        self.counts.reconnects += station.reconnects > 0
        station.asked = None
        if previous is not None:
            self._evict(station, previous)
        profile = session.link.security_profile
        text = "%s: connected from %s, security profile %d"
        logger.info(text, station.identity, station.address, profile)
        self._context.tell(
            station,
            {
                at(STATION, "connected"): True,
                at(STATION, "registration"): boot_values(station)[
                    at(STATION, "registration")
                ],
                at(STATION, "ocpp_version"): session.version,
                at(STATION, "security_profile"): session.link.security_profile,
                at(STATION, "reconnects"): station.reconnects,
                at(STATION, "connectors"): station.connector_count,
            },
        )
        self.events.emit(Connected(station))
        if station.is_adopted:
            self._cancel_timer(station)
            self._booting.expect(station)
        else:
            self.registry.on_pending()

    def _evict(self, station: Station, previous: Session) -> None:
        self._evictions.note(station.identity)
        self.counts.evictions += 1
        logger.warning(
            "%s: connected again from %s; its older link from %s is closed",
            station.identity,
            station.address,
            previous.link.remote_address,
        )
        self._close(previous, _POLICY, "a newer connection of this station")

    def _close(self, session: Session, code: int, reason: str) -> None:
        task = asyncio.get_running_loop().create_task(session.close(code, reason))
        self._closing.add(task)
        task.add_done_callback(self._closing.discard)

    def _left(self, station: Station) -> None:
        self._context.tell_last_seen(station)
        station.session = None
        if station.is_adopted:
            # With when it was seen, so that this is known after a restart.
            self.registry.remember(station)
        self._cancel_timer(station)
        logger.info("%s: disconnected", station.identity)
        self._context.tell(station, {at(STATION, "connected"): False})
        self.events.emit(Disconnected(station))
        if station.registration != "pending" or self._door.is_closed:
            return
        if not station.boot:
            # It said nothing: a scan of names must not keep stations out.
            self._drop_pending(station)
        else:
            self._timers[station.identity] = self._clock.call_later(
                _PENDING_STAYS_S, lambda: self._drop_pending(station)
            )

    def _drop_pending(self, station: Station) -> None:
        self._timers.pop(station.identity, None)
        if self.registry.drop_pending(station):
            self.events.emit(RegistrationChanged(station))

    def _cancel_timer(self, station: Station) -> None:
        self._booting.cancel(station)
        timer = self._timers.pop(station.identity, None)
        if timer is not None:
            timer.cancel()

    def _on_held(self, event: Held) -> None:
        if event.station.session is not None:
            event.station.session.handlers = self.reception.of(event.station)

    def _on_released(self, event: Released) -> None:
        self._on_held(Held(event.station))
        self._booting.ask(event.station)

    def pending(self) -> list[PendingStation]:
        """The stations that wait for adoption."""
        return self.registry.pending()

    def _on_shown(self, identity: str, certificate: ClientCertificate) -> None:
        station = self.stations.get(identity)
        if station is not None:
            self.blocks.certificate_days.shown(
                station, certificate.serial, certificate.not_after
            )

    def end_revoked(self, is_revoked: Callable[[bytes, int], bool]) -> None:
        """Close the links of stations whose certificates hold no more."""
        for identity in self._door.revoked(is_revoked):
            logger.warning("%s: its certificate was revoked", identity)
            self._close_link(self.stations[identity], _POLICY, "certificate revoked")

    def _close_link(self, station: Station, code: int, reason: str) -> None:
        if station.session is not None:
            self._close(station.session, code, reason)
