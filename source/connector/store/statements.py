"""Every operation on the database, as functions of a connection (in its thread)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Select, Table, delete, insert, select, update

from connector.errors import StoreError
from connector.store import tables
from connector.store.identifiers import ulid
from connector.store.records import (
    LimitRecord,
    SampleRecord,
    StationRecord,
    TokenRecord,
    TransactionRecord,
    TransactionStart,
    TransactionStop,
)

LARGEST_ID = 2**31 - 1
_t = tables.transactions.c


def replace(connection: Connection, table: Table, row: dict[str, Any]) -> None:
    """Insert a row, or replace the one with its primary key."""
    is_it = [column == row[column.name] for column in table.primary_key.columns]
    changed = connection.execute(update(table).where(*is_it).values(row)).rowcount
    if not changed:
        connection.execute(insert(table).values(row))


# -- stations


def stations(connection: Connection) -> list[StationRecord]:
    """All of them."""
    rows = connection.execute(select(tables.stations)).mappings()
    return [StationRecord(**row) for row in rows]


def save_station(connection: Connection, record: StationRecord) -> None:
    """Insert or replace."""
    row = {name: getattr(record, name) for name in StationRecord.__slots__}
    replace(connection, tables.stations, row)


def delete_station(connection: Connection, identity: str) -> None:
    """The station, its limits and its datapoints; its transactions stay."""
    connection.execute(
        delete(tables.stations).where(tables.stations.c.identity == identity)
    )
    for table in (tables.limits, tables.datapoints):
        connection.execute(delete(table).where(table.c.station == identity))


# -- tokens


def tokens(connection: Connection) -> list[TokenRecord]:
    """All of them."""
    return [_token(row) for row in connection.execute(select(tables.tokens)).mappings()]


def token(connection: Connection, id_token: str, type: str) -> TokenRecord | None:
    """The one of this type, else the one for any type."""
    columns = tables.tokens.c
    rows = connection.execute(
        select(tables.tokens).where(
            columns.folded == id_token.lower(), columns.type.in_((type, "any"))
        )
    ).mappings()
    found = {row["type"]: _token(row) for row in rows}
    return found.get(type) or found.get("any")


def _token(row: Any) -> TokenRecord:
    return TokenRecord(**{name: row[name] for name in TokenRecord.__slots__})


def save_token(connection: Connection, record: TokenRecord) -> None:
    """Insert or replace."""
    row = {name: getattr(record, name) for name in TokenRecord.__slots__}
    replace(connection, tables.tokens, row | {"folded": record.id_token.lower()})


def delete_token(connection: Connection, id_token: str, type: str) -> None:
    """Forget it."""
    columns = tables.tokens.c
    is_it = (columns.folded == id_token.lower(), columns.type == type)
    connection.execute(delete(tables.tokens).where(*is_it))


# -- transactions


def start_transaction(
    connection: Connection, start: TransactionStart
) -> TransactionRecord:
    """The record of a start; the same start again gives the same one."""
    found = _one(
        connection,
        select(tables.transactions).where(
            _t.station == start.station,
            _t.where == start.where,
            _t.id_token == start.id_token,
            _t.start_ms == start.start_ms,
            _t.meter_start_wh.is_not_distinct_from(start.meter_start_wh),
        ),
    )
    if found is not None:
        return found
    record = TransactionRecord(
        ulid(),
        start.ocpp_id or _next_id(connection, start.station),
        start.station,
        start.where,
        start.id_token,
        start.start_ms,
        start.meter_start_wh,
        reservation_id=start.reservation_id,
    )
    row = {name: getattr(record, name) for name in TransactionRecord.__slots__}
    connection.execute(insert(tables.transactions).values(row))
    return record


def _next_id(connection: Connection, station: str) -> str:
    """The next id of the sequence that this station never had."""
    value = tables.sequences.c.value
    step = (
        update(tables.sequences)
        .where(tables.sequences.c.name == "transaction")
        .values(value=value % LARGEST_ID + 1)
        .returning(value)
    )
    while True:
        ocpp_id = str(connection.execute(step).scalar_one())
        if find_transaction(connection, station, ocpp_id) is None:
            return ocpp_id


def stop_transaction(
    connection: Connection, key: str, stop: TransactionStop
) -> TransactionRecord:
    """Close it once; gives it as it is then."""
    connection.execute(
        update(tables.transactions)
        .where(_t.key == key, _t.stop_ms.is_(None))
        .values(
            stop_ms=stop.stop_ms,
            meter_stop_wh=stop.meter_stop_wh,
            reason=stop.reason,
            stop_token=stop.id_token,
        )
    )
    found = _one(connection, select(tables.transactions).where(_t.key == key))
    if found is None:
        raise StoreError(f"there is no transaction {key}")
    return found


def find_transaction(
    connection: Connection, station: str, ocpp_id: str
) -> TransactionRecord | None:
    """The newest of this station with that id."""
    return _one(
        connection,
        select(tables.transactions)
        .where(_t.station == station, _t.ocpp_id == ocpp_id)
        .order_by(_t.key.desc())
        .limit(1),
    )


def open_transactions(
    connection: Connection, station: str | None
) -> list[TransactionRecord]:
    """Those that were not closed, oldest first."""
    query = select(tables.transactions).where(_t.stop_ms.is_(None)).order_by(_t.key)
    return _all(connection, query if station is None else _of(query, station))


def transactions(
    connection: Connection, station: str | None, limit: int
) -> list[TransactionRecord]:
    """The newest, newest first."""
    query = select(tables.transactions).order_by(_t.key.desc()).limit(limit)
    return _all(connection, query if station is None else _of(query, station))


def _of(query: Select[Any], station: str) -> Select[Any]:
    return query.where(_t.station == station)


def _all(connection: Connection, query: Select[Any]) -> list[TransactionRecord]:
    return [TransactionRecord(**row) for row in connection.execute(query).mappings()]


def _one(connection: Connection, query: Select[Any]) -> TransactionRecord | None:
    return next(iter(_all(connection, query)), None)


def samples(connection: Connection, key: str) -> list[SampleRecord]:
    """The samples of one transaction, in time order."""
    columns = tables.samples.c
    rows = connection.execute(
        select(columns.transaction_key, columns.time_ms, columns["values"])
        .where(columns.transaction_key == key)
        .order_by(columns.time_ms, columns.id)
    )
    return [SampleRecord(*row) for row in rows]


def add_samples(connection: Connection, records: Sequence[SampleRecord]) -> None:
    """Keep samples, in one statement."""
    rows = [
        {"transaction_key": r.transaction_key, "time_ms": r.time_ms, "values": r.values}
        for r in records
    ]
    connection.execute(insert(tables.samples), rows)


# -- limits, datapoints


def limits(connection: Connection) -> list[LimitRecord]:
    """All of them."""
    rows = connection.execute(select(tables.limits)).mappings()
    return [LimitRecord(**row) for row in rows]


def save_limit(connection: Connection, record: LimitRecord) -> None:
    """Insert or replace."""
    row = {name: getattr(record, name) for name in LimitRecord.__slots__}
    replace(connection, tables.limits, row)


def delete_limit(connection: Connection, station: str, where: str) -> None:
    """Forget the slot."""
    columns = tables.limits.c
    is_it = (columns.station == station, columns.where == where)
    connection.execute(delete(tables.limits).where(*is_it))


def datapoints(connection: Connection) -> dict[str, list[str]]:
    """By station: its local keys."""
    rows = connection.execute(select(tables.datapoints))
    return {station: list(keys) for station, keys in rows}


def save_datapoints(connection: Connection, station: str, keys: list[str]) -> None:
    """Replace the set of one station."""
    replace(connection, tables.datapoints, {"station": station, "keys": keys})
