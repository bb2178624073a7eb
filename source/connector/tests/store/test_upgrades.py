"""A store of every released version is brought up with all that it has."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from importlib.resources import files
from typing import Any

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, MetaData, Table, inspect

from connector.errors import StoreError
from connector.store import open_store, schema
from connector.store.backends import backend_of
from connector.store.records import (
    OF_CONFIGURATION,
    LimitRecord,
    LocalListRecord,
    ReservationRecord,
    SampleRecord,
    StationRecord,
    TokenRecord,
    TransactionRecord,
    TransactionStart,
)
from connector.tests.store.databases import engine_of, execute
from connector.tests.store.examples import START

pytestmark = [
    # Of a table with an index over an expression.
    pytest.mark.filterwarnings("ignore:Skipped unsupported reflection"),
]
RELEASED = ["0001", "0002", "0003", "0004"]
"""0.1.0, 0.2.0, 0.3.0, and what was built from the branch after it."""
KEY, OTHER_KEY = "01AAAAAAAAAAAAAAAAAAAAAAAA", "01BBBBBBBBBBBBBBBBBBBBBBBB"
OF_2_KEY = "01CCCCCCCCCCCCCCCCCCCCCCCC"
ROWS: dict[str, list[dict[str, Any]]] = {
    "stations": [
        {
            "identity": "cs1",
            "registration": "accepted",
            "connectors": 2,
            "boot": {"chargePointModel": "ä"},
            "learned": {"purposes": ["TxProfile"]},
            "since_ms": 5,
        }
    ],
    "tokens": [
        {
            "folded": "aa",
            "type": "any",
            "id_token": "AA",
            "status": "Blocked",
            "group": "family",
            "origin": OF_CONFIGURATION,
        }
    ],
    "transactions": [
        {
            "key": KEY,
            "ocpp_id": "41",
            "station": "cs1",
            "where": "1",
            "id_token": "AA",
            "start_ms": 1_700_000_000_000,
            "meter_start_wh": 1234.5,
            "stop_ms": 1_700_000_600_000,
            "meter_stop_wh": 2234.5,
            "reason": "Local",
        },
        {
            "key": OTHER_KEY,
            "ocpp_id": "42",
            "station": "cs1",
            "where": "2",
            "id_token": "AA",
            "start_ms": 1_700_000_000_000,
            "meter_start_wh": None,
            "reservation_id": 7,
        },
    ],
    "samples": [
        {"transaction_key": KEY, "time_ms": 1, "values": {"power": 7400.0}},
        {"transaction_key": KEY, "time_ms": 2, "values": {"power": None}},
    ],
    "limits": [{"station": "cs1", "where": "1", "state": {"limit_w": 5}}],
    "datapoints": [{"station": "cs1", "keys": ["a", "b"]}],
    "reservations": [
        {
            "key": KEY,
            "reservation_id": 3,
            "station": "cs1",
            "where": "1",
            "id_token": "AA",
            "type": "ISO14443",
            "expiry_ms": 2000,
            "status": "Accepted",
            "made_ms": 1000,
        }
    ],
    "local_lists": [{"station": "cs1", "version": 4, "entries": [{"idTag": "AA"}]}],
    "variables": [{"station": "cs1", "name": "A.b", "item": {"type": "Actual"}}],
}


@pytest.fixture(params=RELEASED)
def released(request: pytest.FixtureRequest, url: str) -> str:
    """A database of that revision, with something in every table that it has."""
    revision: str = request.param
    engine = engine_of(url)
    with engine.begin() as connection:
        upgrade(connection, revision)
        for name in inspect(connection).get_table_names():
            fill(connection, Table(name, MetaData(), autoload_with=connection))
        connection.exec_driver_sql(
            "UPDATE sequences SET value = 42 WHERE name = 'transaction'"
        )
        if revision >= "0003":
            connection.exec_driver_sql(
                "INSERT INTO transactions"
                ' (key, ocpp_id, station, "where", id_token, start_ms, token_type)'
                f" VALUES ('{OF_2_KEY}', 'tx', 'cs2', '1', 'AA', 1, 'Central')"
            )
    engine.dispose()
    return revision


def upgrade(connection: Connection, revision: str) -> None:
    config = Config()
    folder = str(files("connector.store") / "migrations")
    config.set_main_option("script_location", folder)
    config.attributes["connection"] = connection
    command.upgrade(config, revision)


def fill(connection: Connection, table: Table) -> None:
    for row in ROWS.get(table.name, []):
        known = {name: row[name] for name in row if name in table.columns}
        connection.execute(table.insert(), known)


async def test_all_that_was_kept_is_there(url: str, released: str) -> None:
    store = open_store(url)
    await store.open()

    first = TransactionRecord(**ROWS["transactions"][0])
    second = TransactionRecord(**ROWS["transactions"][1])
    of_2 = [
        TransactionRecord(OF_2_KEY, "tx", "cs2", "1", "AA", 1, token_type="Central")
    ]
    assert await store.stations() == [StationRecord(**ROWS["stations"][0])]
    assert await store.tokens() == [
        TokenRecord("AA", status="Blocked", group="family", origin=OF_CONFIGURATION)
    ]
    assert await store.transactions("cs1") == [second, first]
    assert await store.transactions("cs2") == (of_2 if released >= "0003" else [])
    assert await store.open_transactions("cs1") == [second]
    assert await store.samples(KEY) == [SampleRecord(**r) for r in ROWS["samples"]]
    assert await store.limits() == [LimitRecord("cs1", "1", {"limit_w": 5})]
    assert await store.datapoints() == {"cs1": ["a", "b"]}
    reservations = [ReservationRecord(**ROWS["reservations"][0])]
    assert await store.reservations() == (reservations if released >= "0002" else [])
    lists = LocalListRecord("cs1", 4, [{"idTag": "AA"}])
    assert await store.local_list("cs1") == (lists if released >= "0002" else None)
    variables = {"A.b": {"type": "Actual"}} if released >= "0003" else {}
    assert await store.variables("cs1") == variables

    next_one = await store.start_transaction(START)
    assert next_one.ocpp_id == "43"
    await store.close()


async def test_a_start_of_before_is_known_after(url: str, released: str) -> None:
    store = open_store(url)
    await store.open()
    first = ROWS["transactions"][0]
    names = ("station", "where", "id_token", "start_ms", "meter_start_wh")
    again = await store.start_transaction(
        TransactionStart(**{name: first[name] for name in names})
    )
    await store.close()

    assert again.key == KEY


OPEN = """
import asyncio, json, sys
from connector.store import open_store

async def main():
    print(json.dumps("ready"), flush=True)
    sys.stdin.readline()
    store = open_store(sys.argv[1])
    await store.open()
    print(json.dumps([r.key for r in await store.transactions()]), flush=True)
    await store.close()

asyncio.run(main())
"""


@pytest.mark.parametrize("released", ["0001"], indirect=True)
def test_processes_may_bring_up_the_same_database_at_once(
    url: str, released: str
) -> None:
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", OPEN, url],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(3)
    ]
    found = []
    for process in processes:
        assert process.stdout is not None
        assert json.loads(process.stdout.readline()) == "ready"
    for process in processes:
        assert process.stdin is not None
        process.stdin.write("\n")
        process.stdin.flush()
    for process in processes:
        found.append(json.loads(process.communicate(timeout=60)[0]))

    assert found == [[OTHER_KEY, KEY]] * 3


async def test_who_brings_it_up_is_alone(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The second one finds it done, and does nothing."""
    made = []
    original = schema._upgrade

    def counted(connection: Connection, found: str | None) -> None:
        made.append(found)
        original(connection, found)

    monkeypatch.setattr(schema, "_upgrade", counted)
    stores = [open_store(url) for _ in range(4)]

    await asyncio.gather(*(store.open() for store in stores))
    await asyncio.gather(*(store.close() for store in stores))

    assert made == [None]


@pytest.mark.parametrize("found", ["0007", "9999", "something"])
async def test_a_newer_store_is_left_as_it_is(url: str, found: str) -> None:
    store = open_store(url)
    await store.open()
    record = await store.start_transaction(START)
    await store.close()
    execute(url, f"UPDATE alembic_version SET version_num = '{found}'")

    with pytest.raises(
        StoreError, match=rf"its schema \({found}\).*Nothing was change"
    ):
        await open_store(url).open()

    assert execute(url, "SELECT version_num FROM alembic_version") == [(found,)]
    assert execute(url, "SELECT key FROM transactions") == [(record.key,)]


def test_the_database_is_named_without_its_password(url: str) -> None:
    backend, parsed = backend_of(url)

    assert "geheim" not in backend.shown(parsed)
    assert str(parsed.database) in backend.shown(parsed)
