"""What the central system knows about one station.

There are thousands of idle ones: slots, and nothing that is not needed yet.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from connector.csms import when_sent
from connector.csms.asked import announced, asks_for_boot
from connector.csms.doubt import Doubt
from connector.csms.facts import Datum, Scalar
from connector.csms.options import StationOptions
from connector.errors import StationNotConnected
from connector.ocppj.known_secrets import KnownSecrets
from connector.store.records import Registration, StationRecord, TransactionRecord

if TYPE_CHECKING:
    from connector.csms.session_meter import SessionMeter
    from connector.sessions.engine import Session

Json = dict[str, Any]

STATION = "0"
"""The place that is the station as a whole."""
MAX_PLACES = 64
CONNECTORS_OF_EVSES = "connectors_of_evses"
"""In `Station.learned`: how many there are, by EVSE, where there are several."""
VERSION = "version"
"""In `Station.learned`: the OCPP version that it spoke last."""
LAST_SEEN = "last_seen_ms"
"""In the record's ``learned`` alone: when it was last heard of."""
_MOST_ASKED = 32
MOST_WARNINGS = 200
"""Of one station; what it says must not fill the log, nor the memory."""


class Connector:
    """One connector: how it is, and what runs on it."""

    __slots__ = (
        "doubt",
        "ended_id",
        "ended_start_ms",
        "error_code",
        "flows",
        "meter",
        "metered_ms",
        "status",
        "transaction",
        "where",
    )

    def __init__(self, where: str) -> None:
        self.where = where
        self.status: str | None = None
        self.error_code: str | None = None
        self.transaction: TransactionRecord | None = None
        self.doubt: Doubt | None = None
        """See `doubted`."""
        self.ended_id: str | None = None
        """The transaction that ended last: it is not adopted again."""
        self.ended_start_ms = 0
        """When that one began."""
        self.meter: SessionMeter | None = None
        """Of the transaction that runs, or ran last."""
        self.metered_ms = 0
        """When its last MeterValues came."""
        self.flows: dict[Datum, Scalar] | None = None
        """Powers and currents as they were told last; None: some of before flows."""

    @property
    def doubted(self) -> Doubt | None:
        """The doubt about the transaction that runs, if there is any (`doubts`)."""
        doubt, running = self.doubt, self.transaction
        is_its = doubt and running and doubt.key == running.key
        return doubt if is_its else None

    @property
    def unconfirmed_ms(self) -> int | None:
        """When the station restarted that speaks since then as if it did not run."""
        doubt = self.doubted
        return doubt.since_ms if doubt and doubt.is_told else None


class Station:
    """One station, connected or not.

    ``configuration`` holds the keys that were read from it; ``learned`` is kept over
    restarts (`CentralSystem.remember`); ``setup`` is the task that configures it after
    a boot, while that runs; ``clock_error_ms`` is how far its clock is off, where its
    live messages show that it cannot be trusted.
    """

    __slots__ = (
        "address",
        "asked",
        "boot",
        "boot_is_asked",
        "call_timeout_s",
        "clock_error_ms",
        "clock_lag_ms",
        "configuration",
        "connected_ms",
        "connectors",
        "given",
        "has_booted",
        "held",
        "identity",
        "learned",
        "options",
        "reconnects",
        "registered",
        "registration",
        "secrets",
        "security",
        "seen_ms",
        "session",
        "setup",
        "since_ms",
        "spoken",
        "told_seen_ms",
        "unknown_names",
        "warned",
    )

    def __init__(
        self,
        identity: str,
        options: StationOptions,
        *,
        registration: Registration = "pending",
        since_ms: int = 0,
        call_timeout_s: float = 30.0,
    ) -> None:
        self.identity = identity
        self.given = options
        """What `STATIONS` says of it."""
        self.options = options
        """The same over the preset of its brand."""
        self.registration: Registration = registration
        self.since_ms = since_ms
        self.call_timeout_s = options.call_timeout_s or call_timeout_s
        self.session: Session | None = None
        self.spoken = "1.6"
        """The OCPP version of its link, or of its last one."""
        self.address = ""
        self.connected_ms = 0
        self.reconnects = -1
        self.has_booted = False
        """Booted on the link that is up now."""
        self.held: bool | None = None
        """Answered Pending until it is configured (True), or was so on this link."""
        self.boot: Json = {}
        self.boot_is_asked = False
        """We asked for a boot on this link: the next one is no restart."""
        self.connectors: dict[str, Connector] = {}
        self.configuration: dict[str, str | None] = {}
        self.learned: Json = {}
        self.registered: Json = {}
        """Members of an entry of `STATIONS` that were registered at run time."""
        self.security: Json = {}
        """Hashes of its passwords and its security profile (`security`)."""
        self.secrets = KnownSecrets()
        """Those that it was sent since the start: it may repeat them at any time."""
        self.clock_error_ms: int | None = None
        self.clock_lag_ms: int | None = None
        self.setup: asyncio.Task[None] | None = None
        self.warned: set[str] | None = None
        self.asked: dict[str, None] | None = None
        """The messages that we asked for on this link while it was not served."""
        self.seen_ms = 0
        """See `seen`."""
        self.told_seen_ms = 0
        self.unknown_names: set[str] | None = None

    @property
    def is_adopted(self) -> bool:
        """Whether it may do what stations do."""
        return self.registration == "accepted"

    @property
    def is_served(self) -> bool:
        """Whether it may do so now: it is not being configured before."""
        return self.is_adopted and not self.held

    @property
    def is_connected(self) -> bool:
        """Whether there is a link."""
        return self.session is not None

    @property
    def version(self) -> str | None:
        """The OCPP version of its link."""
        return self.session.version if self.session else None

    @property
    def speaks_2(self) -> bool:
        """Whether its version is one of 2.x."""
        return self.spoken.startswith("2")

    @property
    def is_dc(self) -> bool:
        """Whether it charges with direct current; 1.6 has no word for it."""
        return bool(self.learned.get("is_dc", False))

    @property
    def connector_count(self) -> int:
        """How many connectors are known; 1 until it says otherwise."""
        return self.options.connectors or max(
            [1, *(int(where) for where in self.connectors if where.isdecimal())]
        )

    @property
    def places(self) -> list[str]:
        """The connectors, as places."""
        return [str(number) for number in range(1, self.connector_count + 1)]

    @property
    def parts(self) -> tuple[str, ...]:
        """The connectors of EVSEs that have several, as places: `1.1`, `1.2`."""
        return tuple(
            f"{evse}.{number}"
            for evse, count in self.learned.get(CONNECTORS_OF_EVSES, {}).items()
            for number in range(1, count + 1)
        )

    def connector(self, where: str) -> Connector:
        """The connector at a place, made when it is seen for the first time."""
        found = self.connectors.get(where)
        if found is None:
            found = self.connectors[where] = Connector(where)
        return found

    def transaction(self, where: str) -> TransactionRecord | None:
        """The transaction that runs at a place."""
        found = self.connectors.get(where)
        return found.transaction if found else None

    @property
    def turn_within_s(self) -> float:
        """How long a call may wait for its turn; set-up may have one before it."""
        is_set_up = self.setup is not None and not self.setup.done()
        return self.call_timeout_s * (2 if is_set_up else 1)

    async def call(
        self,
        action: str,
        payload: Json,
        timeout_s: float | None = None,
        when_due: Callable[[], object] | None = None,
    ) -> Json:
        """Send a call (wire names) and give the payload of its answer.

        ``when_due`` is called when its turn has come: what that raises is raised here,
        and nothing is sent.

        Raises:
            StationNotConnected: there is no link.
            LinkClosed, CommandTimeout, OutboxFull, LocalProtocolError,
            CallErrorReceived, RemoteProtocolError: as the session says.
        """
        if self.session is None:
            raise StationNotConnected(self.identity)
        return await self.session.call_action(
            action,
            payload,
            timeout_s=timeout_s or self.call_timeout_s,
            turn_within_s=timeout_s or self.turn_within_s,
            when_due=self._when_due(action, payload, when_due),
        )

    def _when_due(
        self, action: str, payload: Json, when_due: Callable[[], object] | None
    ) -> Callable[[], object] | None:
        """What is asked for is known when it is: it may come before the answer."""
        message = None if self.is_served else announced(action, payload)
        is_boot = asks_for_boot(action, payload)
        listeners = when_sent.current()
        if message is None and not listeners and not is_boot:
            return when_due

        def note() -> None:
            if when_due is not None:
                when_due()
            self.boot_is_asked |= is_boot
            if message is not None:
                self._note_asked(message)
            for listener in listeners:
                listener.tell()

        return note

    def _note_asked(self, message: str) -> None:
        self.asked = self.asked or {}
        self.asked[message] = None
        if len(self.asked) > _MOST_ASKED:
            del self.asked[next(iter(self.asked))]

    def check(self, action: str, payload: Json) -> None:
        """Whether a call could be sent, where several belong together.

        Raises:
            StationNotConnected: there is no link.
            LocalProtocolError: the payload does not fit.
        """
        if self.session is None:
            raise StationNotConnected(self.identity)
        self.session.check(action, payload)

    def first_time(self, kind: str) -> bool:
        """Whether this kind of warning is new for the station."""
        if self.warned is None:
            self.warned = set()
        if kind in self.warned or len(self.warned) >= MOST_WARNINGS:
            return False
        self.warned.add(kind)
        return True

    def record(self) -> StationRecord:
        """What is kept of it."""
        learned = self.learned
        if self.seen_ms:
            learned = {**learned, LAST_SEEN: self.seen_ms}
        return StationRecord(
            self.identity,
            self.registration,
            self.connector_count,
            self.boot,
            learned,
            self.since_ms,
            self.registered,
            self.security,
        )
