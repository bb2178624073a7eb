"""TLS of the stations' port, and the broker's: files, chains, names, days left."""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

from cryptography import x509
from cryptography.exceptions import InvalidSignature

from connector.cli.doctor.findings import Area, Finding
from connector.cli.doctor.scene import Scene
from connector.cli.doctor.shown_certificates import look_at, named, names_of
from connector.errors import CertificateError
from connector.mqtt.reasons import words_of

if TYPE_CHECKING:
    from connector.security.server_tls import Expiry
    from connector.settings.model import Settings

AREA = Area("TLS")
_SOON_DAYS, _DAYS_OF_LISTS = 30, 1
_RENEW = "renew it (see the how-to on certificates)"
_RENEW_BROKERS = "renew the broker's certificate"
_CLOCK = "set this machine's clock, if it is slow; else wait, or have it issued anew"
_CHAIN = (
    "put the certificate of {} behind it in that file, unless stations trust that one "
    "itself"
)
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
            yield from _chain(path, settings)
        if scene.is_own:
            yield _served(settings, files.certificates)
    if settings.mqtt_tls:
        yield from _of_broker(settings)


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
    name = f"{_KINDS.get(expiry.kind, expiry.kind)} {expiry.path}"
    bound = _DAYS_OF_LISTS if expiry.kind == "crl" else _SOON_DAYS
    return _holds(name, expiry.until, bound, _RENEW)


def _holds(name: str, until: datetime, bound_days: int, advice: str) -> Finding:
    """The verdict on an end (UTC)."""
    left = (until - datetime.now(UTC)) / timedelta(days=1)
    shown = f"{until:%Y-%m-%d %H:%M} UTC"
    if left < 0:
        return AREA.bad(name, f"has expired: it held until {shown}", advice)
    text = f"holds until {shown}: {int(left)} days left"
    return AREA.warn(name, text, advice) if left < bound_days else AREA.ok(name, text)


def _chain(path: Path, settings: Settings) -> Iterator[Finding]:
    """The certificates of a file, each issued by the next, and the names in it."""
    try:
        found = x509.load_pem_x509_certificates(path.read_bytes())
    except (OSError, ValueError):
        return  # told with the files
    if found[0].not_valid_before_utc > datetime.now(UTC):
        text = f"is not valid before {found[0].not_valid_before_utc:%Y-%m-%d %H:%M} UTC"
        yield AREA.bad(f"begin {path}", text, _CLOCK)
    yield _names(path, found[0])
    yield _links(path, found, settings)


def _links(path: Path, found: list[x509.Certificate], settings: Settings) -> Finding:
    name = f"chain {path}"
    for lower, upper in pairwise(found):
        if not _has_issued(upper, lower):
            text = f"{_subject(lower)} is not issued by {_subject(upper)} after it"
            advice = "the server's certificate first, then its issuer, and so on"
            return AREA.bad(name, text, advice)
    last = found[-1]
    if len(found) > 1 or last.subject == last.issuer:
        text = f"{len(found)} certificates, up to {_subject(last)}"
        return AREA.ok(name, text)
    issuer = named(last.issuer)
    if any(_has_issued(root, last) for root in _roots(settings, last.issuer)):
        text = f"one certificate, issued by the root {issuer}"
        return AREA.ok(name, f"{text}: stations have to trust it")
    text = f"one certificate, issued by {issuer}, which is no root that is known here"
    return AREA.warn(name, text, _CHAIN.format(issuer))


def _has_issued(upper: x509.Certificate, lower: x509.Certificate) -> bool:
    try:
        lower.verify_directly_issued_by(upper)
    except (ValueError, TypeError, InvalidSignature):
        return False
    return True


def _roots(settings: Settings, name: x509.Name) -> Iterator[x509.Certificate]:
    """Those of this name: of our own CA, of stations, and of this system."""
    from connector.security.ca import CERTIFICATE_FILE, PKI_FOLDER  # noqa: PLC0415

    own = settings.data_dir / PKI_FOLDER / CERTIFICATE_FILE
    ours = settings.tls_files.client_ca if settings.tls_files is not None else None
    for path in filter(None, (own, ours)):
        with suppress(OSError, ValueError):
            yield from x509.load_pem_x509_certificates(path.read_bytes())
    for der in ssl.create_default_context().get_ca_certs(binary_form=True):
        # Reading all of them would take half a second.
        if name.public_bytes() in der:
            yield x509.load_der_x509_certificate(der)


def _subject(certificate: x509.Certificate) -> str:
    return certificate.subject.rfc4514_string() or "one without a name"


def _names(path: Path, certificate: x509.Certificate) -> Finding:
    """The hosts that it is for; stations compare them with the URL they dial."""
    hosts = names_of(certificate)
    if not hosts:
        advice = "have it issued again with the host name that stations dial"
        return AREA.warn(f"names {path}", "no host name is in it", advice)
    text = f"good for {', '.join(hosts)}: stations have to dial one of these"
    return AREA.ok(f"names {path}", text)


def _served(settings: Settings, paths: tuple[Path, ...]) -> Finding:
    """Whether the port shows what is in a file now."""
    host = settings.ocpp_host or "127.0.0.1"
    host = "127.0.0.1" if host in ("0.0.0.0", "::") else host  # noqa: S104
    port = settings.ocpp_tls_port or 0
    name = f"OCPP_TLS_PORT {port}"
    try:
        shown = look_at(host, port)
    except (OSError, ValueError) as problem:
        text = f"no handshake: {words_of(problem)}"
        return AREA.bad(name, text, "the connector's log says more")
    for path in paths:
        if ssl.PEM_cert_to_DER_cert(_first(path)) == shown.der:
            return AREA.ok(name, f"{shown.version}, shows the certificate of {path}")
    text = "shows a certificate that is in none of the files"
    return AREA.warn(name, text, "files are read again within seconds: look at the log")


def _first(path: Path) -> str:
    text = path.read_text("ascii", "replace")
    begin, end = "-----BEGIN CERTIFICATE-----", "-----END CERTIFICATE-----"
    return f"{begin}{text.partition(begin)[2].partition(end)[0]}{end}\n"


def _of_broker(settings: Settings) -> Iterator[Finding]:
    """How long the broker's certificate holds, wherever it is from."""
    name = f"broker {settings.mqtt_broker_host}:{settings.mqtt_broker_port}"
    try:
        shown = look_at(settings.mqtt_broker_host, settings.mqtt_broker_port)
    except (OSError, ValueError) as problem:
        text = f"no handshake: {words_of(problem)}"
        yield AREA.bad(name, text, "see what is said of the broker's connection")
        return
    yield _holds(name, shown.until, _SOON_DAYS, _RENEW_BROKERS)
