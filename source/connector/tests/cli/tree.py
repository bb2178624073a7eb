"""The commands as typer has made them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import typer

from connector.cli.program import program


def every_command() -> Iterator[tuple[str, Any]]:
    """Each by the words that call it."""
    yield from _below(typer.main.get_command(program()), "")


def _below(command: Any, path: str) -> Iterator[tuple[str, Any]]:
    parts = getattr(command, "commands", None)
    if parts is None:
        yield path, command
        return
    for name, part in parts.items():
        yield from _below(part, f"{path} {name}".strip())
