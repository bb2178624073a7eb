"""The store in a database: SQLite or PostgreSQL, every commit on the disk."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection

from connector.errors import StoreError
from connector.store import certificate_statements as certificates
from connector.store import energy_statements as energy
from connector.store import reservation_statements as reservations
from connector.store import sample_statements as samples
from connector.store import statements as sql
from connector.store import token_statements as tokens
from connector.store import transaction_statements as tx
from connector.store.archive import Archive
from connector.store.backends import backend_of
from connector.store.groups import Groups
from connector.store.opening import open_groups
from connector.store.probe import Probe
from connector.store.reads import engine_of
from connector.store.records import (
    CertificateRecord,
    LimitRecord,
    LocalListRecord,
    ReservationRecord,
    SampleRecord,
    SeenToken,
    StationRecord,
    TokenRecord,
    TransactionChange,
    TransactionRecord,
    TransactionStart,
    TransactionStop,
)
from connector.store.sample_buffer import SampleBuffer

if TYPE_CHECKING:
    from connector.store.backup import Made


def open_store(url: str) -> DatabaseStore:
    """The store at a URL, to be opened on the loop that uses it."""
    return DatabaseStore(url)


class DatabaseStore:
    """See `connector.store.interface.Store`."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._groups: Groups | None = None
        self._samples: SampleBuffer[SampleRecord] | None = None
        self._archive: Archive | None = None
        self._is_unsure = False
        self._probe: Probe | None = None

    @property
    def archive(self) -> Archive:
        """What is read, thinned and removed in bulk.

        Raises:
            StoreError: the store is not open.
        """
        if self._archive is None:
            raise StoreError("the store is not open")
        return self._archive

    @property
    def shown(self) -> str:
        """Which database it is, for people; without a password."""
        backend, url = backend_of(self._url)
        return backend.shown(url)

    @property
    def is_writable(self) -> bool:
        """False from a failed write until one succeeds again."""
        return self._groups is not None and self._groups.is_writable

    @property
    def samples_dropped(self) -> int:
        """How many samples were lost since the store was opened."""
        return 0 if self._samples is None else self._samples.dropped

    async def open(self) -> None:
        """Bring the schema to the newest version and be ready.

        Raises:
            StoreError: the database cannot be used.
        """
        if self._groups is not None:
            raise StoreError("the store is open already")
        groups = self._groups = await open_groups(self._url)
        self._samples = SampleBuffer(self._write_samples, lambda: self.is_writable)
        self._archive = Archive(groups, engine_of(self._url))
        self._probe = Probe(groups, always=backend_of(self._url)[0].IS_SERVER)

    async def close(self) -> None:
        """Write what waits, and release everything."""
        if self._groups is None or self._samples is None:
            return
        if self._probe is not None:
            await self._probe.stop()
        await self._samples.close()
        archive, self._archive = self._archive, None
        if archive is not None:
            await archive.close()
        groups, self._groups = self._groups, None
        await groups.close()

    async def back_up(
        self, folder: Path, *, data_dir: Path | None = None, version: str = ""
    ) -> Made:
        """Write everything to a new file in a folder; see `store.backup`."""
        # Most processes never make one.
        from connector.store.backup import back_up, path_of  # noqa: PLC0415

        if self._samples is not None:
            await self._samples.flush()
            await self.archive.flush_history()
        now = datetime.now(UTC)
        path = await asyncio.to_thread(path_of, folder, now)
        return await asyncio.to_thread(
            back_up, self._url, path, data_dir=data_dir, version=version, now=now
        )

    async def _read(self, operation: Any, *arguments: Any) -> Any:
        return await self._run(operation, arguments, is_write=False)

    async def _write(self, operation: Any, *arguments: Any) -> Any:
        return await self._run(operation, arguments, is_write=True)

    async def _run(
        self, operation: Any, arguments: tuple[Any, ...], *, is_write: bool
    ) -> Any:
        if self._groups is None:
            raise StoreError("the store is not open")

        def run(connection: Connection) -> Any:
            return operation(connection, *arguments)

        return await self._groups.run(run, is_write=is_write)

    # -- stations

    async def stations(self) -> list[StationRecord]:
        """All of them."""
        return list(await self._read(sql.stations))

    async def save_station(self, record: StationRecord) -> None:
        """Insert or replace."""
        await self._write(sql.save_station, record)

    async def delete_station(self, identity: str) -> None:
        """Forget it and what is kept of it; its transactions stay."""
        await self._write(sql.delete_station, identity)

    # -- tokens

    async def tokens(self) -> list[TokenRecord]:
        """All of them."""
        return list(await self._read(sql.tokens))

    async def token(self, id_token: str, type: str = "any") -> TokenRecord | None:
        """The one for this id (compared without case) and type, else for any type."""
        found: TokenRecord | None = await self._read(sql.token, id_token, type)
        return found

    async def save_token(self, record: TokenRecord) -> None:
        """Insert or replace."""
        await self._write(sql.save_token, record)

    async def delete_token(self, id_token: str, type: str = "any") -> None:
        """Forget it."""
        await self._write(sql.delete_token, id_token, type)

    async def note_seen_tokens(self, seen: Sequence[SeenToken], keep: int) -> None:
        """Count how often unregistered ones were seen; the newest stay."""
        await self._write(tokens.note_seen, seen, keep)

    async def seen_tokens(
        self, limit: int = 100, before: tuple[int, str, str] | None = None
    ) -> list[SeenToken]:
        """The newest, newest first."""
        return list(await self._read(tokens.seen, limit, before))

    # -- transactions

    async def start_transaction(self, start: TransactionStart) -> TransactionRecord:
        """Keep a start; the same start again gives the same record."""
        record: TransactionRecord = await self._write(tx.start_transaction, start)
        return record

    async def stop_transaction(
        self, key: str, stop: TransactionStop
    ) -> TransactionRecord:
        """Close it; a second stop changes nothing."""
        record: TransactionRecord = await self._write(tx.stop_transaction, key, stop)
        return record

    async def change_transaction(
        self, key: str, change: TransactionChange
    ) -> TransactionRecord:
        """Write what was learnt of it; gives it as it is then."""
        record: TransactionRecord = await self._write(
            tx.change_transaction, key, change
        )
        return record

    async def resume_transaction(self, key: str) -> TransactionRecord:
        """Open again what was closed without a stop; gives the record as it is."""
        record: TransactionRecord = await self._write(tx.resume_transaction, key)
        return record

    async def transaction(self, key: str) -> TransactionRecord | None:
        """The one with this key."""
        found: TransactionRecord | None = await self._read(energy.transaction, key)
        return found

    async def save_energies(self, energies: Mapping[str, float]) -> None:
        """Keep what was told of transactions that ended, by their keys, in Wh."""
        await self._write(energy.save_energies, energies)

    async def find_transaction(
        self, station: str, ocpp_id: str
    ) -> TransactionRecord | None:
        """The newest of this station with that id."""
        found: TransactionRecord | None = await self._read(
            tx.find_transaction, station, ocpp_id
        )
        return found

    async def open_transactions(
        self, station: str | None = None
    ) -> list[TransactionRecord]:
        """Those that were not closed, oldest first."""
        return list(await self._read(tx.open_transactions, station))

    async def open_transactions_of(self, id_token: str) -> list[TransactionRecord]:
        """Those of an id token, oldest first."""
        return list(await self._read(tx.open_transactions_of, id_token))

    async def transactions(
        self, station: str | None = None, limit: int = 100
    ) -> list[TransactionRecord]:
        """The newest ones, newest first."""
        return list(await self._read(tx.transactions, station, limit))

    async def closed_transactions(self, since_ms: int) -> list[TransactionRecord]:
        """Those that ended since then, in the order in which they began."""
        return list(await self._read(tx.closed_transactions, since_ms))

    async def samples(self, key: str, newest: int | None = None) -> list[SampleRecord]:
        """The samples of one transaction, or its newest ones, in time order."""
        if self._samples is not None:
            await self._samples.flush()
        return list(await self._read(samples.samples, key, newest))

    def add_samples(self, samples: Iterable[SampleRecord]) -> None:
        """Keep samples within a second; when too many wait, the oldest are dropped."""
        if self._groups is None or self._samples is None:
            raise StoreError("the store is not open")
        self._samples.add(samples)

    async def _write_samples(self, records: list[SampleRecord]) -> None:
        # Those that could not be written before may have been, and nobody heard of it.
        again = samples.add_missing_samples if self._is_unsure else samples.add_samples
        self._is_unsure = True
        await self._write(again, records)
        self._is_unsure = False

    # -- reservations, local lists

    async def next_reservation_id(self, station: str) -> int:
        """A new id that no reservation in force there has."""
        return int(await self._write(reservations.next_id, station))

    async def save_reservations(self, records: Sequence[ReservationRecord]) -> None:
        """Insert or replace all of them, or none."""
        await self._write(reservations.save, records)

    async def open_reservations(self) -> list[ReservationRecord]:
        """Those in force, oldest first."""
        return list(await self._read(reservations.in_force))

    async def reservations(
        self, station: str | None = None, limit: int = 100, before: str | None = None
    ) -> list[ReservationRecord]:
        """The newest ones, newest first; those that ended, too.

        ``before``: only those that were made before the one of this key.
        """
        found = self._read(reservations.newest, station, limit, before)
        return list(await found)

    async def delete_reservations(self, station: str) -> None:
        """Forget all of a station."""
        await self._write(reservations.delete_of, station)

    async def local_list(self, station: str) -> LocalListRecord | None:
        """What a station accepted last; None: never any."""
        found: LocalListRecord | None = await self._read(sql.local_list, station)
        return found

    async def save_local_list(self, record: LocalListRecord) -> None:
        """Insert or replace."""
        await self._write(sql.save_local_list, record)

    async def delete_local_list(self, station: str) -> None:
        """Forget it."""
        await self._write(sql.delete_local_list, station)

    # -- limits, datapoints

    async def limits(self) -> list[LimitRecord]:
        """All of them."""
        return list(await self._read(sql.limits))

    async def save_limit(self, record: LimitRecord) -> None:
        """Insert or replace the slot of (station, where)."""
        await self._write(sql.save_limit, record)

    async def delete_limit(self, station: str, where: str) -> None:
        """Forget the slot."""
        await self._write(sql.delete_limit, station, where)

    async def datapoints(self) -> dict[str, list[str]]:
        """By station: its local keys (the key without the station's part)."""
        return dict(await self._read(sql.datapoints))

    async def save_datapoints(self, station: str, keys: list[str]) -> None:
        """Replace the set of one station."""
        await self._write(sql.save_datapoints, station, keys)

    # -- the device model

    async def save_variables(
        self, station: str, items: dict[str, dict[str, Any]]
    ) -> None:
        """Insert or replace those that are named; the others stay."""
        await self._write(sql.save_variables, station, items)

    async def variables(self, station: str) -> dict[str, dict[str, Any]]:
        """What a station reported, by name."""
        return dict(await self._read(sql.variables, station))

    # -- certificates

    async def save_certificate(self, record: CertificateRecord) -> None:
        """Insert or replace."""
        await self._write(certificates.save, record)

    async def certificate(self, serial: str) -> CertificateRecord | None:
        """The one with that serial number (hexadecimal)."""
        found: CertificateRecord | None = await self._read(
            certificates.of_serial, serial
        )
        return found

    async def certificates(
        self,
        station: str | None = None,
        limit: int | None = None,
        before: tuple[int, str] | None = None,
    ) -> list[CertificateRecord]:
        """Those of a station, or all; newest first, behind (issued_ms, serial)."""
        return list(await self._read(certificates.newest, station, limit, before))

    async def revoked_certificates(self, now_ms: int) -> list[CertificateRecord]:
        """Those that were revoked and have not expired, newest first."""
        return list(await self._read(certificates.revoked, now_ms))
