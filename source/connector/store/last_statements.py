"""The last transactions of stations and of their connectors, in one statement."""

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

LEAST = 50
"""So many of a station are looked through for those of its connectors."""
_MOST = 300_000
"""Of all stations, for connectors where nobody ever charged are looked for in vain."""
_ANY = 0
"""The place that stands for all of a station."""
_LARGEST_PLACE = 64

_t = tables.transactions.c
_older = tables.transactions.alias("older").c
_place = select(literal(_ANY).label("number")).cte("places", recursive=True)
_place = _place.union_all(
    select(_place.c.number + 1).where(_place.c.number < _LARGEST_PLACE)
)
_oldest = (
    select(_older.key)
    .where(_older.station == tables.stations.c.identity)
    .order_by(_older.key.desc())
    .limit(1)
    .offset(bindparam("depth"))
    .scalar_subquery()
)
_stations = select(
    tables.stations.c.identity,
    tables.stations.c.connectors,
    func.coalesce(_oldest, "").label("oldest"),
).subquery("known")
_s = _stations.c
_seen = tables.transactions.alias("seen").c
_newest = (
    select(_seen.key)
    .where(
        _seen.station == _s.identity,
        _seen.key >= _s.oldest,
        _seen.stop_ms.is_not(None),
        or_(
            _place.c.number == _ANY,
            _seen.where == cast(_place.c.number, String),
        ),
    )
    .order_by(_seen.key.desc())
    .limit(1)
    .scalar_subquery()
)
_LAST = (
    select(tables.transactions)
    .join_from(_stations, _place, _place.c.number <= _s.connectors)
    .join(tables.transactions, _t.key == _newest)
)
_COUNT = select(func.count()).select_from(tables.stations)


def last_transactions(connection: Connection) -> list[TransactionRecord]:
    """The newest of each known station and of each of its connectors that ended."""
    stations = connection.execute(_COUNT).scalar() or 1
    asked = {"depth": max(LEAST, _MOST // stations)}
    rows = connection.execute(_LAST, asked)
    # That of a station is that of one of its connectors, too.
    return list({row.key: TransactionRecord(*row) for row in rows}.values())
