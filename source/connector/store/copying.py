"""Whole databases: rows of all tables from one to another, counted, cleared.

In transactions of those who call; whatever the kinds of both databases are.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any

from sqlalchemy import Connection, Table, delete, func, insert, select, text

from connector.store.tables import metadata

_ROWS_AT_ONCE = 1_000


def copy_rows(source: Connection, target: Connection) -> dict[str, int]:
    """Insert all rows into empty tables; gives how many, by table."""
    return {
        table.name: _copy_table(table, source, target)
        for table in metadata.sorted_tables
    }


def _copy_table(table: Table, source: Connection, target: Connection) -> int:
    count = 0
    for rows in _rows(table, source):
        target.execute(insert(table), rows)
        count += len(rows)
    return count


def _rows(table: Table, source: Connection) -> Iterator[list[dict[str, Any]]]:
    columns = list(table.primary_key.columns)
    streaming = source.execution_options(yield_per=_ROWS_AT_ONCE)
    found = streaming.execute(select(table).order_by(*columns))
    for part in found.mappings().partitions():
        yield [dict(row) for row in part]


def count_rows(
    connection: Connection, there: Collection[str] | None = None
) -> dict[str, int]:
    """How many rows there are, by table; ``there``: the tables of an older schema."""
    return {
        table.name: connection.execute(select(func.count()).select_from(table)).scalar()
        or 0
        for table in metadata.sorted_tables
        if there is None or table.name in there
    }


def is_empty(rows: dict[str, int]) -> bool:
    """Whether nothing is kept; the sequences are there from the beginning."""
    return not any(count for name, count in rows.items() if name != "sequences")


def clear(connection: Connection) -> None:
    """Remove all rows."""
    for table in reversed(metadata.sorted_tables):
        connection.execute(delete(table))


def go_on_counting(connection: Connection) -> None:
    """Have PostgreSQL give numbers behind those that were inserted."""
    if connection.dialect.name != "postgresql":
        return
    for table in metadata.sorted_tables:
        column = table.autoincrement_column
        if column is not None:
            name = f"'{table.name}', '{column.name}'"
            connection.execute(
                text(
                    f"SELECT setval(pg_get_serial_sequence({name}), "  # noqa: S608
                    f"(SELECT coalesce(max({column.name}), 0) + 1 FROM {table.name}), "
                    "false)"
                )
            )
