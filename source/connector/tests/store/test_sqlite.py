from __future__ import annotations

import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

import connector
from connector.errors import StoreError
from connector.store import open_store
from connector.tests.store.databases import engine_of
from connector.tests.store.examples import START

ROOT = str(Path(connector.__file__).parents[1])
START_ONE = """
import asyncio, os, sys
from connector.store import open_store
from connector.store.records import TransactionStart

async def become_somebody():
    # All code is loaded before, which may be where only root can read.
    store = open_store("sqlite://")
    await store.open()
    await store.close()
    if os.geteuid() == 0:
        os.setgroups([])
        os.setgid(54321)
        os.setuid(54321)

async def main():
    if sys.argv[2] == "somebody":
        await become_somebody()
    store = open_store(sys.argv[1])
    await store.open()
    record = await store.start_transaction(TransactionStart("cs1", "1", "a", 1, 1.0))
    print(record.key, flush=True)
    await asyncio.Event().wait() if sys.argv[2] == "wait" else await store.close()

asyncio.run(main())
"""


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'connector.sqlite'}"


@pytest.fixture
def anybodys() -> Iterator[Path]:
    """A folder that other users may reach, which those of pytest are not."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o777)
        yield Path(folder)


def as_somebody(folder: Path) -> subprocess.CompletedProcess[str]:
    """Start one transaction as a user whom the system does not know."""
    return subprocess.run(
        [sys.executable, "-c", START_ONE, f"sqlite:///{folder}/a.sqlite", "somebody"],
        env={"PYTHONPATH": ROOT, "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@pytest.mark.parametrize(
    ("pragma", "value"),
    [
        ("journal_mode", "wal"),
        ("synchronous", 2),
        ("foreign_keys", 1),
        ("busy_timeout", 5000),
    ],
)
def test_every_commit_is_on_the_disk(url: str, pragma: str, value: object) -> None:
    engine = engine_of(url)
    with engine.begin() as connection:
        found = connection.exec_driver_sql(f"PRAGMA {pragma}").scalar()
    engine.dispose()

    assert found == value


@pytest.mark.parametrize(
    "url", ["sqlite://", "sqlite:///:memory:", "sqlite+aiosqlite:///:memory:"]
)
async def test_a_store_in_memory_works(url: str) -> None:
    store = open_store(url)
    await store.open()

    record = await store.start_transaction(START)

    assert await store.open_transactions() == [record]
    await store.close()


async def test_a_url_may_name_the_asynchronous_driver(url: str) -> None:
    store = open_store(url.replace("sqlite:", "sqlite+aiosqlite:"))
    await store.open()
    await store.start_transaction(START)
    await store.close()

    second = open_store(url)
    await second.open()
    assert len(await second.transactions()) == 1
    await second.close()


async def test_the_folder_is_made(tmp_path: Path) -> None:
    store = open_store(f"sqlite:///{tmp_path}/a/b/c.sqlite")
    await store.open()
    await store.close()

    assert (tmp_path / "a/b/c.sqlite").exists()


@pytest.mark.parametrize(
    "url", ["nonsense secret", "x://user:secret@host/a", "mysql://u:secret@host/a"]
)
async def test_another_kind_of_database_is_refused(url: str) -> None:
    with pytest.raises(StoreError) as caught:
        await open_store(url).open()

    assert "secret" not in str(caught.value)


async def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    with pytest.raises(StoreError, match=r"cannot make the folder of .*/file/a"):
        await open_store(f"sqlite:///{tmp_path}/file/a.sqlite").open()


async def test_a_file_that_is_no_database_is_told(tmp_path: Path) -> None:
    path = tmp_path / "a.sqlite"
    path.write_bytes(b"this is not a database, whatever its name says" * 100)
    store = open_store(f"sqlite:///{path}")

    with pytest.raises(StoreError, match=r"a\.sqlite: .*not a database"):
        await store.open()
    assert not store.is_writable
    await store.close()


async def test_a_folder_in_place_of_the_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="unable to open"):
        await open_store(f"sqlite:///{tmp_path}").open()


async def test_a_store_that_could_not_be_opened_may_be_opened_later(
    tmp_path: Path,
) -> None:
    path = tmp_path / "a.sqlite"
    path.write_bytes(b"this is not a database" * 100)
    store = open_store(f"sqlite:///{path}")
    with pytest.raises(StoreError):
        await store.open()
    path.unlink()

    await store.open()

    assert await store.stations() == []
    await store.close()


def test_a_user_without_a_home_may_use_it(anybodys: Path) -> None:
    result = as_somebody(anybodys)

    assert (result.returncode, result.stderr) == (0, "")


def test_a_read_only_folder_is_told(anybodys: Path) -> None:
    anybodys.chmod(0o555)

    result = as_somebody(anybodys)

    anybodys.chmod(0o777)
    assert result.returncode != 0
    assert result.stderr.rstrip().endswith("unable to open database file")
    assert "StoreError" in result.stderr


def start_and_be_killed(url: str) -> str:
    """The key that a process had for a start, before it was killed."""
    command = [sys.executable, "-c", START_ONE, url, "wait"]
    with subprocess.Popen(
        command, env={"PYTHONPATH": ROOT}, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        key = process.stdout.readline().strip()
        process.kill()
    assert process.returncode == -signal.SIGKILL
    return key


async def test_a_killed_process_loses_nothing_it_was_promised(url: str) -> None:
    key = start_and_be_killed(url)

    store = open_store(url)
    await store.open()
    found = await store.open_transactions()
    await store.close()

    assert [record.key for record in found] == [key]
