"""The operations on reservations, as functions of a connection (in its thread)."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection, delete, select

from connector.store import tables
from connector.store.records import ReservationRecord
from connector.store.statements import replace, step

ENDED_KEPT = 50
"""Of each station; they only tell what was."""

_r = tables.reservations.c


def next_id(connection: Connection, station: str) -> int:
    """The next id that no reservation in force at this station has."""
    taken = set(
        connection.execute(
            select(_r.reservation_id).where(
                _r.station == station, _r.ended_ms.is_(None)
            )
        ).scalars()
    )
    while (number := step(connection, "reservation")) in taken:
        pass
    return number


def save(connection: Connection, records: Sequence[ReservationRecord]) -> None:
    """Insert or replace all of them."""
    for record in records:
        row = {name: getattr(record, name) for name in ReservationRecord.__slots__}
        replace(connection, tables.reservations, row)
    for station in {record.station for record in records if not record.is_open}:
        _drop_the_oldest(connection, station)


def _drop_the_oldest(connection: Connection, station: str) -> None:
    has_ended = (_r.station == station, _r.ended_ms.is_not(None))
    kept = select(_r.key).where(*has_ended).order_by(_r.key.desc()).limit(ENDED_KEPT)
    connection.execute(
        delete(tables.reservations).where(*has_ended, _r.key.not_in(kept))
    )


def in_force(connection: Connection) -> list[ReservationRecord]:
    """Those that have not ended, oldest first."""
    query = select(tables.reservations).where(_r.ended_ms.is_(None)).order_by(_r.key)
    return [ReservationRecord(**row) for row in connection.execute(query).mappings()]


def newest(
    connection: Connection,
    station: str | None,
    limit: int,
    before: str | None = None,
) -> list[ReservationRecord]:
    """The newest that came before one of a key, newest first."""
    query = select(tables.reservations).order_by(_r.key.desc()).limit(limit)
    if before is not None:
        query = query.where(_r.key < before)
    if station is not None:
        query = query.where(_r.station == station)
    return [ReservationRecord(**row) for row in connection.execute(query).mappings()]


def delete_of(connection: Connection, station: str) -> None:
    """All of a station."""
    connection.execute(delete(tables.reservations).where(_r.station == station))
