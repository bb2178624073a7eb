"""Members of an entry of `STATIONS`, from ``name=value`` and from a file."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from connector.cli.documents import read_document
from connector.cli.problems import UsageProblem
from connector.cli.values import as_value

Json = dict[str, Any]
_FLAGS = {"TRUE": True, "FALSE": False}
"""As settings have them."""
_ON_THE_LINE = "what is typed is seen by others: `ocpp-connector stations password`"


def read_members(
    options: Iterable[str], file: Path | None, *, is_needed: bool = False
) -> Json:
    """The members; those of options win over those of the file.

    Raises:
        UsageProblem: one cannot be read, or there are none and some are needed.
    """
    members: Json = {}
    if file is not None:
        found = read_document(file)
        if not isinstance(found, dict):
            raise UsageProblem(f"{file}: expected an object of members")
        members = found
    for option in options:
        _put(members, option)
    if is_needed and not members:
        raise UsageProblem("expected --option NAME=VALUE or --file")
    return members


def _put(members: Json, option: str) -> None:
    name, is_there, text = option.partition("=")
    path = name.strip().split(".")
    if not is_there or not all(path):
        raise UsageProblem(f"--option {option!r}: expected NAME=VALUE")
    if path[0] == "password":
        raise UsageProblem(f"--option password: {_ON_THE_LINE}")
    *outer, last = path
    for part in outer:
        inner = members.setdefault(part, {})
        if not isinstance(inner, dict):
            raise UsageProblem(f"--option {name}: {part} is no object")
        members = inner
    members[last] = _FLAGS[text] if text in _FLAGS else as_value(text)
