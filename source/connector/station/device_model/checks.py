"""Whether a value fits its variable, and how it is written when it does."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import NamedTuple

from connector.station.device_model.rows import WRITE_ONLY, Kind, Row

LONGEST = 2500
"""2.x part 2, appendix: DeviceDataCtrlr, ValueSize."""
_INTEGER = re.compile(r"-?\d{1,15}")
_DECIMAL = re.compile(r"-?\d{1,15}(?:\.\d{1,15})?(?:[eE][+-]?\d{1,2})?")
_TIME = re.compile(
    r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(?:\.\d+)?(?:[Zz]|[+-]\d\d:\d\d)"
)


class Misfit(NamedTuple):
    """Why not: a reasonCode of 2.x (part 2, appendix 5), and what was expected."""

    reason: str
    info: str


def fit(row: Row, text: str, *, is_1_6: bool = False) -> str | Misfit:
    """The value as it is kept, or why it cannot be.

    ``is_1_6``: a configuration key may have items that only 1.6 knows.
    """
    if is_1_6 and row.more_values:
        row = replace(row, values=row.values + row.more_values)
    if not text and row.is_optional:
        return text
    if len(text) > LONGEST:
        return Misfit("TooLargeElement", f"expected at most {LONGEST} characters")
    return _FITS[row.kind](row, text)


def _boolean(row: Row, text: str) -> str | Misfit:
    lower = text.strip().lower()
    if lower in ("true", "false"):
        return lower
    return Misfit("InvalidValue", f"expected true or false{_found(row, text)}")


def _integer(row: Row, text: str) -> str | Misfit:
    text = text.strip()
    if _INTEGER.fullmatch(text) is None:
        return Misfit("InvalidValue", f"expected an integer{_found(row, text)}")
    return _bounded(row, int(text)) or str(int(text))


def _decimal(row: Row, text: str) -> str | Misfit:
    text = text.strip()
    is_number = _DECIMAL.fullmatch(text) is not None
    if not is_number or not math.isfinite(float(text)):
        return Misfit("InvalidValue", f"expected a number{_found(row, text)}")
    return _bounded(row, float(text)) or text


def _bounded(row: Row, number: float) -> Misfit | None:
    if row.low is not None and number < row.low:
        reason = "ValueZeroNotAllowed" if number == 0 else "ValueTooLow"
        return Misfit(reason, f"expected at least {row.low:g}")
    if row.high is not None and number > row.high:
        return Misfit("ValueTooHigh", f"expected at most {row.high:g}")
    return None


def _time(row: Row, text: str) -> str | Misfit:
    wrong = Misfit(
        "InvalidValue",
        f"expected a time with a zone, such as 2026-01-31T12:00:00Z{_found(row, text)}",
    )
    if _TIME.fullmatch(text) is None:
        return wrong
    try:
        datetime.fromisoformat(text.upper())
    except ValueError:
        return wrong
    return text


def _string(row: Row, text: str) -> str | Misfit:
    if row.low is not None and len(text) < row.low:
        return Misfit("InvalidValue", f"expected at least {row.low:g} characters")
    if row.high is not None and len(text) > row.high:
        return Misfit("TooLargeElement", f"expected at most {row.high:g} characters")
    if not text.isprintable():
        return Misfit("InvalidValue", "expected printable characters")
    return text


def _option(row: Row, text: str) -> str | Misfit:
    found = _spelt(row, text.strip())
    return found if found is not None else _unlisted(row, text)


def _list(row: Row, text: str) -> str | Misfit:
    items: dict[str, None] = {}
    for item in filter(None, map(str.strip, text.split(","))):
        found = _spelt(row, item)
        if found is None:
            return _unlisted(row, item)
        items[found] = None
    return ",".join(items)


def _spelt(row: Row, item: str) -> str | None:
    """The item as the list of values spells it."""
    if not row.values:
        return item if item.isprintable() else None
    folded = item.casefold()
    return next((value for value in row.values if value.casefold() == folded), None)


def _unlisted(row: Row, item: str) -> Misfit:
    expected = ", ".join(row.values)[:300]
    return Misfit("InvalidValue", f"expected one of {expected}{_found(row, item)}")


def _found(row: Row, text: str) -> str:
    """What was found, unless it is a secret."""
    return "" if row.mutability == WRITE_ONLY else f", found {text[:60]!r}"


_FITS: dict[Kind, Callable[[Row, str], str | Misfit]] = {
    Kind.BOOLEAN: _boolean,
    Kind.INTEGER: _integer,
    Kind.DECIMAL: _decimal,
    Kind.DATE_TIME: _time,
    Kind.STRING: _string,
    Kind.OPTION: _option,
    Kind.SEQUENCE: _list,
    Kind.MEMBERS: _list,
}
