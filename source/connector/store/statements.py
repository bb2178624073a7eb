"""Every operation on the database, as functions of a connection (in its thread)."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any

from sqlalchemy import (
    BindParameter,
    Connection,
    Double,
    Insert,
    Select,
    String,
    Table,
    Update,
    and_,
    bindparam,
    delete,
    func,
    insert,
    or_,
    select,
    update,
)

from connector.errors import StoreError
from connector.store import tables
from connector.store.identifiers import ulid
from connector.store.records import (
    LimitRecord,
    LocalListRecord,
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
    values = {f"new_{name}": value for name, value in row.items()}
    change, add = _replacing(table)
    if not connection.execute(change, values).rowcount:
        connection.execute(add, row)


@cache
def _replacing(table: Table) -> tuple[Update, Insert]:
    # Made once: to build a statement costs more than to run it.
    new: dict[str, BindParameter[Any]] = {
        column.name: bindparam(f"new_{column.name}") for column in table.columns
    }
    is_it = [column == new[column.name] for column in table.primary_key.columns]
    return update(table).where(*is_it).values(new), insert(table)


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
    """The station and what is kept of it; its transactions stay."""
    connection.execute(
        delete(tables.stations).where(tables.stations.c.identity == identity)
    )
    for table in (
        tables.limits,
        tables.datapoints,
        tables.reservations,
        tables.local_lists,
    ):
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


_SAME_START = select(tables.transactions).where(
    _t.station == bindparam("station"),
    _t.where == bindparam("where"),
    _t.id_token == bindparam("id_token"),
    _t.start_ms == bindparam("start_ms"),
    # As in the unique index, so that both mean the same.
    func.coalesce(_t.meter_start_wh, -1)
    == func.coalesce(bindparam("meter_start_wh", type_=Double), -1),
)
_START = insert(tables.transactions)


def start_transaction(
    connection: Connection, start: TransactionStart
) -> TransactionRecord:
    """The record of a start; the same start again gives the same one."""
    given = {name: getattr(start, name) for name in TransactionStart.__slots__}
    found = _one(connection, _SAME_START, given)
    if found is not None:
        return found
    given["ocpp_id"] = start.ocpp_id or _next_id(connection, start.station)
    record = TransactionRecord(key=ulid(), **given)
    row = {name: getattr(record, name) for name in TransactionRecord.__slots__}
    connection.execute(_START, row)
    return record


_STEP = (
    update(tables.sequences)
    .where(tables.sequences.c.name == bindparam("sequence"))
    .values(value=tables.sequences.c.value % LARGEST_ID + 1)
    .returning(tables.sequences.c.value)
)


def step(connection: Connection, sequence: str) -> int:
    """The next number of a sequence: 1 .. 2^31 - 1, then from the beginning."""
    return int(connection.execute(_STEP, {"sequence": sequence}).scalar_one())


_IS_TAKEN = (
    select(_t.key)
    .where(
        _t.ocpp_id == bindparam("ocpp_id"),
        or_(_t.station == bindparam("station"), _t.stop_ms.is_(None)),
    )
    .limit(1)
)


def _next_id(connection: Connection, station: str) -> str:
    """The next id that this station never had and no open transaction has."""
    while True:
        ocpp_id = str(step(connection, "transaction"))
        asked = {"ocpp_id": ocpp_id, "station": station}
        if connection.execute(_IS_TAKEN, asked).first() is None:
            return ocpp_id


_STOP = (
    update(tables.transactions)
    .where(
        _t.key == bindparam("its_key"),
        or_(
            _t.stop_ms.is_(None),
            # Nobody told of its end, and now somebody does.
            and_(
                _t.reason.is_(None), bindparam("new_reason", type_=String).is_not(None)
            ),
        ),
    )
    .values(
        stop_ms=bindparam("new_stop_ms"),
        meter_stop_wh=bindparam("new_meter_stop_wh"),
        reason=bindparam("new_reason"),
        stop_token=bindparam("new_stop_token"),
    )
)
_BY_KEY = select(tables.transactions).where(_t.key == bindparam("key"))


def stop_transaction(
    connection: Connection, key: str, stop: TransactionStop
) -> TransactionRecord:
    """Close it once; gives it as it is then."""
    values = {
        "its_key": key,
        "new_stop_ms": stop.stop_ms,
        "new_meter_stop_wh": stop.meter_stop_wh,
        "new_reason": stop.reason,
        "new_stop_token": stop.id_token,
    }
    connection.execute(_STOP, values)
    return _by_key(connection, key)


_RESUME = (
    update(tables.transactions)
    .where(_t.key == bindparam("its_key"), _t.reason.is_(None))
    .values(stop_ms=None, meter_stop_wh=None)
)


def resume_transaction(connection: Connection, key: str) -> TransactionRecord:
    """Open again what was closed without a stop; gives it as it is then."""
    connection.execute(_RESUME, {"its_key": key})
    return _by_key(connection, key)


def _by_key(connection: Connection, key: str) -> TransactionRecord:
    found = _one(connection, _BY_KEY, {"key": key})
    if found is None:
        raise StoreError(f"there is no transaction {key}")
    return found


_NEWEST_WITH_ID = (
    select(tables.transactions)
    .where(_t.station == bindparam("station"), _t.ocpp_id == bindparam("ocpp_id"))
    .order_by(_t.key.desc())
    .limit(1)
)


def find_transaction(
    connection: Connection, station: str, ocpp_id: str
) -> TransactionRecord | None:
    """The newest of this station with that id."""
    asked = {"station": station, "ocpp_id": ocpp_id}
    return _one(connection, _NEWEST_WITH_ID, asked)


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


def closed_transactions(
    connection: Connection, since_ms: int
) -> list[TransactionRecord]:
    """Those that ended since then, in the order in which they began."""
    query = select(tables.transactions).where(_t.stop_ms >= since_ms)
    return _all(connection, query.order_by(_t.start_ms, _t.key))


def _of(query: Select[Any], station: str) -> Select[Any]:
    return query.where(_t.station == station)


def _all(connection: Connection, query: Select[Any]) -> list[TransactionRecord]:
    return [TransactionRecord(*row) for row in connection.execute(query)]


def _one(
    connection: Connection, query: Select[Any], asked: dict[str, Any]
) -> TransactionRecord | None:
    row = connection.execute(query, asked).first()
    return None if row is None else TransactionRecord(*row)


def samples(
    connection: Connection, key: str, newest: int | None = None
) -> list[SampleRecord]:
    """The samples of one transaction, or its newest ones, in time order."""
    columns = tables.samples.c
    rows = connection.execute(
        select(columns.transaction_key, columns.time_ms, columns["values"])
        .where(columns.transaction_key == key)
        .order_by(columns.time_ms.desc(), columns.id.desc())
        .limit(newest)
    )
    return [SampleRecord(*row) for row in rows][::-1]


def add_samples(connection: Connection, records: Sequence[SampleRecord]) -> None:
    """Keep samples, in one statement."""
    rows = [
        {"transaction_key": r.transaction_key, "time_ms": r.time_ms, "values": r.values}
        for r in records
    ]
    connection.execute(insert(tables.samples), rows)


# -- local lists, limits, datapoints


def local_list(connection: Connection, station: str) -> LocalListRecord | None:
    """What a station accepted last."""
    columns = tables.local_lists.c
    rows = connection.execute(
        select(tables.local_lists).where(columns.station == station)
    ).mappings()
    row = rows.first()
    return None if row is None else LocalListRecord(**row)


def save_local_list(connection: Connection, record: LocalListRecord) -> None:
    """Insert or replace."""
    row = {name: getattr(record, name) for name in LocalListRecord.__slots__}
    replace(connection, tables.local_lists, row)


def delete_local_list(connection: Connection, station: str) -> None:
    """Forget it."""
    columns = tables.local_lists.c
    connection.execute(delete(tables.local_lists).where(columns.station == station))


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
