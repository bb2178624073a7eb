"""Certificates of stations (1.6: security whitepaper; 2.x: A02, M): signed, installed.

A station asks with SignCertificate and is answered at once. What was signed for it is
sent as CertificateSigned, kept until it is taken, and tried again, ever more rarely.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from connector.csms.clock import Timer
from connector.csms.context import Context
from connector.csms.events import Answered, Disconnected, Event, Forgotten, Ready
from connector.csms.installed_certificates import InstalledCertificates, is_same
from connector.csms.pki import Pki
from connector.csms.station import Station
from connector.errors import (
    CertificateError,
    ConnectorError,
    StationNotConnected,
    StoreError,
    TransportError,
)
from connector.ocppj.frames import Call
from connector.security.certificate_hashes import root_hashes
from connector.security.certificates import read_certificate
from connector.sessions.handlers import Answer, Handler

Json = dict[str, Any]
Stations = Mapping[str, Station]

logger = logging.getLogger(__name__)

PENDING = "pending_certificate"
"""In `Station.learned`: ``chain``, ``tries``, and ``more`` members of the message that
carries it, until the station has taken it."""
TRIES_TOLD = 3
"""So often is it tried before the log warns of it."""
_AGAIN_AFTER_S = (30.0, 300.0, 3600.0, 21_600.0, 86_400.0)
"""Between two tries; the last one counts from then on."""
_LONGEST_CHAIN = 10_000
"""CertificateSigned.req, certificateChain."""
_LENGTH_KEYS = (
    "CertificateSignedMaxChainSize",
    "SecurityCtrlr/MaxCertificateChainSize",
)
"""Where a station says that it takes less (1.6: whitepaper; 2.x)."""
_OWN = "ChargingStationCertificate"
"""What is asked for where 2.x says nothing else, and all that is signed."""
_ECHOED = ("certificateType", "requestId")
"""Members that CertificateSigned has where SignCertificate had them (2.x)."""


class Certificates:
    """Signs for stations, and follows what they have."""

    def __init__(self, context: Context, pki: Pki) -> None:
        self._context = context
        self._pki = pki
        self._timers: dict[str, Timer] = {}
        self._sending: dict[str, asyncio.Task[None]] = {}
        self._stations: Stations = {}
        self.installed = InstalledCertificates(context)
        self.handlers: dict[str, Handler] = {"SignCertificate": self.on_sign}
        events = context.events
        events.subscribe(Ready, lambda event: self._send_soon(event.station))
        events.subscribe(Answered, self._answered)
        events.subscribe(Disconnected, self._stop_waiting)
        events.subscribe(Forgotten, self._stop_waiting)

    async def start(self, stations: Stations) -> None:
        """What is pending waits for its station."""
        self._stations = stations

    async def finish(self) -> None:
        """Send nothing more; what is pending is kept."""
        for timer in self._timers.values():
            timer.cancel()
        for task in self._sending.values():
            task.cancel()
        if self._sending:
            await asyncio.wait(self._sending.values())

    # -- signing

    async def on_sign(self, station: Station, call: Call) -> Json | Answer:
        """SignCertificate: what is signed is kept before it is promised."""
        try:
            chain = await self._sign(station, call.payload)
            more = {n: call.payload[n] for n in _ECHOED if n in call.payload}
            await self._keep(station, {"chain": chain, "tries": 0, "more": more})
        except (CertificateError, StoreError) as problem:
            logger.warning(
                "%s: its certificate request is refused: %s", station.identity, problem
            )
            return {"status": "Rejected"}
        logger.info("%s: a certificate is signed for it", station.identity)
        return Answer({"status": "Accepted"}, lambda: self._send_soon(station))

    async def _keep(self, station: Station, pending: Json) -> None:
        """Keep what is to be sent; unless it is kept it is not there.

        Raises:
            StoreError: it cannot be kept.
        """
        if self._stations.get(station.identity) is not station:
            return  # forgotten meanwhile
        record = station.record()
        learned = {**record.learned, PENDING: pending}
        await self._context.store.save_station(replace(record, learned=learned))
        station.learned[PENDING] = pending
        # Somebody may have kept what was known before, after us.
        self._context.remember(station)

    async def _sign(self, station: Station, asked: Json) -> str:
        """What is signed is known to the CA's list before it goes anywhere.

        Raises:
            CertificateError: it is not to be signed.
            StoreError: it cannot be kept.
        """
        if asked.get("certificateType", _OWN) != _OWN:
            raise CertificateError(
                f"{asked['certificateType']:.40} needs a PKI of Plug and Charge, "
                f"there is none; only {_OWN} is signed"
            )
        wanted_root = asked.get("hashRootCertificate")
        if wanted_root is not None and not await self._is_ours(wanted_root):
            raise CertificateError(
                "hashRootCertificate names another root than that of the connector's CA"
            )
        registered = station.options.serial_number
        names = [registered] if registered else []
        chain = (await self._pki.issue(station.identity, asked["csr"], names)).pem
        longest = _longest_chain(station)
        if len(chain) > longest:
            raise CertificateError(
                f"the chain has {len(chain)} characters, the station takes {longest}"
            )
        return chain

    async def _is_ours(self, hash_data: Json) -> bool:
        """Whether hashes name our root (2.1)."""
        root = root_hashes(await self._pki.root(), hash_data["hashAlgorithm"])
        return is_same(hash_data, root)

    # -- sending

    def _send_soon(self, station: Station) -> None:
        if PENDING not in station.learned or station.identity in self._sending:
            return
        self._cancel(station)
        task = asyncio.get_running_loop().create_task(
            self._send(station), name=f"{station.identity} certificate"
        )
        self._sending[station.identity] = task
        task.add_done_callback(lambda _: self._sent(station, task))

    def _sent(self, station: Station, task: asyncio.Task[None]) -> None:
        if self._sending.get(station.identity) is task:
            del self._sending[station.identity]

    async def _send(self, station: Station) -> None:
        """Try what is pending once, and what has replaced it meanwhile."""
        tried: Json | None = None
        while True:
            pending: Json | None = station.learned.get(PENDING)
            if pending is None or pending is tried:
                return
            tried = pending
            await self._try(station, pending)

    async def _try(self, station: Station, pending: Json) -> None:
        """One try; where the link fails nothing was tried."""
        if not await self._is_worth_it(pending["chain"]):
            self._drop(station, pending, "it is not valid any more")
            return
        try:
            more = pending.get("more", {})
            answer = await self.certificate_signed(station, pending["chain"], more)
            refusal = str(answer.get("status"))
        except (StationNotConnected, TransportError):
            return
        except ConnectorError as problem:
            refusal = str(problem)
        if station.learned.get(PENDING) is pending:
            self._refused(station, pending, refusal)

    async def _is_worth_it(self, chain: str) -> bool:
        """Whether it still holds: a station may have been away for long."""
        try:
            facts = read_certificate(chain)
            record = await self._pki.find(facts.serial)
        except (CertificateError, StoreError) as problem:
            logger.info("a certificate that waits cannot be looked up: %s", problem)
            return True
        is_revoked = record is not None and record.revoked_ms is not None
        return facts.expires > self._pki.now() and not is_revoked

    def _drop(self, station: Station, pending: Json, why: str) -> None:
        if station.learned.get(PENDING) is pending:
            del station.learned[PENDING]
            self._context.remember(station)
            logger.warning(
                "%s: its certificate is not sent again: %s; it has to ask for another",
                station.identity,
                why,
            )

    def _refused(self, station: Station, pending: Json, refusal: str) -> None:
        tries = pending["tries"] = pending["tries"] + 1
        again_s = _AGAIN_AFTER_S[min(tries, len(_AGAIN_AFTER_S)) - 1]
        logger.log(
            logging.WARNING if tries == TRIES_TOLD else logging.INFO,
            "%s: does not take its certificate: %s; it was sent %d times, and is sent "
            "again in %d s",
            station.identity,
            refusal,
            tries,
            again_s,
        )
        self._timers[station.identity] = self._context.clock.call_later(
            again_s, lambda: self._send_soon(station)
        )
        self._context.remember(station)

    def _answered(self, event: Answered) -> None:
        """Whoever sent it: what is taken is pending no more."""
        if event.action != "CertificateSigned":
            return
        if event.answer.get("status") != "Accepted":
            return
        station = event.station
        logger.info("%s: has taken its certificate", station.identity)
        pending = station.learned.get(PENDING)
        if pending and pending["chain"] == event.payload["certificateChain"]:
            del station.learned[PENDING]
            self._cancel(station)
            self._context.remember(station)

    def _stop_waiting(self, event: Event) -> None:
        self._cancel(event.station)

    def _cancel(self, station: Station) -> None:
        timer = self._timers.pop(station.identity, None)
        if timer is not None:
            timer.cancel()

    # -- calls

    async def certificate_signed(
        self, station: Station, chain: str, more: Json | None = None
    ) -> Json:
        """CertificateSigned, with other members of it; gives the wire response."""
        payload = {"certificateChain": chain, **(more or {})}
        return await station.call("CertificateSigned", payload)


def _longest_chain(station: Station) -> int:
    """How many characters a chain for a station may have."""
    said = (station.configuration.get(key) for key in _LENGTH_KEYS)
    limits = (int(text) for text in said if text is not None and text.isdecimal())
    return min([_LONGEST_CHAIN, *(limit for limit in limits if limit > 0)])
