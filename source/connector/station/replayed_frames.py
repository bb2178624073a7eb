"""What has to change in recorded frames before they are said again.

Times, the ids of transactions, and the id tokens that the recorder gave other names.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

Json = dict[str, Any]

_TIME = re.compile(r"(\s*)(\d{4}-\d\d-\d\d)([T ])(\d\d:\d\d:\d\d)(.*)", re.DOTALL)
_REST = re.compile(r"(?:\.\d+)?\s*(?:Z|[+-]\d\d:?\d\d)?\s*", re.IGNORECASE)
_ID = "transactionId"
_PSEUDONYM = re.compile(r"token-\d+")

Names = Mapping[int | str, int | str]
"""Ids of transactions and names of tokens: those of the recording, and those of now."""


def is_time(value: object) -> bool:
    """Whether a value is a date with a time, as stations write them."""
    match = _TIME.fullmatch(value) if isinstance(value, str) else None
    return match is not None and _REST.fullmatch(match[5]) is not None


def moved(value: Any, seconds: int) -> Any:
    """A JSON value whose times are so much later; each keeps its way of writing."""
    if isinstance(value, list):
        return [moved(item, seconds) for item in value]
    if isinstance(value, dict):
        return {name: moved(inner, seconds) for name, inner in value.items()}
    return _moved_time(value, seconds) if is_time(value) else value


def _moved_time(text: str, seconds: int) -> str:
    match = _TIME.fullmatch(text)
    try:
        assert match is not None  # noqa: S101
        time = datetime.fromisoformat(f"{match[2]}T{match[4]}")
        time += timedelta(seconds=seconds)
    except (ValueError, OverflowError):
        return text  # the 30th of February, as a station may have it
    date, clock = time.isoformat().split("T")
    return f"{match[1]}{date}{match[3]}{clock}{match[5]}"


def is_pseudonym(value: object) -> bool:
    """Whether a value is the name that a recording has for an id token."""
    return isinstance(value, str) and _PSEUDONYM.fullmatch(value) is not None


def renamed(value: Any, names: Names) -> Any:
    """A JSON value with other transaction ids and tokens; unknown ones stay."""
    if not names:
        return value
    if isinstance(value, list):
        return [renamed(item, names) for item in value]
    if isinstance(value, str):
        return names.get(value, value)
    if not isinstance(value, dict):
        return value
    return {
        name: names.get(inner, inner)
        if name == _ID and isinstance(inner, int)
        else renamed(inner, names)
        for name, inner in value.items()
    }


def leaves(value: Any, path: str = "") -> dict[str, Any]:
    """Every plain value of a JSON value by its path: ``idTagInfo.status``."""
    if isinstance(value, dict):
        children = [
            (f"{path}.{name}" if path else name, v) for name, v in value.items()
        ]
    elif isinstance(value, list):
        children = [(f"{path}[{index}]", v) for index, v in enumerate(value)]
    else:
        return {path: value}
    found: dict[str, Any] = {}
    for name, inner in children:
        found |= leaves(inner, name)
    return found
