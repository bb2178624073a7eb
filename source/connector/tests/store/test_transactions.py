from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from connector.errors import StoreError
from connector.store import DatabaseStore, open_store
from connector.store.records import TransactionRecord, TransactionStop
from connector.store.statements import LARGEST_ID
from connector.tests.store.databases import execute
from connector.tests.store.examples import START, STOP, sample


def set_sequence(url: str, value: int) -> None:
    execute(url, f"UPDATE sequences SET value = {value}")


async def test_a_start_is_kept_with_all_it_brings(store: DatabaseStore) -> None:
    start = replace(START, ocpp_id="its-own", reservation_id=7)

    record = await store.start_transaction(start)

    expected = TransactionRecord(
        record.key,
        "its-own",
        "cs1",
        "1",
        "AABBCC",
        1_700_000_000_000,
        1234.5,
        reservation_id=7,
    )
    assert record == expected
    assert await store.find_transaction("cs1", "its-own") == expected


async def test_ids_count_from_one(store: DatabaseStore) -> None:
    first = await store.start_transaction(START)
    second = await store.start_transaction(replace(START, start_ms=1))

    assert (first.ocpp_id, second.ocpp_id) == ("1", "2")


@pytest.mark.parametrize("meter_start_wh", [None, 0.0, 1234.5, -1.0])
async def test_the_same_start_again_gives_the_same_record(
    store: DatabaseStore, meter_start_wh: float | None
) -> None:
    start = replace(START, meter_start_wh=meter_start_wh)

    first = await store.start_transaction(start)
    again = await store.start_transaction(start)

    assert again == first
    assert await store.transactions() == [first]


async def test_the_same_start_twice_at_once_gives_one_record(
    store: DatabaseStore,
) -> None:
    first, again = await asyncio.gather(
        store.start_transaction(START), store.start_transaction(START)
    )

    assert first == again


@pytest.mark.parametrize(
    "other",
    [
        replace(START, station="cs2"),
        replace(START, where="2"),
        replace(START, id_token="other"),
        replace(START, start_ms=1),
        replace(START, meter_start_wh=None),
    ],
)
async def test_another_start_gives_another_record(
    store: DatabaseStore, other: object
) -> None:
    first = await store.start_transaction(START)
    second = await store.start_transaction(other)  # type: ignore[arg-type]

    assert first.key != second.key
    assert first.ocpp_id != second.ocpp_id


async def test_an_unknown_and_a_negative_meter_reading_cannot_collide(
    store: DatabaseStore,
) -> None:
    first = await store.start_transaction(replace(START, meter_start_wh=None))
    second = await store.start_transaction(replace(START, meter_start_wh=-1.0))

    assert second == first


async def test_ids_begin_again_after_the_largest(
    store: DatabaseStore, url: str
) -> None:
    set_sequence(url, LARGEST_ID - 1)

    largest = await store.start_transaction(START)
    after = await store.start_transaction(replace(START, start_ms=1))

    assert (largest.ocpp_id, after.ocpp_id) == (str(LARGEST_ID), "1")


async def test_an_id_of_an_open_transaction_is_not_given_again(
    store: DatabaseStore, url: str
) -> None:
    first = await store.start_transaction(START)
    set_sequence(url, 0)

    second = await store.start_transaction(replace(START, station="cs2"))

    assert (first.ocpp_id, second.ocpp_id) == ("1", "2")


async def test_an_id_of_a_closed_transaction_is_given_to_another_station_alone(
    store: DatabaseStore, url: str
) -> None:
    first = await store.start_transaction(START)
    await store.stop_transaction(first.key, STOP)
    set_sequence(url, 0)

    same = await store.start_transaction(replace(START, start_ms=1))
    set_sequence(url, 0)
    other = await store.start_transaction(replace(START, station="cs2"))

    assert (same.ocpp_id, other.ocpp_id) == ("2", "1")


async def test_two_stores_on_one_file_give_different_ids(
    store: DatabaseStore, url: str
) -> None:
    second = open_store(url)
    await second.open()
    starts = [replace(START, start_ms=ms) for ms in range(40)]

    records = await asyncio.gather(
        *map(store.start_transaction, starts[:20]),
        *map(second.start_transaction, starts[20:]),
    )
    await second.close()

    assert len({record.ocpp_id for record in records}) == 40
    assert len({record.key for record in records}) == 40


async def test_two_stores_on_one_file_keep_one_start_once(
    store: DatabaseStore, url: str
) -> None:
    second = open_store(url)
    await second.open()

    first, again = await asyncio.gather(
        store.start_transaction(START), second.start_transaction(START)
    )
    await second.close()

    assert first == again


async def test_a_stop_closes(store: DatabaseStore) -> None:
    record = await store.start_transaction(START)

    closed = await store.stop_transaction(record.key, STOP)

    assert closed == replace(
        record,
        stop_ms=1_700_000_600_000,
        meter_stop_wh=2234.5,
        reason="Local",
        stop_token="ddeeff",
    )
    assert not closed.is_open
    assert await store.open_transactions() == []


async def test_a_second_stop_changes_nothing(store: DatabaseStore) -> None:
    record = await store.start_transaction(START)
    closed = await store.stop_transaction(record.key, STOP)

    again = await store.stop_transaction(record.key, replace(STOP, stop_ms=1))

    assert again == closed


UNTOLD = TransactionStop(1_700_000_300_000, 2000.0)


async def test_a_stop_corrects_an_end_that_nobody_told_of(
    store: DatabaseStore,
) -> None:
    record = await store.start_transaction(START)
    presumed = await store.stop_transaction(record.key, UNTOLD)
    assert presumed.is_presumed
    assert not presumed.is_open

    corrected = await store.stop_transaction(record.key, STOP)

    assert not corrected.is_presumed
    assert (corrected.stop_ms, corrected.reason) == (STOP.stop_ms, "Local")
    assert await store.stop_transaction(record.key, UNTOLD) == corrected


async def test_an_end_that_nobody_told_of_does_not_replace_another(
    store: DatabaseStore,
) -> None:
    record = await store.start_transaction(START)
    presumed = await store.stop_transaction(record.key, UNTOLD)

    again = await store.stop_transaction(record.key, replace(UNTOLD, stop_ms=1))

    assert again == presumed


async def test_only_what_ended_without_a_stop_is_opened_again(
    store: DatabaseStore,
) -> None:
    record = await store.start_transaction(START)
    await store.stop_transaction(record.key, UNTOLD)

    assert await store.resume_transaction(record.key) == record
    assert await store.open_transactions() == [record]
    closed = await store.stop_transaction(record.key, STOP)
    assert await store.resume_transaction(record.key) == closed


async def test_those_that_ended_lately_come_in_the_order_in_which_they_began(
    store: DatabaseStore,
) -> None:
    later = await store.start_transaction(START)
    earlier = await store.start_transaction(replace(START, start_ms=1))
    old = await store.start_transaction(replace(START, start_ms=2))
    await store.start_transaction(replace(START, start_ms=3))
    for record, stop_ms in ((later, 500), (earlier, 600), (old, 499)):
        await store.stop_transaction(record.key, replace(STOP, stop_ms=stop_ms))

    found = await store.closed_transactions(500)

    assert [record.key for record in found] == [earlier.key, later.key]


async def test_a_stop_of_nothing_is_refused_and_the_store_stays_writable(
    store: DatabaseStore,
) -> None:
    with pytest.raises(StoreError, match="no transaction nowhere"):
        await store.stop_transaction("nowhere", STOP)

    assert store.is_writable


async def test_open_transactions_come_oldest_first(store: DatabaseStore) -> None:
    first = await store.start_transaction(START)
    other = await store.start_transaction(replace(START, station="cs2"))
    last = await store.start_transaction(replace(START, start_ms=1))

    assert await store.open_transactions() == [first, other, last]
    assert await store.open_transactions("cs1") == [first, last]


async def test_transactions_come_newest_first(store: DatabaseStore) -> None:
    first = await store.start_transaction(START)
    other = await store.start_transaction(replace(START, station="cs2"))
    last = await store.start_transaction(replace(START, start_ms=1))

    assert await store.transactions() == [last, other, first]
    assert await store.transactions(limit=1) == [last]
    assert await store.transactions("cs1") == [last, first]


async def test_the_newest_transaction_with_an_id_is_found(
    store: DatabaseStore,
) -> None:
    await store.start_transaction(replace(START, ocpp_id="a"))
    newer = await store.start_transaction(replace(START, ocpp_id="a", start_ms=1))

    assert await store.find_transaction("cs1", "a") == newer
    assert await store.find_transaction("cs2", "a") is None


async def test_samples_come_in_time_order_with_those_that_wait(
    store: DatabaseStore,
) -> None:
    later, earlier, other = sample("a", 2), sample("a", 1), sample("b", 1)

    store.add_samples([later, earlier, other])

    assert await store.samples("a") == [earlier, later]
    assert await store.samples("a", newest=1) == [later]


async def test_samples_that_wait_are_written_at_the_end(
    store: DatabaseStore, url: str
) -> None:
    store.add_samples([sample("a", 1)])
    await store.close()

    second = open_store(url)
    await second.open()
    found = await second.samples("a")
    await second.close()

    assert found == [sample("a", 1)]
