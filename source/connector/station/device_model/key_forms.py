"""How 1.6 writes a value that 2.x writes in another way."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from connector.station.device_model.checks import Misfit, fit
from connector.station.device_model.layout import Placed
from connector.station.device_model.values import Values

_UNITS = {"A": "Current", "W": "Power"}
_HEX = re.compile(r"(?:[0-9a-fA-F]{2}){16,20}")
_ROTATION = re.compile(
    r"(\d{1,3})\.(NotApplicable|Unknown|RST|RTS|SRT|STR|TRS|TSR)", re.IGNORECASE
)

Get = Callable[[Values, Placed], str]
Set = Callable[[Values, Placed, str], str]


@dataclass(frozen=True, slots=True)
class Form:
    """Reads a key from its variable, and sets it."""

    get: Get
    set: Set


def _get(model: Values, placed: Placed) -> str:
    return model.text(placed.text)


def _set(model: Values, placed: Placed, text: str) -> str:
    return model.take(placed, text, is_1_6=True).status


def _get_limit(model: Values, placed: Placed) -> str:
    return f"{placed.row.high or 0:.0f}"


def _get_count(model: Values, placed: Placed) -> str:
    """How many items a list may have: as many as there are."""
    return str(len(placed.row.values))


def _get_units(model: Values, placed: Placed) -> str:
    items = model.items(placed.text)
    return ",".join(_UNITS[item] for item in items if item in _UNITS)


def _get_connectors(model: Values, placed: Placed) -> str:
    return str(len(model.model.places))


def _set_password(model: Values, placed: Placed, text: str) -> str:
    """Digits stand for bytes (whitepaper, A01.FR); printable ones are the password.

    A central system that gave a text in digits knows both forms of it.
    """
    if _HEX.fullmatch(text):
        plain = bytes.fromhex(text)
        is_text = all(0x20 <= byte < 0x7F for byte in plain)
        text = plain.decode("ascii") if is_text else text
    return _set(model, placed, text)


def _set_rotations(model: Values, placed: Placed, text: str) -> str:
    numbers = {0, *model.model.places}
    found: list[str] = []
    for item in filter(None, map(str.strip, text.split(","))):
        match = _ROTATION.fullmatch(item)
        if match is None or int(match[1]) not in numbers:
            return "Rejected"
        found.append(f"{int(match[1])}.{match[2]}")
    return _set(model, placed, ",".join(found)) if found else "Rejected"


def _set_profile(model: Values, placed: Placed, text: str) -> str:
    """SecurityProfile: never a lower one (whitepaper, A05.FR.02)."""
    fitted = fit(placed.row, text)
    if isinstance(fitted, Misfit) or int(fitted) < model.number(placed.text):
        return "Rejected"
    return _set(model, placed, fitted)


def _refuse(model: Values, placed: Placed, text: str) -> str:
    return "Rejected"


FORMS: dict[str, Form] = {
    "": Form(_get, _set),
    "limit": Form(_get_limit, _refuse),
    "count": Form(_get_count, _refuse),
    "units": Form(_get_units, _refuse),
    "connectors": Form(_get_connectors, _refuse),
    "password": Form(_get, _set_password),
    "rotations": Form(_get, _set_rotations),
    "profile": Form(_get, _set_profile),
}
