"""How certificates and revocation lists of our own CA are made (RFC 5280)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import Literal

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from connector.errors import CertificateError
from connector.security.requests import PublicKey

SigningKey = ec.EllipticCurvePrivateKey
CLOCKS_DIFFER_BY = timedelta(days=1)
"""Everything is valid from before now, for stations whose clock is behind."""

Reason = Literal[
    "unspecified",
    "key_compromise",
    "affiliation_changed",
    "superseded",
    "cessation_of_operation",
    "privilege_withdrawn",
]
REASONS: dict[str, x509.ReasonFlags] = {
    "unspecified": x509.ReasonFlags.unspecified,
    "key_compromise": x509.ReasonFlags.key_compromise,
    "affiliation_changed": x509.ReasonFlags.affiliation_changed,
    "superseded": x509.ReasonFlags.superseded,
    "cessation_of_operation": x509.ReasonFlags.cessation_of_operation,
    "privilege_withdrawn": x509.ReasonFlags.privilege_withdrawn,
}
"""Why a certificate is revoked (RFC 5280, 5.3.1), those that are for good."""
_LONGEST_HOST = 253


@dataclass(frozen=True, slots=True)
class Issuer:
    """Who signs: its key and its certificate."""

    key: SigningKey
    certificate: x509.Certificate


@dataclass(frozen=True, slots=True)
class Period:
    """From when until when something is valid."""

    begins: datetime
    ends: datetime


@dataclass(frozen=True, slots=True)
class Revoked:
    """An entry of a revocation list."""

    serial_number: int
    when: datetime
    reason: str = "unspecified"


def name_of(common_name: str, organization: str | None) -> x509.Name:
    """A subject; without an organization the CN alone."""
    parts = [x509.NameAttribute(NameOID.COMMON_NAME, common_name)]
    if organization is not None:
        parts.append(x509.NameAttribute(NameOID.ORGANIZATION_NAME, organization))
    return x509.Name(parts)


def root(key: SigningKey, name: x509.Name, period: Period) -> x509.Certificate:
    """The certificate of a CA, signed by itself; it signs no other CA."""
    builder = _builder(name, name, key.public_key(), period)
    return (
        builder.add_extension(x509.BasicConstraints(ca=True, path_length=0), True)
        .add_extension(_usage(None), True)
        .add_extension(_key_id_of_issuer(key), False)
        .sign(key, hashes.SHA256())
    )


def client(
    issuer: Issuer, name: x509.Name, key: PublicKey, period: Period
) -> x509.Certificate:
    """A certificate with which a TLS client says who it is."""
    purposes = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CLIENT_AUTH])
    return _leaf(issuer, name, key, period, purposes).sign(issuer.key, hashes.SHA256())


def server(
    issuer: Issuer,
    names: Iterable[x509.GeneralName],
    name: x509.Name,
    key: PublicKey,
    period: Period,
) -> x509.Certificate:
    """A certificate of a TLS server at these hosts and addresses."""
    purposes = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH])
    return (
        _leaf(issuer, name, key, period, purposes)
        .add_extension(x509.SubjectAlternativeName(names), False)
        .sign(issuer.key, hashes.SHA256())
    )


def revocation_list(
    issuer: Issuer, revoked: Iterable[Revoked], period: Period
) -> x509.CertificateRevocationList:
    """A complete list; the later one of two has the larger number."""
    builder = (
        x509.CertificateRevocationListBuilder()
        .issuer_name(issuer.certificate.subject)
        .last_update(period.begins)
        .next_update(period.ends)
        .add_extension(_key_id_of_issuer(issuer.key), False)
        .add_extension(x509.CRLNumber(int(period.begins.timestamp())), False)
    )
    for each in revoked:
        builder = builder.add_revoked_certificate(_entry(each))
    return builder.sign(issuer.key, hashes.SHA256())


def general_name(text: str) -> x509.GeneralName:
    """A host name or an IP address, for a server's certificate.

    Raises:
        CertificateError: it is neither.
    """
    try:
        address: IPv4Address | IPv6Address = ip_address(text.strip().strip("[]"))
        if "%" in text:
            raise ValueError
    except ValueError:
        return x509.DNSName(_host(text.strip()))
    return x509.IPAddress(address)


def _host(text: str) -> str:
    labels = text.rstrip(".").removeprefix("*.").split(".")
    if len(text) > _LONGEST_HOST or not all(map(_is_label, labels)):
        raise CertificateError(
            f"{text[:80]!r} is no host name or IP address: expected something such as "
            "cs.example.com or 192.168.1.10"
        )
    return text.rstrip(".").lower()


def _is_label(text: str) -> bool:
    plain = text.replace("-", "").replace("_", "")
    is_plain = plain.isascii() and plain.isalnum()
    return is_plain and len(text) <= 63 and not text.startswith("-") and text[-1] != "-"


def _builder(
    subject: x509.Name, issuer: x509.Name, key: PublicKey, period: Period
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(period.begins)
        .not_valid_after(period.ends)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key), False)
    )


def _leaf(
    issuer: Issuer,
    name: x509.Name,
    key: PublicKey,
    period: Period,
    purposes: x509.ExtendedKeyUsage,
) -> x509.CertificateBuilder:
    builder = _builder(name, issuer.certificate.subject, key, period)
    return (
        builder.add_extension(x509.BasicConstraints(ca=False, path_length=None), True)
        .add_extension(_usage(key), True)
        .add_extension(purposes, False)
        .add_extension(_key_id_of_issuer(issuer.key), False)
    )


def _usage(signed: PublicKey | None) -> x509.KeyUsage:
    """Of somebody's key; None: of the CA's."""
    is_ca = signed is None
    return x509.KeyUsage(
        digital_signature=not is_ca,
        content_commitment=False,
        # The old RSA key exchange of TLS 1.2, which some stations still use.
        key_encipherment=isinstance(signed, rsa.RSAPublicKey),
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=is_ca,
        crl_sign=is_ca,
        encipher_only=False,
        decipher_only=False,
    )


def _key_id_of_issuer(key: SigningKey) -> x509.AuthorityKeyIdentifier:
    return x509.AuthorityKeyIdentifier.from_issuer_public_key(key.public_key())


def _entry(revoked: Revoked) -> x509.RevokedCertificate:
    builder = (
        x509.RevokedCertificateBuilder()
        .serial_number(revoked.serial_number)
        .revocation_date(revoked.when)
    )
    reason = REASONS.get(revoked.reason, x509.ReasonFlags.unspecified)
    if reason is not x509.ReasonFlags.unspecified:
        # RFC 5280, 5.3.1: left out where it says nothing.
        builder = builder.add_extension(x509.CRLReason(reason), False)
    return builder.build()
