"""The operations on transactions and their samples, as functions of a connection."""

from __future__ import annotations

from functools import cache
from typing import Any

from sqlalchemy import (
    Connection,
    Insert,
    Select,
    and_,
    bindparam,
    func,
    or_,
    select,
    update,
)

from connector.errors import StoreError
from connector.store import tables
from connector.store.columns import Real, Text, kept_name, kept_real, kept_whole
from connector.store.identifiers import ulid
from connector.store.inserts import insert_into
from connector.store.records import (
    CLOSED_BY_OPERATOR,
    TransactionChange,
    TransactionRecord,
    TransactionStart,
    TransactionStop,
)
from connector.store.statements import step

_t = tables.transactions.c

_SAME_START = select(tables.transactions).where(
    _t.token_type.is_(None),
    _t.station == bindparam("station"),
    _t.where == bindparam("where"),
    _t.id_token == bindparam("id_token"),
    _t.start_ms == bindparam("start_ms"),
    # As in the unique index, so that both mean the same.
    func.coalesce(_t.meter_start_wh, -1)
    == func.coalesce(bindparam("meter_start_wh", type_=Real), -1),
)


def start_transaction(
    connection: Connection, start: TransactionStart
) -> TransactionRecord:
    """The record of a start; the same start again gives the same one."""
    given = _as_kept(start)
    found = _started(connection, given)
    if found is not None:
        return found
    made = given | {"ocpp_id": given["ocpp_id"] or _next_id(connection, start.station)}
    record = TransactionRecord(key=ulid(), **made)
    row = {name: getattr(record, name) for name in TransactionRecord.__slots__}
    if connection.execute(_start(connection.dialect.name), row).rowcount:
        return record
    # Another process was told the same in between.
    found = _started(connection, given)
    if found is None:
        raise StoreError(f"a start at {start.station} is neither new nor known")
    return found


@cache
def _start(dialect: str) -> Insert:
    add = insert_into(tables.transactions, dialect).on_conflict_do_nothing()
    # By itself it is known for changes alone; a returned row costs more.
    statement: Insert = add.execution_options(preserve_rowcount=True)
    return statement


def _started(connection: Connection, given: dict[str, Any]) -> TransactionRecord | None:
    if given["token_type"] is None or given["ocpp_id"] is None:
        return _one(connection, _SAME_START, given)
    return find_transaction(connection, given["station"], given["ocpp_id"])


def _as_kept(start: TransactionStart) -> dict[str, Any]:
    """What a start brings, as it will be read again."""
    given = {name: getattr(start, name) for name in TransactionStart.__slots__}
    for name in ("station", "where", "id_token", "ocpp_id"):
        given[name] = None if given[name] is None else kept_name(given[name])
    given["meter_start_wh"] = kept_real(start.meter_start_wh)
    given["reservation_id"] = kept_whole(start.reservation_id)
    return given


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


_NEW_REASON = bindparam("new_reason", type_=Text)
_HAS_NO_STOP = or_(_t.reason.is_(None), _t.reason == CLOSED_BY_OPERATOR)
_STOP = (
    update(tables.transactions)
    .where(
        _t.key == bindparam("its_key"),
        or_(
            _t.stop_ms.is_(None),
            # Nobody told of its end, and now the station does.
            and_(
                _HAS_NO_STOP,
                _NEW_REASON.is_not(None),
                _NEW_REASON != CLOSED_BY_OPERATOR,
            ),
        ),
    )
    .values(
        stop_ms=bindparam("new_stop_ms"),
        meter_stop_wh=bindparam("new_meter_stop_wh"),
        reason=_NEW_REASON,
        stop_token=bindparam("new_stop_token"),
        energy_wh=None,
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
    .where(_t.key == bindparam("its_key"), _HAS_NO_STOP)
    .values(stop_ms=None, meter_stop_wh=None, reason=None, energy_wh=None)
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


def change_transaction(
    connection: Connection, key: str, change: TransactionChange
) -> TransactionRecord:
    """Write what was learnt of it; gives it as it is then."""
    given = {name: getattr(change, name) for name in TransactionChange.__slots__}
    values = {name: value for name, value in given.items() if value is not None}
    if change.meter_start_wh is not None:
        values["energy_wh"] = None
    if values:
        statement = update(tables.transactions).where(_t.key == key).values(values)
        connection.execute(statement)
    return _by_key(connection, key)


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


def open_transactions_of(
    connection: Connection, id_token: str
) -> list[TransactionRecord]:
    """Those of an id token, oldest first; id tokens are ASCII, and have no case."""
    is_it = or_(_t.id_token == id_token, func.lower(_t.id_token) == id_token.lower())
    query = select(tables.transactions).where(_t.stop_ms.is_(None), is_it)
    return _all(connection, query.order_by(_t.key))


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
