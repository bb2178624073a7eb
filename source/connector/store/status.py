"""How much is kept, since when, and how much room there is."""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection, func, select, text

from connector.store import tables
from connector.store.copying import count_rows
from connector.store.schema import revision

_SIZE = text("SELECT pg_database_size(current_database())")


@dataclass(frozen=True, slots=True)
class Status:
    """Of a store; times are epoch ms, None where there is nothing.

    ``bytes`` is what it takes, ``free_bytes`` what its disk has left; None where only
    a database server knows.
    """

    backend: str
    schema: str | None
    bytes: int | None
    free_bytes: int | None
    rows: dict[str, int]
    oldest_transaction_ms: int | None
    oldest_history_ms: int | None


def status(connection: Connection) -> Status:
    """How a store is."""
    url = connection.engine.url
    size, free = None, None
    if url.get_backend_name() == "sqlite":
        size, free = _of_file(Path(url.database or ""))
    else:
        size = connection.execute(_SIZE).scalar()
    return Status(
        url.get_backend_name(),
        revision(connection),
        size,
        free,
        count_rows(connection),
        connection.execute(select(func.min(tables.transactions.c.start_ms))).scalar(),
        connection.execute(select(func.min(tables.history.c.time_ms))).scalar(),
    )


def _of_file(path: Path) -> tuple[int, int]:
    files = [path, Path(f"{path}-wal")]
    size = sum(os.stat(each).st_size for each in files if each.exists())
    return size, shutil.disk_usage(path.absolute().parent).free
