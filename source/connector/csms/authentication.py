"""Whether a station is who it says, and how well that is known: profiles 0 to 3.

OCPP 2.0.1, part 2, A00, and the security whitepaper for 1.6: profile 1 is a password
without TLS, 2 a password over TLS, 3 a certificate of its own. What is none is 0.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from connector.csms import credentials
from connector.csms.basic_authentication import password_of
from connector.csms.clock import Clock
from connector.csms.options import CsmsOptions
from connector.csms.registry import Registry
from connector.csms.station import Station
from connector.errors import CertificateError, PasswordError
from connector.security import client_certificates
from connector.security.client_certificates import ClientCertificate
from connector.security.passwords import Passwords, same
from connector.sessions.websocket_server import HandshakeRequest, Refusal


@dataclass(frozen=True, slots=True)
class Judged:
    """The security profile of a link, and the certificate where that made it 3."""

    profile: int
    certificate: ClientCertificate | None = None


class Authentication:
    """Judges requests by what is registered of their stations."""

    def __init__(
        self,
        options: CsmsOptions,
        registry: Registry,
        passwords: Passwords,
        clock: Clock,
    ) -> None:
        self._least = options.min_security_profile
        self._operator = options.operator_name
        self._registry = registry
        self._passwords = passwords
        self._clock = clock

    def profile_of(self, station: Station) -> int:
        """The least that a station has to have: what is set, and no less than it had.

        What `STATIONS` says does not take back an upgrade of the station.
        """
        given, reached = station.given.security_profile, station.security.get("profile")
        return max(self._least, given or 0, reached or 0)

    async def judge(self, request: HandshakeRequest, rank: int) -> Judged | Refusal:
        """Let a station in, or say why not; all who are not let in hear the same."""
        identity = request.identity
        if self._registry.is_refused(identity):
            return _refused("not_adopted", "it is not known, or was rejected")
        station = self._registry.stations.get(identity)
        known = station if station is not None and station.is_adopted else None
        required = self._least if known is None else self.profile_of(known)
        try:
            certificate = self._certificate(request, known)
        except CertificateError as problem:
            if required >= 3:
                return _refused("certificate", str(problem))
        else:
            return Judged(3, certificate)
        if required >= 3:
            return _refused("certificate", "its profile is 3")
        if required == 2 and not request.is_secure:
            return _refused("tls_required", "its profile is 2, and it came without TLS")
        try:
            return await self._by_password(request, known, required, rank)
        except PasswordError as problem:
            text = f"its password cannot be checked: {problem}"
            return Refusal(503, "try again later", "password_unchecked", text)

    # -- certificates

    def _certificate(
        self, request: HandshakeRequest, known: Station | None
    ) -> ClientCertificate:
        """The certificate by which it is known.

        Raises:
            CertificateError: there is none that fits.
        """
        if request.certificate is None:
            raise CertificateError("its profile is 3, and it shows no certificate")
        names = {request.identity}
        if known is not None and known.options.serial_number:
            names.add(known.options.serial_number)
        now = datetime.fromtimestamp(self._clock.now_ms() / 1000, UTC)
        found = client_certificates.read(request.certificate)
        client_certificates.check(found, names, self._operator, now)
        return found

    # -- passwords

    async def _by_password(
        self, request: HandshakeRequest, known: Station | None, required: int, rank: int
    ) -> Judged | Refusal:
        if known is None or not _has_password(known):
            if required:
                text = (
                    f"no password is registered for it, and its profile is {required}"
                )
                return _refused("no_password", text)
            return Judged(0)
        is_optional = not _is_asked_for(known) and not required
        presented = _presented(request)
        if presented is None and not is_optional:
            text = "it presents no credentials, or those of another user"
            return _refused("no_credentials", text)
        if presented is not None and await self._is_right(known, presented, rank):
            return Judged(2 if request.is_secure else 1)
        if is_optional:
            return Judged(0)
        return _refused("wrong_password", "its password is wrong")

    async def _is_right(self, station: Station, presented: bytes, rank: int) -> bool:
        given = station.given.password
        if given is not None and not await self._is_replaced(station, given, rank):
            return same(given, presented)
        for kept in credentials.right_ones(station.security):
            if await self._passwords.verify(kept, presented, rank):
                self._used(station, kept)
                return True
        return False

    async def _is_replaced(self, station: Station, given: str, rank: int) -> bool:
        """Whether a newer password took the place of that in `STATIONS`."""
        replaces = station.security.get("replaces")
        if not replaces:
            return False
        return await self._passwords.verify(replaces, given, rank)

    def _used(self, station: Station, kept: str) -> None:
        state = credentials.used(station.security, kept)
        if state is not None:
            station.security = state
            self._registry.remember(station)


def _presented(request: HandshakeRequest) -> bytes | None:
    headers = request.headers.get_all("Authorization")
    if len(headers) != 1:
        return None
    segment = request.path.partition("?")[0].rpartition("/")[2]
    return password_of(headers[0], request.identity, segment)


def _has_password(station: Station) -> bool:
    if station.given.password is not None:
        return True
    return bool(credentials.right_ones(station.security))


def _is_asked_for(station: Station) -> bool:
    if station.given.password is not None:
        return True
    return credentials.is_asked_for(station.security)


def _refused(reason: str, detail: str) -> Refusal:
    """The same words for all: a stranger learns nothing."""
    return Refusal(401, "not authorized", reason, detail)
