"""Energy records as people ask for them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Connection, create_engine, insert

from connector.store import DatabaseStore, energy_statements, tables
from connector.store.identifiers import first_ulid, ulid
from connector.store.records import (
    CLOSED_BY_OPERATOR,
    SampleRecord,
    TransactionChange,
    TransactionQuery,
    TransactionRecord,
    TransactionStart,
    TransactionStop,
)
from connector.tests.store.examples import START, STOP

EVERYTHING = TransactionQuery(limit=1000)
BY_OPERATOR = TransactionStop(1_700_000_300_000, 2000.0, CLOSED_BY_OPERATOR)


async def start(
    store: DatabaseStore, number: int = 0, **more: object
) -> TransactionRecord:
    given = replace(START, start_ms=START.start_ms + number * 60_000, **more)
    return await store.start_transaction(given)


async def found(store: DatabaseStore, **query: object) -> list[TransactionRecord]:
    return await store.archive.transactions(replace(EVERYTHING, **query))


# -- what is asked for


async def test_the_newest_come_first(store: DatabaseStore) -> None:
    records = [await start(store, number) for number in range(3)]

    assert await found(store) == records[::-1]
    assert await found(store, limit=2) == records[:0:-1]
    assert await found(store, before_key=records[1].key) == [records[0]]


async def test_those_of_a_station_are_found(store: DatabaseStore) -> None:
    await start(store)
    other = await start(store, station="cs2")

    assert await found(store, station="cs2") == [other]
    assert await found(store, station="CS2") == []


@pytest.mark.parametrize("token", ["AABBCC", "aabbcc", "AaBbCc"])
async def test_those_of_a_token_are_found_without_case(
    store: DatabaseStore, token: str
) -> None:
    record = await start(store)
    await start(store, id_token="AABBCCDD")

    assert await found(store, token=token) == [record]


@pytest.mark.parametrize("part", ["abb", "BBC", "aabbcc"])
async def test_those_of_a_part_of_a_token_are_found_without_case(
    store: DatabaseStore, part: str
) -> None:
    records = [await start(store), await start(store, 1, id_token="AABBCCDD")]
    await start(store, 2, id_token="AA_B%CC")

    assert await found(store, token_part=part) == records[::-1]


async def test_those_of_a_part_of_a_name_are_found_without_case(
    store: DatabaseStore,
) -> None:
    await start(store)
    east = await start(store, 1, station="East 1")
    umlaut = await start(store, 2, station="Ürdingen_1")

    assert await found(store, station_part="EAST") == [east]
    assert await found(store, station_part="Ür") == [umlaut]
    assert await found(store, station_part="t 1", token_part=umlaut.id_token) == [east]


async def test_stations_that_fit_by_their_names_are_found_with_the_part(
    store: DatabaseStore,
) -> None:
    east = await start(store, station="East 1")
    bay = await start(store, 1, station="CP-108")
    await start(store, 2, station="CP-109")
    many = tuple(f"CP-{number}" for number in range(1000, 2000))

    by = {"station_part": "eas", "named_stations": ("CP-108", *many)}
    assert await found(store, **by) == [bay, east]
    assert await found(store, **by, limit=1) == [bay]
    assert await found(store, **by, until_ms=bay.start_ms) == [east]
    assert await found(store, station_part="none", named_stations=("CP-108",)) == [bay]


async def test_signs_of_patterns_are_signs_of_a_name(store: DatabaseStore) -> None:
    await start(store, station="a1b")
    odd = await start(store, 1, station="a_%/b")

    for part in ("_", "%", "/", "a_%"):
        assert await found(store, station_part=part) == [odd]


async def test_a_token_beyond_ascii_is_found_as_it_is(store: DatabaseStore) -> None:
    record = await start(store, id_token="ÄÖ")

    assert await found(store, token="ÄÖ") == [record]
    assert await found(store, token="Ä%") == []


async def test_those_that_run_are_told_from_those_that_ended(
    store: DatabaseStore,
) -> None:
    ended, running = await start(store), await start(store, 1)
    ended = await store.stop_transaction(ended.key, STOP)

    assert await found(store, is_active=True) == [running]
    assert await found(store, is_active=False) == [ended]


async def test_those_that_began_since_a_time_are_found(store: DatabaseStore) -> None:
    records = [await start(store, number) for number in range(3)]

    assert await found(store, since_ms=records[1].start_ms) == records[:0:-1]
    assert await found(store, since_ms=records[1].start_ms + 1) == records[:1:-1]


async def test_those_that_began_before_a_time_are_found(store: DatabaseStore) -> None:
    records = [await start(store, number) for number in range(3)]

    assert await found(store, until_ms=records[1].start_ms) == records[:1]
    assert await found(store, until_ms=records[1].start_ms + 1) == records[1::-1]


async def test_one_is_found_by_its_key(store: DatabaseStore) -> None:
    record = await start(store)

    assert await store.transaction(record.key) == record
    assert await store.transaction("nothing") is None


def test_a_key_is_larger_than_the_first_of_its_time() -> None:
    key = ulid()

    assert first_ulid(0) == "0" * 26
    assert first_ulid(1_700_000_000_000) < key < first_ulid(2**48 - 1)
    assert first_ulid(-1) == first_ulid(0)


# -- pages

STATIONS, TOKENS = ("cs1", "cs2"), ("aa", "BB")


@pytest.fixture(scope="module")
def filled() -> Iterator[Connection]:
    """A database with transactions of some stations and tokens."""
    engine = create_engine("sqlite://")
    tables.metadata.create_all(engine)
    with engine.begin() as connection:
        rows = [
            {
                "key": first_ulid(1_000_000 * number),
                "ocpp_id": str(number),
                "station": STATIONS[number % 2],
                "where": "1",
                "id_token": TOKENS[number // 2 % 2],
                "start_ms": 1_000_000 * number,
                "stop_ms": None if number % 3 else 1_000_000 * number,
            }
            for number in range(60)
        ]
        connection.execute(insert(tables.transactions), rows)
        yield connection
    engine.dispose()


@given(
    query=st.builds(
        TransactionQuery,
        station=st.sampled_from([None, *STATIONS]),
        token=st.sampled_from([None, "AA", "bb"]),
        is_active=st.sampled_from([None, True, False]),
        since_ms=st.none() | st.integers(0, 60_000_000),
        until_ms=st.none() | st.integers(0, 60_000_000),
        limit=st.integers(1, 70),
    )
)
def test_pages_have_each_transaction_once_and_in_order(
    filled: Connection, query: TransactionQuery
) -> None:
    whole = energy_statements.page(filled, replace(query, limit=1000))
    paged: list[TransactionRecord] = []
    page = energy_statements.page(filled, query)
    while page:
        paged += page
        page = energy_statements.page(filled, replace(query, before_key=page[-1].key))

    assert paged == whole
    assert whole == sorted(whole, key=lambda record: record.key, reverse=True)
    assert all(fits(record, query) for record in whole)


def fits(record: TransactionRecord, query: TransactionQuery) -> bool:
    return (
        query.station in (None, record.station)
        and (query.token or record.id_token).lower() == record.id_token.lower()
        and query.is_active in (None, record.is_open)
        and record.start_ms >= (query.since_ms or 0)
        and (query.until_ms is None or record.start_ms < query.until_ms)
    )


# -- energies


async def test_an_energy_is_kept_with_its_transaction(store: DatabaseStore) -> None:
    records = [await start(store, number) for number in range(2)]

    await store.save_energies({records[0].key: 1000.0, "nothing": 1.0})

    kept = [record.energy_wh for record in await found(store)]
    assert kept == [None, 1000.0]


async def test_an_energy_goes_with_what_it_was_made_of(store: DatabaseStore) -> None:
    record = await start(store)
    closed = TransactionStop(1_700_000_600_000, 2234.5)
    await store.stop_transaction(record.key, closed)
    await store.save_energies({record.key: 1.0})

    resumed = await store.resume_transaction(record.key)
    await store.save_energies({record.key: 2.0})
    stopped = await store.stop_transaction(record.key, STOP)
    await store.save_energies({record.key: 3.0})
    change = TransactionChange(meter_start_wh=5.0)
    changed = await store.change_transaction(record.key, change)

    assert [r.energy_wh for r in (resumed, stopped, changed)] == [None] * 3


async def test_the_last_samples_come_in_time_order(store: DatabaseStore) -> None:
    samples = [SampleRecord("a", time_ms, {"x": time_ms}) for time_ms in range(9)]
    store.add_samples(samples)
    await store.samples("a")

    last = await store.archive.last_samples(["a", "b"], 3)

    assert last == {"a": samples[-3:], "b": []}
    assert await store.archive.last_samples([], 3) == {}


# -- closed by an operator


async def test_a_stop_replaces_what_an_operator_closed(store: DatabaseStore) -> None:
    record = await start(store)

    closed = await store.stop_transaction(record.key, BY_OPERATOR)
    stopped = await store.stop_transaction(record.key, STOP)

    assert (closed.reason, closed.is_presumed) == (CLOSED_BY_OPERATOR, True)
    assert (stopped.reason, stopped.meter_stop_wh) == ("Local", 2234.5)


async def test_an_operator_replaces_no_end(store: DatabaseStore) -> None:
    told, presumed = await start(store), await start(store, 1)
    told = await store.stop_transaction(told.key, STOP)
    presumed = await store.stop_transaction(presumed.key, replace(STOP, reason=None))

    assert await store.stop_transaction(told.key, BY_OPERATOR) == told
    assert await store.stop_transaction(presumed.key, BY_OPERATOR) == presumed


async def test_what_an_operator_closed_may_go_on(store: DatabaseStore) -> None:
    start_of_2 = TransactionStart("cs1", "1", "A", 1, 0.0, "its-own", None, "Central")
    record = await store.start_transaction(start_of_2)
    await store.stop_transaction(record.key, BY_OPERATOR)

    assert await store.resume_transaction(record.key) == record
