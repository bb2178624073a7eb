"""Files of id tokens: JSON and YAML as in `TOKENS`, JSON lists, and CSV."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

from connector.cli.documents import read_document, read_text_file
from connector.cli.problems import UsageProblem

Entry = dict[str, Any]
Check = Callable[[Entry], str]
"""What is wrong with an entry; "" where nothing is."""
ANY = "any"
NAMES = (
    "id",
    "type",
    "status",
    "expiry",
    "group",
    "note",
    "language",
    "max_active",
)


def read_tokens(file: Path, check: Check = lambda entry: "") -> list[Entry]:
    """The entries of a file, each with ``id``, ``type`` and what else is set.

    Raises:
        UsageProblem: it cannot be read, or is no such file; each wrong place is named.
    """
    if file.suffix.lower() == ".csv":
        found = _of_csv(*read_text_file(file))
    else:
        found = _of_document(read_document(file), str(file))
    entries: list[Entry] = []
    wrong: list[str] = []
    seen: set[tuple[str, str]] = set()
    for place, each in found:
        try:
            entry = _entry(each)
            _refuse_twice(entry, seen)
            _refuse_misfit(check(entry))
        except UsageProblem as problem:
            wrong.append(f"{place}: {problem}")
        else:
            entries.append(entry)
    if wrong:
        raise UsageProblem("\n".join(wrong))
    return entries


def _of_csv(text: str, where: str) -> list[tuple[str, Any]]:
    reader = csv.DictReader(io.StringIO(text), strict=True, restkey="")
    found: list[tuple[str, Any]] = []
    try:
        for row in reader:
            found.append((f"{where}, line {reader.line_num}", _Row(row)))
    except csv.Error as problem:
        raise UsageProblem(f"{where}, line {reader.line_num}: {problem}") from None
    return found


class _Row(dict[str, Any]):
    """Of a CSV file: fields beyond those of the first line are at ""."""


def _of_document(document: Any, where: str) -> list[tuple[str, Any]]:
    if isinstance(document, dict):
        return [
            (f"{where}, token {token!r}", _with_id(token, entry))
            for token, entry in document.items()
        ]
    if not isinstance(document, list):
        raise UsageProblem(f"{where}: expected an object by token, or a list")
    return [
        (f"{where}, item {number}", entry) for number, entry in enumerate(document, 1)
    ]


def _with_id(token: str, entry: Any) -> Any:
    if entry is None:
        return {"id": token}
    return {"id": token} | entry if isinstance(entry, dict) else entry


def _members(found: Any) -> Entry:
    """Those that are set: an empty field of a CSV file is not."""
    if isinstance(found, _Row):
        if "" in found:
            raise UsageProblem("more fields than the first line has")
        return {name.strip(): text.strip() for name, text in found.items() if text}
    if found is None:
        return {}
    if not isinstance(found, dict):
        raise UsageProblem("expected an object")
    return {name: value for name, value in found.items() if value is not None}


def _entry(raw: Any) -> Entry:
    """The entry as the API takes it."""
    found = _members(raw)
    unknown = found.keys() - set(NAMES)
    if unknown:
        names = ", ".join(NAMES)
        raise UsageProblem(f"no {min(unknown)!r}, expected {names}")
    token = found.get("id")
    if not isinstance(token, str) or not token:
        raise UsageProblem("id: expected an id token, as text")
    entry: Entry = {"type": ANY, "status": "Accepted"} | found
    if not isinstance(entry["type"], str) or not entry["type"]:
        raise UsageProblem("type: expected a type of id tokens, as text")
    if isinstance(entry.get("max_active"), str):
        entry["max_active"] = _whole(entry["max_active"])
    return entry


def _whole(text: str) -> int:
    if not text.isascii() or not text.isdigit():
        raise UsageProblem(f"max_active is {text!r}, expected a whole number")
    return int(text)


def _refuse_twice(entry: Entry, seen: set[tuple[str, str]]) -> None:
    key = (entry["id"].lower(), entry["type"].lower())
    if key in seen:
        raise UsageProblem(f"the token {entry['id']!r} ({entry['type']}) is twice")
    seen.add(key)


def _refuse_misfit(text: str) -> None:
    if text:
        raise UsageProblem(text)
