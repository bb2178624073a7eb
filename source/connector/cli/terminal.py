"""What commands print: tables for people, JSON for programs, messages on stderr.

With ``--json`` nothing but the result is on stdout. Everything that came from outside
is made visible first: a station's name must not steer a terminal.
"""

from __future__ import annotations

import codecs
import io
import json
import os
import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from connector.cli.exits import Exit
from connector.cli.problems import CommandFailed
from connector.cli.shapes import Column, flattened, text_of
from connector.cli.visible import visible, visible_lines

Json = Any
_WIDE = 10_000
"""Columns where no terminal cuts lines: they are cut by nobody."""


@dataclass(frozen=True, slots=True)
class Terminal:
    """Where a command's result goes; ``as_json``: for a program."""

    as_json: bool = False

    def rows(
        self, items: Iterable[Json], columns: Sequence[Column], empty: str
    ) -> None:
        """A list; ``empty`` is said where there is nothing in it."""
        found = list(items)
        if self.as_json:
            self.json(found)
        elif found:
            self._write(_table(found, columns))
        else:
            self.note(empty)

    def item(self, item: Json) -> None:
        """One thing with all its members."""
        if self.as_json:
            self.json(item)
        else:
            self._write(_members(item))

    def done(self, result: Json, text: str) -> None:
        """The result of something that was done, or a sentence about it."""
        if self.as_json:
            self.json(result)
        else:
            self._write(f"{visible_lines(text)}\n")

    def line(self, text: str) -> None:
        """One of many that come one by one; whatever is in it, it stays one line."""
        self._write(f"{visible(text)}\n")

    def json(self, value: Json) -> None:
        """A value for programs (ASCII: nothing in it steers a terminal)."""
        self._write(f"{json.dumps(value, indent=2)}\n")

    def writer(self) -> Callable[[bytes], None]:
        """How a long document is written as it is; on a terminal it is made visible."""
        if not sys.stdout.isatty():
            return _to_pipe
        decode = codecs.getincrementaldecoder("utf-8")("backslashreplace").decode
        return lambda data: self._write(visible_lines(decode(data)))

    def note(self, text: str) -> None:
        """Something for people, beside the result."""
        print(visible_lines(text), file=sys.stderr)

    def _write(self, text: str) -> None:
        _to_pipe(text.encode(sys.stdout.encoding or "utf-8", "backslashreplace"))


def _to_pipe(data: bytes) -> None:
    """Write to stdout; whoever has stopped reading is no reason to complain.

    Raises:
        CommandFailed: nobody reads any more.
    """
    try:
        stream = getattr(sys.stdout, "buffer", None)
        if stream is None:
            sys.stdout.write(data.decode("utf-8", "replace"))
        else:
            sys.stdout.flush()
            stream.write(data)
        sys.stdout.flush()
    except BrokenPipeError:
        # Python flushes once more when it ends: let that go nowhere.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise CommandFailed("", Exit.PIPE) from None


def _table(items: Sequence[Json], columns: Sequence[Column]) -> str:
    from rich.table import Table  # noqa: PLC0415

    table = Table(box=None, pad_edge=False, header_style="bold")
    for column in columns:
        table.add_column(
            column.title,
            justify="right" if column.is_number else "left",
            overflow="fold",
        )
    for item in items:
        table.add_row(*(_drawn(column, item) for column in columns))
    return _rendered(table)


def _drawn(column: Column, item: Json) -> Any:
    from rich.text import Text  # noqa: PLC0415

    make = visible_lines if column.has_lines else visible
    style = column.style(item) if column.style is not None else ""
    return Text(make(column.shown(item)), style=style)


def _members(item: Json) -> str:
    from rich.table import Table  # noqa: PLC0415

    table = Table(box=None, pad_edge=False, show_header=False)
    table.add_column(style="bold")
    table.add_column(overflow="fold")
    for name, value in flattened(item):
        table.add_row(_cell(name), _cell(text_of(value)))
    return _rendered(table)


def _cell(text: str) -> Any:
    """No markup, whatever it looks like."""
    from rich.text import Text  # noqa: PLC0415

    return Text(visible(text))


def _rendered(table: Any) -> str:
    from rich.console import Console  # noqa: PLC0415

    screen = Console(file=sys.stdout)
    is_screen = screen.is_terminal
    paper = Console(
        file=io.StringIO(),
        force_terminal=is_screen and not screen.no_color,
        color_system=None if screen.no_color or not is_screen else "standard",
        width=screen.width if is_screen else _WIDE,
        legacy_windows=False,
    )
    paper.print(table, soft_wrap=False)
    assert isinstance(paper.file, io.StringIO)  # noqa: S101
    return "\n".join(line.rstrip() for line in paper.file.getvalue().split("\n"))
