from __future__ import annotations

import asyncio
import sqlite3
import subprocess
import sys
from importlib.resources import files
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, MetaData, create_engine
from sqlalchemy.schema import CreateIndex

from connector.errors import StoreError
from connector.store import open_store, schema, tables
from connector.store.records import OF_CONFIGURATION, TokenRecord
from connector.store.sqlite import make_engine, parse_url
from connector.tests.store.examples import START

MIGRATIONS = str(files("connector.store") / "migrations")
OPEN_TWICE = """
import asyncio, sys
from connector.store import open_store

async def main():
    store = open_store(sys.argv[1])
    await store.open()
    await store.close()

asyncio.run(main())
print("alembic" in sys.modules)
"""


def indexes(metadata: MetaData, connection: Connection) -> set[str]:
    return {
        " ".join(str(CreateIndex(index).compile(connection)).replace('"', "").split())
        for table in metadata.sorted_tables
        for index in table.indexes
    }


def start(url: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", OPEN_TWICE, url]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


def test_the_head_is_the_newest_revision() -> None:
    assert ScriptDirectory(MIGRATIONS).get_heads() == [schema.HEAD]


def test_the_migrations_are_packaged() -> None:
    folders = {path.parent for path in Path(MIGRATIONS).rglob("*.py")}

    # A folder without one is no package, and is left out when one is built.
    assert [path for path in folders if not (path / "__init__.py").exists()] == []


@pytest.mark.filterwarnings("ignore:.* expression-based index")
def test_the_migrations_make_the_tables(url: str) -> None:
    engine = make_engine(parse_url(url))
    with engine.begin() as connection:
        schema.migrate(connection)
        context = MigrationContext.configure(connection)
        differences = compare_metadata(context, tables.metadata)
        made = connection.exec_driver_sql(
            "SELECT sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL"
        ).scalars()
        migrated = {" ".join(sql.replace('"', "").split()) for sql in made}
        expected = indexes(tables.metadata, connection)
    engine.dispose()

    assert differences == []
    # Alembic does not compare those over an expression.
    assert migrated == expected


async def test_a_schema_of_a_newer_version_is_refused(url: str) -> None:
    engine = create_engine(url)
    with engine.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE alembic_version (version_num TEXT)")
        connection.exec_driver_sql("INSERT INTO alembic_version VALUES ('9999')")
    engine.dispose()

    with pytest.raises(StoreError, match=r"connector\.sqlite: .*a newer version"):
        await open_store(url).open()


async def test_a_failed_migration_leaves_nothing_behind(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = create_engine(url)
    with engine.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE limits (x INTEGER)")
    engine.dispose()

    with pytest.raises(StoreError, match="limits already exists"):
        await open_store(url).open()

    connection = sqlite3.connect(url.removeprefix("sqlite:///"))
    names = connection.execute("SELECT name FROM sqlite_master").fetchall()
    connection.close()
    assert names == [("limits",)]


async def test_a_store_of_the_first_version_keeps_what_it_has(url: str) -> None:
    config = Config()
    config.set_main_option("script_location", MIGRATIONS)
    engine = make_engine(parse_url(url))
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0001")
        connection.exec_driver_sql(
            "INSERT INTO tokens (folded, type, id_token, status)"
            " VALUES ('aa', 'any', 'AA', 'Blocked')"
        )
        connection.exec_driver_sql("UPDATE sequences SET value = 41")
    engine.dispose()

    store = open_store(url)
    await store.open()
    tokens = await store.tokens()
    record = await store.start_transaction(START)
    number = await store.next_reservation_id("cs1")
    await store.close()

    assert tokens == [TokenRecord("AA", status="Blocked", origin=OF_CONFIGURATION)]
    assert (record.ocpp_id, number) == ("42", 1)


def test_a_current_schema_is_opened_without_alembic(url: str) -> None:
    fresh = start(url).communicate(timeout=60)[0]
    again = start(url).communicate(timeout=60)[0]

    assert (fresh, again) == ("True\n", "False\n")


def test_processes_may_make_the_same_database_at_once(url: str) -> None:
    processes = [start(url) for _ in range(4)]
    for process in processes:
        process.communicate(timeout=60)

    assert [process.returncode for process in processes] == [0, 0, 0, 0]


async def test_stores_may_open_the_same_database_at_once(url: str) -> None:
    stores = [open_store(url) for _ in range(4)]

    await asyncio.gather(*(store.open() for store in stores))

    assert [store.is_writable for store in stores] == [True] * 4
    await asyncio.gather(*(store.close() for store in stores))
