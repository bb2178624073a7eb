"""`ocpp-connector store`: over the API, and on a store itself."""

from __future__ import annotations

import asyncio
import sqlite3
import tarfile
from pathlib import Path

import pytest

from connector.cli.direct import FILE
from connector.cli.exits import Exit
from connector.store import open_store
from connector.store.records import TokenRecord
from connector.store.schema import HEAD
from connector.tests.cli.api import Api
from connector.tests.cli.conftest import Command
from connector.tests.postgresql import PostgreSQL

MADE = {"file": "/data/backups/connector-1.tar.gz", "bytes": 4711, "rows": {}}


@pytest.fixture
def data(nowhere: Path) -> Path:
    """A folder of a connector with one token and the API's token."""
    folder = nowhere / "data"
    keep(folder, "04A2B3C4")
    (folder / "api.token").write_text("kept-token\n")
    return folder


def keep(folder: Path, token: str) -> None:
    async def run() -> None:
        store = open_store(f"sqlite:///{folder / FILE}")
        await store.open()
        await store.save_token(TokenRecord(token))
        await store.close()

    asyncio.run(run())


def tokens_in(folder: Path) -> list[str]:
    with sqlite3.connect(folder / FILE) as connection:
        rows = connection.execute("SELECT id_token FROM tokens ORDER BY 1").fetchall()
    connection.close()
    return [row[0] for row in rows]


def age(folder: Path) -> None:
    """Have a schema that is older than this version knows of."""
    with sqlite3.connect(folder / FILE) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '0000'")
    connection.close()


def test_a_connector_tells_of_its_store(api: Api, command: Command) -> None:
    api.answer("GET", "/store", {"backend": "sqlite", "rows": {"tokens": 1}})

    assert command("store", "info").out.splitlines() == [
        "backend      sqlite",
        "rows.tokens  1",
    ]


def test_a_connector_makes_a_backup_where_it_runs(api: Api, command: Command) -> None:
    api.answer("POST", "/store/backup", MADE, 201)

    assert command("store", "backup").out == f"{MADE['file']}\n"
    assert command("store", "backup", "--json").json == MADE


def test_a_connector_writes_no_backup_elsewhere(api: Api, command: Command) -> None:
    done = command("store", "backup", "--output", "b.tar.gz")

    assert (done.code, done.out, api.asked) == (Exit.USAGE, "", [])


def test_a_store_itself_is_told_of(data: Path, command: Command) -> None:
    found = command("store", "info", "--data-dir", str(data), "--json").json

    assert found["backend"] == "sqlite"
    assert found["location"] == str(data / FILE)
    assert (found["schema"], found["rows"]["tokens"]) == (HEAD, 1)
    assert found["oldest_transaction"] is None


def test_a_backup_is_made_and_restored_elsewhere(
    data: Path, nowhere: Path, command: Command
) -> None:
    made = command("store", "backup", "--direct", "--json").json
    other = nowhere / "other"

    done = command("store", "restore", made["file"], "--data-dir", str(other))

    assert Path(made["file"]).parent == Path("data/backups")
    assert done.code == Exit.DONE
    assert tokens_in(other) == ["04A2B3C4"]
    assert (other / "api.token").read_text() == "kept-token\n"


def test_a_backup_goes_where_it_is_wanted_and_over_nothing(
    data: Path, nowhere: Path, command: Command
) -> None:
    words = ("store", "backup", "--data-dir", "data", "--output", "b.tar.gz")

    first, second = command(*words), command(*words)

    assert (first.code, first.out) == (Exit.DONE, "b.tar.gz\n")
    assert tarfile.is_tarfile(nowhere / "b.tar.gz")
    assert second.code == Exit.TROUBLE
    assert "b.tar.gz is there already" in second.err


def test_a_backup_makes_no_folder_where_a_disk_may_be_missing(
    data: Path, nowhere: Path, command: Command
) -> None:
    done = command("store", "backup", "--direct", "--output", "nas/b.tar.gz")

    assert (done.code, done.out) == (Exit.USAGE, "")
    assert done.err == "nas/b.tar.gz: there is no folder nas\n"
    assert not (nowhere / "nas").exists()


def test_a_restore_replaces_nothing_unless_it_is_told_to(
    data: Path, nowhere: Path, command: Command
) -> None:
    command("store", "backup", "--direct", "--output", "b.tar.gz")
    keep(data, "later")

    refused = command("store", "restore", "b.tar.gz")
    done = command("store", "restore", "b.tar.gz", "--force", "--json")

    assert refused.code == Exit.TROUBLE
    assert "it has 2 tokens already" in refused.err
    assert "say so with --force" in refused.err
    assert done.code == Exit.DONE
    assert tokens_in(data) == ["04A2B3C4"]
    assert [Path(path).exists() for path in done.json["aside"]] == [True]


def test_no_backup_is_refused(data: Path, nowhere: Path, command: Command) -> None:
    (nowhere / "b.tar.gz").write_text("no backup")

    gone = command("store", "restore", "gone.tar.gz")
    wrong = command("store", "restore", "b.tar.gz", "--force")

    assert (gone.code, gone.err) == (
        Exit.USAGE,
        "gone.tar.gz: there is no such file\n",
    )
    assert wrong.code == Exit.TROUBLE
    assert tokens_in(data) == ["04A2B3C4"]


def test_a_current_store_stays_as_it_is(data: Path, command: Command) -> None:
    done = command("store", "migrate")

    assert (done.code, done.out) == (Exit.DONE, f"schema {HEAD} -> {HEAD}\n")


def test_a_store_of_another_version_is_refused(data: Path, command: Command) -> None:
    age(data)

    migrated, told = command("store", "migrate"), command("store", "info", "--direct")

    assert (migrated.code, told.code) == (Exit.TROUBLE, Exit.TROUBLE)
    assert "schema (0000) is not one this version can bring" in migrated.err
    assert "its schema is 0000" in told.err


@pytest.mark.parametrize("name", ["migrate", "check", "info", "backup"])
def test_where_there_is_no_store_none_is_made(
    name: str, nowhere: Path, command: Command
) -> None:
    done = command("store", name, "--data-dir", "nothing")

    assert (done.code, done.out) == (Exit.TROUBLE, "")
    assert not (nowhere / "nothing" / FILE).exists()


def test_a_database_of_somebody_else_is_left_alone(
    nowhere: Path, command: Command
) -> None:
    path = nowhere / "other.sqlite"
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE mine (x)")
    connection.close()

    done = command("store", "migrate", "--store", f"sqlite:///{path}")

    assert (done.code, done.out) == (Exit.TROUBLE, "")
    assert "this is no store of a connector" in done.err


def test_a_whole_store_is_found_to_be_so(data: Path, command: Command) -> None:
    found = command("store", "check", "--json").json

    assert (found["ok"], found["schema"]) == (True, HEAD)


def test_a_damaged_store_is_found(data: Path, command: Command) -> None:
    with sqlite3.connect(data / FILE) as connection:
        connection.execute("PRAGMA writable_schema = ON")
        connection.execute(
            "INSERT INTO sqlite_master VALUES ('index', 'x', 'tokens', 99999, "
            "'CREATE INDEX x ON tokens (id_token)')"
        )
    connection.close()

    done = command("store", "check")

    assert (done.code, done.out) == (Exit.TROUBLE, "")
    assert str(data.name) in done.err


@pytest.mark.postgres
def test_a_backup_goes_from_one_kind_of_database_to_the_other(
    data: Path, command: Command, postgresql: PostgreSQL
) -> None:
    url = postgresql.new_database()
    command("store", "backup", "--direct", "--output", "b.tar.gz")

    restored = command("store", "restore", "b.tar.gz", "--store", url)
    found = command("store", "info", "--store", url, "--json").json
    checked = command("store", "check", "--store", url)
    again = command("store", "backup", "--store", url, "--output", "c.tar.gz")

    assert restored.code == Exit.DONE, restored.err
    assert (found["backend"], found["rows"]["tokens"]) == ("postgresql", 1)
    assert (checked.code, again.code) == (Exit.DONE, Exit.DONE)
    assert "@" not in found["location"]
