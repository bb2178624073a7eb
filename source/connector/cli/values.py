"""Values from the command line, a file (``@name``) or standard input (``-``)."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from connector.cli.problems import UsageProblem

MOST_BYTES = 64 * 1024 * 1024


def read_json(text: str) -> Any:
    """The JSON in a text, or in the file or input that it names.

    Raises:
        UsageProblem: there is none.
    """
    return as_json(*read_text(text))


def as_json(text: str, where: str) -> Any:
    """The JSON in a text.

    Raises:
        UsageProblem: there is none.
    """
    try:
        return json.loads(text, parse_constant=_no_constant)
    except json.JSONDecodeError as problem:
        place = f"line {problem.lineno}, column {problem.colno}"
        raise UsageProblem(f"{where}: no JSON: {problem.msg} ({place})") from None
    except (ValueError, RecursionError) as problem:
        raise UsageProblem(f"{where}: no JSON: {problem}") from None


def read_value(text: str) -> Any:
    """JSON where it is some, else text (``soft``), also from a file or the input.

    Raises:
        UsageProblem: the file that it names cannot be read.
    """
    return as_value(read_text(text)[0])


def as_value(text: str) -> Any:
    """JSON where it is some, else the text itself."""
    try:
        return json.loads(text, parse_constant=_no_constant)
    except (ValueError, RecursionError):
        return text


def read_text(text: str) -> tuple[str, str]:
    """What a text is or names, and what to call it.

    Raises:
        UsageProblem: it cannot be read.
    """
    if text == "-":
        return checked_text(sys.stdin.buffer.read(MOST_BYTES + 1), "standard input")
    if not text.startswith("@"):
        return text, "the value"
    path = Path(text[1:])
    return checked_text(read_bytes(path), str(path))


def read_bytes(path: Path) -> bytes:
    """What is in a file, as far as it is not too long.

    Raises:
        UsageProblem: it cannot be read.
    """
    try:
        with path.open("rb") as file:
            return file.read(MOST_BYTES + 1)
    except (OSError, ValueError) as problem:
        reason = getattr(problem, "strerror", None) or str(problem)
        raise UsageProblem(f"{path}: {reason}") from None


def checked_text(data: bytes, where: str) -> tuple[str, str]:
    """The text in what was read, and what that is called.

    Raises:
        UsageProblem: it is too long, or no text.
    """
    if len(data) > MOST_BYTES:
        raise UsageProblem(f"{where}: longer than {MOST_BYTES // 1024 // 1024} MiB")
    try:
        return data.decode("utf-8-sig").strip(), where
    except UnicodeDecodeError:
        raise UsageProblem(f"{where}: it is no UTF-8 text") from None


def _no_constant(name: str) -> Any:
    """NaN and infinities are no JSON, and no number that a station could take."""
    raise ValueError(f"{name} is no number of JSON")
