from __future__ import annotations

import asyncio
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
from sqlalchemy import Connection, inspect

from connector.errors import StoreError
from connector.store import open_store, schema, tables
from connector.store.backends import backend_of
from connector.store.records import OF_CONFIGURATION, TokenRecord
from connector.tests.store.databases import engine_of, execute
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


DEFINED = {
    "sqlite": (
        "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL"
        " AND tbl_name != 'alembic_version'",
    ),
    "postgresql": (
        "SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'"
        " AND tablename != 'alembic_version'",
        "SELECT table_name, column_name, data_type, collation_name, is_nullable"
        " FROM information_schema.columns WHERE table_schema = 'public'"
        " AND table_name != 'alembic_version'",
    ),
}


def defined(connection: Connection) -> set[str]:
    return {
        " ".join(str(value) for value in row).replace('"', "").replace("\n", "")
        for query in DEFINED[connection.dialect.name]
        for row in connection.exec_driver_sql(query)
    }


def tables_of(url: str) -> list[str]:
    engine = engine_of(url)
    names = inspect(engine).get_table_names()
    engine.dispose()
    return sorted(names)


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
    engine = engine_of(url)
    with engine.begin() as connection:
        schema.migrate(connection, backend_of(url)[0].alone)
        context = MigrationContext.configure(connection)
        differences = compare_metadata(context, tables.metadata)
        migrated = defined(connection)
        tables.metadata.drop_all(connection)
        tables.metadata.create_all(connection)
        expected = defined(connection)
    engine.dispose()

    assert differences == []
    # Alembic does not compare indexes over an expression, and no collations.
    assert migrated == expected


async def test_a_schema_of_a_newer_version_is_refused(url: str) -> None:
    version = "CREATE TABLE alembic_version (version_num TEXT)"
    execute(url, version, "INSERT INTO alembic_version VALUES ('9999')")

    with pytest.raises(StoreError, match=r": its schema \(9999\) .*a newer version"):
        await open_store(url).open()

    assert tables_of(url) == ["alembic_version"]


async def test_a_failed_migration_leaves_nothing_behind(url: str) -> None:
    execute(url, "CREATE TABLE limits (x INTEGER)")

    with pytest.raises(StoreError, match=r'"?limits"? already exists'):
        await open_store(url).open()

    assert tables_of(url) == ["limits"]


async def test_a_store_of_the_first_version_keeps_what_it_has(url: str) -> None:
    config = Config()
    config.set_main_option("script_location", MIGRATIONS)
    engine = engine_of(url)
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
