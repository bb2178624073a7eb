"""The store in a database: SQLite in one file (WAL, every commit on the disk)."""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError

from connector.errors import StoreError
from connector.store import statements as sql
from connector.store.groups import Groups, store_error
from connector.store.records import (
    LimitRecord,
    SampleRecord,
    StationRecord,
    TokenRecord,
    TransactionRecord,
    TransactionStart,
    TransactionStop,
)
from connector.store.schema import migrate

logger = logging.getLogger(__name__)

_MOST_SAMPLES = 100_000
_SAMPLES_WITHIN_S = 1.0
_PRAGMAS = (
    "journal_mode = WAL",
    "synchronous = FULL",
    "foreign_keys = ON",
    "busy_timeout = 5000",
)


def open_store(url: str) -> DatabaseStore:
    """The store at a URL, to be opened on the loop that uses it."""
    return DatabaseStore(url)


class DatabaseStore:
    """See `connector.store.interface.Store`."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._groups: Groups | None = None
        self._engine: Engine | None = None
        self._samples: deque[SampleRecord] = deque(maxlen=_MOST_SAMPLES)
        self._flush: asyncio.TimerHandle | None = None
        self._flushing: asyncio.Task[None] | None = None
        self.samples_dropped = 0

    @property
    def is_writable(self) -> bool:
        """False from a failed write until one succeeds again."""
        return self._groups is not None and self._groups.is_writable

    async def open(self) -> None:
        """Bring the schema to the newest version and be ready."""
        self._engine = _engine(self._url)
        self._groups = Groups(self._engine)
        try:
            await self._groups.in_thread(self._migrate)
        except StoreError as problem:
            await self._groups.close()
            raise StoreError(f"{self._engine.url!r}: {problem}") from None

    def _migrate(self) -> None:
        assert self._engine is not None  # noqa: S101
        try:
            with self._engine.begin() as connection:
                migrate(connection)
        except Exception as problem:
            raise store_error(problem) from problem

    async def close(self) -> None:
        """Write what waits, and release everything."""
        if self._groups is None or self._engine is None:
            return
        if self._flush is not None:
            self._flush.cancel()
        if self._flushing is not None:
            await asyncio.wait({self._flushing})
        await self._write_samples()
        await self._groups.in_thread(self._engine.dispose)
        await self._groups.close()

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
        """Forget it, its limits and its datapoint set; its transactions stay."""
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

    # -- transactions

    async def start_transaction(self, start: TransactionStart) -> TransactionRecord:
        """Keep a start; the same start again gives the same record."""
        record: TransactionRecord = await self._write(sql.start_transaction, start)
        return record

    async def stop_transaction(
        self, key: str, stop: TransactionStop
    ) -> TransactionRecord:
        """Close it; a second stop changes nothing."""
        record: TransactionRecord = await self._write(sql.stop_transaction, key, stop)
        return record

    async def find_transaction(
        self, station: str, ocpp_id: str
    ) -> TransactionRecord | None:
        """The newest of this station with that id."""
        found: TransactionRecord | None = await self._read(
            sql.find_transaction, station, ocpp_id
        )
        return found

    async def open_transactions(
        self, station: str | None = None
    ) -> list[TransactionRecord]:
        """Those that were not closed, oldest first."""
        return list(await self._read(sql.open_transactions, station))

    async def transactions(
        self, station: str | None = None, limit: int = 100
    ) -> list[TransactionRecord]:
        """The newest ones, newest first."""
        return list(await self._read(sql.transactions, station, limit))

    async def samples(self, key: str) -> list[SampleRecord]:
        """The samples of one transaction, in time order."""
        return list(await self._read(sql.samples, key))

    def add_samples(self, samples: Iterable[SampleRecord]) -> None:
        """Keep samples within a second; when too many wait, the oldest are dropped."""
        for sample in samples:
            if len(self._samples) == _MOST_SAMPLES:
                self.samples_dropped += 1
            self._samples.append(sample)
        if self._flush is None:
            loop = asyncio.get_running_loop()
            self._flush = loop.call_later(_SAMPLES_WITHIN_S, self._begin_flush)

    def _begin_flush(self) -> None:
        self._flush = None
        self._flushing = asyncio.get_running_loop().create_task(self._write_samples())

    async def _write_samples(self) -> None:
        records = list(self._samples)
        self._samples.clear()
        if not records:
            return
        try:
            await self._write(sql.add_samples, records)
        except StoreError as problem:
            logger.error("%d samples could not be kept: %s", len(records), problem)
            self.samples_dropped += len(records)

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


def _engine(url: str) -> Engine:
    try:
        found = make_url(url)
    except ArgumentError as problem:
        raise StoreError(str(problem)) from None
    path = found.database
    if path and path != ":memory:":
        try:
            Path(path).parent.mkdir(parents=True, exist_ok=True)
        except OSError as problem:
            raise StoreError(f"cannot make the folder of {path}: {problem}") from None
    engine = create_engine(found)
    event.listen(engine, "connect", _prepare)
    event.listen(engine, "begin", _begin)
    return engine


def _prepare(connection: Any, _: Any) -> None:
    # Python's module would begin transactions when it likes; savepoints need ours.
    connection.isolation_level = None
    for pragma in _PRAGMAS:
        connection.execute(f"PRAGMA {pragma}").close()


def _begin(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE")
