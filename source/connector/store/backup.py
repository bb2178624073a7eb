"""Backups while a connector runs: one moment of the whole store, or no file at all."""

from __future__ import annotations

import os
import shutil
import sqlite3
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import URL, Connection, Engine, create_engine, make_url, text
from sqlalchemy.exc import SQLAlchemyError

from connector.errors import StoreError
from connector.store import backup_files, copying, sqlite
from connector.store.backends import Backend, backend_of
from connector.store.backup_files import DATABASE, Manifest
from connector.store.failures import failure
from connector.store.groups import READS_ONLY
from connector.store.schema import HEAD, migrate, revision

FOLDER = "backups"
"""Below ``DATA_DIR``."""
_WORK = ".backup-"
_PAGES_AT_ONCE = 2_048
_LEFT_BEHIND_S = 86_400.0
_KEPT_FREE_BYTES = 64 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Made:
    """A backup that is there, whole."""

    path: Path
    bytes: int
    made: str
    rows: dict[str, int] = field(default_factory=dict)


def path_of(folder: Path, now: datetime, what: str = "connector") -> Path:
    """The name of a backup made now, which nobody had."""
    stamp = f"{now.astimezone(UTC):%Y%m%dT%H%M%SZ}"
    path = folder / f"{what}-{stamp}.tar.gz"
    number = 2
    while path.exists():
        path = folder / f"{what}-{stamp}-{number}.tar.gz"
        number += 1
    return path


def back_up(
    store_url: str,
    path: Path,
    *,
    data_dir: Path | None = None,
    version: str = "",
    now: datetime | None = None,
) -> Made:
    """Write everything that is in a store, and the secrets beside it, to a file.

    Waits for both; call it in a thread. A connector may run on the store meanwhile.

    Raises:
        StoreError: it cannot be done; then there is no file.
    """
    backend, url = backend_of(store_url)
    with told(f"no backup of {backend.shown(url)}"):
        if path.exists():
            raise StoreError(f"{path} is there already")
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        _clear_up(path.parent)
        with working_folder(path.parent, _WORK) as work:
            database = work / DATABASE
            rows = _snapshot(backend, url, database)
            made = f"{now or datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}"
            manifest = Manifest(
                made=made,
                version=version,
                backend=url.get_backend_name(),
                schema=HEAD,
                sha256=backup_files.digest(database),
                rows=rows,
            )
            part = work / "backup"
            backup_files.write(part, manifest, database, data_dir)
            put(part, path)
    return Made(path, path.stat().st_size, made, rows)


@contextmanager
def told(what: str) -> Iterator[None]:
    """Whatever goes wrong is a `StoreError` that begins with ``what``."""
    try:
        yield
    except StoreError as problem:
        raise StoreError(f"{what}: {problem}") from None
    except (OSError, sqlite3.Error, SQLAlchemyError) as problem:
        raise StoreError(f"{what}: {failure(problem).text}") from None


@contextmanager
def working_folder(parent: Path, prefix: str) -> Iterator[Path]:
    """A folder for us alone, beside what is to be made."""
    work = Path(tempfile.mkdtemp(prefix=prefix, dir=parent))
    try:
        yield work
    finally:
        shutil.rmtree(work, ignore_errors=True)


def _clear_up(folder: Path) -> None:
    """Remove what a backup that was killed has left behind."""
    for path in folder.glob(f"{_WORK}*"):
        with suppress(FileNotFoundError):
            if time.time() - path.stat().st_mtime > _LEFT_BEHIND_S:
                shutil.rmtree(path, ignore_errors=True)


def put(part: Path, path: Path) -> None:
    """Give a whole file its name; one that is there stays.

    Raises:
        StoreError: there is one.
        OSError: it cannot be given.
    """
    try:
        path.hardlink_to(part)
    except FileExistsError:
        raise StoreError(f"{path} is there already") from None
    except OSError:
        # A file system without links.
        part.rename(path)
    sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """Have the names in it on the disk."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


# -- one moment of the database


def _snapshot(backend: Backend, url: URL, path: Path) -> dict[str, int]:
    """Everything in a new SQLite file; gives the numbers of rows."""
    if url.get_backend_name() == "sqlite":
        _copy_file(Path(url.database or ""), path)
    else:
        _copy_tables(backend.make_engine(url, for_long_reads=True), path)
    make_one_file(path)
    return inspect(path, copying.count_rows)


def _copy_file(source: Path, path: Path) -> None:
    if not source.is_file():
        raise StoreError("there is no such file")
    check_room(path.parent, _size(source))
    with (
        closing(sqlite3.connect(source)) as found,
        closing(sqlite3.connect(path)) as new,
    ):
        # As long as this reads, what others write goes to the log (WAL) alone:
        # the copy is of this moment, and never begins anew.
        found.execute("BEGIN")
        found.execute("SELECT count(*) FROM sqlite_master").fetchone()
        _check(found.execute("SELECT version_num FROM alembic_version").fetchone())
        found.backup(new, pages=_PAGES_AT_ONCE)
        found.execute("ROLLBACK")


def _check(row: tuple[str] | None) -> None:
    """Of another schema the connector of that version makes backups."""
    if row is None or row[0] != HEAD:
        shown = row[0] if row else "none"
        raise StoreError(f"its schema is {shown}, this version's is {HEAD}")


def _size(path: Path) -> int:
    log = Path(f"{path}-wal")
    return path.stat().st_size + (log.stat().st_size if log.exists() else 0)


def check_room(folder: Path, size: int) -> None:
    """Whether there is room for a copy and what is made of it.

    Raises:
        StoreError: there is not.
    """
    free, needed = shutil.disk_usage(folder).free, 2 * size + _KEPT_FREE_BYTES
    if free < needed:
        raise StoreError(
            f"{folder} has {free // 2**20} MiB left, {needed // 2**20} MiB are needed"
        )


_DATABASE_SIZE = text("SELECT pg_database_size(current_database())")


def _copy_tables(source: Engine, path: Path) -> None:
    try:
        with (
            source.connect().execution_options(
                isolation_level="REPEATABLE READ", **{READS_ONLY: True}
            ) as reading,
            reading.begin(),
            new_database(path) as writing,
        ):
            found = revision(reading)
            _check((found,) if found else None)
            size = reading.execute(_DATABASE_SIZE).scalar()
            check_room(path.parent, size or 0)
            copying.clear(writing)
            copying.copy_rows(reading, writing)
    finally:
        source.dispose()


@contextmanager
def new_database(path: Path) -> Iterator[Connection]:
    """A SQLite file with the newest schema, in one transaction."""
    engine = sqlite.make_engine(make_url(f"sqlite:///{path}"))
    try:
        with engine.begin() as connection:
            migrate(connection, sqlite.alone)
            yield connection
    finally:
        engine.dispose()


def make_one_file(path: Path) -> None:
    """Have all of a database in its file, without a log beside it, and looked through.

    Raises:
        StoreError: it is damaged.
        sqlite3.Error: likewise, or somebody else has it open.
    """
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA journal_mode = DELETE")
        [found] = connection.execute("PRAGMA quick_check(1)").fetchone()
    if found != "ok":
        raise StoreError(f"the database is damaged: {' '.join(str(found).split())}")


def inspect(path: Path, look: Callable[[Connection], dict[str, int]]) -> dict[str, int]:
    """Read from a SQLite file that nobody else has."""
    engine = create_engine(f"sqlite:///{path}")
    try:
        with engine.connect() as connection:
            return look(connection)
    finally:
        engine.dispose()
