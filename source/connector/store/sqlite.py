"""SQLite as the store wants it: one file, WAL, every commit on the disk."""

from __future__ import annotations

import sqlite3
import time
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError, NoSuchModuleError

from connector.errors import StoreError
from connector.store.groups import READS_ONLY

_PRAGMAS = (
    "busy_timeout = 5000",
    "synchronous = FULL",
    "foreign_keys = ON",
)
_SWITCHES_WITHIN_S, _AGAIN_S = 5.0, 0.02


def parse_url(url: str) -> URL:
    """The URL of a database that can be used.

    Raises:
        StoreError: there is no such kind of database.
    """
    try:
        found = make_url(url)
        backend = found.get_backend_name()
    except (ArgumentError, NoSuchModuleError, ValueError):
        raise StoreError("the store's URL is not one of a database") from None
    if backend != "sqlite":
        raise StoreError(f"{backend} is not supported: sqlite:///<path> is")
    # Whatever driver it names: the groups have a thread of their own.
    return found.set(drivername="sqlite")


def shown(url: URL) -> str:
    """Which database it is, for people."""
    return url.database or ":memory:"


def make_engine(url: URL) -> Engine:
    """The engine for a file, whose folder is made where it is missing.

    Raises:
        StoreError: the folder cannot be made.
    """
    path = url.database
    if path and path != ":memory:":
        try:
            Path(path).parent.mkdir(parents=True, exist_ok=True)
        except OSError as problem:
            raise StoreError(
                f"cannot make the folder of {path}: {problem.strerror}"
            ) from None
    engine = create_engine(url, hide_parameters=True)
    event.listen(engine, "connect", _prepare)
    event.listen(engine, "begin", _begin)
    return engine


def _prepare(connection: Any, _: Any) -> None:
    # Python's module would begin transactions when it likes; savepoints need ours.
    connection.isolation_level = None
    for pragma in _PRAGMAS:
        connection.execute(f"PRAGMA {pragma}").close()
    _switch_to_wal(connection)


def _switch_to_wal(connection: Any) -> None:
    """Another process may be doing the same, and for this SQLite does not wait."""
    deadline_s = time.monotonic() + _SWITCHES_WITHIN_S
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL").close()
        except sqlite3.OperationalError as problem:
            if "locked" not in str(problem) or time.monotonic() > deadline_s:
                raise
            time.sleep(_AGAIN_S)
        else:
            return


def _begin(connection: Connection) -> None:
    # A lock taken at the first write could fail at once, instead of waiting.
    reads_only = connection.get_execution_options().get(READS_ONLY, False)
    connection.exec_driver_sql("BEGIN" if reads_only else "BEGIN IMMEDIATE")
