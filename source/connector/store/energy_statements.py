"""Energy records as people ask for them, as functions of a connection."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    bindparam,
    func,
    or_,
    select,
    update,
)

from connector.store import tables
from connector.store.identifiers import first_ulid
from connector.store.records import (
    SampleRecord,
    TransactionQuery,
    TransactionRecord,
)

_t = tables.transactions.c
_s = tables.samples.c

_CLOCKS_DIFFER_MS = 86_400_000
"""A record is made when a start is heard of, never before it: but for clocks."""
_BY_KEY = select(tables.transactions).where(_t.key == bindparam("key"))
_SAVE_ENERGY = (
    update(tables.transactions)
    .where(_t.key == bindparam("its_key"))
    .values(energy_wh=bindparam("new_energy_wh"))
)
_LAST_SAMPLES = (
    select(_s.transaction_key, _s.time_ms, _s["values"])
    .where(_s.transaction_key == bindparam("key"))
    .order_by(_s.time_ms.desc(), _s.id.desc())
    .limit(bindparam("newest"))
)


def transaction(connection: Connection, key: str) -> TransactionRecord | None:
    """The one with this key."""
    row = connection.execute(_BY_KEY, {"key": key}).first()
    return None if row is None else TransactionRecord(*row)


def save_energies(connection: Connection, energies: Mapping[str, float]) -> None:
    """Keep what was told of transactions, by their keys."""
    rows = [{"its_key": k, "new_energy_wh": wh} for k, wh in energies.items()]
    connection.execute(_SAVE_ENERGY, rows)


def page(connection: Connection, query: TransactionQuery) -> list[TransactionRecord]:
    """Those that fit, newest first."""
    found = select(tables.transactions).order_by(_t.key.desc()).limit(query.limit)
    rows = connection.execute(_filtered(found, query))
    return [TransactionRecord(*row) for row in rows]


def _filtered(found: Select[Any], query: TransactionQuery) -> Select[Any]:
    if query.before_key is not None:
        found = found.where(_t.key < query.before_key)
    found = found.where(*_who(query))
    if query.is_active is not None:
        is_open = _t.stop_ms.is_(None)
        found = found.where(is_open if query.is_active else ~is_open)
    if query.since_ms is not None:
        oldest = first_ulid(query.since_ms - _CLOCKS_DIFFER_MS)
        found = found.where(_t.start_ms >= query.since_ms, _t.key >= oldest)
    if query.until_ms is not None:
        found = found.where(_t.start_ms < query.until_ms)
    return found


def _who(query: TransactionQuery) -> Iterator[ColumnElement[bool]]:
    """What is asked about stations and tokens."""
    if query.station is not None:
        yield _t.station == query.station
    if query.token is not None:
        token = query.token
        is_it = func.lower(_t.id_token) == token.lower()
        # SQLite lowers ASCII alone.
        yield is_it if token.isascii() else or_(is_it, _t.id_token == token)
    if query.station_part is not None:
        has_part = _has(_t.station, query.station_part)
        yield or_(has_part, _t.station.in_(query.named_stations))
    if query.token_part is not None:
        yield _has(_t.id_token, query.token_part)


def _has(column: ColumnElement[Any], part: str) -> ColumnElement[bool]:
    is_in = func.lower(column).contains(part.lower(), autoescape=True)
    return or_(is_in, column.contains(part, autoescape=True))


def last_samples(
    connection: Connection, keys: Sequence[str], newest: int
) -> dict[str, list[SampleRecord]]:
    """The newest samples of some transactions, in time order, by key."""
    found = {}
    for key in keys:
        rows = connection.execute(_LAST_SAMPLES, {"key": key, "newest": newest})
        found[key] = [SampleRecord(*row) for row in rows][::-1]
    return found
