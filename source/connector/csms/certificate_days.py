"""How many days certificates still hold, and new ones asked for in time.

Of a station counts the certificate that it has shown on its link, else the last one
that it took from us (`CertificateSigned`). Once a day everything is told anew, and who
has less than a month left is asked to ask for another one. Of our own there are the
server's certificate, the CA of client certificates and the revocation list.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine, Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from connector.csms import own_certificate
from connector.csms.clock import Timer
from connector.csms.context import Context
from connector.csms.context import at as datum
from connector.csms.events import Answered, Ready
from connector.csms.facts import Datum, Facts, Scalar
from connector.csms.options import PkiOptions
from connector.csms.pki import Pki
from connector.csms.remote_control import trigger_message
from connector.csms.station import STATION, Station
from connector.errors import CertificateError, ConnectorError, StoreError
from connector.security.ca import at
from connector.security.certificates import (
    certificate_file_ends,
    days_left,
    list_file_ends,
    read_certificate,
    serial_text,
)

Json = dict[str, Any]
Stations = Mapping[str, Station]

logger = logging.getLogger(__name__)

SENSOR = "certificate_days_left"
RENEWED_DAYS = 30
_EXPIRED = -1
_WARNED_DAYS = (_EXPIRED, 1, 7, 14, 30)
_WARNED_DAYS_OF_LISTS = (_EXPIRED, 0)
"""They are made for days or weeks, and renewed before their end."""
_NAMES = {
    "server": "the server's certificate",
    "ca": "the CA of client certificates",
    "crl": "the revocation list",
}
_DAY_S = 86_400.0
_DAY_MS = 86_400_000
_OWN = "ChargingStationCertificate"
_REQUEST = "SignChargePointCertificate"
_Ends = Callable[[], datetime]


class CertificateDays:
    """Tells, warns and renews; one timer for all."""

    def __init__(self, context: Context, pki: Pki) -> None:
        self._context = context
        self._pki = pki
        self._stations: Stations = {}
        self._timer: Timer | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self._warned: dict[str, int] = {}
        """The last warning of each certificate, in days."""
        self._ends: dict[str, datetime] = {}
        """Of ours, as they were when they were last looked at."""
        context.events.subscribe(Answered, self._answered)
        context.events.subscribe(Ready, lambda event: self._renew(event.station))

    async def start(self, stations: Stations) -> None:
        """The revocation list is good from the start on; the rest is told."""
        self._stations = stations
        await self.look()
        self._tell_all()
        self._again()

    async def finish(self) -> None:
        """Tell nothing more."""
        if self._timer is not None:
            self._timer.cancel()
        if self._tasks:
            await asyncio.wait(self._tasks)

    def _again(self) -> None:
        self._timer = self._context.clock.call_later(_DAY_S, self._every_day)

    def _every_day(self) -> None:
        self._again()
        self._spawn(self.look(), "certificates")
        self._tell_all()
        for station in list(self._stations.values()):
            self._renew(station)

    def _spawn(self, work: Coroutine[Any, Any, None], name: str) -> None:
        task = asyncio.get_running_loop().create_task(work, name=name)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    # -- our own

    async def look(self) -> None:
        """Look at our own files, and renew the revocation list where that is due."""
        try:
            await self._pki.renew_list()
        except (CertificateError, StoreError) as problem:
            logger.error("the revocation list is not renewed: %s", problem)
        self._ends = await asyncio.to_thread(self._ends_of_own)
        for name, days in self.own.items():
            limits = _WARNED_DAYS_OF_LISTS if name == "crl" else _WARNED_DAYS
            self._warn(name, _NAMES[name], days, limits)

    def _ends_of_own(self) -> dict[str, datetime]:
        found: dict[str, datetime] = {}
        for name, ends in _own_files(self._context.options.pki, self._pki):
            try:
                end = ends()
            except CertificateError as problem:
                logger.warning("until when it holds is unknown: %s", problem)
                continue
            found[name] = min(end, found.get(name, end))
        return found

    @property
    def own(self) -> dict[str, int]:
        """Days left by ``server``, ``ca``, ``crl``: those that there are."""
        now = self._now()
        return {name: days_left(end, now) for name, end in self._ends.items()}

    def expiries_s(self) -> dict[str, float]:
        """When ours end, since the epoch, and ``station``: the first of all theirs."""
        found = {name: end.timestamp() for name, end in self._ends.items()}
        known = [own_certificate.known(each) for each in self._adopted()]
        theirs = [each["expires_ms"] / 1000 for each in known if each is not None]
        return found | ({"station": min(theirs)} if theirs else {})

    def _adopted(self) -> Iterator[Station]:
        return (each for each in tuple(self._stations.values()) if each.is_adopted)

    # -- of stations

    def shown(self, station: Station, serial: int, expires: datetime) -> None:
        """A station has shown a certificate when it connected."""
        self._note(station, serial_text(serial), expires)

    def _answered(self, event: Answered) -> None:
        if event.action != "CertificateSigned":
            return
        is_own = event.payload.get("certificateType", _OWN) == _OWN
        if not is_own or event.answer.get("status") != "Accepted":
            return
        try:
            facts = read_certificate(event.payload["certificateChain"])
        except CertificateError as problem:
            # Somebody else's `call`: stations take what they like.
            logger.info("%s: its new certificate: %s", event.station.identity, problem)
            return
        self._note(event.station, facts.serial, facts.expires)

    def _note(self, station: Station, serial: str, expires: datetime) -> None:
        if own_certificate.note(station, serial, expires):
            self._context.remember(station)
        self._tell(station)

    def _tell_all(self) -> None:
        for station in self._stations.values():
            self._tell(station)

    def _tell(self, station: Station) -> None:
        known, days = own_certificate.known(station), self._days(station)
        if known is None or days is None:
            return
        values: dict[Datum, Scalar] = {datum(STATION, SENSOR): days}
        now_ms = self._context.clock.now_ms()
        self._context.publish(Facts(station.identity, now_ms, values))
        whose = f"{station.identity}: its certificate"
        self._warn(known["serial"], whose, days)

    def _days(self, station: Station) -> int | None:
        known = own_certificate.known(station)
        if known is None or not station.is_adopted:
            return None
        return days_left(at(known["expires_ms"]), self._now())

    # -- renewal

    def _renew(self, station: Station) -> None:
        """Ask it to ask for a new one, at most once a day."""
        known, days = own_certificate.known(station), self._days(station)
        if known is None or days is None or days > RENEWED_DAYS:
            return
        if not (station.is_connected and station.is_served):
            return
        now_ms = self._context.clock.now_ms()
        # A clock that was set back must not stop it.
        if 0 <= now_ms - known.get("asked_ms", 0) < _DAY_MS:
            return
        known["asked_ms"] = now_ms
        self._context.remember(station)
        self._spawn(self._ask(station, days), f"{station.identity} renewal")

    async def _ask(self, station: Station, days: int) -> None:
        try:
            answer = await trigger_message(station, STATION, _REQUEST)
            status = str(answer.get("status"))
        except ConnectorError as problem:
            status = str(problem)
        logger.log(
            logging.INFO if status == "Accepted" else logging.WARNING,
            "%s: its certificate holds for %d days; asked to renew it: %s",
            station.identity,
            days,
            status,
        )

    # -- warning

    def _warn(
        self, key: str, whose: str, days: int, limits: tuple[int, ...] = _WARNED_DAYS
    ) -> None:
        """Once whenever it comes below another limit."""
        reached = next((limit for limit in limits if days <= limit), None)
        before = self._warned.pop(key, None)
        if reached is None:
            return
        self._warned[key] = reached
        if reached == before:
            return
        if days < 0:
            logger.warning("%s has expired", whose)
        else:
            logger.warning("%s holds for %d more days only", whose, days)

    def _now(self) -> datetime:
        return at(self._context.clock.now_ms())


def _own_files(options: PkiOptions, pki: Pki) -> list[tuple[str, _Ends]]:
    """How to find out until when each of ours holds; of several the first counts."""
    authority = pki.authority
    own_ca = authority.certificate_file if authority.exists else None
    own_list = authority.list_file if authority.exists else None
    found = [
        ("server", certificate_file_ends, path) for path in options.server_certificates
    ]
    found += [
        ("ca", certificate_file_ends, path)
        for path in (options.client_ca or own_ca,)
        if path is not None
    ]
    found += [
        ("crl", list_file_ends, path)
        for path in (options.revocation_list, own_list)
        if path is not None
    ]
    return [(name, _reading(read, path)) for name, read, path in found]


def _reading(read: Callable[[Path], datetime], path: Path) -> _Ends:
    return lambda: read(path)
