"""The last transactions of connectors, as a start of ours reads them."""

from __future__ import annotations

from dataclasses import replace

import pytest

from connector.store import DatabaseStore, last_statements
from connector.store.records import StationRecord, TransactionRecord
from connector.tests.store.examples import START, STOP

LATER_MS = 2_000_000_000_000
"""After all ends of here."""


async def know(store: DatabaseStore, identity: str, connectors: int = 1) -> None:
    await store.save_station(StationRecord(identity, "accepted", connectors))


async def charged(
    store: DatabaseStore, station: str = "cs1", where: str = "1", start_ms: int = 1
) -> TransactionRecord:
    start = replace(START, station=station, where=where, start_ms=start_ms)
    record = await store.start_transaction(start)
    return await store.stop_transaction(record.key, STOP)


async def last(store: DatabaseStore) -> set[tuple[str, str, int]]:
    found = await store.archive.last_transactions(LATER_MS)
    return {(each.station, each.where, each.start_ms) for each in found}


async def test_the_newest_of_each_connector_is_found(store: DatabaseStore) -> None:
    await know(store, "cs1", connectors=2)
    await know(store, "cs2")
    await charged(store, "cs1", "2", 1)
    await charged(store, "cs1", "1", 2)
    await charged(store, "cs1", "1", 3)
    await charged(store, "cs2", "1", 4)

    assert await last(store) == {("cs1", "2", 1), ("cs1", "1", 3), ("cs2", "1", 4)}


async def test_it_is_the_whole_record(store: DatabaseStore) -> None:
    await know(store, "cs1")
    record = await charged(store)
    await store.save_energies({record.key: 1000.0})

    assert await store.archive.last_transactions(LATER_MS) == [
        replace(record, energy_wh=1000.0)
    ]


async def test_one_that_runs_does_not_hide_the_last_that_ended(
    store: DatabaseStore,
) -> None:
    await know(store, "cs1")
    await charged(store, start_ms=1)
    await store.start_transaction(replace(START, start_ms=2))

    assert await last(store) == {("cs1", "1", 1)}


async def test_the_newest_of_a_station_is_found_wherever_it_was(
    store: DatabaseStore,
) -> None:
    await know(store, "cs1")
    await charged(store, where="1", start_ms=1)
    await charged(store, where="0", start_ms=2)

    assert await last(store) == {("cs1", "1", 1), ("cs1", "0", 2)}


async def test_all_that_ended_of_late_are_found(store: DatabaseStore) -> None:
    await know(store, "cs1")
    for start_ms in (1, 2):
        await charged(store, start_ms=start_ms)
    await charged(store, "cs2", start_ms=3)

    found = await store.archive.last_transactions(STOP.stop_ms)

    assert sorted(record.start_ms for record in found) == [1, 2, 3]


async def test_those_of_stations_that_are_not_known_stay_where_they_are(
    store: DatabaseStore,
) -> None:
    await know(store, "cs1")
    await charged(store, "cs2")

    assert await last(store) == set()


async def test_without_stations_there_are_none(store: DatabaseStore) -> None:
    assert await last(store) == set()


async def test_an_idle_connector_is_not_looked_for_without_end(
    store: DatabaseStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(last_statements, "LEAST", 2)
    monkeypatch.setattr(last_statements, "MOST", 0)
    await know(store, "cs1", connectors=2)
    await charged(store, where="2", start_ms=1)
    for start_ms in (2, 3, 4):
        await charged(store, where="1", start_ms=start_ms)

    assert await last(store) == {("cs1", "1", 4)}
