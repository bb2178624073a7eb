"""What can go wrong with a file, for real."""

from __future__ import annotations

import asyncio
import resource
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import Connection

from connector.errors import StoreError
from connector.store import DatabaseStore
from connector.store.groups import Groups
from connector.store.records import StationRecord
from connector.tests.store.databases import add, count
from connector.tests.store.examples import START


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'connector.sqlite'}"


@contextmanager
def full_disk() -> Iterator[None]:
    """No file of this process may grow."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


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
