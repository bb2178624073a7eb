"""What became of values over time, as functions of a connection.

A key is written once, in `series`; what is kept of it has its number.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from functools import cache
from itertools import islice
from typing import Any

from sqlalchemy import Connection, bindparam, select

from connector.store import life_statements as life
from connector.store import tables
from connector.store.columns import kept_name
from connector.store.inserts import insert_into
from connector.store.records import HistoryRecord
from connector.store.spans import Grid, Point, Shape, Value, gathered

_KEYS_AT_ONCE = 400
"""SQLite takes 999 parameters in older versions."""
_MOST_CACHED = 50_000
_ROWS_AT_ONCE = 5_000

_h = tables.history.c
_series = tables.series.c

SeriesNumbers = dict[str, int]
"""The numbers of keys, as far as they are known and committed."""


@cache
def _add_series(dialect: str) -> Any:
    return insert_into(tables.series, dialect).on_conflict_do_nothing()


@cache
def add_values(dialect: str) -> Any:
    """The statement that adds rows to the history; a newer one replaces its like."""
    statement = insert_into(tables.history, dialect)
    new = statement.excluded
    return statement.on_conflict_do_update(
        index_elements=[_h.series, _h.time_ms],
        set_={"number": new.number, "text": new.text},
    )


@cache
def insert_new(dialect: str) -> Any:
    """The statement that adds rows to the history where there are none."""
    return insert_into(tables.history, dialect).on_conflict_do_nothing()


_OF_KEY = (
    select(_h.time_ms, _h.number, _h.text)
    .join(tables.series, _series.id == _h.series)
    .where(_series.key == bindparam("key"))
)
_ALL_BETWEEN = _OF_KEY.where(
    _h.time_ms >= bindparam("since_ms"), _h.time_ms < bindparam("until_ms")
).order_by(_h.time_ms)
_BETWEEN = _ALL_BETWEEN.limit(bindparam("limit"))
_LAST_BEFORE = (
    _OF_KEY.where(_h.time_ms < bindparam("time_ms"))
    .order_by(_h.time_ms.desc())
    .limit(1)
)

_FIRST_FROM = (
    select(_h.time_ms)
    .join(tables.series, _series.id == _h.series)
    .where(_series.key == bindparam("key"), _h.time_ms >= bindparam("since_ms"))
    .order_by(_h.time_ms)
    .limit(1)
)


def add(
    connection: Connection, records: Sequence[HistoryRecord], known: SeriesNumbers
) -> None:
    """Keep values, in two statements; ``known`` is filled on the way."""
    names = [kept_name(record.key) for record in records]
    numbers = _numbers(connection, set(names), known)
    rows = [
        value_row(numbers[name], record.time_ms, record.value)
        for name, record in zip(names, records, strict=True)
    ]
    connection.execute(add_values(connection.dialect.name), rows)


def value_row(series: int, time_ms: int, value: Value) -> dict[str, Any]:
    """A value as a row of the history."""
    is_text = isinstance(value, str)
    return {
        "series": series,
        "time_ms": time_ms,
        "number": None if is_text else value,
        "text": value if is_text else None,
    }


def _numbers(
    connection: Connection, keys: Collection[str], known: SeriesNumbers
) -> SeriesNumbers:
    """The numbers of keys, made where there are none.

    What is made here may be rolled back, and is only ``known`` when it is found again.
    """
    if len(known) > _MOST_CACHED:
        known.clear()
    missing = [key for key in keys if key not in known]
    known |= _find(connection, missing)
    new = [key for key in missing if key not in known]
    if not new:
        return known
    rows = [{"key": key} for key in sorted(new)]
    connection.execute(_add_series(connection.dialect.name), rows)
    return {key: known[key] for key in keys if key in known} | _find(connection, new)


def _find(connection: Connection, keys: Sequence[str]) -> SeriesNumbers:
    found: SeriesNumbers = {}
    for start in range(0, len(keys), _KEYS_AT_ONCE):
        some = keys[start : start + _KEYS_AT_ONCE]
        rows = connection.execute(
            select(_series.key, _series.id).where(_series.key.in_(some))
        )
        found.update((key, number) for key, number in rows)
    return found


def between(
    connection: Connection,
    key: str,
    shape: Shape,
    *,
    since_ms: int,
    until_ms: int,
    limit: int,
) -> list[HistoryRecord]:
    """What is known of a key from a time until before another, in time order."""
    breaks = life.breaks(connection, shape, since_ms, until_ms)
    held = breaks.held(_last_before(connection, key, since_ms), since_ms - 1)
    asked = {"key": key, "since_ms": since_ms, "until_ms": until_ms, "limit": limit}
    rows = connection.execute(_BETWEEN, asked)
    points = breaks.put_into(_points(rows), held, until_ms)
    return [HistoryRecord(key, *point) for point in islice(points, limit)]


def _last_before(connection: Connection, key: str, time_ms: int) -> Point | None:
    """What was told last before a time, if it was kept."""
    rows = connection.execute(_LAST_BEFORE, {"key": key, "time_ms": time_ms})
    return next(_points(rows), None)


def first_known_ms(connection: Connection, key: str, since_ms: int) -> int | None:
    """From when on there is a value, at a time or after it; None: there is none."""
    if _last_before(connection, key, since_ms + 1) is not None:
        return since_ms
    asked = {"key": key, "since_ms": since_ms}
    found: int | None = connection.execute(_FIRST_FROM, asked).scalar()
    return found


def _points(rows: Iterable[Any]) -> Iterator[Point]:
    return (
        Point(time_ms, number if text is None else text)
        for time_ms, number, text in rows
    )


def steps(connection: Connection, key: str, grid: Grid, shape: Shape) -> list[Point]:
    """The value of a key in each step of a grid, from the first one that has any."""
    since_ms, until_ms = grid.since_ms, grid.until_ms
    breaks = life.breaks(connection, shape, since_ms, until_ms)
    held = breaks.held(_last_before(connection, key, since_ms), since_ms - 1)
    asked = {"key": key, "since_ms": since_ms, "until_ms": until_ms}
    streaming = connection.execution_options(yield_per=_ROWS_AT_ONCE)
    rows = streaming.execute(_ALL_BETWEEN, asked)
    points = breaks.put_into(_points(rows), held, until_ms)
    return list(gathered(points, held, grid, shape))


def is_known(connection: Connection, key: str) -> bool:
    """Whether anything was ever kept of a key."""
    query = select(_series.id).where(_series.key == key)
    return connection.execute(query).first() is not None
