"""What is read, thinned and removed in bulk, beside what stations wait for.

Reads have a thread and a connection of their own. Writes go where all writes go, in
portions that delay nobody.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TypeVar

from sqlalchemy import Connection, Engine

from connector.store import history_statements as history
from connector.store.groups import Groups
from connector.store.reads import Reads
from connector.store.records import HistoryRecord
from connector.store.sample_buffer import SampleBuffer

T = TypeVar("T")

MOST_HISTORY = 200_000
"""Values that wait for a store that cannot write."""


class Archive(Reads):
    """Belongs to an open store; every method raises `StoreError` when it cannot.

    Args:
        groups: where writes go.
        engine: for reads, on the same database.
    """

    def __init__(self, groups: Groups, engine: Engine) -> None:
        super().__init__(engine)
        self._groups = groups
        self._series: history.SeriesNumbers = {}
        self._history = SampleBuffer(
            self._write_history,
            lambda: groups.is_writable,
            MOST_HISTORY,
            "values of the history",
        )

    async def close(self) -> None:
        """Write what waits, and release the database."""
        await self._history.close()
        await super().close()

    async def write(self, operation: Callable[..., T], *arguments: object) -> T:
        """The result of an operation that writes a little, once it is durable."""

        def run(connection: Connection) -> T:
            return operation(connection, *arguments)

        return await self._groups.run(run)

    # -- history

    @property
    def history_dropped(self) -> int:
        """How many values were lost since the store was opened."""
        return self._history.dropped

    @property
    def history_dropped_s(self) -> float | None:
        """When some were lost last, since the epoch."""
        return self._history.dropped_s

    def add_history(self, records: Iterable[HistoryRecord]) -> None:
        """Keep values within a second; when too many wait, the oldest are dropped."""
        self._history.add(records)

    async def flush_history(self) -> None:
        """Write what waits now."""
        await self._history.flush()

    async def _write_history(self, records: list[HistoryRecord]) -> None:
        await self.write(history.add, records, self._series)
