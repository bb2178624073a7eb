"""TLS of the stations' port, and the broker's: files, chains, names, days left."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

from cryptography import x509
from cryptography.exceptions import InvalidSignature

from connector.cli.doctor.findings import Area, Finding
from connector.cli.doctor.scene import Scene
from connector.errors import CertificateError

if TYPE_CHECKING:
    from connector.security.server_tls import Expiry
    from connector.settings.model import Settings

AREA = Area("TLS")
_SOON_DAYS, _DAYS_OF_LISTS = 30, 1
_TIMEOUT_S = 5.0
_RENEW = "renew it (see the how-to on certificates)"
_KINDS = {"server": "certificate", "client_ca": "CA of stations", "crl": "revocations"}


def look(scene: Scene) -> Iterator[Finding]:
    """What stations and the broker are shown."""
    settings = scene.settings
    if settings is None:
        return
    files = settings.tls_files
    if files is None:
        yield AREA.ok("stations", "there is no port with TLS (OCPP_TLS_PORT)")
    else:
        yield from _files(settings)
        for path in files.certificates:
            yield from _chain(path)
        if scene.is_own:
            yield _served(settings, files.certificates)
    if settings.mqtt_tls:
        yield _of_broker(settings)


def _files(settings: Settings) -> Iterator[Finding]:
    """Whether they fit each other, and until when they hold."""
    from connector.security.server_tls import load  # noqa: PLC0415

    assert settings.tls_files is not None  # noqa: S101
    try:
        loaded = load(settings.tls_files)
    except CertificateError as problem:
        advice = "correct OCPP_TLS_CERT, OCPP_TLS_KEY, OCPP_TLS_CLIENT_CA or CRL_FILE"
        yield AREA.bad("files", str(problem), advice)
        return
    for expiry in loaded.expiries:
        yield _days(expiry)


def _days(expiry: Expiry) -> Finding:
    left = expiry.days_left(datetime.now(UTC))
    name = f"{_KINDS.get(expiry.kind, expiry.kind)} {expiry.path}"
    until = f"holds until {expiry.until:%Y-%m-%d %H:%M} UTC"
    if left < 0:
        return AREA.bad(name, f"has expired: {until}", _RENEW)
    bound = _DAYS_OF_LISTS if expiry.kind == "crl" else _SOON_DAYS
    if left < bound:
        return AREA.warn(name, f"{until}: {int(left)} days left", _RENEW)
    return AREA.ok(name, f"{until}: {int(left)} days left")


def _chain(path: Path) -> Iterator[Finding]:
    """The certificates of a file, each issued by the next, and the names in it."""
    try:
        found = x509.load_pem_x509_certificates(path.read_bytes())
    except (OSError, ValueError):
        return  # told with the files
    yield _names(path, found[0])
    name = f"chain {path}"
    for lower, upper in pairwise(found):
        try:
            lower.verify_directly_issued_by(upper)
        except (ValueError, TypeError, InvalidSignature):
            text = f"{_subject(lower)} is not issued by {_subject(upper)} after it"
            advice = "the server's certificate first, then its issuer, and so on"
            yield AREA.bad(name, text, advice)
            return
    last = found[-1]
    if len(found) == 1 and last.subject != last.issuer:
        text = f"one certificate, issued by {last.issuer.rfc4514_string()}"
        yield AREA.ok(name, f"{text}: stations have to know that one themselves")
        return
    yield AREA.ok(name, f"{len(found)} certificates, up to {_subject(last)}")


def _subject(certificate: x509.Certificate) -> str:
    return certificate.subject.rfc4514_string() or "one without a name"


def _names(path: Path, certificate: x509.Certificate) -> Finding:
    """The hosts that it is for; stations compare them with the URL they dial."""
    name = f"names {path}"
    try:
        kind = x509.SubjectAlternativeName
        names = certificate.extensions.get_extension_for_class(kind).value
    except x509.ExtensionNotFound:
        advice = "have it issued again with the host name that stations dial"
        return AREA.warn(name, "it has no subjectAltName", advice)
    hosts = names.get_values_for_type(x509.DNSName)
    hosts += [str(each) for each in names.get_values_for_type(x509.IPAddress)]
    text = f"good for {', '.join(hosts) or 'nobody'}"
    return AREA.ok(name, f"{text}: stations have to dial one of these")


def _served(settings: Settings, paths: tuple[Path, ...]) -> Finding:
    """Whether the port shows what is in a file now."""
    host = settings.ocpp_host or "127.0.0.1"
    host = "127.0.0.1" if host in ("0.0.0.0", "::") else host  # noqa: S104
    port = settings.ocpp_tls_port or 0
    name = f"OCPP_TLS_PORT {port}"
    try:
        shown, version = _handshake(host, port)
    except OSError as problem:
        text = f"no handshake: {getattr(problem, 'reason', None) or problem}"
        return AREA.bad(name, text, "the connector's log says more")
    for path in paths:
        if ssl.PEM_cert_to_DER_cert(_first(path)) == shown:
            return AREA.ok(name, f"{version}, shows the certificate of {path}")
    text = "shows a certificate that is in none of the files"
    return AREA.warn(name, text, "files are read again within seconds: look at the log")


def _first(path: Path) -> str:
    text = path.read_text("ascii", "replace")
    begin, end = "-----BEGIN CERTIFICATE-----", "-----END CERTIFICATE-----"
    return f"{begin}{text.partition(begin)[2].partition(end)[0]}{end}\n"


def _handshake(host: str, port: int) -> tuple[bytes, str]:
    # Only looked at: nothing is said there, and whose it is is what we compare.
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    with (
        socket.create_connection((host, port), _TIMEOUT_S) as plain,
        context.wrap_socket(plain) as wire,
    ):
        return wire.getpeercert(binary_form=True) or b"", wire.version() or "TLS"


def _of_broker(settings: Settings) -> Finding:
    """How long the broker's certificate holds, wherever it is from."""
    place = f"{settings.mqtt_broker_host}:{settings.mqtt_broker_port}"
    name = f"broker {place}"
    try:
        der, version = _handshake(settings.mqtt_broker_host, settings.mqtt_broker_port)
        found = x509.load_der_x509_certificate(der)
    except (OSError, ValueError) as problem:
        advice = "look at MQTT_TLS and the port: brokers often have 8883 for TLS"
        return AREA.bad(name, f"no handshake: {problem}", advice)
    left = (found.not_valid_after_utc - datetime.now(UTC)).days
    text = f"{version}, holds until {found.not_valid_after_utc:%Y-%m-%d}"
    if left < 0:
        return AREA.bad(name, f"{text}: expired", "renew the broker's certificate")
    if left < _SOON_DAYS:
        return AREA.warn(name, f"{text}: {left} days", "renew the broker's certificate")
    return AREA.ok(name, f"{text}: {left} days left")
