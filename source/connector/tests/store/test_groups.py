from __future__ import annotations

import asyncio
import resource
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from threading import Event
from typing import Any

import pytest
from sqlalchemy import Connection, event

from connector.errors import StoreError
from connector.store import DatabaseStore, open_store
from connector.store.groups import READS_ONLY, Groups
from connector.store.records import LimitRecord, StationRecord
from connector.store.sqlite import make_engine, parse_url
from connector.tests.store.examples import START

UNWRITABLE = LimitRecord("cs1", "1", {"secret-value": object()})


@contextmanager
def full_disk() -> Iterator[None]:
    """No file of this process may grow."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@pytest.fixture
async def groups(url: str) -> Any:
    groups = Groups(make_engine(parse_url(url)))
    await groups.run(lambda c: c.exec_driver_sql("CREATE TABLE t (x UNIQUE)").close())
    yield groups
    await groups.close()


def add(value: int) -> Any:
    return lambda c: c.exec_driver_sql("INSERT INTO t VALUES (?)", (value,)).rowcount


def count(connection: Connection) -> Any:
    return connection.exec_driver_sql("SELECT count(*) FROM t").scalar()


async def test_operations_that_wait_share_one_commit(groups: Groups) -> None:
    commits: list[Any] = []
    event.listen(groups._engine, "commit", commits.append)

    await asyncio.gather(*(groups.run(add(value)) for value in range(50)))

    assert len(commits) == 1


async def test_an_operation_during_a_commit_waits_for_the_next(groups: Groups) -> None:
    commits: list[Any] = []
    began, may_end = asyncio.Event(), Event()
    loop = asyncio.get_running_loop()
    event.listen(groups._engine, "commit", commits.append)

    def slow(_: Connection) -> None:
        loop.call_soon_threadsafe(began.set)
        may_end.wait(10)

    first = loop.create_task(groups.run(slow))
    await began.wait()
    others = [loop.create_task(groups.run(add(value))) for value in range(3)]
    may_end.set()
    await asyncio.gather(first, *others)

    assert len(commits) == 2


async def test_an_operation_that_fails_fails_alone(groups: Groups) -> None:
    results = await asyncio.gather(
        *(groups.run(add(value)) for value in (1, 2, 2, 3)), return_exceptions=True
    )

    assert isinstance(results[2], StoreError)
    assert [results[0], results[1], results[3]] == [1, 1, 1]
    assert await groups.run(count, is_write=False) == 3
    assert groups.is_writable


async def test_nothing_is_kept_where_the_database_gave_up_the_transaction(
    groups: Groups,
) -> None:
    def give_up(connection: Connection) -> None:
        connection.exec_driver_sql("INSERT OR ROLLBACK INTO t VALUES (1)")

    results = await asyncio.gather(
        groups.run(add(1)),
        groups.run(give_up),
        groups.run(add(2)),
        return_exceptions=True,
    )

    assert [type(each) for each in results] == [StoreError] * 3
    assert "UNIQUE constraint failed" in str(results[2])
    assert await groups.run(count, is_write=False) == 0
    assert await groups.run(add(1)) == 1


async def test_a_commit_that_fails_fails_every_write_and_no_read(
    groups: Groups,
) -> None:
    def refuse(connection: Connection) -> None:
        if READS_ONLY not in connection.get_execution_options():
            raise OSError("disk I/O error")

    event.listen(groups._engine, "commit", refuse)
    first, second, read = await asyncio.gather(
        groups.run(add(1)),
        groups.run(add(2)),
        groups.run(lambda _: "read", is_write=False),
        return_exceptions=True,
    )

    assert isinstance(first, StoreError)
    assert isinstance(second, StoreError)
    assert first is not second
    assert read == "read"
    assert not groups.is_writable


async def test_a_caller_that_goes_away_harms_nobody(groups: Groups) -> None:
    gone = asyncio.get_running_loop().create_task(groups.run(add(1)))
    stays = asyncio.get_running_loop().create_task(groups.run(add(2)))
    await asyncio.sleep(0)
    gone.cancel()

    assert await stays == 1
    assert await groups.run(count, is_write=False) == 2


async def test_nobody_waits_for_a_worker_that_was_cancelled(groups: Groups) -> None:
    caller = asyncio.get_running_loop().create_task(groups.run(add(1)))
    await asyncio.sleep(0)
    assert groups._worker is not None
    groups._worker.cancel()

    with pytest.raises(StoreError, match="the store ended"):
        await asyncio.wait_for(caller, 10)


async def test_what_waits_is_done_before_the_end(groups: Groups, url: str) -> None:
    caller = asyncio.get_running_loop().create_task(groups.run(add(1)))
    await asyncio.sleep(0)

    await groups.close()

    assert await caller == 1


async def test_a_full_disk_is_told_and_ends(store: DatabaseStore) -> None:
    await store.save_station(StationRecord("before", "accepted"))

    with full_disk(), pytest.raises(StoreError) as caught:
        await store.start_transaction(START)
    was_writable = store.is_writable
    record = await store.start_transaction(START)

    assert "AABBCC" not in str(caught.value)
    assert not was_writable
    assert store.is_writable
    assert await store.transactions() == [record]


async def test_a_full_disk_fails_all_that_write_and_none_that_read(
    store: DatabaseStore,
) -> None:
    station = StationRecord("before", "accepted")
    await store.save_station(station)

    with full_disk():
        *writes, read = await asyncio.gather(
            *(store.start_transaction(replace(START, start_ms=n)) for n in range(3)),
            store.stations(),
            return_exceptions=True,
        )

    assert [type(each) for each in writes] == [StoreError] * 3
    assert read == [station]
    assert await store.transactions() == []


async def test_a_value_that_cannot_be_kept_is_refused_without_telling_it(
    store: DatabaseStore,
) -> None:
    with pytest.raises(StoreError) as caught:
        await store.save_limit(UNWRITABLE)

    assert "secret-value" not in str(caught.value)
    assert store.is_writable


async def test_a_mistake_of_ours_is_logged(
    groups: Groups, caplog: pytest.LogCaptureFixture
) -> None:
    def mistaken(_: Connection) -> None:
        raise KeyError("secret-value")

    with pytest.raises(StoreError, match=r"^KeyError$"):
        await groups.run(mistaken)

    assert "a store operation failed" in caplog.text


async def test_a_store_that_is_not_open_refuses(url: str) -> None:
    store = open_store(url)

    with pytest.raises(StoreError, match="not open"):
        await store.stations()
    with pytest.raises(StoreError, match="not open"):
        store.add_samples([])
    assert not store.is_writable
    assert store.samples_dropped == 0


async def test_a_store_that_was_closed_refuses(store: DatabaseStore) -> None:
    await store.close()

    with pytest.raises(StoreError, match="not open"):
        await store.stations()
    assert not store.is_writable


async def test_a_store_is_opened_once(store: DatabaseStore) -> None:
    with pytest.raises(StoreError, match="open already"):
        await store.open()


async def test_another_event_loop_is_refused(store: DatabaseStore) -> None:
    def elsewhere() -> None:
        asyncio.run(store.stations())  # type: ignore[arg-type]

    with pytest.raises(StoreError, match="another event loop"):
        await asyncio.to_thread(elsewhere)
