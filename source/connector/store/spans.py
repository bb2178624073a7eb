"""Values over time, gathered into steps. Pure.

A value holds until the next one is told, or the history breaks off: a mean is weighed
by how long each held, and null weighs nothing.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

Value = float | str | None
_DIGITS = 3


class Point(NamedTuple):
    """A value that was told at a time (epoch, ms)."""

    time_ms: int
    value: Value


@dataclass(frozen=True, slots=True)
class Shape:
    """How the values of one key are gathered.

    ``is_mean``: by their mean, else by the last one, as text always is. ``holds_ms``:
    how long a number holds at most without being told again; None: for ever.
    ``outlasts``: it holds on while no connector runs, as the reading of a meter does.
    """

    is_mean: bool = True
    holds_ms: int | None = None
    outlasts: bool = False


@dataclass(frozen=True, slots=True)
class Grid:
    """Steps of one length from a time until another, which it is divided into."""

    since_ms: int
    until_ms: int
    step_ms: int


class Breaks:
    """Times at which the history breaks off: what was told before is not known then.

    It is known again from the next value on, which may have been told for that time.
    """

    def __init__(self, times_ms: Sequence[int] = ()) -> None:
        self._times_ms = times_ms
        """In their order."""

    def last_ms(self, until_ms: int) -> int | None:
        """The last one until a time."""
        at = bisect_right(self._times_ms, until_ms)
        return self._times_ms[at - 1] if at else None

    def next_ms(self, after_ms: int) -> int | None:
        """The first one after a time."""
        at = bisect_right(self._times_ms, after_ms)
        return self._times_ms[at] if at < len(self._times_ms) else None

    def held(self, point: Point | None, until_ms: int) -> Point | None:
        """What became of a point until a time: itself, or null."""
        last_ms = self.last_ms(until_ms)
        if point is None or last_ms is None or last_ms <= point.time_ms:
            return point
        return Point(last_ms, None)

    def put_into(
        self, points: Iterable[Point], held: Point | None, until_ms: int
    ) -> Iterator[Point]:
        """Points until before a time, and null where one of them breaks off."""
        for point in points:
            yield from self._break(held, point.time_ms)
            yield point
            held = point
        yield from self._break(held, until_ms)

    def _break(self, held: Point | None, before_ms: int) -> Iterator[Point]:
        if held is None or held.value is None:
            return
        time_ms = self.next_ms(held.time_ms)
        if time_ms is not None and time_ms < before_ms:
            yield Point(time_ms, None)


_NO_BREAKS = Breaks()


class Span:
    """One step: it takes its points in their order, and then tells its value."""

    def __init__(
        self, start_ms: int, end_ms: int, held: Point | None, shape: Shape
    ) -> None:
        self.start_ms = start_ms
        self.end_ms = end_ms
        self.held = held
        """The newest point so far."""
        self.known_ms: int | None = None
        """Since when there is a number."""
        self._shape = shape
        self._until_ms = start_ms
        self._sum = 0.0
        self._lasted_ms = 0

    def add(self, point: Point) -> None:
        """The next point in it."""
        self._pass(point.time_ms)
        self.held = point

    def _pass(self, until_ms: int) -> None:
        held = self.held
        if held is not None and isinstance(held.value, int | float):
            lasts_ms = until_ms
            if self._shape.holds_ms is not None:
                lasts_ms = min(until_ms, held.time_ms + self._shape.holds_ms)
            duration_ms = max(0, lasts_ms - self._until_ms)
            if duration_ms and self.known_ms is None:
                self.known_ms = self._until_ms
            self._sum += held.value * duration_ms
            self._lasted_ms += duration_ms
        self._until_ms = until_ms

    def value(self) -> Value:
        """That of the whole step; None where nothing is known."""
        self._pass(self.end_ms)
        last = self.held.value if self.held is not None else None
        if isinstance(last, str) or not self._shape.is_mean:
            return last
        return round(self._sum / self._lasted_ms, _DIGITS) if self._lasted_ms else None


def floor(time_ms: int, step_ms: int) -> int:
    """When the step began that a time lies in."""
    return time_ms - time_ms % step_ms


def gathered(
    points: Iterable[Point], held: Point | None, grid: Grid, shape: Shape
) -> Iterator[Point]:
    """The value of each step of a grid, from the first one that has any.

    Args:
        points: those within the grid, in the order of time.
        held: the last one before it.
        grid: the steps.
        shape: how they are gathered.
    """
    span = Span(grid.since_ms, grid.since_ms + grid.step_ms, held, shape)
    for point in points:
        while point.time_ms >= span.end_ms:
            yield from _told(span)
            span = _next(span, grid, shape)
        span.add(point)
    while span.start_ms < grid.until_ms:
        span.end_ms = min(span.end_ms, grid.until_ms)
        yield from _told(span)
        span = _next(span, grid, shape)


def _told(span: Span) -> Iterator[Point]:
    value = span.value()
    if span.held is not None:
        yield Point(span.start_ms, value)


def _next(span: Span, grid: Grid, shape: Shape) -> Span:
    return Span(span.end_ms, span.end_ms + grid.step_ms, span.held, shape)


class _Thinning:
    """Takes points in their order, and has fewer that say the same."""

    def __init__(
        self, held: Point | None, step_ms: int, shape: Shape, breaks: Breaks
    ) -> None:
        self.found: list[Point] = []
        self._held = held
        self._step_ms = step_ms
        self._shape = shape
        self._breaks = breaks
        self._span: Span | None = None

    def add(self, point: Point) -> None:
        """The next one."""
        span = self._span
        if span is None or point.time_ms >= span.end_ms:
            start_ms, end_ms = self._step_of(point.time_ms)
            self.close(start_ms)
            held = self._breaks.held(self._held, start_ms)
            span = self._span = Span(start_ms, end_ms, held, self._shape)
        span.add(point)

    def _step_of(self, time_ms: int) -> tuple[int, int]:
        start_ms = floor(time_ms, self._step_ms)
        end_ms = start_ms + self._step_ms
        last_ms, next_ms = self._breaks.last_ms(time_ms), self._breaks.next_ms(time_ms)
        return (
            start_ms if last_ms is None else max(start_ms, last_ms),
            end_ms if next_ms is None else min(end_ms, next_ms),
        )

    def close(self, next_ms: int | None = None) -> None:
        """A step is complete; the next one that has any point begins then."""
        span = self._span
        if span is None or span.held is None:
            return
        value, last = span.value(), span.held
        if isinstance(last.value, str) or not self._shape.is_mean:
            self.found.append(last)
        else:
            self._put_mean(span, value)
            ends = (next_ms, self._breaks.last_ms(span.end_ms))
            if span.end_ms not in ends and last.value != value:
                self.found.append(Point(span.end_ms, last.value))
        self._held = last

    def _put_mean(self, span: Span, value: Value) -> None:
        start_ms = known_ms = span.start_ms
        if span.known_ms is not None:
            known_ms = span.known_ms
        newest = self.found[-1] if self.found else self._held
        before = self._breaks.held(newest, start_ms)
        if known_ms > start_ms and before is not None and before.value is not None:
            # What was known before does not hold until then.
            self.found.append(Point(start_ms, None))
        self.found.append(Point(known_ms, value))


def thinned(
    points: Iterable[Point],
    held: Point | None,
    step_ms: int,
    shape: Shape,
    breaks: Breaks = _NO_BREAKS,
) -> list[Point]:
    """Points that say the same with one for each step that has any.

    A mean stands where its step begins to be known, and what held at its end follows
    where the next step has no point of its own. A break ends a step, and another
    begins. Thinning what is thin changes nothing.
    """
    thinning = _Thinning(held, step_ms, shape, breaks)
    for point in points:
        thinning.add(point)
    thinning.close()
    return thinning.found
