"""What is too old is removed, and nothing else."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from sqlalchemy import Connection

from connector.store import DatabaseStore, retention_statements
from connector.store.records import (
    HistoryRecord,
    SeenToken,
    TransactionQuery,
    TransactionStop,
)
from connector.store.retention_statements import (
    remove_history,
    remove_reservations,
    remove_seen_tokens,
    remove_transactions,
)
from connector.tests.store.examples import START, reservation, sample

Removal = Callable[[Connection, int], int]


async def remove(store: DatabaseStore, removal: Removal, before_ms: int) -> int:
    """Until nothing is left; how many in all."""
    total = 0
    while count := await store.archive.write(removal, before_ms):
        total += count
    return total


async def test_transactions_that_ended_before_go_with_their_samples(
    store: DatabaseStore,
) -> None:
    keys = []
    for number in range(50):
        given = replace(START, start_ms=number)
        record = await store.start_transaction(given)
        store.add_samples([sample(record.key, number)])
        await store.stop_transaction(record.key, TransactionStop(number, 1.0, "Local"))
        keys.append(record.key)
    assert len(await store.samples(keys[0])) == 1

    assert await remove(store, remove_transactions, 45) == 45

    left = await store.archive.transactions(TransactionQuery())
    assert [record.key for record in left] == keys[:44:-1]
    assert await store.samples(keys[0]) == []
    assert len(await store.samples(keys[45])) == 1


async def test_a_transaction_that_runs_stays_however_old_it_is(
    store: DatabaseStore,
) -> None:
    record = await store.start_transaction(START)

    assert await remove(store, remove_transactions, 2**50) == 0
    assert await store.transaction(record.key) == record


@pytest.mark.parametrize("at_once", [1, 3, 2000])
async def test_history_of_before_goes(
    store: DatabaseStore, monkeypatch: pytest.MonkeyPatch, at_once: int
) -> None:
    monkeypatch.setattr(retention_statements, "ROWS_AT_ONCE", at_once)
    archive = store.archive
    archive.add_history(
        HistoryRecord(key, time_ms, 1.0) for key in "ab" for time_ms in range(10)
    )
    await archive.flush_history()

    assert await remove(store, remove_history, 7) == 14

    left = await archive.history("a", since_ms=0, until_ms=99, limit=99)
    assert [record.time_ms for record in left] == [7, 8, 9]


async def test_tokens_that_were_seen_long_ago_go(store: DatabaseStore) -> None:
    seen = [SeenToken(f"t{n}", "any", "cs1", "1", n, n) for n in range(1, 5)]
    await store.note_seen_tokens(seen, 100)

    assert await remove(store, remove_seen_tokens, 3) == 2
    assert [token.id_token for token in await store.seen_tokens()] == ["t4", "t3"]


async def test_reservations_that_ended_before_go(store: DatabaseStore) -> None:
    open_one = reservation(number=1)
    old = replace(reservation(number=2), status="Used", ended_ms=5)
    new = replace(reservation(number=3), status="Used", ended_ms=10)
    await store.save_reservations([open_one, old, new])

    assert await remove(store, remove_reservations, 10) == 1
    assert {r.reservation_id for r in await store.reservations()} == {1, 3}
