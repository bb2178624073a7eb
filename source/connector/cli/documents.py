"""JSON and YAML files, and standard input, as commands take them."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from connector.cli.problems import UsageProblem
from connector.cli.values import as_json, checked_text, read_bytes

_YAML = frozenset({".yaml", ".yml"})


def read_text_file(path: Path) -> tuple[str, str]:
    """The text of a file (``-``: standard input), and what to call it.

    Raises:
        UsageProblem: it cannot be read.
    """
    if str(path) == "-":
        return checked_text(sys.stdin.buffer.read(), "standard input")
    return checked_text(read_bytes(path), str(path))


def read_document(path: Path) -> Any:
    """What is in a JSON or YAML file; standard input is JSON.

    Raises:
        UsageProblem: it cannot be read.
    """
    if path.suffix.lower() in _YAML:
        return _yaml(path)
    return as_json(*read_text_file(path))


def _yaml(path: Path) -> Any:
    from pydantic_core import PydanticCustomError  # noqa: PLC0415

    from connector.settings import documents  # noqa: PLC0415

    try:
        return documents.read_file(path)
    except PydanticCustomError as problem:
        raise UsageProblem(f"{path}: expected {problem}") from None
