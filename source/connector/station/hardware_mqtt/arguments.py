"""Arguments of verbs and events, checked: what is wrong is named, never guessed."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from connector.station.hardware_mqtt.envelope import Refused, shown
from connector.station.ports import Token

_LONGEST_TAG = 36
_LATEST_MS = 253_402_300_800_000


def word(data: Any, name: str, expected: Iterable[str]) -> str:
    """One of some words, in any case."""
    words = {each.lower(): each for each in expected}
    found = words.get(data.lower()) if isinstance(data, str) else None
    if found is None:
        raise Refused(f"{name}: {shown(data)}", "one of " + ", ".join(words.values()))
    return found


def number(
    data: Any, name: str, *, least: float = -math.inf, most: float = math.inf
) -> float:
    """A finite number."""
    is_number = isinstance(data, int | float) and not isinstance(data, bool)
    if not is_number or not math.isfinite(data) or not least <= data <= most:
        bounds = "" if math.isinf(least) else f", {least:g} or more"
        bounds += "" if math.isinf(most) else f", {most:g} or less"
        raise Refused(f"{name}: {shown(data)}", f"a number{bounds}")
    return float(data)


def flag(data: Any, name: str) -> bool:
    """True or false."""
    if not isinstance(data, bool):
        raise Refused(f"{name}: {shown(data)}", "true or false")
    return data


def members(data: Any, name: str) -> Mapping[str, Any]:
    """An object."""
    if not isinstance(data, dict):
        raise Refused(f"{name}: {shown(data)}", "an object")
    return data


def tag(data: Any, name: str) -> Token:
    """An id token: its text, or ``{"id", "type"}`` (2.x IdTokenEnum)."""
    kind: Any = "ISO14443"
    if isinstance(data, dict):
        kind = data.get("type", kind)
        data = data.get("id")
    is_text = isinstance(data, str) and 0 < len(data.strip()) <= _LONGEST_TAG
    if not is_text or not data.isprintable():
        raise Refused(
            f"{name}: {shown(data)}", f"an id token, 1 to {_LONGEST_TAG} characters"
        )
    if not isinstance(kind, str) or not 0 < len(kind) <= 20:
        raise Refused(f"{name}.type: {shown(kind)}", "a type of id token")
    return Token(data.strip(), kind)


def only(data: Mapping[str, Any], name: str, keys: Iterable[str]) -> tuple[str, Any]:
    """The one member of an object, which has to be one of these."""
    expected = tuple(keys)
    if len(data) != 1 or next(iter(data)) not in expected:
        found = ", ".join(list(map(str, data))[:5]) or "nothing"
        wanted = "one of " + ", ".join(f'{{"{key}": ..}}' for key in expected)
        raise Refused(f"{name}: {found}", wanted)
    return next(iter(data.items()))


def moment_ms(data: Any, name: str) -> int:
    """A time: RFC 3339, or epoch seconds; in epoch ms."""
    if isinstance(data, str):
        try:
            moment = datetime.fromisoformat(data)
        except ValueError:
            moment = None
        if moment is not None and moment.tzinfo is not None:
            return round(moment.timestamp() * 1000)
    elif isinstance(data, int | float) and not isinstance(data, bool):
        if 0 <= data * 1000 < _LATEST_MS:
            return round(data * 1000)
    raise Refused(f"{name}: {shown(data)}", "a time as RFC 3339, or seconds since 1970")
