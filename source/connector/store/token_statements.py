"""Id tokens that were presented, and those that nobody has registered."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection, bindparam, delete, insert, select, tuple_, update

from connector.store import tables
from connector.store.records import SeenToken

_seen = tables.tokens_seen.c
_ANY_TYPE = "any"
"""The type of a token of 1.6, which has no types."""

_AGAIN = (
    update(tables.tokens_seen)
    .where(_seen.folded == bindparam("its_folded"), _seen.type == bindparam("its_type"))
    .values(
        id_token=bindparam("new_id_token"),
        station=bindparam("new_station"),
        where=bindparam("new_where"),
        last_ms=bindparam("new_last_ms"),
        times=_seen.times + bindparam("more"),
    )
)
_FIRST = insert(tables.tokens_seen)


def note_seen(connection: Connection, seen: Sequence[SeenToken], keep: int) -> None:
    """Add what was seen to what is known; only the ``keep`` newest stay."""
    for each in seen:
        again = {
            "its_folded": each.id_token.lower(),
            "its_type": each.type,
            "new_id_token": each.id_token,
            "new_station": each.station,
            "new_where": each.where,
            "new_last_ms": each.last_ms,
            "more": each.times,
        }
        if not connection.execute(_AGAIN, again).rowcount:
            row = {name: getattr(each, name) for name in SeenToken.__slots__}
            row |= {"folded": each.id_token.lower(), "times": max(1, each.times)}
            connection.execute(_FIRST, row)
    _forget_oldest(connection, keep)


def _forget_oldest(connection: Connection, keep: int) -> None:
    newest_first = select(_seen.folded, _seen.type).order_by(
        _seen.last_ms.desc(), _seen.folded.desc(), _seen.type.desc()
    )
    # SQLite knows no offset without a limit.
    for folded, type_ in connection.execute(newest_first.offset(keep).limit(2**31)):
        is_it = (_seen.folded == folded, _seen.type == type_)
        connection.execute(delete(tables.tokens_seen).where(*is_it))


def seen(
    connection: Connection, limit: int, before: tuple[int, str, str] | None
) -> list[SeenToken]:
    """The newest, newest first; those behind (last_ms, id, type) of ``before``."""
    query = (
        select(tables.tokens_seen)
        .order_by(_seen.last_ms.desc(), _seen.folded.desc(), _seen.type.desc())
        .limit(limit)
    )
    if before is not None:
        last_ms, id_token, type_ = before
        place = tuple_(_seen.last_ms, _seen.folded, _seen.type)
        query = query.where(place < tuple_(last_ms, id_token.lower(), type_))
    rows = connection.execute(query).mappings()
    return [SeenToken(**{n: row[n] for n in SeenToken.__slots__}) for row in rows]


def forget_seen(connection: Connection, id_token: str, type: str) -> None:
    """Those that a token of this id and type stands for: somebody registered it."""
    is_it = _seen.folded == id_token.lower()
    if type != _ANY_TYPE:
        is_it &= _seen.type.in_((type, _ANY_TYPE))
    connection.execute(delete(tables.tokens_seen).where(is_it))
