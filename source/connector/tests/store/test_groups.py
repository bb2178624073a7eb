from __future__ import annotations

import asyncio
from threading import Event
from typing import Any

import pytest
from sqlalchemy import Connection, event

from connector.errors import StoreError
from connector.store import DatabaseStore, open_store
from connector.store.groups import READS_ONLY, Groups
from connector.store.records import LimitRecord
from connector.tests.store.databases import add, count

UNWRITABLE = LimitRecord("cs1", "1", {"secret-value": object()})


async def test_operations_that_wait_share_one_commit(groups: Groups) -> None:
    commits: list[Any] = []
    event.listen(groups.engine, "commit", commits.append)

    await asyncio.gather(*(groups.run(add(value)) for value in range(50)))

    assert len(commits) == 1


async def test_a_group_is_bounded(groups: Groups) -> None:
    commits: list[Any] = []
    event.listen(groups.engine, "commit", commits.append)

    await asyncio.gather(*(groups.run(add(value)) for value in range(450)))

    assert len(commits) == 3
    assert await groups.run(count, is_write=False) == 450


async def test_an_operation_during_a_commit_waits_for_the_next(groups: Groups) -> None:
    commits: list[Any] = []
    began, may_end = asyncio.Event(), Event()
    loop = asyncio.get_running_loop()
    event.listen(groups.engine, "commit", commits.append)

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


async def test_a_commit_that_fails_fails_every_write_and_no_read(
    groups: Groups,
) -> None:
    def refuse(connection: Connection) -> None:
        if READS_ONLY not in connection.get_execution_options():
            raise OSError("disk I/O error")

    event.listen(groups.engine, "commit", refuse)
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
