"""From what was asked to what a station can be told: units, rounding, minimum. Pure.

Never more than was asked: unknown phases are three where W becomes A, and one where A
becomes W; what is below the minimum is a pause, never rounded up.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass

from connector.datapoints.limits.requests import Periods, Unit

PAUSED = "below minimum: paused"
_FLOAT_ERROR = 1e-12
_MOST = 1e12
"""More than any station has; a tenth of it is still exact."""
_UNITS_OF = {"current": "A", "a": "A", "ampere": "A", "amperes": "A", "amps": "A"} | {
    "power": "W",
    "w": "W",
    "watt": "W",
    "watts": "W",
}


@dataclass(frozen=True, slots=True)
class Electric:
    """What is known of a place: volts, phases (None: unknown), the least current."""

    voltage: float = 230.0
    phases: int | None = None
    min_current_a: float = 6.0
    is_dc: bool = False
    steps: int = 10
    """How fine a limit can be said: parts of one W or A."""

    def watts_per_ampere(self, unknown_phases: int) -> float:
        """How many W one A per phase is."""
        return self.voltage * (self.phases or unknown_phases)

    def least(self, unit: Unit) -> float:
        """The least limit that is no pause; watts are judged as one phase."""
        factor = self.watts_per_ampere(1) if unit == "W" else 1.0
        return self.min_current_a * factor


@dataclass(frozen=True, slots=True)
class Converted:
    """Periods in the unit that is sent, and how the other unit follows from it."""

    unit: Unit
    periods: Periods
    watts_per_ampere: float | None
    detail: str = ""


def allowed_units(text: str | None) -> frozenset[str]:
    """The units of ChargingScheduleAllowedChargingRateUnit, however it is spelt."""
    words = re.split(r"[^A-Za-z]+", (text or "").lower())
    return frozenset(_UNITS_OF[word] for word in words if word in _UNITS_OF)


def rounded(value: float, steps: int = 10) -> float:
    """Towards 0, to a tenth: 1.6 has `multipleOf 0.1`."""
    value = math.copysign(min(abs(value), _MOST), value)
    parts = value * steps
    nearest = round(parts)
    # 2.3 * 10 is a little less than 23: that is 2.3, nothing below it.
    is_whole = math.isclose(parts, nearest, rel_tol=_FLOAT_ERROR)
    return (nearest if is_whole else math.trunc(parts)) / steps


def convert(
    unit: Unit, periods: Periods, units: frozenset[str], electric: Electric
) -> Converted:
    """Periods in a unit that the station takes.

    Raises:
        ValueError: the other unit is needed, and with direct current nobody knows it.
    """
    if unit in units or not units:
        known = electric.phases is not None and not electric.is_dc
        factor = electric.watts_per_ampere(1) if known else None
        return _finished(unit, periods, factor, electric)
    if electric.is_dc:
        raise ValueError(f"this station takes no {unit}, and direct current no other")
    if unit == "W":
        factor = electric.watts_per_ampere(3)
        scaled = tuple((offset, limit / factor) for offset, limit in periods)
        return _finished("A", scaled, factor, electric)
    factor = electric.watts_per_ampere(1)
    scaled = tuple((offset, limit * factor) for offset, limit in periods)
    return _finished("W", scaled, factor, electric)


def _finished(
    unit: Unit, periods: Periods, factor: float | None, electric: Electric
) -> Converted:
    least = electric.least(unit)
    found = tuple(
        (offset, _at_least(limit, least, electric.steps)) for offset, limit in periods
    )
    is_paused = any(
        limit == 0 < abs(asked)
        for (_, limit), (_, asked) in zip(found, periods, strict=True)
    )
    return Converted(unit, found, factor, PAUSED if is_paused else "")


def _at_least(limit: float, least: float, steps: int) -> float:
    """The limit, or 0 where that is too little to charge (or to discharge) with."""
    size = abs(limit)
    is_too_low = size < least and not math.isclose(size, least, rel_tol=_FLOAT_ERROR)
    return 0.0 if is_too_low else rounded(limit, steps)


def electric_of(
    voltage: float, phases: int | None, min_current_a: float | None, *, is_dc: bool
) -> Electric:
    """What is known of a place, with defaults: 6 A is the least of IEC 61851-1."""
    usual = 0.0 if is_dc else 6.0
    least = usual if min_current_a is None else min_current_a
    return Electric(voltage, None if is_dc else phases, least, is_dc)
