"""Slow work in a few threads: who waits is let in by rank, then by time."""

from __future__ import annotations

import asyncio
import heapq
import os
import sys
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

T = TypeVar("T")

MOST_WAITING = 4096
_THREADS = min(2, os.cpu_count() or 1)


_NICE = 10
"""As `nice` has it: whoever guesses passwords takes no time from those inside."""


class LineFull(Exception):
    """So many wait that nobody can be told when it is their turn."""


class SlowLine:
    """Runs one function at a time in each of its threads, on behalf of one loop."""

    def __init__(self, name: str, threads: int = _THREADS) -> None:
        self._name = name
        self._threads = threads
        self._free = threads
        self._pool: ThreadPoolExecutor | None = None
        self._waiting: list[tuple[int, int, asyncio.Future[None]]] = []
        self._number = 0

    async def run(self, rank: int, function: Callable[[], T]) -> T:
        """The function's result; the lowest rank is the first.

        Who stops waiting before its turn costs nothing.

        Raises:
            LineFull: nobody else can wait.
        """
        await self._turn(rank)
        try:
            if self._pool is None:
                self._pool = ThreadPoolExecutor(self._threads, self._name, _step_back)
            loop = asyncio.get_running_loop()
            running = loop.run_in_executor(self._pool, function)
        except BaseException:
            self._next()
            raise
        running.add_done_callback(lambda _: self._next())
        return await asyncio.shield(running)

    async def _turn(self, rank: int) -> None:
        if self._free:
            self._free -= 1
            return
        if len(self._waiting) >= MOST_WAITING:
            self._send_away(rank)
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._number += 1
        heapq.heappush(self._waiting, (rank, self._number, turn))
        try:
            await turn
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled():
                self._next()  # it came just now
            raise

    def _send_away(self, rank: int) -> None:
        """Make room: the last of those behind ``rank`` has to go."""
        worst = max(self._waiting, key=lambda each: each[:2])
        if worst[0] <= rank:
            raise LineFull
        self._waiting.remove(worst)
        heapq.heapify(self._waiting)
        if not worst[2].done():
            worst[2].set_exception(LineFull())

    def _next(self) -> None:
        """A thread is free: whoever is still there has it."""
        while self._waiting:
            _, _, turn = heapq.heappop(self._waiting)
            if not turn.done():
                turn.set_result(None)
                return
        self._free += 1

    def close(self) -> None:
        """Take nothing more; what runs ends by itself."""
        if self._pool is not None:
            self._pool.shutdown(wait=False, cancel_futures=True)
            self._pool = None


def _step_back() -> None:
    """Have this thread run when the others have nothing to do."""
    if sys.platform == "linux":  # elsewhere it is of processes alone
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), _NICE)
