"""A station is moved to a higher security profile, and falls back where it must.

1.6: `SecurityProfile` (whitepaper, A05). 2.x: another network profile (A05, B09, B10).
The profile that is demanded of a station is raised once it has come with the higher
one, and never lowered. Until then the one that it has used so far lets it in.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from connector.csms import own_certificate
from connector.csms.clock import Timer
from connector.csms.context import Context
from connector.csms.events import Connected, Forgotten
from connector.csms.installed_certificates import CertificateUse, InstalledCertificates
from connector.csms.pki import Pki
from connector.csms.provisioning import reset
from connector.csms.station import STATION, Station
from connector.csms.v2 import network_profiles
from connector.errors import CommandRejected, ConnectorError, StationNotConnected
from connector.ocppj.redaction import blank_text

Json = dict[str, Any]
Report = Callable[[Station, bool, str], None]
"""Takes a station, whether it has come with the profile, and a detail."""

logger = logging.getLogger(__name__)

KEY = "SecurityProfile"
HIGHEST = 3
_BASIC, _TLS, _MUTUAL = 1, 2, 3
UPGRADE = "upgrade"
"""In `Station.security`: ``profile``, ``until_ms``, and ``is_told`` once the time is
over."""
COMES_WITHIN_S = 3600.0
_ROOT: CertificateUse = "CentralSystemRootCertificate"
_ROOT_2 = "CSMSRootCertificate"
_NO_ROOTS = frozenset({"Accepted", "NotFound"})


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a station is to use from now on.

    ``url``, ``interface`` and ``slot`` are for 2.x, which is told where to connect.
    """

    profile: int
    url: str | None = None
    interface: str | None = None
    slot: int | None = None


@dataclass(frozen=True, slots=True)
class Moving:
    """A station has agreed to a higher profile; it has yet to come with it."""

    answer: Json
    detail: str


class SecurityProfiles:
    """Raises profiles."""

    def __init__(
        self, context: Context, pki: Pki, installed: InstalledCertificates
    ) -> None:
        self._context = context
        self._pki = pki
        self._installed = installed
        self._timers: dict[str, Timer] = {}
        self.report: Report = lambda station, is_done, detail: None
        """Hears what became of a move, once it is known."""
        self.ports: Callable[[], tuple[int, int]] = lambda: (0, 0)
        """Where stations connect, plain and with TLS; 0: not at all."""
        context.events.subscribe(Connected, self._on_connected)
        context.events.subscribe(Forgotten, lambda event: self._cancel(event.station))

    async def start(self, stations: Mapping[str, Station]) -> None:
        """Wait on for those that were asked before."""
        for station in stations.values():
            moving = station.security.get(UPGRADE)
            if moving is not None and not moving.get("is_told"):
                left_ms = moving["until_ms"] - self._context.clock.now_ms()
                # A clock that was set back must not make it wait for ever.
                self._wait(station, min(max(left_ms / 1000, 1.0), COMES_WITHIN_S))

    async def finish(self) -> None:
        """Wait for nobody any more."""
        for timer in self._timers.values():
            timer.cancel()

    def demanded(self, station: Station) -> int:
        """The least profile that a station may use."""
        registered = station.given.security_profile or 0
        return max(registered, station.security.get("profile") or 0)

    # -- asking

    async def move(self, station: Station, wanted: Wanted) -> Moving | None:
        """Have a station use a higher profile; None: it does so already.

        Raises:
            CommandRejected: it must not, it cannot yet, or it has refused.
            StoreError: that it may cannot be kept; nothing was sent.
            ConnectorError: as `Station.call`.
        """
        if station.session is None:
            raise StationNotConnected(station.identity)
        present = _present(station)
        if wanted.profile == present:
            return None
        least = max(present, self.demanded(station))
        if wanted.profile < least:
            raise CommandRejected(
                f"it uses profile {present}, and a profile is never lowered "
                f"(at least {least} is demanded of it)"
            )
        await self._check(station, wanted)
        before = station.security.get(UPGRADE)
        await self._keep(station, wanted.profile)
        try:
            return await self._ask(station, wanted)
        except CommandRejected:
            self._forget(station, before)
            raise

    async def _check(self, station: Station, wanted: Wanted) -> None:
        """What a profile needs has to be there (whitepaper and 2.x, A05)."""
        needs_password = wanted.profile in (_BASIC, _TLS)
        has_password = station.given.password or station.security.get("password")
        if needs_password and not has_password:
            raise CommandRejected(
                f"profile {wanted.profile} needs a password, it has none: set one "
                "first (command password)"
            )
        if wanted.profile >= _TLS:
            if not (self.ports()[1] or wanted.url):
                raise CommandRejected(
                    f"profile {wanted.profile} needs TLS: set OCPP_TLS_PORT, "
                    "OCPP_TLS_CERT and OCPP_TLS_KEY"
                )
            await self._check_root(station)
        if wanted.profile == _MUTUAL:
            await self._check_certificate(station)

    async def _check_root(self, station: Station) -> None:
        """A station that lists no root at all could not know us (A05)."""
        use = _ROOT_2 if station.speaks_2 else _ROOT
        if self._installed.known(station).get(use):
            return
        try:
            answer = await self._installed.get_ids(station, _ROOT)
        except ConnectorError as problem:
            # It has to look by itself, and refuses where it misses one.
            logger.info("%s: lists no certificates: %s", station.identity, problem)
            return
        is_said = answer.get("status") in _NO_ROOTS
        if is_said and not self._installed.known(station).get(use):
            raise CommandRejected(
                "it has no root certificate of a central system: install the one of "
                f"this server first (InstallCertificate, {use})"
            )

    async def _check_certificate(self, station: Station) -> None:
        now_ms = self._context.clock.now_ms()
        if own_certificate.holds(station, now_ms):
            return
        if not await self._is_own_ca():
            return  # Nobody here knows whom the other CA has signed for.
        issued = await self._pki.list(station.identity)
        if not any(
            each.revoked_ms is None and each.expires_ms > now_ms for each in issued
        ):
            raise CommandRejected(
                "profile 3 needs a certificate of its own, it has none: have it ask "
                "for one first (trigger_message SignChargePointCertificate), or issue "
                "one (pki issue)"
            )

    async def _is_own_ca(self) -> bool:
        """Whether clients are known by certificates of our own CA."""
        client_ca = self._context.options.pki.client_ca
        own = self._pki.authority.certificate_file
        return client_ca is None or _is_same_file(client_ca, own)

    async def _ask(self, station: Station, wanted: Wanted) -> Moving:
        if station.speaks_2:
            return await self._ask_2(station, wanted)
        payload = {"key": KEY, "value": str(wanted.profile)}
        answer = await station.call("ChangeConfiguration", payload)
        status = str(answer.get("status"))
        if status not in ("Accepted", "RebootRequired"):
            raise CommandRejected(status, answer)
        detail = f"profile {wanted.profile} is demanded once it has come with it"
        if status == "RebootRequired":
            detail = f"{await _reset(station, 'Soft')}; {detail}"
        return Moving(answer, detail)

    async def _ask_2(self, station: Station, wanted: Wanted) -> Moving:
        url = wanted.url or self._url(station, wanted.profile)
        store = self._context.store
        chosen = await network_profiles.slots(station, store, wanted.slot)
        data = network_profiles.connection(
            station, wanted.profile, url, wanted.interface
        )
        answer = await network_profiles.place(station, chosen, data)
        told = await _reset(station, "OnIdle")
        detail = (
            f"slot {chosen.slot} is {url}; {told}; profile {wanted.profile} is "
            "demanded once it has come with it"
        )
        return Moving(answer, detail)

    def _url(self, station: Station, profile: int) -> str:
        """Where it reaches us now, on the port of TLS where that is to be used."""
        host = station.session.link.reached_at if station.session else ""
        plain, tls = self.ports()
        scheme, port = ("wss", tls) if profile >= _TLS else ("ws", plain)
        if not (host and port):
            raise CommandRejected(
                "nobody knows where it is to connect: expected a url beside the "
                'profile, {"profile": 2, "url": "wss://cs.example.com:9443"}'
            )
        return f"{scheme}://{host}:{port}"

    # -- what became of it

    def _on_connected(self, event: Connected) -> None:
        station = event.station
        moving = station.security.get(UPGRADE)
        if moving is None or _present(station) < moving["profile"]:
            return
        self._cancel(station)
        rest = {n: v for n, v in station.security.items() if n != UPGRADE}
        profile = max(moving["profile"], self.demanded(station))
        station.security = rest | {"profile": profile}
        self._context.remember(station)
        logger.info("%s: security profile %d from now on", station.identity, profile)
        self.report(station, True, f"it has come with profile {_present(station)}")

    async def _keep(self, station: Station, profile: int) -> None:
        """That it may come with it is kept before it is asked to.

        Raises:
            StoreError: it cannot be kept; all is as it was.
        """
        until_ms = self._context.clock.now_ms() + round(COMES_WITHIN_S * 1000)
        before = station.security
        moving = {"profile": profile, "until_ms": until_ms}
        station.security = before | {UPGRADE: moving}
        try:
            await self._context.store.save_station(station.record())
        except BaseException:
            station.security = before
            raise
        self._wait(station, COMES_WITHIN_S)

    def _wait(self, station: Station, seconds: float) -> None:
        self._cancel(station)
        self._timers[station.identity] = self._context.clock.call_later(
            seconds, lambda: self._too_late(station)
        )

    def _too_late(self, station: Station) -> None:
        """It may come with it later, all the same."""
        self._timers.pop(station.identity, None)
        moving = station.security.get(UPGRADE)
        if moving is None:
            return
        station.security = station.security | {UPGRADE: moving | {"is_told": True}}
        self._context.remember(station)
        minutes = round(COMES_WITHIN_S / 60)
        self.report(
            station,
            False,
            f"it has not come with profile {moving['profile']} within {minutes} min; "
            f"profile {self.demanded(station)} goes on being enough",
        )

    def _forget(self, station: Station, before: Json | None) -> None:
        self._cancel(station)
        rest = {n: v for n, v in station.security.items() if n != UPGRADE}
        station.security = rest if before is None else rest | {UPGRADE: before}
        self._context.remember(station)

    def _cancel(self, station: Station) -> None:
        timer = self._timers.pop(station.identity, None)
        if timer is not None:
            timer.cancel()


def _present(station: Station) -> int:
    """The profile of the link that is up."""
    return station.session.link.security_profile if station.session else 0


async def _reset(station: Station, kind: str) -> str:
    """Ask it to boot; what is told of it."""
    try:
        status = str((await reset(station, STATION, kind)).get("status"))
    except ConnectorError as problem:
        status = blank_text(str(problem))
    if status in ("Accepted", "Scheduled"):
        return f"it boots ({status})"
    return f"it changes with its next boot, for it does not boot now ({status})"


def _is_same_file(one: Path, other: Path) -> bool:
    try:
        return one.read_bytes() == other.read_bytes()
    except OSError:
        return False
