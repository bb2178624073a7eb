"""Who gets in, before the upgrade to a WebSocket (contract: settings)."""

from __future__ import annotations

import asyncio

from connector.csms.clock import Clock
from connector.csms.evictions import Evictions
from connector.csms.options import CsmsOptions
from connector.csms.registry import Registry
from connector.sessions.websocket_server import HandshakeRequest, Refusal


class Door:
    """Lets stations in, or says why not.

    ``max_per_address`` bounds links whose stations are not adopted; 0 is no bound.
    """

    def __init__(
        self,
        options: CsmsOptions,
        registry: Registry,
        evictions: Evictions,
        clock: Clock,
        *,
        max_per_address: int,
    ) -> None:
        self._is_pending_policy = options.unknown_stations == "pending"
        self._registry = registry
        self._evictions = evictions
        self._clock = clock
        self._max_per_address = max_per_address
        self.is_closed = False

    async def gate(self, request: HandshakeRequest) -> Refusal | None:
        """Whether a station gets in; two that throw each other out have to wait."""
        if self.is_closed:
            return Refusal(503, "stopping")
        if self._registry.is_refused(request.identity):
            # The same words for a rejected one: a stranger learns nothing.
            return Refusal(401, "not authorized")
        refusal = self._no_room(request)
        delay_s = self._evictions.delay_s(request.identity)
        if refusal is None and delay_s:
            await self._pause(delay_s)
        return refusal

    def _no_room(self, request: HandshakeRequest) -> Refusal | None:
        """Strangers are bounded, in all and for each address."""
        identity = request.identity
        if self._registry.is_adopted(identity):
            return None
        if not self._registry.may_wait(identity):
            return Refusal(503, "too many stations wait for adoption")
        bound = self._max_per_address if self._is_pending_policy else 0
        if (
            bound
            and self._registry.waiting_at(request.remote_address, identity) >= bound
        ):
            return Refusal(429, "too many connections from this address")
        return None

    async def _pause(self, delay_s: float) -> None:
        over = asyncio.Event()
        timer = self._clock.call_later(delay_s, over.set)
        try:
            await over.wait()
        finally:
            timer.cancel()
