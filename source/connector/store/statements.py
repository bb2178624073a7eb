"""Every operation on the database, as functions of a connection (in its thread)."""

from __future__ import annotations

from functools import cache
from typing import Any

from sqlalchemy import (
    Connection,
    Insert,
    Table,
    bindparam,
    delete,
    select,
    update,
)

from connector.store import tables
from connector.store.inserts import insert_into
from connector.store.records import (
    LimitRecord,
    LocalListRecord,
    StationRecord,
    TokenRecord,
)
from connector.store.token_statements import forget_seen

LARGEST_ID = 2**31 - 1


def replace(connection: Connection, table: Table, *rows: dict[str, Any]) -> None:
    """Insert rows, or replace those with their primary keys.

    One statement for each, so that another process may do the same at once.
    """
    statement = _replacing(table, connection.dialect.name)
    connection.execute(statement, rows if len(rows) > 1 else rows[0])


@cache
def _replacing(table: Table, dialect: str) -> Insert:
    # Made once: to build a statement costs more than to run it.
    add = insert_into(table, dialect)
    keys = list(table.primary_key.columns)
    new = {c.name: add.excluded[c.name] for c in table.columns if c not in keys}
    statement: Insert = add.on_conflict_do_update(index_elements=keys, set_=new)
    return statement


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
        tables.variables,
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
    """Insert or replace; it is none of those any more that nobody has registered."""
    row = {name: getattr(record, name) for name in TokenRecord.__slots__}
    replace(connection, tables.tokens, row | {"folded": record.id_token.lower()})
    forget_seen(connection, record.id_token, record.type)


def delete_token(connection: Connection, id_token: str, type: str) -> None:
    """Forget it."""
    columns = tables.tokens.c
    is_it = (columns.folded == id_token.lower(), columns.type == type)
    connection.execute(delete(tables.tokens).where(*is_it))


# -- sequences


_STEP = (
    update(tables.sequences)
    .where(tables.sequences.c.name == bindparam("sequence"))
    .values(value=tables.sequences.c.value % LARGEST_ID + 1)
    .returning(tables.sequences.c.value)
)


def step(connection: Connection, sequence: str) -> int:
    """The next number of a sequence: 1 .. 2^31 - 1, then from the beginning."""
    return int(connection.execute(_STEP, {"sequence": sequence}).scalar_one())


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


# -- the device model


def save_variables(
    connection: Connection, station: str, items: dict[str, dict[str, Any]]
) -> None:
    """Insert or replace the variables of one station that are named."""
    # In one order, or two processes could wait for each other.
    rows = [
        {"station": station, "name": name, "item": item}
        for name, item in sorted(items.items())
    ]
    if rows:
        replace(connection, tables.variables, *rows)


def variables(connection: Connection, station: str) -> dict[str, dict[str, Any]]:
    """What a station reported, by name."""
    columns = tables.variables.c
    rows = connection.execute(
        select(columns.name, columns.item)
        .where(columns.station == station)
        .order_by(columns.name)
    )
    return {name: item for name, item in rows}
