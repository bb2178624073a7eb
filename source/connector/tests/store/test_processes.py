"""Several processes on one database, as managers that share the stations are."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

import connector
from connector.store import DatabaseStore, open_store
from connector.store.records import LimitRecord, LocalListRecord, StationRecord
from connector.tests.store.examples import START, STOP, reservation

ROOT = str(Path(connector.__file__).parents[1])
PROGRAM = """
import asyncio, json, sys
from connector.store import open_store
from connector.store.records import TransactionStart

async def main(url, name, count):
    store = open_store(url)
    await store.open()
    print(json.dumps("ready"), flush=True)
    sys.stdin.readline()
    own = [TransactionStart(name, "1", "A", ms, 1.0) for ms in range(count)]
    same = [TransactionStart("shared", "1", "A", ms, 1.0) for ms in range(count)]
    records = []
    for pair in zip(own, same):
        records += await asyncio.gather(*map(store.start_transaction, pair))
        await store.save_datapoints("shared", [name])
        await store.next_reservation_id("shared")
    print(json.dumps([[r.station, r.key, int(r.ocpp_id)] for r in records]), flush=True)
    await store.close()

asyncio.run(main(sys.argv[1], sys.argv[2], int(sys.argv[3])))
"""
COUNT = 40
ROUNDS = 3
"""Each with a deadlock, which PostgreSQL notices after a second."""


@pytest.fixture
async def other(url: str, store: DatabaseStore) -> AsyncIterator[DatabaseStore]:
    """A second one on the same database."""
    other = open_store(url)
    await other.open()
    yield other
    await other.close()


def begin(url: str, name: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", PROGRAM, url, name, str(COUNT)],
        env={"PYTHONPATH": ROOT, "PYTHONDONTWRITEBYTECODE": "1"},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def line(process: subprocess.Popen[str]) -> object:
    assert process.stdout is not None
    return json.loads(process.stdout.readline())


def go(process: subprocess.Popen[str]) -> None:
    assert process.stdin is not None
    process.stdin.write("\n")
    process.stdin.flush()


def test_processes_give_each_id_once_and_keep_each_start_once(url: str) -> None:
    processes = [begin(url, name) for name in ("one", "two", "three")]
    assert [line(process) for process in processes] == ["ready"] * 3
    for process in processes:
        go(process)
    found = [tuple(row) for process in processes for row in line(process)]  # type: ignore[attr-defined]
    for process in processes:
        process.communicate(timeout=60)

    records = set(found)
    assert len(found) == 3 * 2 * COUNT
    # Each its own ones, and those of the shared station together.
    assert len(records) == 4 * COUNT
    assert len({key for _, key, _ in records}) == 4 * COUNT
    assert len({ocpp_id for _, _, ocpp_id in records}) == 4 * COUNT


async def test_the_same_start_at_once_is_one(
    store: DatabaseStore, other: DatabaseStore
) -> None:
    for meter_wh in (None, 0.0, 1.5):
        for token_type, ocpp_id in ((None, None), ("Central", f"tx{meter_wh}")):
            start = replace(
                START,
                meter_start_wh=meter_wh,
                token_type=token_type,
                ocpp_id=ocpp_id,
            )
            records = await asyncio.gather(
                *(each.start_transaction(start) for each in (store, other) * 5)
            )
            assert len(set(records)) == 1


async def test_the_same_rows_at_once_are_replaced(
    store: DatabaseStore, other: DatabaseStore
) -> None:
    mine = reservation()
    for number in range(ROUNDS):
        stations = [StationRecord(f"cs{n}", "accepted", number + 1) for n in range(5)]
        await asyncio.gather(
            # In opposite orders: each could wait for a row of the other.
            *map(store.save_station, stations),
            *map(other.save_station, reversed(stations)),
            *(s.save_limit(LimitRecord("cs", "1", {})) for s in (store, other)),
            *(s.save_reservations([mine]) for s in (store, other)),
            *(s.save_datapoints("cs", [str(number)]) for s in (store, other)),
            *(s.save_local_list(LocalListRecord("cs", 1, [])) for s in (store, other)),
            store.save_variables("cs", {f"v{n}": {"n": number} for n in range(50)}),
            other.save_variables(
                "cs", {f"v{n}": {"n": number} for n in range(49, 0, -1)}
            ),
        )

    assert {s.connectors for s in await store.stations()} == {ROUNDS}
    assert await store.reservations() == [mine]
    assert {v["n"] for v in (await store.variables("cs")).values()} == {ROUNDS - 1}
    assert store.is_writable
    assert other.is_writable


async def test_a_stop_at_once_closes_once(
    store: DatabaseStore, other: DatabaseStore
) -> None:
    record = await store.start_transaction(START)

    first, second = await asyncio.gather(
        store.stop_transaction(record.key, STOP),
        other.stop_transaction(record.key, replace(STOP, stop_ms=STOP.stop_ms + 1)),
    )

    assert first == second
