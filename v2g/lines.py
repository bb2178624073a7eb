"""What a vehicle is told on its standard input, a line each."""

from __future__ import annotations

import asyncio
import contextlib
import os
import stat
import sys
from collections.abc import Callable, Iterator

_CHUNK = 65_536


class Lines:
    """`leave` goes to whoever is there by then, `come ..` to whoever waits for it."""

    def __init__(self) -> None:
        self.leaves: Callable[[], None] = lambda: None
        self._visits: asyncio.Queue[list[str] | None] = asyncio.Queue()
        self._rest = b""

    async def visit(self) -> list[str] | None:
        """The words after `come`; None: nobody is going to come any more."""
        return await self._visits.get()

    @contextlib.contextmanager
    def heard(self) -> Iterator[None]:
        """Listen, where that is a pipe or a terminal."""
        descriptor = sys.stdin.fileno()
        is_pipe = stat.S_ISFIFO(os.fstat(descriptor).st_mode)
        if not (is_pipe or sys.stdin.isatty()):
            self._visits.put_nowait(None)
            yield
            return
        loop = asyncio.get_running_loop()

        def take() -> None:
            found = os.read(descriptor, _CHUNK)
            self.feed(found)
            if not found:
                loop.remove_reader(descriptor)

        loop.add_reader(descriptor, take)
        try:
            yield
        finally:
            loop.remove_reader(descriptor)

    def feed(self, found: bytes) -> None:
        """What was read; nothing: it has ended."""
        *lines, self._rest = (self._rest + found).split(b"\n")
        for line in lines:
            self._take(line.decode(errors="replace").split())
        if not found:
            self._visits.put_nowait(None)

    def _take(self, words: list[str]) -> None:
        if words[:1] == ["come"]:
            self._visits.put_nowait(words[1:])
        elif words == ["leave"]:
            self.leaves()
