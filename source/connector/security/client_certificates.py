"""Whose certificate a station shows (OCPP 2.0.1, part 2, A00; the 1.6 whitepaper)."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.x509.oid import NameOID

from connector.errors import CertificateError


@dataclass(frozen=True, slots=True)
class ClientCertificate:
    """What counts of a certificate whose chain was verified already."""

    common_names: tuple[str, ...]
    organizations: tuple[str, ...]
    not_before: datetime
    not_after: datetime
    issuer: bytes
    serial: int


def read(der: bytes) -> ClientCertificate:
    """Read what TLS gave us.

    Raises:
        CertificateError: it cannot be read.
    """
    try:
        found = x509.load_der_x509_certificate(der)
        return ClientCertificate(
            _texts(found.subject, NameOID.COMMON_NAME),
            _texts(found.subject, NameOID.ORGANIZATION_NAME),
            found.not_valid_before_utc,
            found.not_valid_after_utc,
            found.issuer.public_bytes(),
            found.serial_number,
        )
    except (ValueError, TypeError, UnsupportedAlgorithm) as problem:
        raise CertificateError(f"it cannot be read: {problem}") from None


def check(
    certificate: ClientCertificate,
    names: Collection[str],
    operator: str | None,
    now: datetime,
) -> None:
    """Whether it is the one of a station with these names (identity, serial number).

    Raises:
        CertificateError: it is not; the text says why.
    """
    if len(certificate.common_names) != 1 or certificate.common_names[0] not in names:
        found = ", ".join(map(repr, certificate.common_names)) or "none"
        text = f"its certificate has the CN {found[:200]}, expected its identity"
        raise CertificateError(f"{text} or its registered serial number")
    if operator is not None and operator not in certificate.organizations:
        found = ", ".join(map(repr, certificate.organizations)) or "none"
        text = f"its certificate has the O {found[:200]}, expected {operator!r}"
        raise CertificateError(text)
    if not certificate.not_before <= now <= certificate.not_after:
        raise CertificateError("its certificate is not valid now")


def _texts(name: x509.Name, oid: x509.ObjectIdentifier) -> tuple[str, ...]:
    found = name.get_attributes_for_oid(oid)
    return tuple(str(each.value) for each in found)
