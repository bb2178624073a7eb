"""What is wrong with a setting, in one line: its value, from where, and what fits."""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import BaseModel
from pydantic_core import ErrorDetails

from connector.csms import quirks
from connector.csms.registering import WrongMember
from connector.settings.documents import is_path
from connector.settings.sources import SECRETS, Given
from connector.settings.stations import ProfileEntry, StationEntry
from connector.settings.tokens import TokenEntry

_SHOWN = 80
_DOCUMENTS = {"STATIONS": "station", "TOKENS": "token"}
_HIDDEN_MEMBERS = frozenset({"password", "autostart_token"})


def describe(error: ErrorDetails, found: Mapping[str, Given]) -> str:
    """The line for one error of pydantic's list."""
    name = str(error["loc"][0]).upper()
    given = found.get(name) or Given(str(error["input"]), "default")
    if name in _DOCUMENTS:
        return _describe_member(name, given, error)
    shown = "(hidden)" if name in SECRETS else _cut(given.text)
    return f"{name} is {shown} ({given.origin}), expected {_expected(error)}"


def _describe_member(name: str, given: Given, error: ErrorDetails) -> str:
    """A document is never shown whole: it may hold passwords."""
    origin = given.origin
    if is_path(given.text):
        origin = f"{given.text.strip()}, named in {origin}"
    path = [str(part) for part in error["loc"][1:] if part != "[key]"]
    if not path:
        return f"{name} ({origin}): expected {_expected(error)}"
    who = f"{name}: {_DOCUMENTS[name]} {path[0]!r}"
    if len(path) == 1:
        return f"{who} ({origin}): expected {_expected(error)}"
    member = ".".join(path[1:])
    if error["type"] == "extra_forbidden":
        return f"{who} ({origin}): there is no {member!r}{_guess(name, path)}"
    shown = _shown(path, error)
    return f"{who}: {member} is {shown} ({origin}), expected {_expected(error)}"


def wrong_member(error: ErrorDetails) -> WrongMember:
    """The same for a member of an entry of `STATIONS` that was registered."""
    path = ["", *map(str, error["loc"])]
    member = ".".join(path[1:])
    expected = _expected(error)
    if error["type"] == "extra_forbidden":
        guess = _guess("STATIONS", path)
        return WrongMember(member, "nothing", f"there is no {member!r}{guess}")
    text = f"{member} is {_shown(path, error)}, expected {expected}"
    return WrongMember(member, expected, text)


def _shown(path: Sequence[str], error: ErrorDetails) -> str:
    return "(hidden)" if path[-1] in _HIDDEN_MEMBERS else _cut(error["input"])


def _expected(error: ErrorDetails) -> str:
    if error["type"] == "expected":
        return str(error["ctx"]["expected"])
    return error["msg"]


def _guess(name: str, path: Sequence[str]) -> str:
    """The member that was probably meant."""
    if list(path[1:-1]) == ["quirks"]:
        return f"; known are {quirks.known()}"
    entry: type[BaseModel] = StationEntry if name == "STATIONS" else TokenEntry
    if list(path[1:-1]) == ["profile"]:
        entry = ProfileEntry
    close = difflib.get_close_matches(path[-1], entry.model_fields, 1)
    return f"; did you mean {close[0]!r}?" if close else ""


def _cut(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= _SHOWN else f"{text[: _SHOWN - 4]} .."
