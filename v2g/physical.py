"""Numbers as ISO 15118 writes them: a small integer and a power of ten."""

from __future__ import annotations

from typing import TypeVar

from iso15118.shared.messages.datatypes import PhysicalValue
from iso15118.shared.messages.enums import UnitSymbol
from iso15118.shared.messages.iso15118_20.common_types import RationalNumber

_MOST, _PLACES = 32_767, 3

Value = TypeVar("Value", bound=PhysicalValue)


def scaled(value: float) -> tuple[int, int]:
    """Exponent and integer, with as many digits as there is room for.

    It is cut off rather than rounded: what may be taken never becomes more.
    """
    for exponent in range(-_PLACES, _PLACES + 1):
        # What floats make of a decimal fraction is no reason to lose a digit.
        digits = int(round(value / 10**exponent, 6))
        if abs(digits) <= _MOST:
            return _shortened(exponent, digits)
    return _PLACES, _MOST if value > 0 else -_MOST


def _shortened(exponent: int, digits: int) -> tuple[int, int]:
    """Without zeros behind the point."""
    while digits % 10 == 0 and exponent < 0:
        digits, exponent = digits // 10, exponent + 1
    return exponent, digits


def physical(kind: type[Value], value: float, unit: UnitSymbol) -> Value:
    """A value of -2, or of DIN SPEC 70121."""
    multiplier, digits = scaled(value)
    return kind(multiplier=multiplier, value=digits, unit=unit)


def rational(value: float) -> RationalNumber:
    """A value of -20."""
    exponent, digits = scaled(value)
    return RationalNumber(exponent=exponent, value=digits)
