"""Samples on their way to the database, written once a second."""

from __future__ import annotations

import asyncio
import logging
import time
from collections import deque
from collections.abc import Awaitable, Callable, Iterable
from typing import Generic, TypeVar

from connector.errors import StoreError

T = TypeVar("T")

logger = logging.getLogger(__name__)

MOST_SAMPLES = 100_000
WITHIN_S = 1.0
# So that a transaction's start never waits for a hundred thousand rows.
_BATCH = 2_000


class SampleBuffer(Generic[T]):
    """Keeps samples until they are written; when too many wait, drops the oldest.

    ``is_writable`` tells, after ``write`` failed, whether it is worth another try;
    ``what`` they are, for the log.
    """

    def __init__(
        self,
        write: Callable[[list[T]], Awaitable[None]],
        is_writable: Callable[[], bool],
        most: int = MOST_SAMPLES,
        what: str = "samples of transactions",
    ) -> None:
        self._what = what
        self._write = write
        self._is_writable = is_writable
        self._waiting: deque[T] = deque()
        self._most = most
        self._timer: asyncio.TimerHandle | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self._one_at_a_time = asyncio.Lock()
        self._is_failing = False
        self.dropped = 0
        self.dropped_s: float | None = None
        """When some were dropped last, since the epoch."""

    def add(self, samples: Iterable[T]) -> None:
        """Take samples; they are written within a second."""
        for sample in samples:
            if len(self._waiting) == self._most:
                self._waiting.popleft()
                self._count_dropped(1)
            self._waiting.append(sample)
        self._write_soon()

    async def flush(self) -> None:
        """Write what waits now."""
        async with self._one_at_a_time:
            while self._waiting:
                size = min(_BATCH, len(self._waiting))
                batch = [self._waiting.popleft() for _ in range(size)]
                try:
                    await self._write(batch)
                except StoreError as problem:
                    self._tell(problem)
                    if not self._is_writable():
                        self._put_back(batch)
                        return
                    self._count_dropped(size)
                else:
                    self._is_failing = False

    async def close(self) -> None:
        """Write what waits; what cannot be written now is lost."""
        await self.flush()
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if self._tasks:
            await asyncio.wait(self._tasks)
        self._count_dropped(len(self._waiting))
        self._waiting.clear()

    def _tell(self, problem: StoreError) -> None:
        """Once, not every second of an outage."""
        if not self._is_failing:
            logger.error("%s cannot be written: %s", self._what, problem)
        self._is_failing = True

    def _write_soon(self) -> None:
        if self._timer is None and self._waiting:
            loop = asyncio.get_running_loop()
            self._timer = loop.call_later(WITHIN_S, self._begin)

    def _begin(self) -> None:
        self._timer = None
        task = asyncio.get_running_loop().create_task(self.flush(), name="samples")
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def _put_back(self, batch: list[T]) -> None:
        """To the front, where they came from, the newest as far as there is room."""
        room = self._most - len(self._waiting)
        lost = max(0, len(batch) - room)
        self._waiting.extendleft(reversed(batch[lost:]))
        self._count_dropped(lost)
        self._write_soon()

    def _count_dropped(self, count: int) -> None:
        if not count:
            return
        if not self.dropped:
            logger.warning("%s are dropped: they wait too long", self._what)
        self.dropped += count
        self.dropped_s = time.time()
