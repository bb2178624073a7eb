"""A backup takes the place of what is in a store; what was there is kept aside.

Everything is looked through before anything is replaced. The connector that uses the
store has to be stopped.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import URL, Connection, create_engine, make_url, text, update
from sqlalchemy import inspect as sql_inspect
from sqlalchemy.exc import SQLAlchemyError

from connector.errors import StoreError
from connector.store import backup_files, copying, sqlite, tables
from connector.store.backends import Backend, backend_of
from connector.store.backup import (
    FOLDER,
    back_up,
    check_room,
    inspect,
    make_one_file,
    path_of,
    sync_folder,
    told,
    working_folder,
)
from connector.store.backup_files import DATA, DATABASE, SECRETS, digest
from connector.store.schema import migrate, revision
from connector.store.statements import LARGEST_ID

_WORK = ".restore-"
_SQLITE = b"SQLite format 3\x00"
_IN_USE = "a connector is running on it: stop it first"
_LOGS = ("-wal", "-shm")
_INSIST = (
    "which would be replaced (and kept aside): say so with force, if that is what you "
    "want"
)


@dataclass(frozen=True, slots=True)
class Restored:
    """What is in the store now; ``aside`` is where that is which was there before."""

    made: str
    schema: str
    rows: dict[str, int] = field(default_factory=dict)
    files: list[str] = field(default_factory=list)
    aside: list[Path] = field(default_factory=list)


def restore(
    path: Path,
    store_url: str,
    *,
    data_dir: Path | None = None,
    force: bool = False,
    now: datetime | None = None,
) -> Restored:
    """Put a backup, or a SQLite database of ours, in the place of a store.

    Args:
        path: what `back_up` made, of whichever kind of database.
        store_url: where it is to be, of whichever kind; made where there is none.
        data_dir: where the secrets of the backup are put; None leaves them out.
        force: also where something is kept there already.
        now: names what is kept aside.

    Raises:
        StoreError: it cannot be done; the store is as it was, but where the text says
            otherwise.
    """
    backend, url = backend_of(store_url)
    stamp = f"{now or datetime.now(UTC):%Y%m%dT%H%M%SZ}"
    with told(f"{path} is not restored to {backend.shown(url)}"):
        beside = _beside(url, data_dir, path)
        beside.mkdir(parents=True, exist_ok=True, mode=0o700)
        check_room(beside, path.stat().st_size)
        with working_folder(beside, _WORK) as work:
            made = _take_apart(path, work)
            database = work / DATABASE
            schema = _make_current(database)
            rows = inspect(database, copying.count_rows)
            if url.get_backend_name() == "sqlite":
                target = Path(url.database or "").absolute()
                aside = _replace_file(database, target, stamp, force=force)
            else:
                old = path_of(beside, now or datetime.now(UTC), "before-restore")
                aside = _replace_rows(database, backend, url, old, force=force)
            try:
                files, more = _put_secrets(work / DATA, data_dir, stamp)
            except OSError as problem:
                raise StoreError(
                    f"its database is, but not its other files: {problem}"
                ) from None
    return Restored(made, schema, rows, files, [*aside, *more])


def _beside(url: URL, data_dir: Path | None, path: Path) -> Path:
    """A folder on the same disk as what is to be replaced."""
    if url.get_backend_name() == "sqlite":
        return Path(url.database or "").absolute().parent
    return (data_dir / FOLDER if data_dir is not None else path.parent).absolute()


# -- the backup


_SKIPPED = 1_000_000
_sequences = tables.sequences.c
# Stations may still have numbers that were given since the backup: none of them shall
# be given to somebody else.
_SKIP = (
    update(tables.sequences)
    .where(_sequences.name.in_(("transaction", "reservation")))
    .values(value=(_sequences.value + _SKIPPED) % LARGEST_ID)
)


def _take_apart(path: Path, work: Path) -> str:
    """Have its database and files in a folder; gives when it was made."""
    with path.open("rb") as file:
        is_database = file.read(len(_SQLITE)) == _SQLITE
    if is_database:
        _copy_database(path, work / DATABASE)
        return f"{datetime.fromtimestamp(path.stat().st_mtime, UTC):%Y-%m-%dT%H:%M:%SZ}"
    return backup_files.read(path, work).made


def _copy_database(path: Path, copy: Path) -> None:
    """With what is in the log beside it."""
    with closing(sqlite3.connect(path)) as found, closing(sqlite3.connect(copy)) as new:
        found.backup(new)


def _make_current(database: Path) -> str:
    """Migrate the copy; gives the schema that it had."""
    make_one_file(database)
    engine = sqlite.make_engine(make_url(f"sqlite:///{database}"))
    try:
        with engine.begin() as connection:
            found = revision(connection)
            if found is None:
                raise StoreError("this is no store of a connector: it has no tables")
            migrate(connection, sqlite.alone)
            connection.execute(_SKIP)
    finally:
        engine.dispose()
    make_one_file(database)
    return found


# -- a file


def _replace_file(
    database: Path, target: Path, stamp: str, *, force: bool
) -> list[Path]:
    """Put a database in the place of a file; gives where the old one is."""
    aside: list[Path] = []
    if target.exists():
        with _logs_saved(target, stamp) as logs:
            if _is_sound(target, force=force):
                is_needed = not copying.is_empty(inspect(target, _rows))
            else:
                is_needed, aside = True, logs.copy()
                logs.clear()
        if is_needed:
            kept = _aside(target, stamp)
            _put_copy(target, kept)
            aside.insert(0, kept)
        for log in _logs(target):
            # What it has must not come into the new file.
            log.unlink()
    _own_like(database, target.parent)
    os.replace(database, target)
    sync_folder(target.parent)
    return aside


def _logs(target: Path) -> list[Path]:
    return [log for end in _LOGS if (log := Path(f"{target}{end}")).exists()]


@contextmanager
def _logs_saved(target: Path, stamp: str) -> Iterator[list[Path]]:
    """Copies of the files beside a database: opening it, SQLite may remove them.

    Those that are left in the list are removed at the end; where something goes wrong
    everything is as it was.
    """
    logs = {_aside(log, stamp): log for log in _logs(target)}
    copies = list(logs)
    try:
        for copy, log in logs.items():
            shutil.copy2(log, copy)
        yield copies
    except BaseException:
        for copy, log in logs.items():
            if not log.exists() and copy.exists():
                copy.rename(log)
        raise
    finally:
        for copy in copies:
            copy.unlink(missing_ok=True)


def _is_sound(target: Path, *, force: bool) -> bool:
    """Whether a file can be read.

    Raises:
        StoreError: it has something and nobody insists, cannot be read and nobody
            insists, or is in use.
    """
    try:
        make_one_file(target)
        rows = inspect(target, _rows)
    except sqlite3.OperationalError as problem:
        if "locked" in str(problem):
            raise StoreError(_IN_USE) from None
        raise
    except (sqlite3.DatabaseError, StoreError, SQLAlchemyError):
        if not force:
            raise StoreError(f"{target} is damaged, {_INSIST}") from None
        return False
    _refuse_unless_empty(rows, force=force)
    return True


def _rows(connection: Connection) -> dict[str, int]:
    """Those of our tables that are there; an older schema has fewer."""
    there = set(sql_inspect(connection).get_table_names())
    return copying.count_rows(connection, there)


def _refuse_unless_empty(rows: dict[str, int], *, force: bool) -> None:
    if force or copying.is_empty(rows):
        return
    names = ", ".join(
        f"{count} {name}"
        for name, count in rows.items()
        if count and name != "sequences"
    )
    raise StoreError(f"it has {names} already, {_INSIST}")


def _aside(path: Path, stamp: str) -> Path:
    found = path.with_name(f"{path.name}.before-restore-{stamp}")
    number = 2
    while found.exists():
        found = path.with_name(f"{path.name}.before-restore-{stamp}-{number}")
        number += 1
    return found


def _set_aside(path: Path, stamp: str) -> Path:
    return path.rename(_aside(path, stamp))


def _put_copy(path: Path, copy: Path) -> None:
    """The same file under one more name, so that there is no moment without it."""
    try:
        copy.hardlink_to(path)
    except FileExistsError:
        raise
    except OSError:
        # A file system without links.
        shutil.copy2(path, copy)


def _own_like(path: Path, folder: Path) -> None:
    """Whoever may use the folder may use the file, when the superuser restores it."""
    if os.geteuid() == 0:
        owner = folder.stat()
        os.chown(path, owner.st_uid, owner.st_gid)


# -- PostgreSQL


def _replace_rows(
    database: Path, backend: Backend, url: URL, aside: Path, *, force: bool
) -> list[Path]:
    """Put the rows of a database in the place of those of a server, at once."""
    engine = backend.make_engine(url, for_long_reads=True)
    kept: list[Path] = []
    try:
        with engine.begin() as connection:
            _refuse_if_used(connection)
            migrate(connection, backend.alone)
            rows = copying.count_rows(connection)
        _refuse_unless_empty(rows, force=force)
        if not copying.is_empty(rows):
            shown = url.render_as_string(hide_password=False)
            kept.append(back_up(shown, aside).path)
        with engine.begin() as connection, backend.alone(connection):
            _refuse_if_used(connection)
            copying.clear(connection)
            _copy_from(database, connection)
            copying.go_on_counting(connection)
    finally:
        engine.dispose()
    return kept


def _copy_from(database: Path, target: Connection) -> None:
    engine = create_engine(f"sqlite:///{database}")
    try:
        with engine.connect() as source:
            copying.copy_rows(source, target)
    finally:
        engine.dispose()


_OTHERS = text(
    "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() "
    "AND application_name = 'ocpp-connector' AND pid <> pg_backend_pid()"
)


def _refuse_if_used(connection: Connection) -> None:
    if connection.execute(_OTHERS).scalar():
        raise StoreError(_IN_USE)


# -- the secrets


def _put_secrets(
    source: Path, data_dir: Path | None, stamp: str
) -> tuple[list[str], list[Path]]:
    """Put files and folders in their place; gives which, and where old ones are."""
    files: list[str] = []
    aside: list[Path] = []
    for name in SECRETS if data_dir is not None else ():
        assert data_dir is not None  # noqa: S101
        new, target = source / name, data_dir / name
        if not new.exists() or _is_same(new, target):
            continue
        if target.exists():
            aside.append(_set_aside(target, stamp))
        data_dir.mkdir(parents=True, exist_ok=True)
        for each in (new, *new.rglob("*")):
            _own_like(each, data_dir)
        shutil.move(new, target)
        files.append(name)
    return files, aside


def _is_same(one: Path, other: Path) -> bool:
    if one.is_file() or other.is_file():
        return other.is_file() and one.is_file() and digest(one) == digest(other)
    names = [sorted(p.relative_to(top) for p in top.rglob("*")) for top in (one, other)]
    return names[0] == names[1] and all(
        _is_same(one / name, other / name)
        for name in names[0]
        if not (one / name).is_dir()
    )
