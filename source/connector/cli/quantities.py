"""Limits as people write them: ``11kW``, ``4140W``, ``16A``, ``0``, ``none``.

A number without a unit is refused, but for 0: sixteen what?
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal

from connector.cli.problems import UsageProblem

POWER, CURRENT = "power_limit", "current_limit"
EXPECTED = (
    "a limit with its unit such as 11kW, 4140W or 16A (amperes per phase; negative "
    "discharges), 0 to pause, or none to release"
)
_LIMIT = re.compile(r"(-?[0-9]{1,9}(?:\.[0-9]{1,9})?)\s*([A-Za-z]*)")
_UNITS = {"w": (POWER, 1), "kw": (POWER, 1000), "a": (CURRENT, 1)}


@dataclass(frozen=True, slots=True)
class Limit:
    """A command of datapoints.md and its value (W, or A per phase; None releases)."""

    command: str
    value: int | float | None


def parse_limit(text: str) -> Limit:
    """The limit that is meant.

    Raises:
        UsageProblem: it is none.
    """
    word = text.strip()
    if word.lower() == "none":
        return Limit(POWER, None)
    match = _LIMIT.fullmatch(word)
    if match is None:
        raise UsageProblem(f"{text!r} is no limit, expected {EXPECTED}")
    number, unit = Decimal(match[1]), match[2].lower()
    if not unit and not number:
        return Limit(POWER, 0)
    if not unit:
        raise UsageProblem(f"{text!r} has no unit, expected {EXPECTED}")
    if unit not in _UNITS:
        raise UsageProblem(f"{text!r}: no unit {match[2]!r}, expected {EXPECTED}")
    command, factor = _UNITS[unit]
    return Limit(command, _plain(number * factor))


def _plain(number: Decimal) -> int | float:
    """Whole numbers as such: 11kW is 11000, not 11000.0."""
    return int(number) if number == number.to_integral_value() else float(number)
