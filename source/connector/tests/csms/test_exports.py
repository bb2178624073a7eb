"""Energy records as files: whatever is in them, and however many there are."""

from __future__ import annotations

import csv
import io
import os
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.csms import exports
from connector.csms.energy_records import COLUMNS, page, shown
from connector.csms.exports import cell, csv_lines, export, pieces
from connector.errors import StoreError
from connector.store import open_store
from connector.store.records import (
    SampleRecord,
    TransactionQuery,
    TransactionRecord,
    TransactionStart,
    TransactionStop,
)

RECORD = TransactionRecord(
    "01K", "17", "CP-7", "1", "AABB", 1_700_000_000_000, 1000.0, energy_wh=750.0
)
TEXT = st.text(max_size=30)


class Kept:
    """Records in memory, newest first, read as the store reads them."""

    def __init__(self, records: Sequence[TransactionRecord]) -> None:
        self.records = records
        self.asked: list[Sequence[str]] = []

    async def transactions(self, query: TransactionQuery) -> list[TransactionRecord]:
        before = query.before_key
        fit = [r for r in self.records if before is None or r.key < before]
        return fit[: query.limit]

    async def last_samples(
        self, keys: Sequence[str], newest: int
    ) -> dict[str, list[SampleRecord]]:
        self.asked.append(keys)
        values = {"Energy.Active.Import.Register": 1400.0}
        return {key: [SampleRecord(key, 1, values)] for key in keys}


def some(count: int) -> list[TransactionRecord]:
    return [replace(RECORD, key=f"{n:06}") for n in range(count, 0, -1)]


async def written(reads: Kept, format: exports.Format) -> bytes:
    query = TransactionQuery()
    return b"".join([piece async for piece in pieces(reads, query, format)])


# -- the form


def test_a_transaction_is_shown_with_all_that_is_known() -> None:
    record = replace(
        RECORD,
        token_type="ISO14443",
        stop_ms=1_700_000_600_000,
        meter_stop_wh=1750.0,
        reason="Local",
    )

    assert shown(record) == {
        "key": "01K",
        "id": "17",
        "station": "CP-7",
        "where": "1",
        "token": "AABB",
        "token_type": "ISO14443",
        "start": "2023-11-14T22:13:20Z",
        "stop": "2023-11-14T22:23:20Z",
        "reason": "Local",
        "meter_start": 1000.0,
        "meter_stop": 1750.0,
        "energy": 750.0,
    }
    assert tuple(shown(record)) == COLUMNS


def test_what_is_not_known_is_null() -> None:
    record = replace(RECORD, id_token="", meter_start_wh=None, energy_wh=None)

    found = shown(record)

    assert found["token"] is found["stop"] is found["energy"] is None


@pytest.mark.parametrize(
    ("meter_start", "meter_stop", "expected"),
    [
        (1000.0, 1750.0, 750.0),
        # Its register is that of the session.
        (5000.0, 700.0, 700.0),
        (None, 1750.0, 350.0),
        (1000.0, None, 400.0),
    ],
)
async def test_an_energy_that_was_not_kept_comes_from_the_samples(
    meter_start: float | None, meter_stop: float | None, expected: float
) -> None:
    record = replace(
        RECORD,
        energy_wh=None,
        meter_start_wh=meter_start,
        meter_stop_wh=meter_stop,
        stop_ms=RECORD.start_ms + 600_000,
    )
    reads = Kept([record])

    [found] = await page(reads, TransactionQuery())

    assert found["energy"] == expected
    assert reads.asked == [[record.key]]


async def test_samples_are_read_of_those_alone_that_need_them() -> None:
    reads = Kept([RECORD])

    await page(reads, TransactionQuery())

    assert reads.asked == [[]]


# -- CSV


def read_back(body: bytes) -> list[dict[str, Any]]:
    return list(csv.DictReader(io.StringIO(body.decode(), newline="")))


def without_apostrophe(text: str) -> str:
    return text[1:] if text.startswith("'") else text


@given(station=TEXT, token=TEXT, reason=TEXT)
def test_any_text_comes_back_out_of_a_csv(
    station: str, token: str, reason: str
) -> None:
    row = shown(replace(RECORD, station=station, id_token=token, reason=reason))

    [found] = read_back(csv_lines([row], is_first=True))

    assert without_apostrophe(found["station"]) == station
    assert without_apostrophe(found["token"]) == token
    assert without_apostrophe(found["reason"]) == reason


@given(text=TEXT)
def test_no_text_begins_like_a_formula(text: str) -> None:
    found = cell(text)

    assert isinstance(found, str)
    assert not found.lstrip().startswith(("=", "+", "-", "@"))


@pytest.mark.parametrize(
    "text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", " =1", "\n=1", "\u3000=1", "'x"]
)
def test_what_a_spreadsheet_would_run_is_text(text: str) -> None:
    assert cell(text) == f"'{text}"


@pytest.mark.parametrize("value", ["AABB", "", " x", -1.5, None])
def test_everything_else_stays_as_it_is(value: object) -> None:
    assert cell(value) == value


def test_numbers_and_nulls_are_plain() -> None:
    row = shown(replace(RECORD, meter_start_wh=-1.5))

    body = csv_lines([row], is_first=False)

    assert body == (b"01K,17,CP-7,1,AABB,,2023-11-14T22:13:20Z,,,-1.5,,750.0\r\n")


# -- pieces


@pytest.mark.parametrize("count", [0, 1, 499, 500, 501, 1000])
async def test_every_transaction_is_there_once(count: int) -> None:
    reads = Kept(some(count))
    expected = [record.key for record in reads.records]

    as_csv = read_back(await written(reads, "csv"))
    as_json = orjson.loads(await written(reads, "json"))

    assert [row["key"] for row in as_csv] == expected
    assert [row["key"] for row in as_json] == expected
    assert all(len(asked) <= exports.AT_ONCE for asked in reads.asked)


# -- from the store itself


async def test_a_store_is_exported_beside_the_connector_on_it(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'connector.sqlite'}"
    store = open_store(url)
    await store.open()
    start = TransactionStart("CP-7", "1", "AABB", 1_700_000_000_000, 1000.0)
    record = await store.start_transaction(start)
    await store.stop_transaction(
        record.key, TransactionStop(1_700_000_600_000, 1750.0, "Local")
    )
    body = bytearray()

    await export(url, body.extend)

    await store.close()
    [row] = read_back(bytes(body))
    assert (row["key"], row["energy"]) == (record.key, "750.0")


async def test_where_there_is_no_store_none_is_made(tmp_path: Path) -> None:
    path = tmp_path / "nothing.sqlite"

    with pytest.raises(StoreError, match=r"nothing\.sqlite: there is no such file"):
        await export(f"sqlite:///{path}", bytes)

    assert not os.listdir(tmp_path)
