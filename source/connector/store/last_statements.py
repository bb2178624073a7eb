"""The last transactions of connectors: one statement for all stations."""

from __future__ import annotations

from sqlalchemy import (
    Connection,
    String,
    bindparam,
    cast,
    func,
    literal,
    or_,
    select,
)

from connector.store import tables
from connector.store.records import TransactionRecord
from connector.store.transaction_statements import closed_transactions

LEAST = 50
"""So many of a station are looked through for those of its connectors."""
MOST = 300_000
"""Of all stations: where nobody ever charged all of them are looked through."""
_ANY = 0
"""The place that stands for all of a station."""
_LARGEST_PLACE = 64

_t = tables.transactions.c
_older = tables.transactions.alias("older").c
_seen = tables.transactions.alias("seen").c
_first = select(literal(_ANY).label("number")).cte("places", recursive=True)
_place = _first.union_all(
    select(_first.c.number + 1).where(_first.c.number < _LARGEST_PLACE)
)
_oldest = (
    select(_older.key)
    .where(_older.station == tables.stations.c.identity)
    .order_by(_older.key.desc())
    .limit(1)
    .offset(bindparam("depth"))
    .scalar_subquery()
)
_known = (
    select(
        tables.stations.c.identity,
        tables.stations.c.connectors,
        func.coalesce(_oldest, "").label("oldest"),
    )
    # All of them: without a limit SQLite looks for the oldest at each connector anew.
    .limit(bindparam("stations"))
    .subquery("known")
)
_newest = (
    select(_seen.key)
    .where(
        _seen.station == _known.c.identity,
        _seen.key >= _known.c.oldest,
        or_(_place.c.number == _ANY, _seen.where == cast(_place.c.number, String)),
        _seen.stop_ms.is_not(None),
    )
    .order_by(_seen.key.desc())
    .limit(1)
    .scalar_subquery()
)
_LAST = (
    select(tables.transactions)
    .join_from(_known, _place, _place.c.number <= _known.c.connectors)
    .join(tables.transactions, _t.key == _newest)
)
_COUNT = select(func.count()).select_from(tables.stations)


def last_transactions(connection: Connection, since_ms: int) -> list[TransactionRecord]:
    """Those that ended since then, and the last of each station and connector."""
    stations = connection.execute(_COUNT).scalar() or 1
    asked = {"stations": stations, "depth": max(LEAST, MOST // stations)}
    found = {each.key: each for each in closed_transactions(connection, since_ms)}
    for row in connection.execute(_LAST, asked):
        if row.key not in found:
            found[row.key] = TransactionRecord(*row)
    return list(found.values())
