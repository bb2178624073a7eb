"""What grows is kept in bounds."""

from __future__ import annotations

import asyncio
import logging
import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from connector.csms import old_files, upkeep
from connector.csms.options import Retention
from connector.csms.times import DAY_MS
from connector.csms.upkeep import Upkeep
from connector.errors import StoreError
from connector.store import DatabaseStore, open_store
from connector.store.records import (
    HistoryRecord,
    TransactionQuery,
    TransactionStart,
    TransactionStop,
)
from connector.store.spans import Shape
from connector.tests.clock import START_MS, FakeClock


@pytest.fixture(autouse=True)
def without_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(upkeep, "_PAUSE_S", 0)


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[DatabaseStore]:
    store = open_store(f"sqlite:///{tmp_path / 'connector.sqlite'}")
    await store.open()
    yield store
    await store.close()


def make(store: DatabaseStore, clock: FakeClock, retention: Retention) -> Upkeep:
    return Upkeep(lambda: store.archive, clock, retention, lambda key: Shape())


async def keep_values(store: DatabaseStore, *ages_ms: int) -> None:
    records = [HistoryRecord("a", START_MS - age_ms, 1.0) for age_ms in ages_ms]
    store.archive.add_history(records)
    await store.archive.flush_history()


async def ages(store: DatabaseStore) -> list[int]:
    found = await store.archive.history("a", since_ms=0, until_ms=2**60, limit=99)
    return [START_MS - record.time_ms for record in found]


async def keep_transaction(store: DatabaseStore, age_ms: int) -> str:
    start = TransactionStart("CP", "1", "card", START_MS - age_ms, 0.0)
    record = await store.start_transaction(start)
    stop = TransactionStop(START_MS - age_ms, 5.0, "Local")
    return (await store.stop_transaction(record.key, stop)).key


async def test_nothing_goes_where_everything_is_kept_for_ever(
    store: DatabaseStore,
) -> None:
    await keep_values(store, 10_000 * DAY_MS)
    await keep_transaction(store, 10_000 * DAY_MS)

    await make(store, FakeClock(), Retention()).run_once()

    assert len(await store.transactions()) == len(await ages(store)) == 1


async def test_what_is_too_old_goes(store: DatabaseStore) -> None:
    await keep_values(store, 31 * DAY_MS, 29 * DAY_MS)
    await keep_transaction(store, 31 * DAY_MS)
    newer = await keep_transaction(store, 29 * DAY_MS)

    await make(store, FakeClock(), Retention(days=30)).run_once()

    found = await store.archive.transactions(TransactionQuery())
    assert [record.key for record in found] == [newer]
    assert await ages(store) == [29 * DAY_MS]


async def test_history_gets_thinner_with_age(store: DatabaseStore) -> None:
    minute = 60_000
    old, older = 8 * DAY_MS, 91 * DAY_MS
    await keep_values(store, *(old + n * minute for n in range(10)))
    await keep_values(store, *(older + n * minute for n in range(10)))
    await keep_values(store, *(n * minute for n in range(10)))

    await make(store, FakeClock(), Retention()).run_once()

    found = await ages(store)
    assert len([age for age in found if age < DAY_MS]) == 10
    assert len([age for age in found if DAY_MS < age < 10 * DAY_MS]) in (2, 3)
    assert len([age for age in found if age > 90 * DAY_MS]) in (1, 2)


async def test_it_runs_after_the_start_and_then_daily(
    store: DatabaseStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock, runs = FakeClock(), asyncio.Queue[int]()

    async def note() -> None:
        runs.put_nowait(clock.now_ms())

    made = make(store, clock, Retention())
    monkeypatch.setattr(made, "run_once", note)
    made.start()

    clock.advance(60)
    first = await asyncio.wait_for(runs.get(), 10)
    await asyncio.sleep(0)
    clock.advance(86_400)
    second = await asyncio.wait_for(runs.get(), 10)

    assert (first, second) == (START_MS + 60_000, START_MS + 60_000 + DAY_MS)
    await made.stop()


async def test_a_store_that_fails_is_tidied_up_an_hour_later(
    store: DatabaseStore,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    clock, runs = FakeClock(), asyncio.Queue[int]()

    async def fail() -> None:
        runs.put_nowait(1)
        raise StoreError("the disk is full")

    made = make(store, clock, Retention())
    monkeypatch.setattr(made, "run_once", fail)
    made.start()

    with caplog.at_level(logging.ERROR):
        clock.advance(60)
        await asyncio.wait_for(runs.get(), 10)
        await asyncio.sleep(0)
        clock.advance(3600)
        await asyncio.wait_for(runs.get(), 10)

    assert "the store could not be tidied up: the disk is full" in caplog.text
    await made.stop()


async def test_it_can_be_stopped_while_it_runs(
    store: DatabaseStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock, has_begun = FakeClock(), asyncio.Event()

    async def hang() -> None:
        has_begun.set()
        await asyncio.Event().wait()

    made = make(store, clock, Retention())
    monkeypatch.setattr(made, "run_once", hang)
    made.start()
    clock.advance(60)
    await has_begun.wait()

    await asyncio.wait_for(made.stop(), 10)


# -- files


def put(path: Path, age_ms: int) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("x")
    seconds = (START_MS - age_ms) / 1000
    os.utime(path, (seconds, seconds))
    return path


async def test_files_of_stations_go_with_their_age(
    store: DatabaseStore, tmp_path: Path
) -> None:
    uploads, recordings = tmp_path / "uploads", tmp_path / "recordings"
    old = [
        put(uploads / "CP" / "20250101T000000Z-diag.zip", 31 * DAY_MS),
        put(recordings / "CP" / "20250101T000000Z-1.jsonl", 31 * DAY_MS),
    ]
    new = [
        put(uploads / "CP" / "20260131T000000Z-diag.zip", 29 * DAY_MS),
        put(recordings / "CP" / "20260131T000000Z-1.jsonl", 29 * DAY_MS),
    ]
    retention = Retention(30, uploads, recordings)

    await make(store, FakeClock(), retention).run_once()

    assert not any(path.exists() for path in old)
    assert all(path.exists() for path in new)


def test_what_is_not_ours_stays(tmp_path: Path) -> None:
    elsewhere = put(tmp_path / "elsewhere" / "20250101T000000Z-1.jsonl", DAY_MS)
    folder = tmp_path / "recordings"
    foreign = [
        put(folder / "20250101T000000Z-1.jsonl", DAY_MS),
        put(folder / "CP" / "notes.txt", DAY_MS),
        put(folder / "CP" / "20250101T000000Z-1.jsonl" / "deeper", DAY_MS),
    ]
    (folder / "link").symlink_to(elsewhere.parent, target_is_directory=True)

    assert old_files.remove_old(folder, old_files.RECORDING, START_MS) == 0
    assert all(path.exists() for path in [*foreign, elsewhere])


def test_a_folder_that_is_not_there_has_no_files(tmp_path: Path) -> None:
    nowhere = tmp_path / "nowhere"

    assert old_files.remove_old(nowhere, old_files.UPLOAD, START_MS) == 0
