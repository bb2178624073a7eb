"""JSON with the numbers that were written, and those that cannot be handed on.

orjson makes a float of a whole number beyond 64 bits, which is another number, and
does not read what is beyond a double, though both are JSON (RFC 8259, section 6).
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator
from typing import Any

import orjson

LEAST, MOST = -(2**63), 2**64 - 1
"""What orjson writes of whole numbers."""
_LOOKED_AT = re.compile(r"\d{19}|[eE]\+?\d{3}")
_BEYOND = "infinity"
_MOST_DIGITS = 308
# The end of a text is optional so that none is looked through twice.
_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*+"?|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?', re.DOTALL)


def loads(text: str | bytes) -> Any:
    """What a text of JSON says; a number beyond a double is infinite.

    Raises:
        orjson.JSONDecodeError: it is none.
    """
    try:
        value = orjson.loads(text)
    except orjson.JSONDecodeError as problem:
        if _BEYOND not in problem.msg:
            raise
        # Says what else is wrong with it.
        orjson.loads(_TOKEN.sub(_finite, _decoded(text)))
        return _exact(_decoded(text))
    return _exact(_decoded(text)) if _may_be_odd(text) else value


def odd_numbers(value: object) -> Iterator[int | float]:
    """The numbers in it that JSON would not have any more if we wrote them."""
    waiting = [value]
    while waiting:
        each = waiting.pop()
        if isinstance(each, dict):
            waiting.extend(each.values())
        elif isinstance(each, list):
            waiting.extend(each)
        elif isinstance(each, int | float) and _is_odd(each):
            yield each


def odd_numbers_of(text: str | bytes, value: object) -> list[int | float]:
    """The same of what `loads` has read from a text: most have none at a glance."""
    return list(odd_numbers(value)) if _may_be_odd(text) else []


def _is_odd(number: float) -> bool:
    if isinstance(number, int):
        return not LEAST <= number <= MOST
    return not math.isfinite(number)


def _may_be_odd(text: str | bytes) -> bool:
    return _LOOKED_AT.search(_decoded(text)) is not None


def _decoded(text: str | bytes) -> str:
    """As text; orjson has found it to be UTF-8."""
    return text if isinstance(text, str) else bytes(text).decode()


def _finite(token: re.Match[str]) -> str:
    text = token[0]
    if text.startswith('"') or math.isfinite(float(text)):
        return text
    return "0".ljust(len(text))


def _exact(text: str) -> Any:
    try:
        return json.loads(text, parse_int=_whole)
    except RecursionError:
        raise orjson.JSONDecodeError("nested too deep", text, 0) from None


def _whole(digits: str) -> int | float:
    return int(digits) if len(digits) <= _MOST_DIGITS else float(digits)
