from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from connector.errors import StoreError
from connector.store import DatabaseStore, open_store
from connector.store.records import LocalListRecord
from connector.store.reservation_statements import ENDED_KEPT
from connector.tests.store.databases import execute
from connector.tests.store.examples import reservation

LARGEST = 2**31 - 1


@pytest.fixture
async def other(url: str, store: DatabaseStore) -> AsyncIterator[DatabaseStore]:
    """A second process on the same file."""
    other = open_store(url)
    await other.open()
    yield other
    await other.close()


def set_sequence(url: str, value: int) -> None:
    execute(url, f"UPDATE sequences SET value = {value} WHERE name = 'reservation'")


async def test_ids_are_given_once(store: DatabaseStore, other: DatabaseStore) -> None:
    ids = await asyncio.gather(
        *(each.next_reservation_id("cs1") for each in (store, other) * 10)
    )

    assert sorted(ids) == list(range(1, 21))


async def test_ids_of_transactions_are_others(store: DatabaseStore) -> None:
    await store.next_reservation_id("cs1")
    await store.next_reservation_id("cs1")

    assert await store.next_reservation_id("cs1") == 3


async def test_an_id_in_force_at_the_station_is_passed_over(
    store: DatabaseStore,
) -> None:
    await store.save_reservations(
        [
            reservation(number=1),
            reservation(number=2),
            reservation("cs2", number=3),
            reservation(number=4, status="Used", ended_ms=1500),
        ]
    )

    assert await store.next_reservation_id("cs1") == 3


async def test_after_the_largest_id_they_begin_again(
    store: DatabaseStore, url: str
) -> None:
    set_sequence(url, LARGEST - 1)

    ids = [await store.next_reservation_id("cs1") for _ in range(2)]

    assert ids == [LARGEST, 1]


async def test_reservations_are_kept_and_replaced(store: DatabaseStore) -> None:
    first, second = reservation(group="family"), reservation("cs2", type="Central")
    await store.save_reservations([first, second])
    used = replace(first, status="Used", ended_ms=1500)
    await store.save_reservations([used])

    assert await store.open_reservations() == [second]
    assert await store.reservations() == [second, used]
    assert await store.reservations("cs1") == [used]
    assert await store.reservations(limit=1) == [second]


async def test_those_in_force_come_oldest_first(store: DatabaseStore) -> None:
    records = [reservation(number=number) for number in (3, 1, 2)]
    await store.save_reservations(records)

    assert await store.open_reservations() == records


async def test_reservations_are_kept_together_or_not_at_all(
    store: DatabaseStore,
) -> None:
    broken = replace(reservation(), expiry_ms=None)  # type: ignore[arg-type]

    with pytest.raises(StoreError):
        await store.save_reservations([reservation(), broken])

    assert await store.reservations() == []


async def test_of_those_that_ended_the_newest_stay(store: DatabaseStore) -> None:
    in_force = reservation(number=9999)
    foreign = reservation("cs2", status="Used", ended_ms=1)
    await store.save_reservations([in_force, foreign])
    ended = [
        reservation(number=number, status="Expired", ended_ms=2000)
        for number in range(ENDED_KEPT + 5)
    ]
    for record in ended:
        await store.save_reservations([record])

    kept = await store.reservations("cs1", limit=1000)
    assert kept == [*reversed(ended[5:]), in_force]
    assert await store.reservations("cs2") == [foreign]


async def test_all_of_a_station_are_forgotten(store: DatabaseStore) -> None:
    await store.save_reservations([reservation(), reservation("cs2")])

    await store.delete_reservations("cs1")

    assert [r.station for r in await store.reservations()] == ["cs2"]


@pytest.mark.parametrize(
    "entries", [None, [], [{"idTag": "AB", "idTagInfo": {"status": "Accepted"}}]]
)
async def test_a_local_list_is_replaced(
    store: DatabaseStore, entries: list[dict[str, object]] | None
) -> None:
    await store.save_local_list(LocalListRecord("cs1", 1, [{"idTag": "old"}]))
    await store.save_local_list(LocalListRecord("cs1", 2, entries))

    assert await store.local_list("cs1") == LocalListRecord("cs1", 2, entries)
    assert await store.local_list("cs2") is None


async def test_a_local_list_is_forgotten(store: DatabaseStore) -> None:
    await store.save_local_list(LocalListRecord("cs1", 1, []))
    await store.delete_local_list("cs1")

    assert await store.local_list("cs1") is None
