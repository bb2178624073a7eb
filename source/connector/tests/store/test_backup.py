"""Backups of both kinds of database, restored to both."""

from __future__ import annotations

import asyncio
import io
import json
import os
import shutil
import signal
import sqlite3
import stat
import subprocess
import sys
import tarfile
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from alembic.config import Config

from connector.errors import StoreError
from connector.store import (
    DatabaseStore,
    backup,
    life_statements,
    open_store,
    schema,
)
from connector.store.backup import back_up, path_of
from connector.store.records import (
    HistoryRecord,
    LimitRecord,
    LocalListRecord,
    SeenToken,
    StationRecord,
    TokenRecord,
    TransactionQuery,
)
from connector.store.restore import Restored, restore
from connector.store.sqlite import make_engine
from connector.tests.store.examples import START, STOP, reservation, sample

NOW = datetime(2026, 1, 31, 12, tzinfo=UTC)
STAMP = "20260131T120000Z"
OTHER_KINDS = ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)]


@pytest.fixture(params=OTHER_KINDS)
def other_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Another empty database, of each kind."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'other' / 'connector.sqlite'}"
    return request.getfixturevalue("postgresql").new_database()


@pytest.fixture
def file_url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'data' / 'connector.sqlite'}"


async def fill(store: DatabaseStore) -> None:
    """Something in every table that has a form of its own."""
    record = await store.start_transaction(START)
    await store.stop_transaction(record.key, STOP)
    await store.start_transaction(replace(START, ocpp_id="x", token_type="Central"))
    store.add_samples([sample(record.key, 1), sample(record.key, 2)])
    await store.save_station(
        StationRecord("CP ä", "accepted", 2, {"a": [1, None]}, options={"phases": 3})
    )
    await store.save_token(TokenRecord("AB", note="x'y", expiry_ms=5))
    await store.note_seen_tokens([SeenToken("t", "any", "CP", "1", 1, 2)], 10)
    await store.save_limit(LimitRecord("CP", "1", {"limit": 6.5}))
    await store.save_local_list(LocalListRecord("CP", 3, None))
    await store.save_local_list(LocalListRecord("CQ", 4, []))
    await store.save_reservations([reservation()])
    await store.save_datapoints("CP", ["1__status"])
    store.archive.add_history(
        [HistoryRecord("k", 1, 7.5), HistoryRecord("k", 2, "Charging")]
    )
    await store.archive.flush_history()
    for time_ms in (4, 100_000):
        await store.archive.write(life_statements.live, time_ms, time_ms, False)
    await store.samples(record.key)


async def contents(store: DatabaseStore) -> dict[str, Any]:
    """All of that."""
    transactions = await store.archive.transactions(TransactionQuery(limit=1000))
    return {
        "transactions": transactions,
        "samples": [await store.samples(record.key) for record in transactions],
        "stations": await store.stations(),
        "tokens": await store.tokens(),
        "seen": await store.seen_tokens(),
        "limits": await store.limits(),
        "lists": [await store.local_list(name) for name in ("CP", "CQ")],
        "reservations": await store.reservations(),
        "datapoints": await store.datapoints(),
        "history": await store.archive.history("k", since_ms=0, until_ms=9, limit=9),
    }


async def opened(url: str) -> DatabaseStore:
    store = open_store(url)
    await store.open()
    return store


async def contents_of(url: str) -> dict[str, Any]:
    store = await opened(url)
    try:
        return await contents(store)
    finally:
        await store.close()


async def make_filled(url: str) -> None:
    store = await opened(url)
    await fill(store)
    await store.close()


def secrets_in(folder: Path, text: str = "secret") -> None:
    for name in ("api.token", "passwords.key", "pki/ca.key", "pki/issued/1.pem"):
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"{text} {name}")


def names_in(path: Path) -> list[str]:
    with tarfile.open(path) as tar:
        return tar.getnames()


# -- there and back


async def test_a_backup_restores_all_there_was(
    store: DatabaseStore, other_url: str, tmp_path: Path
) -> None:
    await fill(store)
    before = await contents(store)

    made = await store.back_up(tmp_path / "backups", version="1.2.3")
    restored = await asyncio.to_thread(restore, made.path, other_url)

    assert await contents_of(other_url) == before
    assert restored.rows == made.rows
    assert (made.rows["transactions"], made.rows["samples"]) == (2, 2)
    assert restored.aside == []


async def test_what_comes_after_a_restore_has_new_numbers(
    store: DatabaseStore, other_url: str, tmp_path: Path
) -> None:
    await fill(store)
    made = await store.back_up(tmp_path)
    await asyncio.to_thread(restore, made.path, other_url)

    other = await opened(other_url)
    record = await other.start_transaction(replace(START, start_ms=7))
    other.add_samples([sample(record.key, 5)])
    other.archive.add_history([HistoryRecord("new", 1, 1.0)])
    await other.archive.flush_history()
    samples = await other.samples(record.key)
    history = await other.archive.history("new", since_ms=0, until_ms=5, limit=9)
    await other.close()

    # Those between may have been given since the backup.
    assert record.ocpp_id == "1000002"
    assert (len(samples), len(history)) == (1, 1)


async def test_a_backup_is_of_one_moment_while_others_write(
    store: DatabaseStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A start and its sample are written together, and are there together."""
    monkeypatch.setattr(backup, "_PAGES_AT_ONCE", 1)
    is_over = asyncio.Event()

    async def write() -> int:
        number = 0
        while not is_over.is_set() or number < 5:
            number += 1
            record = await store.start_transaction(replace(START, start_ms=number))
            await store.stop_transaction(record.key, STOP)
        return number

    writing = asyncio.create_task(write())
    made = await store.back_up(tmp_path / "a")
    again = await store.back_up(tmp_path / "b")
    is_over.set()
    count = await asyncio.wait_for(writing, 20)

    assert made.rows["transactions"] <= again.rows["transactions"] <= count
    target = f"sqlite:///{tmp_path / 'c' / 'connector.sqlite'}"
    restored = await asyncio.to_thread(restore, again.path, target)
    assert restored.rows == again.rows


async def test_what_waits_to_be_written_is_in_a_backup(
    store: DatabaseStore, tmp_path: Path
) -> None:
    record = await store.start_transaction(START)
    store.add_samples([sample(record.key, 1)])
    store.archive.add_history([HistoryRecord("k", 1, 1.0)])

    made = await store.back_up(tmp_path)

    assert (made.rows["samples"], made.rows["history"]) == (1, 1)


# -- the file


async def test_a_backup_is_for_its_owner_alone(file_url: str, tmp_path: Path) -> None:
    await make_filled(file_url)
    data = tmp_path / "data"
    secrets_in(data)
    (data / "uploads").mkdir()
    (data / "uploads" / "log").write_text("not in it")
    (data / "pki" / "link").symlink_to("/etc/passwd")
    path = path_of(tmp_path / "backups", NOW)

    made = back_up(file_url, path, data_dir=data, version="1.2.3", now=NOW)

    assert made.path.name == f"connector-{STAMP}.tar.gz"
    assert made.made == "2026-01-31T12:00:00Z"
    assert made.bytes == path.stat().st_size
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert names_in(path) == [
        "manifest.json",
        "connector.sqlite",
        "data/api.token",
        "data/passwords.key",
        "data/pki/ca.key",
        "data/pki/issued/1.pem",
    ]
    assert os.listdir(path.parent) == [path.name]


async def test_an_older_backup_is_never_overwritten(
    file_url: str, tmp_path: Path
) -> None:
    await make_filled(file_url)
    first = back_up(file_url, path_of(tmp_path / "b", NOW)).path
    second = back_up(file_url, path_of(tmp_path / "b", NOW)).path

    assert second.name == f"connector-{STAMP}-2.tar.gz"
    with pytest.raises(StoreError, match="is there already"):
        back_up(file_url, first)


async def test_without_room_there_is_no_backup(
    file_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    await make_filled(file_url)
    usage = shutil.disk_usage(tmp_path)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage._replace(free=2**20))
    path = tmp_path / "b" / "x.tar.gz"

    with pytest.raises(StoreError, match="has 1 MiB left"):
        back_up(file_url, path)

    assert not os.listdir(path.parent)


async def test_a_store_that_is_not_there_is_not_made(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'nothing.sqlite'}"

    with pytest.raises(StoreError, match=r"no backup of .*nothing.sqlite: there is no"):
        back_up(url, tmp_path / "x.tar.gz")

    assert not os.listdir(tmp_path)


KILLED = """
import os, signal, sys
from pathlib import Path
from connector.store import backup_files
from connector.store.backup import back_up

write = backup_files.write

def dies(path, *arguments):
    write(path, *arguments)
    with open(path, "r+b") as file:
        file.truncate(100)
    os.kill(os.getpid(), signal.SIGKILL)

backup_files.write = dies
back_up(sys.argv[1], Path(sys.argv[2]))
"""


async def test_a_backup_that_is_killed_leaves_no_file_under_its_name(
    file_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    await make_filled(file_url)
    path = tmp_path / "backups" / "x.tar.gz"

    ended = await asyncio.to_thread(
        subprocess.run,
        [sys.executable, "-c", KILLED, file_url, str(path)],
        timeout=60,
        check=False,
    )

    assert ended.returncode == -signal.SIGKILL
    [left] = os.listdir(path.parent)
    assert left.startswith(".backup-")
    monkeypatch.setattr(backup, "_LEFT_BEHIND_S", -1)
    back_up(file_url, path)
    assert os.listdir(path.parent) == [path.name]


# -- refused


async def refused(path: Path, url: str, match: str, **more: Any) -> None:
    with pytest.raises(StoreError, match=match):
        await asyncio.to_thread(lambda: restore(path, url, **more))


async def test_a_store_with_something_in_it_is_not_replaced_unasked(
    store: DatabaseStore, url: str, file_url: str, tmp_path: Path
) -> None:
    await make_filled(file_url)
    path = back_up(file_url, tmp_path / "x.tar.gz").path
    await store.save_token(TokenRecord("mine"))
    await store.close()

    await refused(path, url, r"it has 1 tokens already, .*force")

    assert [t.id_token for t in (await contents_of(url))["tokens"]] == ["mine"]


async def test_what_was_there_is_kept_aside(
    store: DatabaseStore, url: str, file_url: str, tmp_path: Path
) -> None:
    await make_filled(file_url)
    path = back_up(file_url, tmp_path / "x.tar.gz").path
    await store.save_token(TokenRecord("mine"))
    await store.close()

    restored = await asyncio.to_thread(lambda: restore(path, url, force=True, now=NOW))

    assert await contents_of(url) == await contents_of(file_url)
    [aside] = restored.aside
    assert STAMP in aside.name
    again = await asyncio.to_thread(lambda: restore(aside, url, force=True))
    assert again.rows["tokens"] == 1
    assert [t.id_token for t in (await contents_of(url))["tokens"]] == ["mine"]


async def test_a_store_that_is_in_use_is_not_replaced(
    store: DatabaseStore, url: str, file_url: str, tmp_path: Path
) -> None:
    await make_filled(file_url)
    path = back_up(file_url, tmp_path / "x.tar.gz").path

    await refused(path, url, "a connector is running on it: stop it first", force=True)

    await store.save_token(TokenRecord("mine"))
    assert len(await store.tokens()) == 1


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-200])


def change(path: Path) -> None:
    repack(path, lambda name, body: body[:-1] + b"?" if name.endswith("e") else body)


def make_newer(path: Path) -> None:
    repack(
        path,
        lambda name, body: (
            json.dumps(json.loads(body) | {"format": 2}).encode()
            if name == "manifest.json"
            else body
        ),
    )


def add_escape(path: Path) -> None:
    repack(path, lambda name, body: body, extra="data/pki/../../../evil")


def add_stranger(path: Path) -> None:
    repack(path, lambda name, body: body, extra="data/connector.sqlite")


def drop_manifest(path: Path) -> None:
    repack(path, lambda name, body: None if name == "manifest.json" else body)


def write_rubbish(path: Path) -> None:
    path.write_bytes(b"rubbish" * 100)


def repack(
    path: Path, edit: Callable[[str, bytes], bytes | None], extra: str | None = None
) -> None:
    with tarfile.open(path) as tar:
        members = [(i.name, tar.extractfile(i).read()) for i in tar]  # type: ignore[union-attr]
    with tarfile.open(path, "w:gz") as tar:
        for name, body in [*members, *([(extra, b"x")] if extra else [])]:
            edited = edit(name, body)
            if edited is not None:
                info = tarfile.TarInfo(name)
                info.size = len(edited)
                tar.addfile(info, io.BytesIO(edited))


@pytest.mark.parametrize(
    ("damage", "match"),
    [
        (cut, "no whole backup"),
        (change, "not the one that was backed up"),
        (make_newer, "a newer version of the connector made it"),
        (add_escape, "it has 'data/pki/../../../evil'"),
        (add_stranger, "it has 'data/connector.sqlite'"),
        (drop_manifest, "does not begin with a manifest"),
        (write_rubbish, "no whole backup"),
        (Path.unlink, "No such file"),
    ],
)
async def test_what_is_no_whole_backup_is_refused(
    file_url: str, tmp_path: Path, damage: Callable[[Path], None], match: str
) -> None:
    await make_filled(file_url)
    path = back_up(file_url, tmp_path / "x.tar.gz").path
    damage(path)
    target = tmp_path / "target" / "connector.sqlite"

    await refused(path, f"sqlite:///{target}", match)

    assert not target.exists()
    assert not (tmp_path / "evil").exists()


# -- older schemas, plain files, damage


def make_older(path: Path, revision: str) -> None:
    config = Config()
    folder = Path(schema.__file__).parent / "migrations"
    config.set_main_option("script_location", str(folder))
    from sqlalchemy import make_url

    engine = make_engine(make_url(f"sqlite:///{path}"))
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, revision)
        connection.exec_driver_sql(
            "INSERT INTO tokens (folded, type, id_token, status)"
            " VALUES ('aa', 'any', 'AA', 'Blocked')"
        )
    engine.dispose()


@pytest.mark.parametrize("revision", ["0001", "0002", "0003", "0004", "0005"])
async def test_a_store_of_an_older_version_is_restored(
    tmp_path: Path, other_url: str, revision: str
) -> None:
    path = tmp_path / "copied.sqlite"
    make_older(path, revision)

    restored = await asyncio.to_thread(restore, path, other_url)

    assert restored.schema == revision
    [token] = (await contents_of(other_url))["tokens"]
    assert (token.id_token, token.status) == ("AA", "Blocked")


async def test_a_store_of_a_newer_version_is_refused(
    tmp_path: Path, file_url: str
) -> None:
    path = tmp_path / "copied.sqlite"
    make_older(path, "0005")
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
        connection.commit()

    await refused(path, file_url, "newer version")


async def test_a_database_of_somebody_else_is_refused(
    tmp_path: Path, file_url: str
) -> None:
    path = tmp_path / "other.sqlite"
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE t (x)")

    await refused(path, file_url, "no store of a connector")


async def test_an_older_store_with_something_in_it_is_not_replaced_unasked(
    tmp_path: Path, file_url: str
) -> None:
    target = tmp_path / "target.sqlite"
    make_older(target, "0001")
    await make_filled(file_url)
    path = back_up(file_url, tmp_path / "x.tar.gz").path

    await refused(path, f"sqlite:///{target}", "it has 1 tokens already")


def damage(target: Path) -> None:
    target.write_bytes(b"SQLite format 3\x00" + b"damage" * 1000)
    Path(f"{target}-wal").write_bytes(b"log")


async def test_a_damaged_store_is_kept_aside_with_its_log(
    file_url: str, tmp_path: Path
) -> None:
    await make_filled(file_url)
    path = back_up(file_url, tmp_path / "x.tar.gz").path
    expected = await contents_of(file_url)
    target = tmp_path / "data" / "connector.sqlite"
    damage(target)

    await refused(path, file_url, "is damaged")
    restored: Restored = await asyncio.to_thread(
        lambda: restore(path, file_url, force=True, now=NOW)
    )

    assert await contents_of(file_url) == expected
    database, log = restored.aside
    assert database.name == f"connector.sqlite.before-restore-{STAMP}"
    assert log.name == f"connector.sqlite-wal.before-restore-{STAMP}"
    assert b"damage" in await asyncio.to_thread(database.read_bytes)
    assert await asyncio.to_thread(log.read_bytes) == b"log"


# -- secrets


async def test_secrets_come_back_and_others_are_kept_aside(
    file_url: str, tmp_path: Path
) -> None:
    await make_filled(file_url)
    data, new = tmp_path / "data", tmp_path / "new"
    secrets_in(data)
    path = back_up(file_url, tmp_path / "x.tar.gz", data_dir=data).path
    secrets_in(new, "another")
    (new / "api.token").write_text("secret api.token")
    url = f"sqlite:///{new / 'connector.sqlite'}"

    restored = restore(path, url, data_dir=new, now=NOW)

    assert restored.files == ["passwords.key", "pki"]
    assert (new / "pki" / "ca.key").read_text() == "secret pki/ca.key"
    assert stat.S_IMODE((new / "passwords.key").stat().st_mode) == 0o600
    assert [each.name for each in restored.aside] == [
        f"passwords.key.before-restore-{STAMP}",
        f"pki.before-restore-{STAMP}",
    ]
    assert (restored.aside[1] / "ca.key").read_text() == "another pki/ca.key"


async def test_what_is_restored_is_as_closed_as_it_was(
    file_url: str, tmp_path: Path
) -> None:
    await make_filled(file_url)
    data, new = tmp_path / "data", tmp_path / "new"
    secrets_in(data)
    for path in data.rglob("*"):
        path.chmod(0o700 if path.is_dir() else 0o600)
    (data / "pki" / "issued" / "1.pem").chmod(0o644)
    path = back_up(file_url, tmp_path / "x.tar.gz", data_dir=data).path

    restore(path, f"sqlite:///{new / 'connector.sqlite'}", data_dir=new)

    def mode(name: str) -> int:
        return stat.S_IMODE((new / name).stat().st_mode)

    assert mode("pki") == 0o700
    assert mode("pki/ca.key") == 0o600
    assert mode("pki/issued/1.pem") == 0o644
    assert mode("connector.sqlite") == 0o600


async def test_secrets_stay_in_the_backup_where_no_folder_is_named(
    file_url: str, tmp_path: Path
) -> None:
    await make_filled(file_url)
    data = tmp_path / "data"
    secrets_in(data)
    path = back_up(file_url, tmp_path / "x.tar.gz", data_dir=data).path
    target = tmp_path / "target" / "connector.sqlite"

    restored = restore(path, f"sqlite:///{target}")

    assert restored.files == []
    assert [found.name for found in target.parent.iterdir()] == ["connector.sqlite"]


# -- how it is


async def test_a_store_tells_how_it_is(store: DatabaseStore, url: str) -> None:
    await fill(store)

    found = await store.archive.status()

    assert found.backend == url.partition(":")[0]
    assert found.schema == schema.HEAD
    assert found.bytes is not None
    assert found.bytes > 1000
    assert (found.free_bytes is None) == (found.backend == "postgresql")
    assert (found.rows["transactions"], found.rows["history"]) == (2, 2)
    assert found.oldest_transaction_ms == START.start_ms
    assert found.oldest_history_ms == 1


async def test_an_empty_store_has_nothing_old(store: DatabaseStore) -> None:
    found = await store.archive.status()

    assert (found.oldest_transaction_ms, found.oldest_history_ms) == (None, None)
    assert found.rows["stations"] == 0
