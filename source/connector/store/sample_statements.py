"""The operations on samples of transactions, as functions of a connection."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence

from sqlalchemy import Connection, insert, select

from connector.store import tables
from connector.store.columns import kept_name, to_json
from connector.store.records import SampleRecord

_KEYS_AT_ONCE = 400
"""SQLite takes 999 parameters in older versions."""
_s = tables.samples.c
_ADD = insert(tables.samples)


def samples(
    connection: Connection, key: str, newest: int | None = None
) -> list[SampleRecord]:
    """The samples of one transaction, or its newest ones, in time order."""
    rows = connection.execute(
        select(_s.transaction_key, _s.time_ms, _s["values"])
        .where(_s.transaction_key == key)
        .order_by(_s.time_ms.desc(), _s.id.desc())
        .limit(newest)
    )
    return [SampleRecord(*row) for row in rows][::-1]


def add_samples(connection: Connection, records: Sequence[SampleRecord]) -> None:
    """Keep samples, in one statement."""
    rows = [
        {"transaction_key": r.transaction_key, "time_ms": r.time_ms, "values": r.values}
        for r in records
    ]
    connection.execute(_ADD, rows)


def add_missing_samples(
    connection: Connection, records: Sequence[SampleRecord]
) -> None:
    """Keep samples but for those that are there: nobody heard of their commit."""
    there = _there(connection, records)
    missing = []
    for record in records:
        mark = _mark(record)
        if there[mark]:
            there[mark] -= 1
        else:
            missing.append(record)
    if missing:
        add_samples(connection, missing)


def _there(connection: Connection, records: Sequence[SampleRecord]) -> Counter[str]:
    """How often each is kept, in the time from the first to the last of them."""
    times = [record.time_ms for record in records]
    keys = sorted({kept_name(record.transaction_key) for record in records})
    found: Counter[str] = Counter()
    for start in range(0, len(keys), _KEYS_AT_ONCE):
        rows = connection.execute(
            select(_s.transaction_key, _s.time_ms, _s["values"]).where(
                _s.transaction_key.in_(keys[start : start + _KEYS_AT_ONCE]),
                _s.time_ms.between(min(times), max(times)),
            )
        )
        found.update(_mark(SampleRecord(*row)) for row in rows)
    return found


def _mark(record: SampleRecord) -> str:
    values = json.loads(to_json(record.values))
    return to_json([kept_name(record.transaction_key), record.time_ms, values])
