"""What stands in a certificate, and in a revocation list, as far as we care."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.x509.oid import NameOID

from connector.errors import CertificateError

_DAY = timedelta(days=1)
_UNREADABLE = (ValueError, TypeError, UnsupportedAlgorithm)


@dataclass(frozen=True, slots=True)
class CertificateFacts:
    """One certificate; ``serial`` is hexadecimal, times are aware."""

    serial: str
    common_name: str
    organization: str | None
    begins: datetime
    expires: datetime


def serial_text(number: int) -> str:
    """A serial number as it is kept and shown: hexadecimal, without zeros before."""
    return f"{number:x}"


def serial_of(text: str) -> str:
    """The same of what people copy: with colons, in capitals, with zeros before.

    Raises:
        CertificateError: it is no hexadecimal number.
    """
    digits = text.replace(":", "").replace(" ", "").lower().removeprefix("0x")
    try:
        if not 0 < len(digits) <= 64:
            raise ValueError
        return serial_text(int(digits, 16))
    except ValueError:
        raise CertificateError(
            f"{text[:80]!r} is no serial number: expected hexadecimal digits, "
            "as the list of certificates shows them"
        ) from None


def facts_of(certificate: x509.Certificate) -> CertificateFacts:
    """What it says."""
    return CertificateFacts(
        serial_text(certificate.serial_number),
        _text(certificate.subject, NameOID.COMMON_NAME) or "",
        _text(certificate.subject, NameOID.ORGANIZATION_NAME),
        certificate.not_valid_before_utc,
        certificate.not_valid_after_utc,
    )


def read_certificate(pem: str | bytes) -> CertificateFacts:
    """What the first certificate of a PEM text says.

    Raises:
        CertificateError: there is none, or it cannot be read.
    """
    text = pem.encode() if isinstance(pem, str) else pem
    try:
        return facts_of(x509.load_pem_x509_certificate(text))
    except _UNREADABLE as problem:
        raise CertificateError(f"it cannot be read: {problem}") from None


def read_der(der: bytes) -> CertificateFacts:
    """The same of the certificate that a TLS client has shown.

    Raises:
        CertificateError: it cannot be read.
    """
    try:
        return facts_of(x509.load_der_x509_certificate(der))
    except _UNREADABLE as problem:
        raise CertificateError(f"it cannot be read: {problem}") from None


def certificate_file_ends(path: Path) -> datetime:
    """When the first certificate of a file expires.

    Raises:
        CertificateError: there is none.
    """
    return read_certificate(_read(path)).expires


def list_file_ends(path: Path) -> datetime:
    """When the first revocation list of a file is to be replaced.

    Raises:
        CertificateError: there is none.
    """
    found = _list(path)
    if found.next_update_utc is None:
        raise CertificateError(f"{path} does not say until when it holds")
    return found.next_update_utc


def list_file_serials(path: Path) -> set[int]:
    """The serial numbers on the first revocation list of a file.

    Raises:
        CertificateError: there is none.
    """
    return {each.serial_number for each in _list(path)}


def _list(path: Path) -> x509.CertificateRevocationList:
    try:
        return x509.load_pem_x509_crl(_read(path))
    except _UNREADABLE as problem:
        raise CertificateError(f"{path} cannot be read: {problem}") from None


def days_left(expires: datetime, now: datetime) -> int:
    """Whole days until then; 0 on the last one, below 0 once it is over."""
    return (expires - now) // _DAY


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as problem:
        raise CertificateError(f"{path}: {problem.strerror}") from None


def _text(name: x509.Name, oid: x509.ObjectIdentifier) -> str | None:
    found = name.get_attributes_for_oid(oid)
    value = found[0].value if found else None
    return value if isinstance(value, str) else None
