"""A certification authority of our own, for stations and for this server.

One root, which signs them itself. Everything here takes its time and may wait for the
disk: call it in a thread.
"""

from __future__ import annotations

import threading
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from connector.errors import CertificateError
from connector.security import signing
from connector.security.key_pairs import (
    KeyKind,
    certificate_pem,
    key_pem,
    new_key,
)
from connector.security.private_files import READABLE, write_new, write_over
from connector.security.requests import SigningRequest
from connector.security.signing import CLOCKS_DIFFER_BY, Issuer, Period, Revoked

PKI_FOLDER = "pki"
"""Below ``DATA_DIR``."""
KEY_FILE, CERTIFICATE_FILE = "station-ca.key", "station-ca.pem"
LIST_FILE = "station-ca.crl"
SERVER_KEY_FILE, SERVER_FILE = "server.key", "server.pem"
COMMON_NAME = "OCPP connector station CA"
_CA_LASTS = timedelta(days=365 * 20)
LEAF_LASTS = timedelta(days=365)
LIST_LASTS = timedelta(days=30)
LIST_RENEWED = timedelta(days=20)
"""A revocation list that ends sooner is made anew."""


@dataclass(frozen=True, slots=True)
class KeyPair:
    """A certificate and its key, both PEM; the key is kept nowhere here."""

    certificate: str
    key: str

    def __repr__(self) -> str:
        return "KeyPair(..)"


class StationAuthority:
    """Signs for stations; its key is made when it is needed for the first time.

    ``organization`` becomes the O of all its certificates, where it is set.
    """

    def __init__(self, folder: Path, organization: str | None = None) -> None:
        self._folder = folder
        self._organization = organization
        self._key: ec.EllipticCurvePrivateKey | None = None
        self._certificate: x509.Certificate | None = None
        self._making = threading.Lock()

    @property
    def folder(self) -> Path:
        """Where its files are."""
        return self._folder

    @property
    def exists(self) -> bool:
        """Whether it was made already."""
        return (self._folder / KEY_FILE).exists()

    @property
    def certificate_file(self) -> Path:
        """Where the root's certificate is, for whoever is to trust it."""
        return self._folder / CERTIFICATE_FILE

    def issue(
        self,
        request: SigningRequest,
        names: Collection[str],
        now: datetime,
        lasts: timedelta = LEAF_LASTS,
    ) -> str:
        """A client certificate (PEM) for whom a request names; the root is left out.

        ``names``: those that the station may have as its CN.

        Raises:
            CertificateError: the request is not to be signed, or we cannot sign.
        """
        if request.common_name not in names:
            raise CertificateError(
                f"its CN {request.common_name!r} is neither the station's identity nor "
                "its serial_number in STATIONS"
            )
        issuer = self._issuer(now)
        name = self._name(request.common_name, request.organization)
        period = _period(issuer, now, lasts)
        return certificate_pem(signing.client(issuer, name, request.public_key, period))

    def issue_pair(
        self,
        common_name: str,
        now: datetime,
        lasts: timedelta = LEAF_LASTS,
        kind: KeyKind = "ec",
    ) -> KeyPair:
        """A client certificate with a new key, for stations that make none.

        Raises:
            CertificateError: we cannot sign.
        """
        issuer, key = self._issuer(now), new_key(kind)
        name, period = self._name(common_name, None), _period(issuer, now, lasts)
        found = signing.client(issuer, name, key.public_key(), period)
        return KeyPair(certificate_pem(found), key_pem(key).decode())

    def issue_server(
        self,
        hosts: Iterable[str],
        now: datetime,
        lasts: timedelta = LEAF_LASTS,
        kind: KeyKind = "ec",
    ) -> KeyPair:
        """A certificate with which this server says who it is; the first host is CN.

        Raises:
            CertificateError: one is neither a host name nor an address, there is
                none, or we cannot sign.
        """
        texts = list(dict.fromkeys(hosts))
        if not texts:
            raise CertificateError("no host: expected a host name or an IP address")
        names = [signing.general_name(text) for text in texts]
        issuer, key = self._issuer(now), new_key(kind)
        name, period = self._name(texts[0][:64], None), _period(issuer, now, lasts)
        found = signing.server(issuer, names, name, key.public_key(), period)
        return KeyPair(certificate_pem(found), key_pem(key).decode())

    def keep_server(self, pair: KeyPair) -> tuple[Path, Path]:
        """Write a server's certificate and key where `OCPP_TLS_CERT` may point.

        Raises:
            CertificateError: they cannot be written.
        """
        certificate, key = self._folder / SERVER_FILE, self._folder / SERVER_KEY_FILE
        try:
            write_over(key, pair.key.encode())
            write_over(certificate, pair.certificate.encode(), READABLE)
        except OSError as problem:
            raise CertificateError(f"{self._folder}: {problem.strerror}") from None
        return certificate, key

    def root(self, now: datetime) -> str:
        """The root's certificate (PEM).

        Raises:
            CertificateError: there is none, and none can be made.
        """
        return certificate_pem(self._issuer(now).certificate)

    # -- revocation

    @property
    def list_file(self) -> Path:
        """Where the revocation list is; see `write_list`."""
        return self._folder / LIST_FILE

    def write_list(self, revoked: Iterable[Revoked], now: datetime) -> str:
        """Sign a revocation list (PEM) and put it into the place of the last one.

        Raises:
            CertificateError: it cannot be signed, or not be written.
        """
        issuer = self._issuer(now)
        period = Period(now, now + LIST_LASTS)
        found = signing.revocation_list(issuer, revoked, period)
        text = found.public_bytes(serialization.Encoding.PEM)
        try:
            write_over(self.list_file, text, READABLE)
        except OSError as problem:
            raise CertificateError(f"{self.list_file}: {problem.strerror}") from None
        return text.decode()

    def read_list(self) -> str:
        """The revocation list that was written last (PEM).

        Raises:
            CertificateError: it cannot be read.
        """
        try:
            return self.list_file.read_text("ascii")
        except (OSError, UnicodeDecodeError) as problem:
            raise CertificateError(f"{self.list_file}: {problem}") from None

    # -- what it signs with

    def _issuer(self, now: datetime) -> Issuer:
        with self._making:
            try:
                key = self._key = self._key or self._load_key()
                certificate = self._certificate or self._load_certificate(key, now)
            except OSError as problem:
                raise CertificateError(
                    f"the CA in {self._folder}: {problem.strerror}"
                ) from None
            except ValueError as problem:
                raise CertificateError(
                    f"the CA in {self._folder} cannot be read: {problem}"
                ) from None
            self._certificate = certificate
            return Issuer(key, certificate)

    def _load_key(self) -> ec.EllipticCurvePrivateKey:
        path = self._folder / KEY_FILE
        if not path.exists():
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            write_new(path, key_pem(new_key()))
        key = serialization.load_pem_private_key(path.read_bytes(), password=None)
        if not isinstance(key, ec.EllipticCurvePrivateKey):
            raise ValueError(f"{KEY_FILE} is no EC key")
        return key

    def _load_certificate(
        self, key: ec.EllipticCurvePrivateKey, now: datetime
    ) -> x509.Certificate:
        path = self._folder / CERTIFICATE_FILE
        if not path.exists():
            write_new(path, certificate_pem(self._self_signed(key, now)).encode())
        certificate = x509.load_pem_x509_certificate(path.read_bytes())
        if certificate.public_key() != key.public_key():
            raise ValueError(f"{CERTIFICATE_FILE} does not belong to {KEY_FILE}")
        if certificate.not_valid_after_utc <= now:
            raise ValueError(f"{CERTIFICATE_FILE} has expired")
        return certificate

    def _self_signed(
        self, key: ec.EllipticCurvePrivateKey, now: datetime
    ) -> x509.Certificate:
        period = Period(now - CLOCKS_DIFFER_BY, now + _CA_LASTS)
        return signing.root(key, self._name(COMMON_NAME, None), period)

    def _name(self, common_name: str, organization: str | None) -> x509.Name:
        return signing.name_of(common_name, self._organization or organization)


def at(now_ms: int) -> datetime:
    """A time as certificates want it."""
    return datetime.fromtimestamp(now_ms // 1000, UTC)


def _period(issuer: Issuer, now: datetime, lasts: timedelta) -> Period:
    """Nothing outlives the CA."""
    ends = min(now + lasts, issuer.certificate.not_valid_after_utc)
    return Period(now - CLOCKS_DIFFER_BY, ends)
