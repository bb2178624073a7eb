"""How far something long has come: on a terminal, on stderr, and gone when done."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, TypeVar

from connector.cli.terminal import Terminal

T = TypeVar("T")
Told = Callable[[int], None]


def is_shown(terminal: Terminal) -> bool:
    """Whether somebody looks: scripts and files are told nothing."""
    return sys.stderr.isatty() and not terminal.as_json


def steps(
    terminal: Terminal, about: str, parts: Sequence[tuple[str, T]]
) -> Iterator[tuple[str, T]]:
    """The parts, one by one, with the name of the one that is worked on."""
    if not is_shown(terminal):
        yield from parts
        return
    with _bar("count") as bar:
        task = bar.add_task(about, total=len(parts))
        for name, part in parts:
            bar.update(task, description=f"{about} {name}")
            yield name, part
            bar.advance(task)


@contextmanager
def counting(terminal: Terminal, about: str, total: int) -> Iterator[Told]:
    """Tell how many more of ``total`` are done."""
    if not is_shown(terminal):
        yield lambda more: None
        return
    with _bar("count") as bar:
        task = bar.add_task(about, total=total)
        yield lambda more: bar.advance(task, more)


@contextmanager
def bytes_counted(terminal: Terminal, about: str) -> Iterator[Told]:
    """The same of bytes, of which nobody knows how many there will be."""
    if not is_shown(terminal):
        yield lambda more: None
        return
    with _bar("bytes") as bar:
        task = bar.add_task(about, total=None)
        yield lambda more: bar.advance(task, more)


@contextmanager
def waiting(terminal: Terminal, about: str) -> Iterator[None]:
    """Something takes its time, and tells nothing meanwhile."""
    if not is_shown(terminal):
        yield
        return
    with _bar("wait") as bar:
        bar.add_task(about, total=None)
        yield


def _bar(kind: str) -> Any:
    from rich.console import Console  # noqa: PLC0415
    from rich.progress import (  # noqa: PLC0415
        BarColumn,
        DownloadColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeElapsedColumn,
    )

    numbers: dict[str, list[Any]] = {
        "bytes": [DownloadColumn()],
        "count": [MofNCompleteColumn()],
    }
    return Progress(
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        *numbers.get(kind, []),
        TimeElapsedColumn(),
        console=Console(stderr=True),
        transient=True,
    )
