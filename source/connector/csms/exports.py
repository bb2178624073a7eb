"""Energy records as files: CSV (RFC 4180) and JSON, in pieces, however many there are.

A piece is one read of the store. What starts meanwhile is not in it, and nothing is in
it twice.
"""

from __future__ import annotations

import asyncio
import csv
import io
from collections.abc import AsyncIterator, Callable, Iterable
from dataclasses import replace
from typing import Any, Literal

import orjson

from connector.csms.energy_records import COLUMNS, Json, Reads, page
from connector.store.reads import open_reads
from connector.store.records import TransactionQuery

Format = Literal["csv", "json"]

AT_ONCE = 500
_ALL = TransactionQuery()
_FORMULA = ("=", "+", "-", "@", "\uff1d", "\uff0b", "\uff0d", "\uff20")
"""What makes a spreadsheet run a text, behind spaces, too; half and full width."""
_BEFORE_A_FORMULA = ("\t", "\r", "\n", "'")
"""Likewise; and the apostrophe, so that the first one can always be taken off."""


def cell(value: object) -> object:
    """A value as it stands in a cell: a text that begins like a formula gets a `'`."""
    if not isinstance(value, str):
        return value
    is_risky = value.startswith(_BEFORE_A_FORMULA) or value.lstrip().startswith(
        _FORMULA
    )
    return f"'{value}" if is_risky else value


def csv_lines(rows: Iterable[Json], *, is_first: bool) -> bytes:
    """Rows as CSV in UTF-8, lines end with CR LF; the first piece has the header."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    if is_first:
        writer.writerow(COLUMNS)
    writer.writerows([cell(row[name]) for name in COLUMNS] for row in rows)
    return text.getvalue().encode("utf-8", "replace")


def json_lines(rows: Iterable[Json], *, is_first: bool) -> bytes:
    """Items of a JSON array; the first piece opens it."""
    items = b",\n".join(orjson.dumps(row) for row in rows)
    return (b"[\n" if is_first else b",\n") + items


_WRITERS: dict[Format, tuple[Callable[..., bytes], bytes]] = {
    "csv": (csv_lines, b""),
    "json": (json_lines, b"\n]\n"),
}


async def pieces(
    reads: Reads, query: TransactionQuery, format: Format
) -> AsyncIterator[bytes]:
    """All that fit the query, newest first, whatever its limit is.

    Raises:
        StoreError: the store cannot be read (any more).
    """
    write, end = _WRITERS[format]
    query = replace(query, limit=AT_ONCE)
    is_first = True
    while True:
        rows = await page(reads, query)
        if rows or is_first:
            yield await asyncio.to_thread(write, rows, is_first=is_first)
        is_first = False
        if len(rows) < AT_ONCE:
            break
        query = replace(query, before_key=rows[-1]["key"])
    if end:
        yield end


async def export(
    store_url: str,
    write: Callable[[bytes], Any],
    format: Format = "csv",
    query: TransactionQuery = _ALL,
) -> None:
    """Export from the store itself, with or without a connector that runs on it.

    Raises:
        StoreError: it cannot be read; nothing is made where there is none.
    """
    async with open_reads(store_url) as reads:
        async for piece in pieces(reads, query, format):
            write(piece)
