"""What can go wrong with a file, for real."""

from __future__ import annotations

import asyncio
import resource
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import Connection

from connector.errors import StoreError
from connector.store import DatabaseStore, open_store, outage, probe, sqlite
from connector.store.groups import Groups
from connector.store.records import StationRecord
from connector.tests.store.databases import add, count
from connector.tests.store.examples import START


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'connector.sqlite'}"


@contextmanager
def full_disk() -> Iterator[None]:
    """No file of this process may grow."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


async def test_nothing_is_kept_where_the_database_gave_up_the_transaction(
    groups: Groups,
) -> None:
    def give_up(connection: Connection) -> None:
        connection.exec_driver_sql("INSERT OR ROLLBACK INTO t VALUES (1)")

    results = await asyncio.gather(
        groups.run(add(1)),
        groups.run(give_up),
        groups.run(add(2)),
        return_exceptions=True,
    )

    assert [type(each) for each in results] == [StoreError] * 3
    assert "UNIQUE constraint failed" in str(results[2])
    assert await groups.run(count, is_write=False) == 0
    assert await groups.run(add(1)) == 1


async def test_a_full_disk_is_told_and_ends(store: DatabaseStore) -> None:
    await store.save_station(StationRecord("before", "accepted"))

    with full_disk(), pytest.raises(StoreError) as caught:
        await store.start_transaction(START)
    was_writable = store.is_writable
    record = await store.start_transaction(START)

    assert "AABBCC" not in str(caught.value)
    assert not was_writable
    assert store.is_writable
    assert await store.transactions() == [record]


async def test_a_full_disk_fails_all_that_write_and_none_that_read(
    store: DatabaseStore,
) -> None:
    station = StationRecord("before", "accepted")
    await store.save_station(station)

    with full_disk():
        *writes, read = await asyncio.gather(
            *(store.start_transaction(replace(START, start_ms=n)) for n in range(3)),
            store.stations(),
            return_exceptions=True,
        )

    assert [type(each) for each in writes] == [StoreError] * 3
    assert read == [station]
    assert await store.transactions() == []


def pages(path: Path) -> int:
    return path.stat().st_size // 4096


def damage(path: Path, page: int) -> bytes:
    """Overwrite a page (the first is 0); what the file is then."""
    with path.open("r+b") as file:
        file.seek(page * 4096)
        file.write(b"\xa5" * 4096)
    return path.read_bytes()


async def fill(url: str) -> None:
    store = open_store(url)
    await store.open()
    for ms in range(500):
        await store.start_transaction(replace(START, start_ms=ms))
    await store.close()


@pytest.mark.parametrize("which", ["all", "first", "middle", "cut"])
async def test_a_damaged_file_is_named_and_left_as_it_is(
    url: str, tmp_path: Path, which: str
) -> None:
    await fill(url)
    path = tmp_path / "connector.sqlite"
    match which:
        case "all":
            path.write_bytes(b"\x5a" * 100_000)
        case "first":
            damage(path, 0)
        case "middle":
            for page in range(5, pages(path)):
                damage(path, page)
        case _:
            path.write_bytes(path.read_bytes()[:20_000])
    before = path.read_bytes()

    with pytest.raises(StoreError) as caught:
        await open_store(url).open()

    text = str(caught.value)
    assert text.startswith(f"{path}: ")
    assert "Restore a backup in its place" in text
    assert path.read_bytes() == before


async def test_a_log_whose_database_is_gone_is_not_deleted(
    url: str, tmp_path: Path
) -> None:
    store = open_store(url)
    await store.open()
    await store.start_transaction(START)
    path, log = tmp_path / "connector.sqlite", tmp_path / "connector.sqlite-wal"
    kept = log.read_bytes()
    await store.close()
    path.write_bytes(b"")
    log.write_bytes(kept)

    with pytest.raises(StoreError, match=r"it is empty, and .*-wal is not"):
        await open_store(url).open()

    assert (path.read_bytes(), log.read_bytes()) == (b"", kept)


@pytest.mark.parametrize("name", ["api.token", "passwords.key"])
async def test_an_empty_file_where_a_connector_ran_is_none(
    url: str, tmp_path: Path, name: str
) -> None:
    path = tmp_path / "connector.sqlite"
    path.touch()
    (tmp_path / name).touch()

    with pytest.raises(StoreError, match=rf"it is empty, and {name} beside it"):
        await open_store(url).open()

    assert path.read_bytes() == b""


async def test_the_files_are_ours_alone(url: str, tmp_path: Path) -> None:
    store = open_store(url)
    await store.open()
    await store.start_transaction(START)

    names = ("connector.sqlite", "connector.sqlite-wal", "connector.sqlite-shm")
    modes = [(tmp_path / name).stat().st_mode & 0o777 for name in names]
    assert modes == [0o600] * 3
    await store.close()


async def test_files_that_others_could_read_are_ours_from_now_on(
    url: str, tmp_path: Path
) -> None:
    store = open_store(url)
    await store.open()
    await store.close()
    path = tmp_path / "connector.sqlite"
    path.chmod(0o644)

    await store.open()
    await store.close()

    assert path.stat().st_mode & 0o777 == 0o600


async def test_an_empty_file_is_a_new_database(url: str, tmp_path: Path) -> None:
    (tmp_path / "connector.sqlite").touch()

    store = open_store(url)
    await store.open()
    await store.start_transaction(START)

    await store.close()


async def test_a_file_after_a_crash_is_looked_through_and_complete(
    url: str, tmp_path: Path
) -> None:
    store = open_store(url)
    await store.open()
    record = await store.start_transaction(START)
    crashed = tmp_path / "crashed.sqlite"
    for name in ("connector.sqlite", "connector.sqlite-wal"):
        (tmp_path / name.replace("connector", "crashed")).write_bytes(
            (tmp_path / name).read_bytes()
        )
    await store.close()

    again = open_store(f"sqlite:///{crashed}")
    await again.open()

    assert await again.transactions() == [record]
    await again.close()


async def test_a_file_that_is_damaged_while_it_is_used_is_told(
    url: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    await fill(url)
    store = open_store(url)
    await store.open()
    path = tmp_path / "connector.sqlite"
    for page in range(1, pages(path)):
        damage(path, page)

    with pytest.raises(StoreError, match="malformed"):
        await store.start_transaction(replace(START, start_ms=10_000))
    with pytest.raises(StoreError, match="malformed"):
        await store.transactions()

    assert not store.is_writable
    assert (
        "the store fails: DatabaseError: database disk image is malformed"
        in caplog.text
    )
    await store.close()


async def test_a_large_file_is_not_looked_through(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Starting must not take longer and longer."""
    await fill(url)
    monkeypatch.setattr(sqlite, "_CHECKED_BYTES", 8192)
    looked = []
    monkeypatch.setattr(sqlite, "_quick_check", looked.append)

    store = open_store(url)
    await store.open()
    await store.close()

    assert looked == []


async def test_a_database_of_another_program_is_left_as_it_is(
    url: str, tmp_path: Path
) -> None:
    path = tmp_path / "connector.sqlite"
    connection = sqlite3.connect(path)
    connection.execute("CREATE TABLE limits (x INTEGER)")
    connection.commit()
    connection.close()
    before = path.read_bytes()

    with pytest.raises(StoreError, match="limits already exists"):
        await open_store(url).open()

    connection = sqlite3.connect(path)
    names = connection.execute("SELECT name FROM sqlite_master").fetchall()
    connection.close()
    assert names == [("limits",)]
    # But for its first page, where SQLite notes that it has a log.
    assert path.read_bytes()[4096:] == before[4096:]


async def test_the_end_of_an_outage_is_noticed_though_nobody_writes(
    store: DatabaseStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    await store.close()
    monkeypatch.setattr(probe, "EVERY_S", 0.01)
    told: asyncio.Queue[str] = asyncio.Queue()
    monkeypatch.setattr(
        outage.logger, "warning", lambda *a: told.put_nowait(a[0] % a[1:])
    )
    await store.open()

    with full_disk():
        with pytest.raises(StoreError):
            await store.start_transaction(START)
        was_writable = store.is_writable
    ended = await told.get()

    assert ended.startswith("the store works again, after ")
    assert not was_writable
    assert store.is_writable
