"""What is too old is removed, a little at a time, as functions of a connection.

Each function removes some, and gives how many; 0 where nothing is left.
"""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import Connection, Table, delete, select

from connector.store import tables

_t = tables.transactions.c

TRANSACTIONS_AT_ONCE = 20
"""Each may have a thousand samples."""
ROWS_AT_ONCE = 2_000


def remove_transactions(connection: Connection, before_ms: int) -> int:
    """Those that ended before, with their samples; those that run stay."""
    query = (
        select(_t.key)
        .where(_t.stop_ms < before_ms)
        .order_by(_t.stop_ms)
        .limit(TRANSACTIONS_AT_ONCE)
    )
    keys = list(connection.execute(query).scalars())
    if keys:
        samples = tables.samples
        connection.execute(delete(samples).where(samples.c.transaction_key.in_(keys)))
        connection.execute(delete(tables.transactions).where(_t.key.in_(keys)))
    return len(keys)


def remove_history(connection: Connection, before_ms: int) -> int:
    """Values of before."""
    return _remove(connection, tables.history, "time_ms", before_ms)


def remove_breaks(connection: Connection, before_ms: int) -> int:
    """Those of before: no value is left that they end."""
    return _remove(connection, tables.breaks, "time_ms", before_ms)


def remove_seen_tokens(connection: Connection, before_ms: int) -> int:
    """Id tokens that nobody has registered, and that were seen last before."""
    return _remove(connection, tables.tokens_seen, "last_ms", before_ms)


def remove_reservations(connection: Connection, before_ms: int) -> int:
    """Those that ended before."""
    return _remove(connection, tables.reservations, "ended_ms", before_ms)


def _remove(connection: Connection, table: Table, column: str, before_ms: int) -> int:
    """The oldest rows by a time, about so many at once."""
    time = table.c[column]
    old = select(time).where(time < before_ms).order_by(time)
    last = connection.execute(old.offset(ROWS_AT_ONCE - 1).limit(1)).scalar()
    is_old = time < before_ms if last is None else time <= last
    return connection.execute(delete(table).where(is_old)).rowcount


REMOVALS: dict[str, Callable[[Connection, int], int]] = {
    "transactions": remove_transactions,
    "values of the history": remove_history,
    "breaks of the history": remove_breaks,
    "unknown tokens": remove_seen_tokens,
    "reservations": remove_reservations,
}
"""All of them, by what they remove."""
