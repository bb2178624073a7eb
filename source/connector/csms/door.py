"""Who gets in, before the upgrade to a WebSocket (contract: settings)."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from functools import partial
from math import inf

from connector.csms.authentication import Authentication, Judged
from connector.csms.clock import Clock
from connector.csms.evictions import Evictions
from connector.csms.failures import Failures, neighbourhood
from connector.csms.options import CsmsOptions
from connector.csms.registry import Registry
from connector.csms.strangers import Strangers
from connector.security.client_certificates import ClientCertificate
from connector.sessions.websocket_server import Admission, HandshakeRequest, Refusal

_STOPPING = Refusal(503, "stopping", "stopping")
_ADMISSIONS = tuple(map(Admission, range(4)))
"""Of those who leave nothing behind: one for all."""


class Door:
    """Lets stations in, or says why not.

    ``max_per_address`` bounds links that are neither authenticated nor those of adopted
    stations; 0 is no bound. Nobody waits longer than ``longest_wait_s`` (0: no bound):
    the answer has to come before the handshake is given up.
    """

    def __init__(
        self,
        options: CsmsOptions,
        registry: Registry,
        evictions: Evictions,
        authentication: Authentication,
        clock: Clock,
        *,
        max_per_address: int,
        longest_wait_s: float,
    ) -> None:
        self._is_pending_policy = options.unknown_stations == "pending"
        self._most_pending = options.max_pending_stations
        self._registry = registry
        self._evictions = evictions
        self._authentication = authentication
        self._clock = clock
        self._max_per_address = max_per_address
        self._longest_wait_s = longest_wait_s or inf
        self._strangers = Strangers()
        self._failures = Failures(clock, max_per_address)
        self._certificates: dict[str, ClientCertificate] = {}
        """By identity: those by which links of profile 3 are known."""
        self.is_closed = False
        self._pausing: set[asyncio.Event] = set()
        self.shown: Callable[[str, ClientCertificate], None] = lambda *_: None
        """Hears of certificates by which stations are known."""

    async def gate(self, request: HandshakeRequest) -> Refusal | Admission:
        """Whether a station gets in.

        Those who fail have to wait for the answer, and so have two that throw each
        other out.
        """
        if self.is_closed:
            return _STOPPING
        judged = await self._judge(request)
        if isinstance(judged, Refusal):
            return judged
        delay_s = self._evictions.delay_s(request.identity)
        if delay_s and not await self._pause(delay_s):
            return _STOPPING
        # From here on nothing waits: who is let in is seen by the next one.
        refusal = self._no_room(request, judged)
        if refusal is not None:
            return refusal
        end = self._enter(request, judged)
        return Admission(judged.profile, end) if end else _ADMISSIONS[judged.profile]

    def close(self) -> None:
        """Nobody gets in any more, and those who wait are answered now."""
        self.is_closed = True
        for over in self._pausing:
            over.set()

    def revoked(self, is_revoked: Callable[[bytes, int], bool]) -> list[str]:
        """The stations whose links are known by certificates that hold no more."""
        return [
            identity
            for identity, found in self._certificates.items()
            if is_revoked(found.issuer, found.serial)
        ]

    # -- credentials

    async def _judge(self, request: HandshakeRequest) -> Judged | Refusal:
        """Right credentials are found right first; only failures wait."""
        place, identity = neighbourhood(request.remote_address), request.identity
        rank = self._failures.begin(place, identity)
        try:
            judged = await self._authentication.judge(request, rank)
        finally:
            self._failures.end(place)
        if isinstance(judged, Refusal) and judged.status == 401:
            delay_s = self._failures.note(place, identity)
            if delay_s:
                await self._hold_back(place, delay_s)
        return judged

    async def _hold_back(self, place: str, delay_s: float) -> None:
        self._failures.hold(place)
        try:
            await self._pause(delay_s)
        finally:
            self._failures.release(place)

    # -- room

    def _no_room(self, request: HandshakeRequest, judged: Judged) -> Refusal | None:
        """Strangers are bounded, in all and for each address."""
        identity = request.identity
        if self._registry.is_adopted(identity):
            return None
        if not self._may_wait(identity):
            text = "too many stations wait for adoption"
            return Refusal(503, text, "pending_stations")
        bound = self._max_per_address if self._is_pending_policy else 0
        if not bound or judged.profile:
            return None
        here = self._strangers.at(request.remote_address) - {identity}
        here |= self._registry.waiting_at(request.remote_address, identity)
        if sum(not self._registry.is_adopted(each) for each in here) >= bound:
            text = "too many connections from this address"
            return Refusal(429, text, "connections_per_address")
        return None

    def _may_wait(self, identity: str) -> bool:
        """Whether there is room for a station that nobody knows."""
        if identity in self._registry.stations or not self._is_pending_policy:
            return True
        coming = self._strangers.identities - self._registry.stations.keys()
        waiting = len(coming - {identity}) + self._registry.pending_count
        return not self._most_pending or waiting < self._most_pending

    def _enter(
        self, request: HandshakeRequest, judged: Judged
    ) -> Callable[[], None] | None:
        """It is seen from now on; what to call when its connection ends."""
        identity, certificate = request.identity, judged.certificate
        leave = None
        if self._is_pending_policy and not self._registry.is_adopted(identity):
            address = None if judged.profile else request.remote_address
            leave = self._strangers.enter(identity, address)
        if certificate is None:
            return leave
        self._certificates[identity] = certificate
        self.shown(identity, certificate)
        return partial(self._leave, identity, certificate, leave)

    def _leave(
        self,
        identity: str,
        certificate: ClientCertificate,
        leave: Callable[[], None] | None,
    ) -> None:
        if self._certificates.get(identity) is certificate:
            del self._certificates[identity]
        if leave is not None:
            leave()

    async def _pause(self, delay_s: float) -> bool:
        """Let time pass; whether the door is open afterwards."""
        over = asyncio.Event()
        within_s = min(delay_s, self._longest_wait_s)
        timer = self._clock.call_later(within_s, over.set)
        self._pausing.add(over)
        if self.is_closed:
            over.set()
        try:
            await over.wait()
        finally:
            self._pausing.discard(over)
            timer.cancel()
        return not self.is_closed
