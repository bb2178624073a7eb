"""Every known quirk has a test that says so: ``Row n: ..`` begins its docstring."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

_ROOM = Path(__file__).parent
_FILES = (
    *_ROOM.glob("test_*.py"),
    *_ROOM.parent.glob("csms/test_quirks*.py"),
    *_ROOM.parent.glob("csms/test_presets*.py"),
    *_ROOM.parent.glob("csms/test_autostart*.py"),
    *_ROOM.parent.glob("csms/test_polling*.py"),
    *_ROOM.parent.glob("csms/v2/test_*.py"),
)
_ROW = re.compile(r"Row (\d+): \S")
ROWS = range(1, 56)

IN_DOCUMENTS = {54: ("how-to/troubleshooting.md", "upload the CA")}
"""Rows that only people can do something about: where they are told what."""


def _docstrings(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text())):
        is_function = isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        if is_function and node.name.startswith("test_"):
            yield ast.get_docstring(node) or ""


def _tested() -> dict[int, int]:
    """How many tests name each row."""
    found: dict[int, int] = {}
    for path in _FILES:
        for text in _docstrings(path):
            row = _ROW.match(text)
            if row is not None:
                found[int(row[1])] = found.get(int(row[1]), 0) + 1
    return found


def test_every_row_is_tested_or_told() -> None:
    tested = _tested()
    answered = {*tested, *IN_DOCUMENTS}
    missing = [row for row in ROWS if row not in answered]
    assert missing == []
    assert set(tested) <= set(ROWS)


def test_every_test_here_names_what_it_is_about() -> None:
    own = [path for path in _ROOM.glob("test_*.py") if path != Path(__file__)]
    unnamed = [
        (path.name, text)
        for path in own
        for text in _docstrings(path)
        if not _ROW.match(text) and not text.startswith("OpenEMS note: ")
    ]
    assert unnamed == []


@pytest.mark.repository
@pytest.mark.parametrize("row", IN_DOCUMENTS)
def test_what_people_have_to_do_is_in_the_documents(row: int) -> None:
    page, words = IN_DOCUMENTS[row]
    text = (_ROOM.parents[3] / "docs" / page).read_text()
    assert words in " ".join(text.split())
