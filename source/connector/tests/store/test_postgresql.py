"""How PostgreSQL is reached, and what the store asks of it."""

from __future__ import annotations

import logging

import psycopg
import pytest

from connector.store import open_store
from connector.store.backends import backend_of
from connector.tests.postgresql import PASSWORD, PASSWORD_IN_URL, PostgreSQL
from connector.tests.store.databases import engine_of, execute
from connector.tests.store.examples import START

pytestmark = pytest.mark.postgres


@pytest.fixture
def url(postgresql: PostgreSQL) -> str:
    return postgresql.empty_database()


@pytest.mark.parametrize(
    "driver",
    [
        "postgres",
        "postgresql",
        "postgresql+psycopg",
        "postgresql+asyncpg",
        "postgres+x",
    ],
)
async def test_a_url_may_name_any_driver(url: str, driver: str) -> None:
    store = open_store(url.replace("postgresql:", f"{driver}:"))
    await store.open()

    record = await store.start_transaction(START)

    assert await store.transactions() == [record]
    await store.close()


@pytest.mark.parametrize(
    "place",
    [
        "{login}@/shared?host={folder}&port={port}",
        "{login}@/shared?host=127.0.0.1:{port}&host=localhost:{port}"
        "&target_session_attrs=read-write",
        "{login}@/shared?host=127.0.0.1:1&host=127.0.0.1:{port}",
        "{login}@localhost:{port}/shared?sslmode=prefer&connect_timeout=5",
        "{login}@localhost:{port}/shared?application_name=mine&options=-c%20work_mem=8MB",
    ],
)
async def test_options_are_those_of_libpq(
    url: str, postgresql: PostgreSQL, place: str
) -> None:
    login = f"connector:{PASSWORD_IN_URL}"
    text = place.format(login=login, port=postgresql.port, folder=postgresql.folder)
    store = open_store(f"postgresql://{text}")

    await store.open()

    assert await store.stations() == []
    assert PASSWORD not in store.shown
    assert PASSWORD_IN_URL not in store.shown
    await store.close()


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("postgresql://u:secret@db/a", "PostgreSQL at db/a"),
        ("postgres://u:secret@db:5433/a?sslmode=require", "PostgreSQL at db:5433/a"),
        ("postgresql://u:secret@[::1]:1/a", "PostgreSQL at ::1:1/a"),
        ("postgresql:///a?host=/run&password=secret", "PostgreSQL at /run/a"),
        ("postgresql:///a?host=b:1&host=c:2", "PostgreSQL at b:1,c:2/a"),
        ("postgresql:///a", "PostgreSQL at localhost/a"),
    ],
)
def test_it_is_shown_without_secrets(url: str, shown: str) -> None:
    backend, parsed = backend_of(url)

    assert backend.shown(parsed) == shown


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("synchronous_commit", "on"),
        ("statement_timeout", "6s"),
        ("lock_timeout", "3s"),
        ("idle_in_transaction_session_timeout", "20s"),
        ("TimeZone", "UTC"),
        ("application_name", "ocpp-connector"),
        ("transaction_isolation", "read committed"),
    ],
)
def test_a_session_waits_for_nothing_without_end(
    url: str, name: str, value: str
) -> None:
    engine = engine_of(url)
    with engine.connect() as connection:
        before = connection.exec_driver_sql(f"SHOW {name}").scalar()
        connection.rollback()
        after = connection.exec_driver_sql(f"SHOW {name}").scalar()
    engine.dispose()

    assert (before, after) == (value, value)


async def test_durability_is_as_the_server_has_it(
    url: str, postgresql: PostgreSQL
) -> None:
    postgresql.execute("ALTER DATABASE shared SET synchronous_commit = remote_apply")
    try:
        assert execute(url, "SHOW synchronous_commit") == [("remote_apply",)]
    finally:
        postgresql.execute("ALTER DATABASE shared RESET synchronous_commit")


async def test_a_database_of_another_language_sorts_alike(
    postgresql: PostgreSQL,
) -> None:
    try:
        url = postgresql.new_database(
            "TEMPLATE template0 LOCALE_PROVIDER icu ICU_LOCALE 'de'"
        )
    except psycopg.Error as problem:
        pytest.skip(str(problem))
    store = open_store(url)
    await store.open()
    names = ["b", "B", "a", "A", "Ä", "z", "_"]

    await store.save_variables("cs1", {name: {} for name in names})

    assert list(await store.variables("cs1")) == sorted(names)
    await store.close()


async def test_two_connections_are_used(url: str, postgresql: PostgreSQL) -> None:
    store = open_store(url)
    await store.open()
    await store.start_transaction(START)
    await store.archive.has_history("nothing")

    count = "SELECT count(*) FROM pg_stat_activity WHERE datname = 'shared'"
    assert postgresql.execute(count) == [(2,)]
    await store.close()
    while postgresql.execute(count) != [(0,)]:
        pass


async def test_no_password_reaches_the_log(
    url: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    store = open_store(url)
    await store.open()
    await store.start_transaction(START)
    await store.close()

    assert PASSWORD not in caplog.text
    assert PASSWORD_IN_URL not in caplog.text
    assert PASSWORD not in repr(store)
