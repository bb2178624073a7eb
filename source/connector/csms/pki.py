"""Our own CA with what it issued: kept in the store, listed, revoked.

Used by the functional blocks, the API and the command line. The command line may use it
while no connector runs: `open_pki`.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Collection, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

from connector.errors import CertificateError
from connector.security.ca import (
    LEAF_LASTS,
    LIST_RENEWED,
    PKI_FOLDER,
    KeyPair,
    StationAuthority,
    at,
)
from connector.security.certificates import (
    list_file_ends,
    list_file_serials,
    read_certificate,
    serial_of,
)
from connector.security.key_pairs import KeyKind
from connector.security.requests import read_request
from connector.security.signing import REASONS, Revoked
from connector.store.interface import CertificateStore, Store
from connector.store.records import CertificateRecord

_LONGEST_CN = 64
"""RFC 5280, appendix A.1: ub-common-name."""
_MOST_DAYS = 365 * 20


@dataclass(frozen=True, slots=True)
class IssuedPair:
    """What was issued with a key of ours: the key is nowhere else."""

    record: CertificateRecord
    pair: KeyPair


@dataclass(frozen=True, slots=True)
class InstalledServer:
    """A certificate of this server that lies beside the CA, with its key."""

    record: CertificateRecord
    certificate_file: Path
    key_file: Path


class Pki:
    """Issues, lists and revokes; signing and files are left to a thread.

    Every method raises `CertificateError` where the CA cannot do it, and `StoreError`
    where it cannot be kept: then nothing is handed out.
    """

    def __init__(
        self,
        authority: StationAuthority,
        store: CertificateStore,
        now_ms: Callable[[], int],
    ) -> None:
        self.authority = authority
        self._store = store
        self._now_ms = now_ms
        self._listing = asyncio.Lock()

    def now(self) -> datetime:
        """The time, as certificates want it."""
        return at(self._now_ms())

    async def init(self) -> str:
        """Make the CA and its revocation list unless they are there; gives the root."""
        root = await asyncio.to_thread(self.authority.root, self.now())
        await self.renew_list()
        return root

    async def root(self) -> str:
        """The root's certificate (PEM); made where there is none."""
        return await asyncio.to_thread(self.authority.root, self.now())

    # -- issuing

    async def issue(
        self,
        station: str,
        csr: str,
        names: Collection[str] = (),
        lasts: timedelta = LEAF_LASTS,
    ) -> CertificateRecord:
        """A client certificate for what a station's request (PEM) asks for.

        ``names``: what it may have as its CN beside its identity.
        """

        def sign() -> str:
            allowed = {station, *names}
            request = read_request(csr)
            return self.authority.issue(request, allowed, self.now(), lasts)

        return await self._keep(await asyncio.to_thread(sign), station)

    async def issue_pair(
        self,
        station: str,
        common_name: str | None = None,
        lasts: timedelta = LEAF_LASTS,
        kind: KeyKind = "ec",
    ) -> IssuedPair:
        """A client certificate with a new key, for a station that makes no request."""
        name = common_name or station
        if len(name) > _LONGEST_CN:
            raise CertificateError(
                f"a CN has at most {_LONGEST_CN} characters, {station[:80]!r} has "
                f"{len(name)}: expected its serial_number as CN"
            )
        pair = await asyncio.to_thread(
            self.authority.issue_pair, name, self.now(), lasts, kind
        )
        return IssuedPair(await self._keep(pair.certificate, station), pair)

    async def issue_server(
        self,
        hosts: Iterable[str],
        lasts: timedelta = LEAF_LASTS,
        kind: KeyKind = "ec",
    ) -> IssuedPair:
        """A certificate for `OCPP_TLS_CERT`, with its key."""
        pair = await asyncio.to_thread(
            self.authority.issue_server, list(hosts), self.now(), lasts, kind
        )
        return IssuedPair(await self._keep(pair.certificate, None), pair)

    async def install_server(
        self,
        hosts: Iterable[str],
        lasts: timedelta = LEAF_LASTS,
        kind: KeyKind = "ec",
    ) -> InstalledServer:
        """The same, put where `OCPP_TLS_CERT` may point, in the place of an older one.

        A server that uses it reads it by itself.
        """
        issued = await self.issue_server(hosts, lasts, kind)
        paths = await asyncio.to_thread(self.authority.keep_server, issued.pair)
        return InstalledServer(issued.record, *paths)

    async def _keep(self, pem: str, station: str | None) -> CertificateRecord:
        facts = read_certificate(pem)
        record = CertificateRecord(
            facts.serial,
            facts.common_name,
            pem,
            self._now_ms(),
            round(facts.expires.timestamp() * 1000),
            station,
        )
        await self._store.save_certificate(record)
        return record

    # -- what was issued

    async def list(
        self,
        station: str | None = None,
        limit: int | None = None,
        before: tuple[int, str] | None = None,
    ) -> list[CertificateRecord]:
        """What was issued to a station, or all; newest first, behind one of them.

        ``before``: the ``issued_ms`` and ``serial`` of that one.
        """
        return await self._store.certificates(station, limit, before)

    async def find(self, serial: str) -> CertificateRecord | None:
        """The one with that serial number, as people write it."""
        return await self._store.certificate(serial_of(serial))

    async def revoke(
        self, serial: str, reason: str = "unspecified"
    ) -> CertificateRecord:
        """Let a certificate be good no more, from now on and after a restart.

        A second time changes nothing. The list is written before this returns.
        """
        if reason not in REASONS:
            raise CertificateError(
                f"{reason[:80]!r} is no reason: expected {', '.join(REASONS)}"
            )
        record = await self.find(serial)
        if record is None:
            raise UnknownCertificate(serial)
        if record.revoked_ms is None:
            record = replace(record, revoked_ms=self._now_ms(), reason=reason)
            await self._store.save_certificate(record)
        await self.renew_list()
        return record

    # -- the revocation list

    async def renew_list(self) -> bool:
        """Write the list where it is missing, old, or not what the store says.

        Whether it was written.
        """
        async with self._listing:
            now = self.now()
            records = await self._store.revoked_certificates(self._now_ms())
            return await asyncio.to_thread(self._renew, records, now)

    def _renew(self, records: Collection[CertificateRecord], now: datetime) -> bool:
        if not self.authority.exists:
            return False
        serials = {int(record.serial, 16) for record in records}
        path = self.authority.list_file
        try:
            is_good = (
                list_file_ends(path) - now > LIST_RENEWED
                and list_file_serials(path) >= serials
            )
        except CertificateError:
            # Missing, or damaged: it holds nothing that the store does not.
            is_good = False
        if not is_good:
            self.authority.write_list(map(_revoked, records), now)
        return not is_good

    async def crl(self) -> str:
        """The revocation list (PEM), as it is now; made where there is no CA."""
        await self.init()
        return await asyncio.to_thread(self.authority.read_list)


class UnknownCertificate(CertificateError):
    """Our CA has issued no certificate with this serial number."""

    def __init__(self, serial: str) -> None:
        super().__init__(serial)
        self.serial = serial

    def __str__(self) -> str:
        return (
            f"no certificate {self.serial[:80]} was issued here; the list of "
            "certificates shows those that were"
        )


@asynccontextmanager
async def open_pki(
    data_dir: Path, store: Store, operator: str | None, now_ms: Callable[[], int]
) -> AsyncIterator[Pki]:
    """The CA of a connector that may not run: opens the store, and closes it again.

    Raises:
        StoreError: the store cannot be used.
    """
    await store.open()
    try:
        yield Pki(StationAuthority(data_dir / PKI_FOLDER, operator), store, now_ms)
    finally:
        await store.close()


def lasting(days: int) -> timedelta:
    """For how long a certificate is to be valid.

    Raises:
        CertificateError: too short, or too long.
    """
    if not 1 <= days <= _MOST_DAYS:
        raise CertificateError(f"{days} days: expected 1 to {_MOST_DAYS}")
    return timedelta(days=days)


def _revoked(record: CertificateRecord) -> Revoked:
    return Revoked(
        int(record.serial, 16), at(record.revoked_ms or 0), record.reason or ""
    )
