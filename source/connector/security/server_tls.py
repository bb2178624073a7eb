"""TLS of the stations' port: what is allowed, and files that change while it runs.

Reading files waits for the disk, so contexts are made in threads.
"""

from __future__ import annotations

import asyncio
import logging
import os
import ssl
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509

from connector.errors import CertificateError

logger = logging.getLogger(__name__)

CIPHERS = (
    "ECDHE-ECDSA-AES128-GCM-SHA256",
    "ECDHE-ECDSA-AES256-GCM-SHA384",
    "ECDHE-RSA-AES128-GCM-SHA256",
    "ECDHE-RSA-AES256-GCM-SHA384",
    "AES128-GCM-SHA256",
    "AES256-GCM-SHA384",
)
"""Of TLS 1.2: the four that a CSMS has to have (OCPP 2.0.1, part 2, A00.FR.318; the
security whitepaper for 1.6 has the same), and those of RSA certificates that keep old
traffic secret. TLS 1.3 has its own."""
_LOOKS_EACH_S = 2.0
_SOON = timedelta(days=14)
_CRL_MARK = b"-----BEGIN X509 CRL-----"

Signature = tuple[tuple[int, int, int] | None, ...]


@dataclass(frozen=True, slots=True)
class TlsFiles:
    """Paths of PEM files.

    Several ``certificates`` have keys of different kinds (RSA and EC); an element of
    ``keys`` that is None stands in the certificate's own file.
    """

    certificates: tuple[Path, ...]
    keys: tuple[Path | None, ...]
    client_ca: Path | None = None
    crl: Path | None = None
    own_crl: Path | None = None
    """The list of our own CA, where that is among ``client_ca``."""

    def all(self) -> tuple[Path, ...]:
        """Each of them."""
        more = (*self.keys, self.client_ca, self.crl, self.own_crl)
        return (*self.certificates, *(path for path in more if path is not None))


@dataclass(frozen=True, slots=True)
class Expiry:
    """Until when a file is good: ``kind`` is server, client_ca or crl."""

    kind: str
    path: Path
    name: str
    until: datetime

    def days_left(self, now: datetime) -> float:
        """Negative once it is over."""
        return (self.until - now) / timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Loaded:
    """What the files held when they were read."""

    context: ssl.SSLContext
    expiries: tuple[Expiry, ...]
    revoked: frozenset[tuple[bytes, int]]
    """Issuer (DER) and serial number."""


class ServerTls:
    """The context of new connections, made again when a file has changed.

    ``complete`` says which files belong to those that are set.
    """

    def __init__(
        self,
        files: TlsFiles,
        complete: Callable[[TlsFiles], TlsFiles] = lambda files: files,
    ) -> None:
        self._given = self._files = files
        self._complete = complete
        self._loaded: Loaded | None = None
        self._seen: Signature = ()
        self._changing: Signature = ()
        self._task: asyncio.Task[None] | None = None
        self.on_reload: Callable[[], None] = lambda: None
        """Called on the loop after files were read again."""

    @property
    def context(self) -> ssl.SSLContext:
        """For the next connection.

        Raises:
            CertificateError: nothing was loaded yet.
        """
        return self._found.context

    @property
    def expiries(self) -> tuple[Expiry, ...]:
        """Until when each file is good."""
        return self._found.expiries

    @property
    def _found(self) -> Loaded:
        if self._loaded is None:
            raise CertificateError("the files of TLS have not been read")
        return self._loaded

    def is_revoked(self, issuer: bytes, serial: int) -> bool:
        """Whether the revocation list names a certificate."""
        return (issuer, serial) in self._found.revoked

    async def start(self) -> None:
        """Read the files, and look for changes from now on.

        Raises:
            CertificateError: one cannot be used; the text names it.
        """
        await self._load()
        self._task = asyncio.create_task(self._watch(), name="tls files")

    async def stop(self) -> None:
        """Look no more."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait({self._task})

    async def _watch(self) -> None:
        while True:
            await asyncio.sleep(_LOOKS_EACH_S)
            await self.look()

    async def look(self) -> None:
        """Read files that have changed and are left alone since the last look."""
        found = await asyncio.to_thread(_signature, self._files)
        if found == self._seen:
            return
        if found != self._changing:
            # A certificate and its key are two files: both have to be there.
            self._changing = found
            return
        self._seen = found
        try:
            await self._load()
        except CertificateError as problem:
            logger.error("%s; what was there before stays in use", problem)
            return
        logger.info("the TLS files of the stations' port were read again")
        self.on_reload()

    async def _load(self) -> None:
        self._files = await asyncio.to_thread(self._complete, self._given)
        self._seen = await asyncio.to_thread(_signature, self._files)
        self._loaded = await asyncio.to_thread(load, self._files)
        _warn(self._loaded)


def load(files: TlsFiles) -> Loaded:
    """Read the files.

    Raises:
        CertificateError: one cannot be used; the text names it.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.set_ciphers(":".join(CIPHERS))
    # A ticket would let a station in again whose certificate was revoked since.
    context.options |= ssl.OP_NO_TICKET | ssl.OP_NO_COMPRESSION
    context.options |= ssl.OP_NO_RENEGOTIATION | ssl.OP_CIPHER_SERVER_PREFERENCE
    context.num_tickets = 0
    expiries: list[Expiry] = []
    for path, key in zip(files.certificates, files.keys, strict=True):
        _load_certificate(context, path, key)
        expiries += _certificates("server", path)[:1]
    revoked: frozenset[tuple[bytes, int]] = frozenset()
    if files.client_ca is not None:
        context.verify_mode = ssl.CERT_OPTIONAL
        # The CA that is given is trusted, be it a root or one below it.
        context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
        _trust(context, files.client_ca)
        expiries += _certificates("client_ca", files.client_ca)
    names: set[str] = set()
    for path in filter(None, (files.crl, files.own_crl)):
        context.verify_flags |= ssl.VERIFY_CRL_CHECK_LEAF
        lists, named = _load_lists(context, path)
        expiries += lists
        revoked |= named
        names |= {each.name for each in lists}
    if files.client_ca is not None and _have_lists(files.client_ca, names):
        # OpenSSL wants a list of every CA of a chain then, up to a root.
        context.verify_flags |= ssl.VERIFY_CRL_CHECK_CHAIN
        context.verify_flags &= ~ssl.VERIFY_X509_PARTIAL_CHAIN
    return Loaded(context, tuple(expiries), revoked)


def _load_certificate(context: ssl.SSLContext, path: Path, key: Path | None) -> None:
    try:
        # Without a password OpenSSL would ask for one on the terminal.
        context.load_cert_chain(path, key, password="")
    except (OSError, ValueError) as problem:
        files = f"{path} with {key}" if key else str(path)
        text = f"the certificate {files} cannot be used: {_reason(problem)}"
        raise CertificateError(text) from None


def _trust(context: ssl.SSLContext, path: Path) -> None:
    try:
        context.load_verify_locations(path)
    except (OSError, ValueError) as problem:
        text = f"the CA of stations {path} cannot be used: {_reason(problem)}"
        raise CertificateError(text) from None


def _certificates(kind: str, path: Path) -> list[Expiry]:
    try:
        found = x509.load_pem_x509_certificates(path.read_bytes())
    except (OSError, ValueError) as problem:
        raise CertificateError(f"{path} cannot be read: {_reason(problem)}") from None
    return [
        Expiry(kind, path, each.subject.rfc4514_string(), each.not_valid_after_utc)
        for each in found
    ]


def _have_lists(client_ca: Path, listed: set[str]) -> bool:
    """Whether all CAs of stations, and those above them, are there with their lists."""
    found = x509.load_pem_x509_certificates(client_ca.read_bytes())
    names = {each.subject.rfc4514_string() for each in found}
    above = {each.issuer.rfc4514_string() for each in found}
    return names | above <= names & listed


def _load_lists(
    context: ssl.SSLContext, path: Path
) -> tuple[list[Expiry], frozenset[tuple[bytes, int]]]:
    """Each list of the file, and everything that they revoke."""
    expiries: list[Expiry] = []
    revoked: set[tuple[bytes, int]] = set()
    try:
        parts = path.read_bytes().split(_CRL_MARK)[1:]
        if not parts:
            raise ValueError("it holds no revocation list in PEM")
        for part in parts:
            found = x509.load_pem_x509_crl(_CRL_MARK + part)
            issuer = found.issuer.public_bytes()
            revoked.update((issuer, each.serial_number) for each in found)
            until = found.next_update_utc or datetime.max.replace(tzinfo=UTC)
            name = found.issuer.rfc4514_string()
            expiries.append(Expiry("crl", path, name, until))
        context.load_verify_locations(path)
    except (OSError, ValueError) as problem:
        text = f"the revocation list {path} cannot be used: {_reason(problem)}"
        raise CertificateError(text) from None
    return expiries, frozenset(revoked)


def _reason(problem: Exception) -> str:
    if isinstance(problem, ssl.SSLError):
        return (problem.reason or "it holds none").replace("_", " ").lower()
    if isinstance(problem, OSError):
        return problem.strerror or str(problem)
    return str(problem)


def _signature(files: TlsFiles) -> Signature:
    return tuple(_stat(path) for path in files.all())


def _stat(path: Path) -> tuple[int, int, int] | None:
    try:
        found = os.stat(path)
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size, found.st_ino


_ENDS = {
    "server": "stations will not connect",
    "client_ca": "certificates that it issued are refused",
    "crl": "every client certificate is refused, for nobody knows which are revoked",
}


def _warn(loaded: Loaded) -> None:
    now = datetime.now(UTC)
    for each in loaded.expiries:
        if each.until <= now:
            text = "%s (%s) has expired: %s"
            logger.error(text, each.path, each.name, _ENDS[each.kind])
        elif each.until - now < _SOON:
            days = each.days_left(now)
            text = "%s (%s) expires in %.1f days: then %s"
            logger.warning(text, each.path, each.name, days, _ENDS[each.kind])
