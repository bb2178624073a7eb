"""Files of id tokens: JSON and YAML as in `TOKENS`, JSON lists, and CSV."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from connector.cli.documents import read_document, read_text_file
from connector.cli.problems import UsageProblem

Entry = dict[str, Any]
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


def read_tokens(file: Path) -> list[Entry]:
    """The entries of a file, each with ``id``, ``type`` and what else is set.

    Raises:
        UsageProblem: it cannot be read, or is no such file; the place is named.
    """
    if file.suffix.lower() == ".csv":
        found = _of_csv(*read_text_file(file))
    else:
        found = _of_document(read_document(file), str(file))
    entries = [_entry(place, each) for place, each in found]
    _refuse_twice(entries)
    return entries


def _of_csv(text: str, where: str) -> list[tuple[str, Entry]]:
    reader = csv.DictReader(io.StringIO(text), strict=True, restkey="")
    found = []
    try:
        for row in reader:
            place = f"{where}, line {reader.line_num}"
            if "" in row:
                raise UsageProblem(f"{place}: more fields than the first line has")
            # An empty field is one that is not set.
            found.append((place, {k.strip(): v.strip() for k, v in row.items() if v}))
    except csv.Error as problem:
        raise UsageProblem(f"{where}, line {reader.line_num}: {problem}") from None
    return found


def _of_document(document: Any, where: str) -> list[tuple[str, Entry]]:
    if isinstance(document, dict):
        pairs: Iterable[tuple[str, Any]] = document.items()
        return [
            (f"{where}, token {token!r}", {"id": token} | _object(entry, where, token))
            for token, entry in pairs
        ]
    if not isinstance(document, list):
        raise UsageProblem(f"{where}: expected an object by token, or a list")
    return [
        (f"{where}, item {number}", _object(entry, where, number))
        for number, entry in enumerate(document, 1)
    ]


def _object(entry: Any, where: str, which: object) -> Entry:
    if entry is None:
        return {}
    if not isinstance(entry, dict):
        raise UsageProblem(f"{where}, {which}: expected an object")
    return {name: value for name, value in entry.items() if value is not None}


def _entry(place: str, found: Entry) -> Entry:
    """The entry as the API takes it."""
    unknown = found.keys() - set(NAMES)
    if unknown:
        names = ", ".join(NAMES)
        raise UsageProblem(f"{place}: no {min(unknown)!r}, expected {names}")
    token = found.get("id")
    if not isinstance(token, str) or not token:
        raise UsageProblem(f"{place}: id: expected an id token, as text")
    entry: Entry = {"type": ANY, "status": "Accepted"} | found
    if isinstance(entry.get("max_active"), str):
        entry["max_active"] = _whole(place, entry["max_active"])
    return entry


def _whole(place: str, text: str) -> int:
    if not text.isascii() or not text.isdigit():
        raise UsageProblem(f"{place}: max_active is {text!r}, expected a whole number")
    return int(text)


def _refuse_twice(entries: Iterable[Entry]) -> None:
    seen: set[tuple[str, str]] = set()
    for entry in entries:
        key = (entry["id"].lower(), str(entry["type"]).lower())
        if key in seen:
            raise UsageProblem(f"the token {entry['id']!r} ({entry['type']}) is twice")
        seen.add(key)
