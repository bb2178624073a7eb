"""Numbers as ISO 15118 writes them: a small integer and a power of ten. Pure."""

from __future__ import annotations

MOST = 32_767
_PLACES = 3


def scaled(value: float) -> tuple[int, int]:
    """Exponent and integer, with as many digits as there is room for.

    It is cut off rather than rounded: what may be taken never becomes more.
    """
    for exponent in range(-_PLACES, _PLACES + 1):
        # What floats make of a decimal fraction is no reason to lose a digit.
        digits = int(round(value / 10**exponent, 6))
        if abs(digits) <= MOST:
            return _shortened(exponent, digits)
    return _PLACES, MOST if value > 0 else -MOST


def _shortened(exponent: int, digits: int) -> tuple[int, int]:
    """Without zeros behind the point."""
    while digits % 10 == 0 and exponent < 0:
        digits, exponent = digits // 10, exponent + 1
    return exponent, digits
