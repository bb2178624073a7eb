"""A certification authority of our own, for the certificates of stations.

One root, which signs them itself. Everything here takes its time and may wait for the
disk: call it in a thread.
"""

from __future__ import annotations

import os
import tempfile
import threading
from collections.abc import Collection
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from connector.errors import CertificateError
from connector.security.requests import PublicKey, SigningRequest

KEY_FILE, CERTIFICATE_FILE = "station-ca.key", "station-ca.pem"
COMMON_NAME = "OCPP connector station CA"
_CA_LASTS = timedelta(days=365 * 20)
_LEAF_LASTS = timedelta(days=365)
_CLOCKS_DIFFER_BY = timedelta(days=1)
"""A certificate is valid from before now, for stations whose clock is behind."""


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

    def issue(
        self, request: SigningRequest, names: Collection[str], now: datetime
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
        key, root = self._keys(now)
        certificate = (
            x509.CertificateBuilder()
            .subject_name(self._name(request.common_name, request.organization))
            .issuer_name(root.subject)
            .public_key(request.public_key)
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - _CLOCKS_DIFFER_BY)
            .not_valid_after(min(now + _LEAF_LASTS, root.not_valid_after_utc))
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), True)
            .add_extension(_usage(request.public_key), True)
            .add_extension(
                x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CLIENT_AUTH]), False
            )
            .add_extension(
                x509.SubjectKeyIdentifier.from_public_key(request.public_key), False
            )
            .add_extension(
                x509.AuthorityKeyIdentifier.from_issuer_public_key(key.public_key()),
                False,
            )
            .sign(key, hashes.SHA256())
        )
        return _pem(certificate)

    def root(self, now: datetime) -> str:
        """The root's certificate (PEM).

        Raises:
            CertificateError: there is none, and none can be made.
        """
        return _pem(self._keys(now)[1])

    # -- what it signs with

    def _keys(
        self, now: datetime
    ) -> tuple[ec.EllipticCurvePrivateKey, x509.Certificate]:
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
            return key, certificate

    def _load_key(self) -> ec.EllipticCurvePrivateKey:
        path = self._folder / KEY_FILE
        if not path.exists():
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            _write_new(path, _key_pem(ec.generate_private_key(ec.SECP256R1())))
        key = serialization.load_pem_private_key(path.read_bytes(), password=None)
        if not isinstance(key, ec.EllipticCurvePrivateKey):
            raise ValueError(f"{KEY_FILE} is no EC key")
        return key

    def _load_certificate(
        self, key: ec.EllipticCurvePrivateKey, now: datetime
    ) -> x509.Certificate:
        path = self._folder / CERTIFICATE_FILE
        if not path.exists():
            _write_new(path, _pem(self._self_signed(key, now)).encode())
        certificate = x509.load_pem_x509_certificate(path.read_bytes())
        if certificate.public_key() != key.public_key():
            raise ValueError(f"{CERTIFICATE_FILE} does not belong to {KEY_FILE}")
        if certificate.not_valid_after_utc <= now:
            raise ValueError(f"{CERTIFICATE_FILE} has expired")
        return certificate

    def _self_signed(
        self, key: ec.EllipticCurvePrivateKey, now: datetime
    ) -> x509.Certificate:
        name = self._name(COMMON_NAME, None)
        return (
            x509.CertificateBuilder()
            .subject_name(name)
            .issuer_name(name)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - _CLOCKS_DIFFER_BY)
            .not_valid_after(now + _CA_LASTS)
            .add_extension(x509.BasicConstraints(ca=True, path_length=0), True)
            .add_extension(_usage(None), True)
            .add_extension(
                x509.SubjectKeyIdentifier.from_public_key(key.public_key()), False
            )
            .add_extension(
                x509.AuthorityKeyIdentifier.from_issuer_public_key(key.public_key()),
                False,
            )
            .sign(key, hashes.SHA256())
        )

    def _name(self, common_name: str, organization: str | None) -> x509.Name:
        parts = [x509.NameAttribute(NameOID.COMMON_NAME, common_name)]
        organization = self._organization or organization
        if organization is not None:
            parts.append(
                x509.NameAttribute(NameOID.ORGANIZATION_NAME, organization),
            )
        return x509.Name(parts)


def at(now_ms: int) -> datetime:
    """A time as certificates want it."""
    return datetime.fromtimestamp(now_ms // 1000, UTC)


def _usage(signed: PublicKey | None) -> x509.KeyUsage:
    """Of a station's key; None: of ours."""
    is_ca = signed is None
    return x509.KeyUsage(
        digital_signature=not is_ca,
        content_commitment=False,
        # The old RSA key exchange of TLS 1.2, which some stations still use.
        key_encipherment=not (is_ca or isinstance(signed, ec.EllipticCurvePublicKey)),
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=is_ca,
        crl_sign=is_ca,
        encipher_only=False,
        decipher_only=False,
    )


def _pem(certificate: x509.Certificate) -> str:
    return certificate.public_bytes(serialization.Encoding.PEM).decode()


def _key_pem(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )


def _write_new(path: Path, text: bytes) -> None:
    """Write a file for us alone, whole or not at all; one that came first stays."""
    handle, name = tempfile.mkstemp(".part", f".{path.name}.", path.parent)
    part = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        _put(part, path)
    finally:
        part.unlink(missing_ok=True)


def _put(part: Path, path: Path) -> None:
    try:
        path.hardlink_to(part)
    except FileExistsError:
        return
    except OSError:
        # A file system without links.
        part.rename(path)
