"""The certificate that a port shows whoever asks, trusted or not."""

from __future__ import annotations

import socket
import ssl
from dataclasses import dataclass
from datetime import datetime

from cryptography import x509

_TIMEOUT_S = 5.0


@dataclass(frozen=True, slots=True)
class Shown:
    """What it says; times are UTC."""

    der: bytes
    version: str
    """Of TLS."""
    issuer: str
    names: tuple[str, ...]
    """The hosts and addresses that it is for."""
    since: datetime
    until: datetime


def look_at(host: str, port: int) -> Shown:
    """Shake hands there, and look.

    Raises:
        OSError: nobody does.
        ValueError: what is shown is no certificate.
    """
    # Nothing is said there, and whose it is is what is compared.
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    with (
        socket.create_connection((host, port), _TIMEOUT_S) as plain,
        context.wrap_socket(plain, server_hostname=host) as wire,
    ):
        der = wire.getpeercert(binary_form=True) or b""
        version = wire.version() or "TLS"
    found = x509.load_der_x509_certificate(der)
    since, until = found.not_valid_before_utc, found.not_valid_after_utc
    return Shown(der, version, named(found.issuer), names_of(found), since, until)


def named(name: x509.Name) -> str:
    """A name as people write it."""
    return name.rfc4514_string() or "somebody without a name"


def names_of(certificate: x509.Certificate) -> tuple[str, ...]:
    """The hosts and addresses that it is for; none, too, where it does not say."""
    try:
        kind = x509.SubjectAlternativeName
        found = certificate.extensions.get_extension_for_class(kind).value
    except x509.ExtensionNotFound:
        return ()
    hosts = found.get_values_for_type(x509.DNSName)
    return (*hosts, *map(str, found.get_values_for_type(x509.IPAddress)))
