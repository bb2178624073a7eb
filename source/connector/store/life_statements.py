"""When a connector ran on the store, as functions of a connection.

Whoever runs says so again and again. Where nobody had for a while before somebody came,
the history breaks off: what was told before is not known until it is told again.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, func, select

from connector.store import tables
from connector.store.inserts import insert_into
from connector.store.spans import Breaks, Shape
from connector.store.statements import replace

_SIGN = "alive"
"""The name under which the last sign of life is kept."""
SIGN_EVERY_MS = 30_000
ABSENT_AFTER_MS = 60_000
"""As long as the values of a station without a link are held to be known."""
_AHEAD_MS = SIGN_EVERY_MS + 60_000
"""Values may be so much newer than the last sign; clocks of stations differ."""

_h = tables.history.c.time_ms
_breaks = tables.breaks.c.time_ms
_sequences = tables.sequences.c


def live(
    connection: Connection, since_ms: int, now_ms: int, is_sure: bool
) -> int | None:
    """A connector has lived from a time until now; gives the break before it, if any.

    Not ``is_sure``: the clock may still be behind, as after a start without a network.
    Then nothing is said of a time before the last sign of life.
    """
    last_ms = _last_sign(connection, since_ms)
    found = None
    if last_ms is not None and since_ms - last_ms > ABSENT_AFTER_MS:
        found = _break_off(connection, last_ms, since_ms)
    if last_ms is None or is_sure or last_ms < now_ms:
        replace(connection, tables.sequences, {"name": _SIGN, "value": now_ms})
    return found


def _last_sign(connection: Connection, since_ms: int) -> int | None:
    """The last one; in a store of before there are only values."""
    sign = select(_sequences.value).where(_sequences.name == _SIGN)
    found: int | None = connection.execute(sign).scalar()
    return _newest(connection, 0, since_ms) if found is None else found


def _newest(connection: Connection, since_ms: int, until_ms: int) -> int | None:
    """The time of the newest value of any key from a time until before another."""
    query = select(func.max(_h)).where(_h >= since_ms, _h < until_ms)
    found: int | None = connection.execute(query).scalar()
    return found


def _break_off(connection: Connection, last_ms: int, since_ms: int) -> int | None:
    """Put a break behind all that was told, unless nothing was since the last one."""
    newest_ms = _newest(connection, last_ms, min(last_ms + _AHEAD_MS, since_ms))
    time_ms = (last_ms if newest_ms is None else newest_ms) + 1
    query = select(func.max(_breaks)).where(_breaks <= time_ms)
    before_ms = connection.execute(query).scalar() or 0
    if _newest(connection, before_ms, time_ms) is None:
        return None
    add = insert_into(tables.breaks, connection.dialect.name)
    connection.execute(add.on_conflict_do_nothing(), {"time_ms": time_ms})
    return time_ms


def breaks(
    connection: Connection, shape: Shape, since_ms: int, until_ms: int
) -> Breaks:
    """Those of a key from a time until before another, and the last one before."""
    if shape.outlasts:
        return Breaks()
    last: Any = select(func.max(_breaks)).where(_breaks <= since_ms).scalar_subquery()
    query = select(_breaks).where(
        _breaks >= func.coalesce(last, since_ms), _breaks < until_ms
    )
    return Breaks(list(connection.execute(query.order_by(_breaks)).scalars()))
