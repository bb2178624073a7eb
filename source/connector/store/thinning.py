"""The history gets thinner with age, a little at a time (functions of a connection)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from sqlalchemy import Connection, delete, select

from connector.store import life_statements as life
from connector.store import tables
from connector.store.history_statements import insert_new, value_row
from connector.store.spans import Point, Shape, floor, thinned
from connector.store.statements import replace

_h = tables.history.c
_series = tables.series.c
_sequences = tables.sequences.c

_ROWS_AT_ONCE = 2_000
"""So that whoever waits for a commit does not wait long."""
_A_SERIES_COSTS = 20
_MOST_OF_A_SERIES = 5_000
"""More than one step of any tier has: a key has one value a second at most."""

ShapeOf = Callable[[str], Shape]


@dataclass(frozen=True, slots=True)
class Tier:
    """From which age on one value of a key is kept for so long a step."""

    after_days: int
    step_s: int

    @property
    def mark(self) -> str:
        """The name under which it is kept how far it has come."""
        return f"thinned_{self.step_s}"


TIERS = (Tier(7, 300), Tier(90, 3600))
"""Each step is a multiple of the one before."""


@dataclass(frozen=True, slots=True)
class Band:
    """What is to be thinned: from a time until before another, in steps."""

    since_ms: int
    until_ms: int
    step_ms: int


class Aged(NamedTuple):
    """A series that has points in a band."""

    number: int
    key: str


class Place(NamedTuple):
    """Where thinning has come to: how many series are done, and a time of the next."""

    done: int
    time_ms: int


def band_of(connection: Connection, tier: Tier, now_ms: int) -> Band | None:
    """What has grown old enough for a tier since the last time."""
    step_ms = tier.step_s * 1000
    until_ms = floor(now_ms - tier.after_days * 86_400_000, step_ms)
    query = select(_sequences.value).where(_sequences.name == tier.mark)
    since_ms = connection.execute(query).scalar() or 0
    return Band(since_ms, until_ms, step_ms) if since_ms < until_ms else None


def note_thinned(connection: Connection, tier: Tier, band: Band) -> None:
    """Keep how far a tier has come."""
    row = {"name": tier.mark, "value": band.until_ms}
    replace(connection, tables.sequences, row)


def aged_in(connection: Connection, band: Band) -> list[Aged]:
    """The series that have anything to be thinned; most days few of very many."""
    is_inside = (_h.time_ms >= band.since_ms, _h.time_ms < band.until_ms)
    numbers = select(_h.series).where(*is_inside).distinct()
    query = select(_series.id, _series.key).where(_series.id.in_(numbers))
    return [Aged(*row) for row in connection.execute(query.order_by(_series.id))]


def thin_some(
    connection: Connection,
    band: Band,
    aged: Sequence[Aged],
    place: Place,
    shape_of: ShapeOf,
) -> Place | None:
    """Thin a few thousand rows; gives where to go on, None where nothing is left."""
    room = _ROWS_AT_ONCE
    while room > 0 and place.done < len(aged):
        number, key = aged[place.done]
        points = _points(connection, number, place.time_ms, band.until_ms)
        room -= len(points) + _A_SERIES_COSTS
        until_ms = _thin(connection, band, number, points, shape_of(key))
        place = _after(place, until_ms, band)
    return place if place.done < len(aged) else None


def _after(place: Place, until_ms: int, band: Band) -> Place:
    if until_ms == band.until_ms:
        return Place(place.done + 1, band.since_ms)
    return Place(place.done, max(until_ms, place.time_ms + 1))


def _points(
    connection: Connection, number: int, since_ms: int, until_ms: int
) -> list[Point]:
    query = (
        select(_h.time_ms, _h.number, _h.text)
        .where(_h.series == number, _h.time_ms >= since_ms, _h.time_ms < until_ms)
        .order_by(_h.time_ms)
        .limit(_MOST_OF_A_SERIES)
    )
    return [_point(row) for row in connection.execute(query)]


def _point(row: Sequence[object]) -> Point:
    time_ms, number, text = row
    return Point(time_ms, number if text is None else text)  # type: ignore[arg-type]


def _thin(
    connection: Connection, band: Band, number: int, points: list[Point], shape: Shape
) -> int:
    """Thin one series as far as ``points`` go; gives until when that is done."""
    until_ms = band.until_ms
    if len(points) == _MOST_OF_A_SERIES:
        # The last step may not be complete.
        until_ms = floor(points[-1].time_ms, band.step_ms)
        points = [point for point in points if point.time_ms < until_ms]
    if points:
        held = _held(connection, number, points[0].time_ms)
        # One at the end of the band counts for its last step.
        breaks = life.breaks(connection, shape, points[0].time_ms, until_ms + 1)
        new = thinned(points, held, band.step_ms, shape, breaks)
        if new != points:
            _replace(connection, number, (points[0].time_ms, until_ms), new)
    return until_ms


def _held(connection: Connection, number: int, time_ms: int) -> Point | None:
    query = (
        select(_h.time_ms, _h.number, _h.text)
        .where(_h.series == number, _h.time_ms < time_ms)
        .order_by(_h.time_ms.desc())
        .limit(1)
    )
    row = connection.execute(query).first()
    return None if row is None else _point(row)


def _replace(
    connection: Connection, number: int, times_ms: tuple[int, int], new: Sequence[Point]
) -> None:
    since_ms, until_ms = times_ms
    is_old = (_h.series == number, _h.time_ms >= since_ms, _h.time_ms < until_ms)
    connection.execute(delete(tables.history).where(*is_old))
    rows = [value_row(number, point.time_ms, point.value) for point in new]
    # One may lie just behind, where a value is known already.
    connection.execute(insert_new(connection.dialect.name), rows)
