"""What is kept of odd values is the same in every database, and never nothing."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import pytest

from connector.errors import StoreError
from connector.store import DatabaseStore
from connector.store.columns import LONGEST_NAME_BYTES, kept_name, kept_text
from connector.store.records import (
    LimitRecord,
    SampleRecord,
    StationRecord,
    TokenRecord,
    TransactionChange,
)
from connector.tests.store.examples import START, STOP

NUL, HIGH, LOW = "\x00", "\ud83d", "\udd0c"
LONG = "".join(map(chr, range(0x4E00, 0x4E00 + 2000)))
HUGE = 10**400


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        (f"a{NUL}b", "a\ufffdb"),
        (f"a{HIGH}b", "a\ufffdb"),
        (f"{LOW}{HIGH}", "\ufffd\ufffd"),
        ("Ladesäule 🔌 \x01\x7f\u2028", "Ladesäule 🔌 \x01\x7f\u2028"),
        ("'; DROP TABLE transactions; -- %s :x %(x)s ?", None),
    ],
)
async def test_a_start_with_odd_text_is_kept_once(
    store: DatabaseStore, text: str, kept: str | None
) -> None:
    start = replace(START, station=text, where=text, id_token=text)

    first = await store.start_transaction(start)
    again = await store.start_transaction(start)
    await store.stop_transaction(first.key, replace(STOP, reason=text, id_token=text))

    kept = kept or text
    [found] = await store.transactions(text)
    assert first == again
    assert found.key == first.key
    assert (first.station, first.where, first.id_token) == (kept, kept, kept)
    assert (found.station, found.where, found.id_token) == (kept, kept, kept)
    assert (found.reason, found.stop_token) == (kept, kept)


async def test_a_start_of_2_with_odd_text_is_kept_once(store: DatabaseStore) -> None:
    start = replace(START, ocpp_id=f"a{NUL}b{LONG}", token_type=f"x{NUL}")

    first = await store.start_transaction(start)
    again = await store.start_transaction(start)

    assert first.key == again.key
    assert await store.find_transaction(START.station, f"a{NUL}b{LONG}") == again


async def test_a_start_with_very_long_text_is_kept_once(store: DatabaseStore) -> None:
    start = replace(START, station=LONG, where=LONG, id_token=LONG)
    other = replace(start, id_token=f"{LONG}!")

    first = await store.start_transaction(start)
    again = await store.start_transaction(start)
    second = await store.start_transaction(other)

    assert first == again
    assert second.id_token != first.id_token
    assert first.id_token.startswith(LONG[:100])
    assert await store.open_transactions(LONG) == [first, second]


@pytest.mark.parametrize("meter_wh", [math.nan, math.inf, -math.inf, HUGE])
async def test_a_meter_that_shows_no_number_is_unknown(
    store: DatabaseStore, meter_wh: float
) -> None:
    start = replace(START, meter_start_wh=meter_wh)

    first = await store.start_transaction(start)
    again = await store.start_transaction(start)
    closed = await store.stop_transaction(
        first.key, replace(STOP, meter_stop_wh=meter_wh)
    )

    assert first == again
    assert (closed.meter_start_wh, closed.meter_stop_wh) == (None, None)


@pytest.mark.parametrize(
    ("number", "kept"),
    [(2**31, 2**31), (-(2**63) + 1, -(2**63) + 1), (2**63, None), (HUGE, None)],
)
async def test_a_reservation_of_any_number_starts(
    store: DatabaseStore, number: int, kept: int | None
) -> None:
    record = await store.start_transaction(replace(START, reservation_id=number))

    assert record.reservation_id == kept
    assert await store.transactions() == [record]


@pytest.mark.parametrize("meter_wh", [0.1 + 0.2, 1e-300, 1e300, 123456789.123456789])
async def test_a_number_is_kept_to_its_last_bit(
    store: DatabaseStore, meter_wh: float
) -> None:
    record = await store.start_transaction(replace(START, meter_start_wh=meter_wh))

    assert record.meter_start_wh == meter_wh
    assert await store.transactions() == [record]


JSON = {
    f"nul{NUL}": f"{NUL}{HIGH}",
    "big": HUGE,
    "small": -(2**63) - 1,
    "real": 0.1,
    "text": "x" * 1_000_000,
    "": {"deep": [None, True, False, [], {}]},
    "order": {"b": 1, "a": 2},
}


async def test_json_is_kept_as_it_is(store: DatabaseStore) -> None:
    await store.save_station(StationRecord("cs1", "accepted", boot=JSON))
    await store.save_limit(LimitRecord("cs1", "1", JSON))
    await store.save_variables("cs1", {"A.b": JSON})

    [station] = await store.stations()
    [limit] = await store.limits()
    assert station.boot == JSON
    assert list(station.boot["order"]) == ["b", "a"]
    assert limit.state == JSON
    assert await store.variables("cs1") == {"A.b": JSON}


async def test_what_is_no_number_is_null_in_json(store: DatabaseStore) -> None:
    values: dict[str, Any] = {"a": math.nan, "b": math.inf, "c": 1.5}
    store.add_samples([SampleRecord("key", 1, values)])

    [found] = await store.samples("key")

    assert found.values == {"a": None, "b": None, "c": 1.5}


async def test_variables_come_in_the_order_of_code_points(store: DatabaseStore) -> None:
    names = ["Z", "a", "A.b", "A", "a.B", "Ä", "_", "9", "A b"]
    await store.save_variables("cs1", {name: {} for name in names})

    assert list(await store.variables("cs1")) == sorted(names)


async def test_a_token_with_odd_text_is_another_one(store: DatabaseStore) -> None:
    await store.save_token(TokenRecord("AABB"))
    await store.save_token(TokenRecord(f"AABB{NUL}", status="Blocked"))

    found = await store.token(f"aabb{NUL}")
    assert found is not None
    assert found.status == "Blocked"
    assert await store.token("AABB") == TokenRecord("AABB")


async def test_what_changes_is_kept_as_what_is_new(store: DatabaseStore) -> None:
    record = await store.start_transaction(START)

    changed = await store.change_transaction(
        record.key, TransactionChange(id_token=f"{NUL}", meter_start_wh=math.nan)
    )

    assert (changed.id_token, changed.meter_start_wh) == ("\ufffd", None)


async def test_a_number_that_does_not_fit_is_refused_and_harms_nobody(
    store: DatabaseStore,
) -> None:
    with pytest.raises(StoreError) as caught:
        await store.start_transaction(replace(START, start_ms=HUGE))
    with pytest.raises(StoreError):
        await store.start_transaction(replace(START, start_ms=2**64))

    assert str(HUGE) not in str(caught.value)
    assert store.is_writable


@pytest.mark.parametrize("char", ["x", "ä", "字", "🔌"])
@pytest.mark.parametrize("more", [-1, 0, 1, 500])
def test_a_name_fits_an_index_and_stays_distinct(char: str, more: int) -> None:
    size = LONGEST_NAME_BYTES // len(char.encode()) + more
    name, other = char * size, char * (size - 1) + "y"

    assert len(kept_name(name).encode()) <= LONGEST_NAME_BYTES
    assert kept_name(name) != kept_name(other)
    assert kept_name(kept_name(name)) == kept_name(name)
    assert kept_text(name) == name
