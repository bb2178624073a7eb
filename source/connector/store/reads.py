"""Long reads: they have a thread and a connection of their own.

What is written goes on meanwhile. Each method is one transaction, and sees one state.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import URL, Connection, Engine
from sqlalchemy.exc import DBAPIError

from connector.errors import StoreError
from connector.store import energy_statements as energy
from connector.store import history_statements as history
from connector.store import last_statements as last
from connector.store.backends import backend_of
from connector.store.failures import OtherSchema, failure, had_died
from connector.store.groups import READS_ONLY
from connector.store.records import (
    HistoryRecord,
    SampleRecord,
    TransactionQuery,
    TransactionRecord,
)
from connector.store.schema import HEAD, revision
from connector.store.spans import Grid, Point, Shape
from connector.store.status import Status, status

T = TypeVar("T")

_ANY_SHAPE = Shape()


class Reads:
    """Reads from a database whose schema is current.

    Every method raises `StoreError` when it cannot.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine.execution_options(**{READS_ONLY: True})
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="store-reads")
        self._is_closed = False

    async def close(self) -> None:
        """Let what is being read come to its end, and release the database."""
        if not self._is_closed:
            self._is_closed = True
            loop = asyncio.get_running_loop()
            await loop.run_in_executor(self._thread, self._engine.dispose)
            self._thread.shutdown()

    async def read(
        self, operation: Callable[..., T], *arguments: Any, **more: Any
    ) -> T:
        """The result of an operation that only reads, however long it takes."""
        if self._is_closed:
            raise StoreError("the store is closed")

        def run(connection: Connection) -> T:
            return operation(connection, *arguments, **more)

        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._thread, self._run, run)

    def _run(self, run: Callable[[Connection], T]) -> T:
        try:
            try:
                return self._once(run)
            except DBAPIError as problem:
                # The server may have ended the connection since it was used last.
                if not had_died(problem):
                    raise
                return self._once(run)
        except Exception as problem:
            raise failure(problem).error() from None

    def _once(self, run: Callable[[Connection], T]) -> T:
        with self._engine.begin() as connection:
            return run(connection)

    async def status(self) -> Status:
        """How much is kept, since when, and how much room there is."""
        return await self.read(status)

    # -- energy records

    async def transactions(self, query: TransactionQuery) -> list[TransactionRecord]:
        """Those that fit, newest first."""
        return await self.read(energy.page, query)

    async def last_samples(
        self, keys: Sequence[str], newest: int
    ) -> dict[str, list[SampleRecord]]:
        """The newest samples of some transactions, in time order, by key."""
        return await self.read(energy.last_samples, keys, newest) if keys else {}

    async def last_transactions(self, since_ms: int) -> list[TransactionRecord]:
        """Those that ended since then, and the last of each station and connector.

        Of stations that are known; that of a connector where it is among the last 50 of
        its station. Of fewer than 6,000 stations more are looked through, of a hundred
        the last 3,000 each.
        """
        return await self.read(last.last_transactions, since_ms)

    # -- history

    async def history(
        self,
        key: str,
        shape: Shape = _ANY_SHAPE,
        *,
        since_ms: int,
        until_ms: int,
        limit: int,
    ) -> list[HistoryRecord]:
        """What is known of a key from a time until before another, in time order.

        Null where it was not known from then on; there may have been no connector.
        """
        return await self.read(
            history.between,
            key,
            shape,
            since_ms=since_ms,
            until_ms=until_ms,
            limit=limit,
        )

    async def steps(self, key: str, grid: Grid, shape: Shape) -> list[Point]:
        """The value of a key in each step of a grid, from the first that has any."""
        return await self.read(history.steps, key, grid, shape)

    async def history_begins_ms(self, key: str, since_ms: int) -> int | None:
        """From when on a key has a value, at a time or after it; None: never."""
        return await self.read(history.first_known_ms, key, since_ms)

    async def has_history(self, key: str) -> bool:
        """Whether anything was ever kept of a key."""
        return await self.read(history.is_known, key)


def engine_of(url: str) -> Engine:
    """One more connection to a store that is open.

    Raises:
        StoreError: it cannot be made.
    """
    backend, parsed = backend_of(url)
    return backend.make_engine(parsed, for_long_reads=True)


@asynccontextmanager
async def open_reads(url: str) -> AsyncIterator[Reads]:
    """Read a store that is there, beside the connector that may run on it.

    Raises:
        StoreError: there is none, or its schema is not that of this version; nothing
            is made or changed.
    """
    backend, parsed = backend_of(url)
    try:
        _check_file(parsed)
        reads = Reads(backend.make_engine(parsed, for_long_reads=True))
        try:
            _check_schema(await reads.read(revision))
            yield reads
        finally:
            await reads.close()
    except OtherSchema as problem:
        text, is_newer = f"{backend.shown(parsed)}: {problem}", problem.is_newer
        raise OtherSchema(text, is_newer=is_newer) from None
    except StoreError as problem:
        raise StoreError(f"{backend.shown(parsed)}: {problem}") from None


def _check_file(url: URL) -> None:
    """SQLite would make one."""
    path = url.database
    if url.get_backend_name() == "sqlite" and not (path and Path(path).is_file()):
        raise StoreError("there is no such file")


_WAY_BACK = "run the newer version that made it, or restore a backup of before"
_WAY_ON = "start this version of the connector on it once"


def _check_schema(found: str | None) -> None:
    if found is None:
        raise StoreError("this is no store of a connector: it has no tables of one")
    if found != HEAD:
        is_newer = found > HEAD
        way = _WAY_BACK if is_newer else _WAY_ON
        text = f"its schema is {found}, this version reads {HEAD}: {way}"
        raise OtherSchema(text, is_newer=is_newer)
