"""The kinds of columns: what is kept of a value is the same in every database.

PostgreSQL takes no NUL in text, no index entry above 2.7 kB and no NaN in JSON; SQLite
makes NULL of NaN, and takes no half of a surrogate pair. A transaction must not be
lost for one of them: what cannot be kept is replaced, before either sees it.
"""

from __future__ import annotations

import json
import math
import re
from hashlib import sha256
from typing import Any

from sqlalchemy import BigInteger, Dialect, Double, Integer, String
from sqlalchemy.types import TypeDecorator

_UNKEEPABLE = re.compile("[\x00\ud800-\udfff]")
_INSTEAD = "\ufffd"
LONGEST_NAME_BYTES = 600
"""So that the longest index, of three names, stays below a third of a page."""
_KEPT_BYTES = 500
_LARGEST = 2**63 - 1

# Sorted by code points as SQLite does, whatever the language of the database is.
_SORTED = String().with_variant(String(collation="C"), "postgresql")


def kept_text(text: str) -> str:
    """Text as it is kept: NUL and halves of surrogate pairs become U+FFFD."""
    if text.isascii() and "\x00" not in text:
        return text
    return _UNKEEPABLE.sub(_INSTEAD, text)


def kept_name(text: str) -> str:
    """Text as it is kept in an index: a very long one is cut, and stays distinct."""
    text = kept_text(text)
    if len(text) <= LONGEST_NAME_BYTES // 4:
        return text
    encoded = text.encode()
    if len(encoded) <= LONGEST_NAME_BYTES:
        return text
    head = encoded[:_KEPT_BYTES].decode(errors="ignore")
    return f"{head}~{sha256(encoded).hexdigest()}"


def kept_real(value: float | None) -> float | None:
    """A number as it is kept: what is none, or not finite, is unknown."""
    try:
        number = None if value is None else float(value)
    except OverflowError:
        return None
    return number if number is not None and math.isfinite(number) else None


def kept_whole(value: int | None) -> int | None:
    """A whole number as it is kept: one of more than 64 bits is unknown."""
    return value if value is not None and abs(value) <= _LARGEST else None


def to_json(value: Any) -> str:
    """Strict JSON in ASCII: null where a number is not finite."""
    try:
        return json.dumps(value, allow_nan=False)
    except ValueError:
        return json.dumps(_finite(value), allow_nan=False)


def _finite(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _finite(each) for name, each in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(each) for each in value]
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value


class Text(TypeDecorator[str]):
    """Any text (see `kept_text`)."""

    impl = _SORTED
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        """As it is kept."""
        return None if value is None else kept_text(value)


class Name(TypeDecorator[str]):
    """Text that is part of an index (see `kept_name`)."""

    impl = _SORTED
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        """As it is kept."""
        return None if value is None else kept_name(value)


class Real(TypeDecorator[float]):
    """A measured number (see `kept_real`)."""

    impl = Double
    cache_ok = True

    def process_bind_param(self, value: float | None, dialect: Dialect) -> float | None:
        """As it is kept."""
        return kept_real(value)


Whole = Integer().with_variant(BigInteger(), "postgresql")
"""A whole number of up to 64 bits, which SQLite's INTEGER is by itself."""
