from __future__ import annotations

import pytest

from connector.store import DatabaseStore
from connector.store.records import (
    LimitRecord,
    LocalListRecord,
    StationRecord,
    TokenRecord,
)
from connector.tests.store.examples import START, reservation

STATION = StationRecord(
    "cs1", "accepted", 2, {"chargePointModel": "x"}, {"purposes": ["TxProfile"]}, 5
)


async def test_a_station_is_kept(store: DatabaseStore) -> None:
    await store.save_station(STATION)

    assert await store.stations() == [STATION]


async def test_a_station_is_replaced(store: DatabaseStore) -> None:
    await store.save_station(STATION)
    await store.save_station(StationRecord("cs1", "rejected"))

    assert await store.stations() == [StationRecord("cs1", "rejected")]


async def test_a_station_that_is_forgotten_leaves_its_transactions_alone(
    store: DatabaseStore,
) -> None:
    await store.save_station(STATION)
    await store.save_limit(LimitRecord("cs1", "1", {}))
    await store.save_limit(LimitRecord("cs2", "1", {}))
    await store.save_datapoints("cs1", ["a"])
    await store.save_datapoints("cs2", ["a"])
    await store.save_reservations([reservation("cs1"), reservation("cs2")])
    await store.save_local_list(LocalListRecord("cs1", 1, []))
    await store.save_local_list(LocalListRecord("cs2", 1, []))
    record = await store.start_transaction(START)

    await store.delete_station("cs1")

    assert await store.stations() == []
    assert await store.limits() == [LimitRecord("cs2", "1", {})]
    assert await store.datapoints() == {"cs2": ["a"]}
    assert [r.station for r in await store.reservations()] == ["cs2"]
    assert await store.local_list("cs1") is None
    assert await store.local_list("cs2") is not None
    assert await store.transactions() == [record]


async def test_a_token_is_found_whatever_its_case(store: DatabaseStore) -> None:
    token = TokenRecord("AaBb", "ISO14443", "Blocked", 5, "group", "note")
    await store.save_token(token)

    assert await store.tokens() == [token]
    assert await store.token("aAbB", "ISO14443") == token


async def test_a_token_in_another_case_replaces(store: DatabaseStore) -> None:
    await store.save_token(TokenRecord("AABB"))
    await store.save_token(TokenRecord("aabb", note="newer"))

    assert await store.tokens() == [TokenRecord("aabb", note="newer")]


async def test_a_token_of_any_type_serves_every_type(store: DatabaseStore) -> None:
    for_any, central = TokenRecord("a"), TokenRecord("a", "Central", "Blocked")
    await store.save_token(for_any)
    await store.save_token(central)

    assert await store.token("a", "Central") == central
    assert await store.token("a", "eMAID") == for_any
    assert await store.token("a") == for_any


async def test_a_token_of_one_type_serves_no_other(store: DatabaseStore) -> None:
    await store.save_token(TokenRecord("a", "Central"))

    assert await store.token("a", "eMAID") is None
    assert await store.token("a") is None


async def test_a_token_is_forgotten_for_its_type(store: DatabaseStore) -> None:
    await store.save_token(TokenRecord("AABB"))
    await store.save_token(TokenRecord("AABB", "Central"))

    await store.delete_token("aabb")

    assert await store.tokens() == [TokenRecord("AABB", "Central")]


async def test_a_limit_is_replaced_and_forgotten(store: DatabaseStore) -> None:
    await store.save_limit(LimitRecord("cs1", "1", {"limit_w": 1}))
    await store.save_limit(LimitRecord("cs1", "1", {"limit_w": 2}))
    await store.save_limit(LimitRecord("cs1", "2", {"limit_w": 3}))

    await store.delete_limit("cs1", "2")

    assert await store.limits() == [LimitRecord("cs1", "1", {"limit_w": 2})]


async def test_datapoints_are_replaced(store: DatabaseStore) -> None:
    await store.save_datapoints("cs1", ["a", "b"])
    await store.save_datapoints("cs1", ["c"])

    assert await store.datapoints() == {"cs1": ["c"]}


@pytest.mark.parametrize("identity", ["", "%_'\"; --", "Ladesäule 🔌", "x" * 600])
async def test_any_text_is_kept_as_it_is(store: DatabaseStore, identity: str) -> None:
    await store.save_datapoints(identity, [identity])

    assert await store.datapoints() == {identity: [identity]}
