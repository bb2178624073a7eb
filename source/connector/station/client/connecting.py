"""Having a link: connecting again and again, and noticing that one is dead."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import replace
from time import monotonic
from typing import TYPE_CHECKING, cast

from connector.errors import TransportError
from connector.sessions.link import Link
from connector.sessions.versions import SESSIONS, load
from connector.sessions.websocket_link import WebSocketLink
from connector.station.client.backoff import Backoff
from connector.station.client.clock import pause
from connector.station.client.dialing import Dial
from connector.station.client.options import Endpoint
from connector.station.client.quirks import MildLink
from connector.station.client.refusals import explained, where
from connector.station.client.v2.networks import fallbacks
from connector.station.client.versions import version_for

if TYPE_CHECKING:
    from connector.station.client.client import Client

logger = logging.getLogger(__name__)

ATTEMPTS = "OCPPCommCtrlr/NetworkProfileConnectionAttempts"
PING_INTERVAL_S = "OCPPCommCtrlr/WebSocketPingInterval"
_CLOSES_WITHIN_S = 2.0
_SILENT_PINGS = 2.5
_TRIES_OF_EACH = 3
"""Where nobody lets us in, the next one is tried (2.x part 2, A01 and B10)."""


class Connecting:
    """The links of one station, one after another."""

    def __init__(self, client: Client, dial: Dial, backoff: Backoff) -> None:
        self._client = client
        self._dial = dial
        self.backoff = backoff
        self.endpoint = client.credentials.begin(client.options.endpoint)
        """Where to connect next."""
        self._before = self._of_earlier_life(client.options.endpoint)
        """Where else, until one of both has let us in."""
        self._round: list[Endpoint] | None = None
        """All others in their order, since nobody lets us in; None: nobody looked."""
        self._opened = self.endpoint
        self._failures = 0
        self.link: Link | None = None

    def _of_earlier_life(self, told: Endpoint) -> Endpoint | None:
        if self.endpoint.url != told.url:
            # A slot of SetNetworkProfile may have died while the station was off.
            return replace(self.endpoint, url=told.url)
        return self._client.credentials.before(self.endpoint)

    def use(self, endpoint: Endpoint) -> None:
        """Connect there from the next time on; back where nobody accepts us."""
        if self._before is None:
            self._before = self.endpoint
        self.endpoint, self._round, self._failures = endpoint, None, 0
        self.backoff.reset()

    def prove(self) -> None:
        """We were accepted here."""
        self._client.security.let_in()
        self.backoff.reset()
        if self._opened != self.endpoint:
            return
        is_another = self._before is not None or self._round is not None
        self._before = self._round = None
        self._failures = 0
        if is_another:
            self.endpoint = self._client.credentials.settle(self.endpoint)

    async def keep(self) -> None:
        """Connect and talk until cancelled."""
        while True:
            try:
                link = await self._open()
            except TransportError as problem:
                identity = self._client.identity
                text = explained(problem, self._opened, identity)
                logger.warning("%s: %s", identity, text)
                self._client.security.refused(problem)
                self._take_turns()
                await self._wait(self.backoff.next_s())
                continue
            await self._converse(link)
            await self._wait(self._rest_s())

    def _rest_s(self) -> float:
        """A link that ended without our having been accepted was none."""
        if self.backoff.failures:
            self._take_turns()
            return self.backoff.next_s()
        self.backoff.next_s()
        return self._client.source.uniform(0, self._client.options.reconnects_within_s)

    async def _wait(self, delay_s: float) -> None:
        await pause(self._client.clock, max(delay_s, self._client.offline_for_s()))

    def _take_turns(self) -> None:
        """Try the next way: who is away for a while has refused none of them."""
        self._failures += 1
        tries = self._client.parts.variables.number(ATTEMPTS) or _TRIES_OF_EACH
        if self._failures < tries:
            return
        if self._round is None:
            self._round = self._others()
        if self._round:
            before, self.endpoint = self.endpoint, self._round.pop(0)
            self._round.append(before)
            identity = self._client.identity
            names = where(before, identity), where(self.endpoint, identity)
            text = "%s: %s did not let us in %d times, %s is tried"
            logger.warning(text, identity, names[0], self._failures, names[1])
            self._failures = 0

    def _others(self) -> list[Endpoint]:
        """The other slots in their order, and where we were before."""
        client, before = self._client, self._before
        least = (before or self.endpoint).security_profile
        found = fallbacks(
            client.parts.variables, self.endpoint, client.options.endpoint, least
        )
        if before is None:
            return found
        if before.url == self.endpoint.url:
            # The same place, with the password or certificate of before.
            return [before, *found]
        found = [before if each.url == before.url else each for each in found]
        return found if before in found else [*found, before]

    async def _open(self) -> Link:
        client = self._client
        options = client.options
        self._opened = self.endpoint
        endpoint = client.credentials.complete(self.endpoint)
        return await self._dial(
            endpoint, client.identity, options.subprotocols, options.open_timeout_s
        )

    async def _converse(self, link: Link) -> None:
        self.link, shown = link, self._mild(link)
        try:
            await self._talk(shown)
        finally:
            self.link = None
            await self._hang_up(shown)

    async def _talk(self, link: Link) -> None:
        client = self._client
        subprotocol = link.subprotocol or ""
        await load(subprotocol)
        version = version_for(subprotocol)
        session = SESSIONS[subprotocol](
            client.identity,
            link,
            owner=client,
            handlers=version.handlers,
            options=client.options.session(),
            observer=client.security,
        )
        client.link_opened(session, version)
        self._ping_later(self._ping_interval_s())
        if isinstance(link, WebSocketLink):
            link.tap(session.take_answer)
        await session.start()

    def _mild(self, link: Link) -> Link:
        is_mild = self._client.options.quirks.never_callerror
        return cast(Link, MildLink(link)) if is_mild else link

    async def _hang_up(self, link: Link) -> None:
        self._client.timers.cancel("ping")
        await self._client.link_ended()
        try:
            async with asyncio.timeout(_CLOSES_WITHIN_S):
                await link.close(1001, "the station ends")
        except TimeoutError:
            logger.debug("%s: nobody waves back", self._client.identity)

    async def close(self, reason: str) -> None:
        """End the link that there is; the next one follows."""
        if self.link is not None:
            await self.link.close(1001, reason)

    # -- is anybody there

    def interval_changed(self, _text: str) -> None:
        """WebSocketPingInterval is another."""
        self._client.timers.cancel("ping")
        if self.link is not None:
            self._ping_later(self._ping_interval_s())

    def _ping_interval_s(self) -> float:
        return self._client.parts.variables.number(PING_INTERVAL_S)

    def _ping_later(self, interval_s: float) -> None:
        if interval_s > 0:
            self._client.timers.set("ping", interval_s, self._ping)

    def _ping(self) -> None:
        link = self.link
        if not isinstance(link, WebSocketLink):
            return
        interval_s = self._ping_interval_s()
        silent_s = monotonic() - link.last_received_s
        if link.has_ponged and interval_s and silent_s > interval_s * _SILENT_PINGS:
            logger.info("%s: silent for %.0f s", self._client.identity, silent_s)
            link.abort()
            return
        link.ping()
        self._ping_later(interval_s)
