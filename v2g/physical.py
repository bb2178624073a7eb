"""Values of ISO 15118, made of numbers."""

from __future__ import annotations

from typing import TypeVar

from iso15118.shared.messages.datatypes import PhysicalValue
from iso15118.shared.messages.enums import UnitSymbol
from iso15118.shared.messages.iso15118_20.common_types import RationalNumber

from v2g.scaled import scaled

Value = TypeVar("Value", bound=PhysicalValue)


def physical(kind: type[Value], value: float, unit: UnitSymbol) -> Value:
    """A value of -2, or of DIN SPEC 70121."""
    multiplier, digits = scaled(value)
    return kind(multiplier=multiplier, value=digits, unit=unit)


def rational(value: float) -> RationalNumber:
    """A value of -20."""
    exponent, digits = scaled(value)
    return RationalNumber(exponent=exponent, value=digits)
