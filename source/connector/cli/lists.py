"""Options that lists share, and how a list is fetched and shown."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any

import typer

from connector.cli.caller import Caller
from connector.cli.shapes import Column, Json

DEFAULT_MOST = 100
Most = Annotated[
    int, typer.Option("--limit", min=0, help="At most so many; 0 shows all.")
]


def show_list(
    caller: Caller,
    path: str,
    columns: Sequence[Column],
    empty: str,
    most: int,
    **filters: Any,
) -> None:
    """Fetch a list page by page and show it; says so where there is more."""
    # One more than is shown tells whether there is more.
    wanted = most + 1 if most else 0
    with caller.client() as client:
        found = list(client.items(path, wanted, **filters))
    show_found(caller, found, columns, empty, most)


def show_found(
    caller: Caller,
    found: Sequence[Json],
    columns: Sequence[Column],
    empty: str,
    most: int,
) -> None:
    """Show at most so many (0: all) of what was found; says so where there is more."""
    shown = found[:most] if most else found
    caller.terminal.rows(shown, columns, empty)
    if len(found) > len(shown):
        caller.terminal.note(f"the first {most}; --limit 0 shows all")
