"""SQLite as the store wants it: one file, WAL, every commit on the disk."""

from __future__ import annotations

import os
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event

from connector.errors import StoreError
from connector.store.columns import to_json
from connector.store.groups import READS_ONLY

IS_SERVER = False
ANSWERS_WITHIN_S = 0.0
_PRAGMAS = (
    "busy_timeout = 5000",
    "synchronous = FULL",
    "foreign_keys = ON",
)
_SWITCHES_WITHIN_S, _AGAIN_S = 5.0, 0.02
_CHECKED_BYTES = 16 * 1024 * 1024
"""What can be looked through in a tenth of a second, every time."""
_OURS_ALONE = 0o600
_MADE_LATER = ("api.token", "passwords.key")
"""Where one of these is, there was a store before."""
_WHAT_TO_DO = (
    "Nothing was changed. Restore a backup in its place, or move it and its -wal and "
    "-shm files away to begin with an empty one."
)


def checked(url: URL) -> URL:
    """Whatever driver it names: the groups have a thread of their own.

    Raises:
        StoreError: it is no path.
    """
    if url.host or url.username:
        raise StoreError("SQLite has no hosts: it is sqlite, three slashes, the path")
    return url.set(drivername="sqlite")


def shown(url: URL) -> str:
    """The path."""
    return url.database or ":memory:"


def make_engine(url: URL, *, for_long_reads: bool = False) -> Engine:
    """The engine for a file, whose folder is made where it is missing.

    Raises:
        StoreError: the folder cannot be made.
    """
    path = _path(url)
    if path is not None:
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as problem:
            raise StoreError(
                f"cannot make the folder of {path}: {problem.strerror}"
            ) from None
    engine = create_engine(url, hide_parameters=True, json_serializer=to_json)
    event.listen(engine, "connect", _prepare)
    event.listen(engine, "begin", _begin)
    return engine


def _path(url: URL) -> Path | None:
    name = url.database
    return Path(name) if name and name != ":memory:" else None


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


def reach(engine: Engine) -> None:
    """Look at a file that is there: one that is damaged is not written to.

    It is ours alone, as it holds who charged when, and hashes of passwords.

    Raises:
        StoreError: it is damaged, or none of ours.
    """
    path = _path(engine.url)
    if path is None:
        return
    if path.is_file():
        _look_at(path)
    # Where this is not allowed, whoever uses the file tells what is wrong with it.
    with suppress(OSError):
        os.close(os.open(path, os.O_RDWR | os.O_CREAT, _OURS_ALONE))
        for each in (path, Path(f"{path}-wal"), Path(f"{path}-shm")):
            if each.exists():
                each.chmod(_OURS_ALONE)


def _look_at(path: Path) -> None:
    if path.stat().st_size == 0:
        _refuse_if_emptied(path)
        return
    if path.stat().st_size > _CHECKED_BYTES:
        return
    try:
        found = _quick_check(path)
    except sqlite3.OperationalError:
        # Whether it may be read, is locked, .. is told by whoever uses it.
        return
    except sqlite3.DatabaseError as problem:
        found = str(problem)
    if found != "ok":
        raise StoreError(f"it is damaged ({' '.join(found.split())}). {_WHAT_TO_DO}")


def _quick_check(path: Path) -> str:
    # A connection that may write would bring its log into a file that is damaged.
    name = f"{path.absolute().as_uri()}?mode=ro"
    with closing(sqlite3.connect(name, uri=True)) as connection:
        [found] = connection.execute("PRAGMA quick_check(1)").fetchone()
    return str(found)


def _refuse_if_emptied(path: Path) -> None:
    """SQLite would take it for a new one, and delete the log that still has rows."""
    log = Path(f"{path}-wal")
    if log.exists() and log.stat().st_size:
        raise StoreError(f"it is empty, and {log} is not. {_WHAT_TO_DO}")
    for name in _MADE_LATER:
        if (path.parent / name).exists():
            reason = f"it is empty, and {name} beside it tells of a store before"
            raise StoreError(f"{reason}. {_WHAT_TO_DO}")


@contextmanager
def alone(connection: Connection) -> Iterator[None]:
    """A transaction of ours that writes is alone from its beginning (see `_begin`)."""
    yield
