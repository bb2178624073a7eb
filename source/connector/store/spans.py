"""Values over time, gathered into steps. Pure.

A value holds until the next one is told: a mean is weighed by how long each held, and
null weighs nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
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
    """

    is_mean: bool = True
    holds_ms: int | None = None


@dataclass(frozen=True, slots=True)
class Grid:
    """Steps of one length from a time until another, which it is divided into."""

    since_ms: int
    until_ms: int
    step_ms: int


class Span:
    """One step: it takes its points in their order, and then tells its value."""

    def __init__(
        self, start_ms: int, end_ms: int, held: Point | None, shape: Shape
    ) -> None:
        self.start_ms = start_ms
        self.end_ms = end_ms
        self.held = held
        """The newest point so far."""
        self._shape = shape
        self._until_ms = start_ms
        self._sum = 0.0
        self._known_ms = 0

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
            self._sum += held.value * duration_ms
            self._known_ms += duration_ms
        self._until_ms = until_ms

    def value(self) -> Value:
        """That of the whole step; None where nothing is known."""
        self._pass(self.end_ms)
        last = self.held.value if self.held is not None else None
        if isinstance(last, str) or not self._shape.is_mean:
            return last
        return round(self._sum / self._known_ms, _DIGITS) if self._known_ms else None


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


def thinned(
    points: Iterable[Point], held: Point | None, step_ms: int, shape: Shape
) -> list[Point]:
    """Points that say the same with one for each step that has any.

    A mean stands at the beginning of its step, and what held at its end follows where
    the next step has no point of its own. Thinning what is thin changes nothing.
    """
    found: list[Point] = []
    span: Span | None = None
    for point in points:
        if span is None or point.time_ms >= span.end_ms:
            start_ms = floor(point.time_ms, step_ms)
            if span is not None:
                held = span.held
                _close(found, span, is_followed=span.end_ms == start_ms, shape=shape)
            span = Span(start_ms, start_ms + step_ms, held, shape)
        span.add(point)
    if span is not None:
        _close(found, span, is_followed=False, shape=shape)
    return found


def _close(found: list[Point], span: Span, *, is_followed: bool, shape: Shape) -> None:
    value, last = span.value(), span.held
    if last is None:
        return
    if isinstance(last.value, str) or not shape.is_mean:
        found.append(last)
        return
    found.append(Point(span.start_ms, value))
    if not is_followed and last.value != value:
        found.append(Point(span.end_ms, last.value))
