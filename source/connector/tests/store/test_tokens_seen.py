"""Id tokens that nobody has registered."""

from __future__ import annotations

from dataclasses import replace

import pytest

from connector.store import DatabaseStore
from connector.store.records import SeenToken, TokenRecord, TransactionStop
from connector.tests.store.examples import START

CARD = SeenToken("AaBb", "ISO14443", "cs1", "1", first_ms=5, last_ms=6, times=2)


async def test_what_was_seen_is_kept(store: DatabaseStore) -> None:
    await store.note_seen_tokens([CARD], keep=10)

    assert await store.seen_tokens() == [CARD]


async def test_seen_again_it_is_counted_and_keeps_its_first_time(
    store: DatabaseStore,
) -> None:
    again = SeenToken("aabb", "ISO14443", "cs2", "2", first_ms=8, last_ms=9)
    await store.note_seen_tokens([CARD], keep=10)
    await store.note_seen_tokens([again], keep=10)

    assert await store.seen_tokens() == [replace(again, first_ms=5, times=3)]


async def test_types_are_told_apart(store: DatabaseStore) -> None:
    code = replace(CARD, type="KeyCode", last_ms=7)
    await store.note_seen_tokens([CARD, code], keep=10)

    assert await store.seen_tokens() == [code, CARD]


async def test_the_newest_stay(store: DatabaseStore) -> None:
    seen = [replace(CARD, id_token=f"t{n}", last_ms=n) for n in range(6)]
    await store.note_seen_tokens(seen, keep=2)

    assert [each.id_token for each in await store.seen_tokens()] == ["t5", "t4"]


async def test_they_are_read_in_pages(store: DatabaseStore) -> None:
    seen = [replace(CARD, id_token=f"t{n}", last_ms=n // 2) for n in range(5)]
    await store.note_seen_tokens(seen, keep=10)

    first = await store.seen_tokens(2)
    last = first[-1]
    rest = await store.seen_tokens(10, (last.last_ms, last.id_token, last.type))

    assert [each.id_token for each in first + rest] == ["t4", "t3", "t2", "t1", "t0"]


@pytest.mark.parametrize(
    ("registered", "left"),
    [
        ("any", []),
        ("ISO14443", ["KeyCode"]),
        ("KeyCode", ["ISO14443"]),
        ("Central", ["KeyCode", "ISO14443"]),
    ],
)
async def test_one_that_is_registered_is_none_of_them(
    store: DatabaseStore, registered: str, left: list[str]
) -> None:
    types = [("ISO14443", 1), ("any", 2), ("KeyCode", 3)]
    seen = [replace(CARD, type=type_, last_ms=time) for type_, time in types]
    other = replace(CARD, id_token="other", last_ms=0)
    await store.note_seen_tokens([other, *seen], keep=10)

    await store.save_token(TokenRecord("aABB", registered))

    found = [each.type for each in await store.seen_tokens()]
    assert found == [*left, "ISO14443"]


async def test_open_transactions_of_a_token_are_found_whatever_its_case(
    store: DatabaseStore,
) -> None:
    first = await store.start_transaction(replace(START, id_token="AaBb", where="1"))
    await store.start_transaction(replace(START, id_token="other", where="2"))
    second = await store.start_transaction(replace(START, id_token="AABB", where="3"))
    ended = await store.start_transaction(replace(START, id_token="aabb", where="4"))
    await store.stop_transaction(ended.key, TransactionStop(9, 9, "Local"))

    assert await store.open_transactions_of("aabb") == [first, second]
