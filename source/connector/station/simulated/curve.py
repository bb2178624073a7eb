"""Charging curves, and the energy that flows along them, in closed form.

A curve is what a vehicle takes from the grid over its state of charge: straight lines
between points. Between two changes of what is offered power is therefore constant,
ramps up, or follows a straight line of the state of charge, which has an exponential
as its solution. Nothing is summed up in small steps, so that it does not matter how
often somebody looks.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

TINY = 1e-12
"""States of charge nearer than this are the same."""
NEVER_S = math.inf


class Line(NamedTuple):
    """Power over the state of charge: ``power_w + slope * (s - start)`` up to ``end``.

    ``slope`` is in W for a whole battery.
    """

    start: float
    end: float
    power_w: float
    slope: float = 0.0

    def at(self, charge: float) -> float:
        """The power at a state of charge on the line, in W."""
        return self.power_w + self.slope * (charge - self.start)


class Curve:
    """Straight lines through points (state of charge, W), from 0 to 1.

    Raises:
        ValueError: the points do not rise from 0 to 1, or a power is not above 0.
    """

    __slots__ = ("_lines", "points")

    def __init__(self, points: Sequence[tuple[float, float]]) -> None:
        self.points = tuple(points)
        charges = [charge for charge, _ in self.points]
        rises = all(a < b for a, b in pairwise(charges))
        if not rises or charges[:1] != [0.0] or charges[-1:] != [1.0]:
            raise ValueError(f"charges {charges}: expected to rise from 0 to 1")
        if any(not power > 0 for _, power in self.points):
            raise ValueError(f"points {self.points}: expected powers above 0 W")
        self._lines = tuple(
            Line(a, b, p, (q - p) / (b - a)) for (a, p), (b, q) in pairwise(self.points)
        )

    @property
    def max_power_w(self) -> float:
        """The highest of it."""
        return max(power for _, power in self.points)

    def capped(self, charge: float, cap_w: float) -> Line:
        """What holds from a state of charge on: the lesser of the curve and a cap."""
        line = self._at(charge)
        crossing = _crossing(line, cap_w)
        is_ahead = charge + TINY < crossing
        # Decided by the place, not by the power: on the crossing itself both are one.
        is_over = is_ahead is (line.slope < 0) if line.slope else line.power_w > cap_w
        end = min(crossing, line.end) if is_ahead else line.end
        if is_over:
            return Line(charge, end, cap_w)
        return Line(charge, end, min(line.at(charge), cap_w), line.slope)

    def _at(self, charge: float) -> Line:
        for line in self._lines:
            if charge < line.end:
                return line
        return self._lines[-1]


def _crossing(line: Line, cap_w: float) -> float:
    """Where a line, however long, crosses a cap; infinite: nowhere."""
    if line.slope == 0:
        return math.inf
    return line.start + (cap_w - line.power_w) / line.slope


def flat(power_w: float) -> Curve:
    """The same at every state of charge."""
    return Curve(((0.0, power_w), (1.0, power_w)))


def tapered(power_w: float, above: float = 0.8, to: float = 0.15) -> Curve:
    """A plateau, and less and less above a state of charge, as batteries do."""
    return Curve(((0.0, power_w), (above, power_w), (1.0, power_w * to)))


def along(line: Line, rate: float, elapsed_s: float) -> tuple[float, float]:
    """Follow a line for a time; gives the energy in Ws, and how long that took.

    ``rate`` is what a Ws from the grid adds to the state of charge. It ends at the
    line's end at the latest.
    """
    power_w, way = line.power_w, line.end - line.start
    if rate * power_w <= 0:
        return 0.0, elapsed_s
    to_end_s = way / (rate * power_w) * _log1p_over(line.slope * way / power_w)
    took_s = min(elapsed_s, to_end_s)
    if took_s == to_end_s:
        return way / rate, took_s
    return power_w * took_s * _expm1_over(line.slope * rate * took_s), took_s


def up(
    line: Line, power_w: float, ramp: float, rate: float, elapsed_s: float
) -> tuple[float, float]:
    """Rise from a power by ``ramp`` W/s until a line is met; as `along`."""
    meets_s, ends_s = (
        _meets(line, power_w, ramp, rate),
        _ends(line, power_w, ramp, rate),
    )
    took_s = min(elapsed_s, meets_s, ends_s)
    return power_w * took_s + ramp * took_s * took_s / 2, took_s


def _meets(line: Line, power_w: float, ramp: float, rate: float) -> float:
    """When a ramp meets a line that itself moves with the energy."""
    moves = line.slope * rate
    a, b, c = moves * ramp / 2, moves * power_w - ramp, line.power_w - power_w
    under_root = b * b - 4 * a * c
    if under_root < 0:
        return NEVER_S
    below = -b + math.sqrt(under_root)
    return 2 * c / below if below > 0 else NEVER_S


def _ends(line: Line, power_w: float, ramp: float, rate: float) -> float:
    """When a ramp reaches the end of a line."""
    energy_ws = (line.end - line.start) / rate
    root = math.sqrt(power_w * power_w + 2 * ramp * energy_ws)
    return 2 * energy_ws / (power_w + root)


def _expm1_over(x: float) -> float:
    return math.expm1(x) / x if x else 1.0


def _log1p_over(x: float) -> float:
    return math.log1p(x) / x if x else 1.0
