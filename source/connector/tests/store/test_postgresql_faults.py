"""What can go wrong with a database server, for real; no restart of ours mends it."""

from __future__ import annotations

import asyncio
import logging
import os
import tempfile
import threading
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import psycopg
import pytest

from connector.errors import StoreError
from connector.store import (
    DatabaseStore,
    done_before,
    open_store,
    opening,
    outage,
    postgresql,
    probe,
)
from connector.store.records import SampleRecord, TransactionRecord
from connector.store.statements import step
from connector.tests.faults.storage import CannotInject, FullDisk
from connector.tests.postgresql import PASSWORD, PostgreSQL, running
from connector.tests.store.examples import START, STOP, sample
from connector.tests.store.wire import Wire

pytestmark = pytest.mark.postgres

STARTS = [replace(START, start_ms=ms) for ms in range(200)]


@pytest.fixture(scope="module")
def own_server() -> Iterator[PostgreSQL]:
    yield from running(durable=True)


@pytest.fixture
def server(own_server: PostgreSQL) -> Iterator[PostgreSQL]:
    """One that tests may end, and that runs when they do."""
    yield own_server
    own_server.revive()


@pytest.fixture
def url(server: PostgreSQL) -> str:
    return server.empty_database()


@pytest.fixture(autouse=True)
def impatience(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(postgresql, "SILENT_FOR_S", 1.0)
    monkeypatch.setattr(postgresql, "CONNECTS_WITHIN_S", 2)
    monkeypatch.setattr(postgresql, "ANSWERS_WITHIN_S", 1.0)
    monkeypatch.setattr(opening, "_AGAIN_S", 0.1)
    session = postgresql._SESSION.replace("3000", "300").replace("20000", "1500")
    monkeypatch.setattr(postgresql, "_SESSION", session)


@pytest.fixture
async def wire(url: str) -> AsyncIterator[Wire]:
    wire = Wire(url)
    yield wire
    await wire.close()


async def opened(url: str) -> DatabaseStore:
    store = open_store(url)
    await store.open()
    return store


async def all_of(url: str) -> list[TransactionRecord]:
    store = await opened(url)
    found = await store.transactions(limit=10_000)
    await store.close()
    return found


async def test_a_server_that_was_restarted_is_used_again_at_once(
    server: PostgreSQL, store: DatabaseStore
) -> None:
    first = await store.start_transaction(START)

    server.stop()
    server.start()
    closed = await store.stop_transaction(first.key, STOP)

    assert closed.meter_stop_wh == STOP.meter_stop_wh
    assert store.is_writable


async def test_a_connection_that_was_ended_is_made_again_at_once(
    server: PostgreSQL, store: DatabaseStore
) -> None:
    server.disconnect()

    first = await store.start_transaction(START)
    again, *others = await asyncio.gather(*map(store.start_transaction, STARTS))

    assert first not in others
    assert again.ocpp_id == "2"


@pytest.mark.parametrize("how", ["stop", "kill"])
async def test_while_it_is_gone_nothing_is_acknowledged(
    server: PostgreSQL, store: DatabaseStore, how: str, caplog: pytest.LogCaptureFixture
) -> None:
    first = await store.start_transaction(START)
    store.add_samples([sample(first.key, 1)])
    getattr(server, how)()

    refused = await asyncio.gather(
        *map(store.start_transaction, STARTS), store.stations(), return_exceptions=True
    )
    was_writable = store.is_writable
    with pytest.raises(StoreError):
        await store.stop_transaction(first.key, STOP)
    store.add_samples([sample(first.key, 2)])
    server.start()
    records = await asyncio.gather(*map(store.start_transaction, STARTS))

    assert {type(each) for each in refused} == {StoreError}
    assert not was_writable
    assert store.is_writable
    assert len({record.key for record in records}) == len(STARTS)
    assert await store.samples(first.key) == [
        sample(first.key, 1),
        sample(first.key, 2),
    ]
    lines = [r.getMessage() for r in caplog.records if r.levelno >= logging.WARNING]
    assert len(lines) < 6
    assert "the store fails: OperationalError: " in lines[0]
    assert "the store works again" in caplog.text
    assert PASSWORD not in caplog.text


async def test_what_was_acknowledged_before_it_was_killed_is_there(
    server: PostgreSQL, store: DatabaseStore, url: str
) -> None:
    acknowledged: list[TransactionRecord] = []
    enough = asyncio.Event()

    async def start(number: int) -> None:
        acknowledged.append(
            await store.start_transaction(replace(START, start_ms=number))
        )
        if len(acknowledged) == 50:
            enough.set()

    async with asyncio.TaskGroup() as group:
        tasks = []

        async def station(first: int) -> None:
            for number in range(first, first + 1000):
                try:
                    await start(number)
                except StoreError:
                    return

        tasks = [group.create_task(station(n * 1000)) for n in range(8)]
        await enough.wait()
        server.kill()
    assert all(task.done() for task in tasks)
    server.start()

    kept = await all_of(url)
    assert set(acknowledged) <= set(kept)
    again = [
        await store.start_transaction(replace(START, start_ms=r.start_ms)) for r in kept
    ]
    assert again == kept
    assert len({record.ocpp_id for record in kept}) == len(kept)


async def test_a_frozen_server_holds_nobody_for_long(
    server: PostgreSQL, store: DatabaseStore
) -> None:
    first = await store.start_transaction(START)
    server.freeze()

    refused = await asyncio.wait_for(
        asyncio.gather(*map(store.start_transaction, STARTS), return_exceptions=True), 9
    )
    was_writable = store.is_writable
    server.thaw()
    records = await asyncio.gather(*map(store.start_transaction, STARTS))

    assert {str(each) for each in refused} == {"NoAnswer: no answer within 1 s"}
    assert not was_writable
    assert store.is_writable
    assert len({record.ocpp_id for record in records} - {first.ocpp_id}) == len(STARTS)


async def test_a_server_that_stays_frozen_is_left_alone(
    server: PostgreSQL, store: DatabaseStore
) -> None:
    server.freeze()
    with pytest.raises(StoreError, match="no answer"):
        await store.start_transaction(START)

    with pytest.raises(StoreError, match="timeout"):
        await asyncio.wait_for(store.start_transaction(START), 9)

    await asyncio.wait_for(store.close(), 9)


async def test_a_slow_server_is_waited_for(wire: Wire) -> None:
    store = await opened(await wire.open())
    wire.delay_s = 0.1

    records = await asyncio.gather(*map(store.start_transaction, STARTS[:3]))
    wire.delay_s = 0
    await store.close()

    assert len({record.ocpp_id for record in records}) == 3


async def test_a_way_that_was_cut_is_found_again(wire: Wire) -> None:
    store = await opened(await wire.open())
    wire.cut()

    record = await store.start_transaction(START)

    assert await store.transactions() == [record]
    await store.close()


async def test_a_commit_that_nobody_heard_of_is_done_once(wire: Wire, url: str) -> None:
    store = await opened(await wire.open())
    wire.cuts_commits = True

    with pytest.raises(StoreError):
        await store.start_transaction(START)
    was_writable = store.is_writable
    record = await store.start_transaction(START)
    await store.close()

    assert wire.commits_cut == 1
    assert not was_writable
    assert record.ocpp_id == "1"
    assert await all_of(url) == [record]


async def test_samples_whose_commit_nobody_heard_of_are_there_once(wire: Wire) -> None:
    store = await opened(await wire.open())
    samples = [sample("a", 1), sample("a", 1), sample("a", 2), sample("b", 1)]
    store.add_samples(samples)
    wire.cuts_commits = True

    assert await store.samples("a") == samples[:3]
    assert await store.samples("a") == samples[:3]
    assert await store.samples("b") == samples[3:]
    await store.close()

    assert wire.commits_cut == 1


async def test_a_read_only_database_is_told_and_ends(
    server: PostgreSQL, store: DatabaseStore
) -> None:
    first = await store.start_transaction(START)
    read_only = "ALTER DATABASE shared SET default_transaction_read_only = "
    server.execute(f"{read_only} on")
    server.disconnect()

    with pytest.raises(StoreError, match="read-only"):
        await store.stop_transaction(first.key, STOP)
    was_writable = store.is_writable
    found = await store.transactions()
    server.execute(f"{read_only} off")
    closed = await store.stop_transaction(first.key, STOP)

    assert not was_writable
    assert found == [first]
    assert store.is_writable
    assert await store.transactions() == [closed]


async def test_a_right_that_was_taken_away_is_told_and_ends(
    server: PostgreSQL, store: DatabaseStore
) -> None:
    server.execute("ALTER TABLE transactions RENAME TO elsewhere", "shared")
    with pytest.raises(StoreError, match="UndefinedTable"):
        await store.start_transaction(START)
    was_writable = store.is_writable
    server.execute("ALTER TABLE elsewhere RENAME TO transactions", "shared")

    await store.start_transaction(START)

    assert not was_writable
    assert store.is_writable


async def test_a_table_that_somebody_locks_holds_nobody_for_long(
    store: DatabaseStore, url: str
) -> None:
    with psycopg.connect(url) as connection:
        connection.execute("LOCK TABLE transactions")
        refused = await asyncio.wait_for(
            asyncio.gather(
                *map(store.start_transaction, STARTS), return_exceptions=True
            ),
            9,
        )
    await store.start_transaction(START)

    assert {type(each) for each in refused} == {StoreError}
    assert store.is_writable


async def test_a_process_that_sleeps_on_a_lock_does_not_hold_up_the_others(
    store: DatabaseStore, url: str
) -> None:
    sleeper = await opened(url)
    has_locked, may_wake = asyncio.Event(), threading.Event()
    loop = asyncio.get_running_loop()

    def sleep(connection: Any) -> None:
        step(connection, "transaction")
        loop.call_soon_threadsafe(has_locked.set)
        may_wake.wait(10)

    asleep = loop.create_task(sleeper._write(sleep))
    await has_locked.wait()
    results = [await store_or_error(store) for _ in range(5)]
    may_wake.set()

    with pytest.raises(StoreError):
        await asleep
    assert isinstance(results[-1], TransactionRecord)
    assert isinstance(await store_or_error(sleeper), TransactionRecord)
    await sleeper.close()


async def store_or_error(store: DatabaseStore) -> TransactionRecord | StoreError:
    try:
        return await store.start_transaction(START)
    except StoreError as problem:
        return problem


async def test_a_server_that_is_not_there_is_waited_for(
    server: PostgreSQL, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(postgresql, "ANSWERS_WITHIN_S", 30.0)
    told: asyncio.Queue[str] = asyncio.Queue()
    monkeypatch.setattr(
        opening.logger, "warning", lambda *a: told.put_nowait(a[0] % a[1:])
    )
    server.stop()
    store = open_store(url)

    opening_it = asyncio.get_running_loop().create_task(store.open())
    line = await told.get()
    server.start(wait=False)
    await opening_it

    shown = f"PostgreSQL at 127.0.0.1:{server.port}/shared"
    assert line.startswith(f"{shown} cannot be used yet, trying for 30 s: ")
    assert "Connection refused" in line
    assert told.empty()
    assert await store.stations() == []
    await store.close()


@pytest.mark.parametrize("how", ["stop", "freeze"])
async def test_a_server_that_does_not_come_is_told(
    server: PostgreSQL, url: str, how: str
) -> None:
    getattr(server, how)()
    store = open_store(url)

    with pytest.raises(StoreError) as caught:
        await asyncio.wait_for(store.open(), 12)

    text = str(caught.value)
    assert text.startswith(f"PostgreSQL at 127.0.0.1:{server.port}/shared: ")
    assert text.endswith(" (for 1 s)")
    assert PASSWORD not in text
    assert not store.is_writable


async def test_waiting_for_a_server_ends_when_all_ends(
    server: PostgreSQL, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(postgresql, "ANSWERS_WITHIN_S", 60.0)
    server.stop()
    stop = asyncio.Event()
    store = open_store(url)
    waiting = asyncio.get_running_loop().create_task(done_before(stop, store.open()))
    await asyncio.sleep(0)

    stop.set()

    assert not await asyncio.wait_for(waiting, 9)


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("%25@", "%25x@", "password authentication failed"),
        ("connector:", "somebody:", "password authentication failed"),
        ("/shared", "/nowhere", 'database "nowhere" does not exist'),
        ("/shared", "/shared?sslmode=require", "SSL"),
        ("/shared", "/shared?sslmode=secret", "sslmode"),
    ],
)
async def test_a_server_that_refuses_us_is_not_waited_for(
    url: str, old: str, new: str, told: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(postgresql, "ANSWERS_WITHIN_S", 600.0)

    with pytest.raises(StoreError) as caught:
        await asyncio.wait_for(open_store(url.replace(old, new)).open(), 9)

    assert told in str(caught.value)
    assert PASSWORD not in str(caught.value)
    assert "\n" not in str(caught.value)


async def test_a_full_disk_is_told_and_ends(
    server: PostgreSQL, store: DatabaseStore, small_disk: FullDisk, url: str
) -> None:
    where = server.own_folder(small_disk.folder)
    server.execute(f"CREATE TABLESPACE small LOCATION '{where}'")
    server.execute("ALTER TABLE transactions SET TABLESPACE small", "shared")
    kept = []
    small_disk.fail(0)
    refused = None
    for start in (replace(START, start_ms=ms) for ms in range(10_000)):
        try:
            kept.append(await store.start_transaction(start))
        except StoreError as problem:
            refused = start
            text = str(problem)
            break
    assert refused is not None
    was_writable = store.is_writable
    small_disk.heal(0)
    kept.append(await store.start_transaction(refused))

    assert "No space left on device" in text
    assert not was_writable
    assert store.is_writable
    assert await all_of(url) == kept[::-1]
    server.execute("ALTER TABLE transactions SET TABLESPACE pg_default", "shared")
    server.execute("DROP TABLESPACE small")


@pytest.fixture
def small_disk() -> Iterator[FullDisk]:
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        try:
            disk = FullDisk(Path(folder))
        except CannotInject as reason:
            if os.environ.get("CI") == "true":
                pytest.fail(str(reason), pytrace=False)
            pytest.skip(str(reason))
        yield disk
        disk.close()


async def test_samples_of_an_outage_are_kept(
    server: PostgreSQL, store: DatabaseStore
) -> None:
    samples = [SampleRecord("a", ms, {"power": float(ms)}) for ms in range(5000)]
    server.kill()
    store.add_samples(samples[:2500])
    assert isinstance(await store_or_error(store), StoreError)
    store.add_samples(samples[2500:])
    server.start()

    assert await store.samples("a") == samples
    assert store.samples_dropped == 0


async def test_an_outage_is_noticed_though_nobody_writes(
    server: PostgreSQL, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(probe, "EVERY_S", 0.05)
    told: asyncio.Queue[str] = asyncio.Queue()
    for level in ("error", "warning"):
        monkeypatch.setattr(
            outage.logger, level, lambda *a: told.put_nowait(a[0] % a[1:])
        )
    store = await opened(url)

    server.stop()
    began = await told.get()
    was_writable = store.is_writable
    server.start()
    ended = await told.get()

    assert began.startswith("the store fails: OperationalError: ")
    assert ended.startswith("the store works again, after ")
    assert not was_writable
    assert store.is_writable
    record = await store.start_transaction(START)
    assert record.ocpp_id == "1"
    await store.close()
