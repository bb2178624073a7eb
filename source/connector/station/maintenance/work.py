"""One piece of work at a time, of which a newer one takes the place."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable

from connector.station.client.clock import Clock, pause
from connector.station.maintenance.transfers import TransferFailed

logger = logging.getLogger(__name__)


class Work:
    """A task that may be cancelled until it says otherwise."""

    __slots__ = ("_name", "_task", "is_binding")

    def __init__(self, name: str) -> None:
        self._name = name
        self._task: asyncio.Task[None] | None = None
        self.is_binding = False
        """It has come so far that nothing may stop it."""

    @property
    def is_running(self) -> bool:
        """Whether it is not done."""
        return self._task is not None and not self._task.done()

    def begin(self, run: Callable[[], Awaitable[None]]) -> None:
        """Do it, instead of what was being done."""
        self.cancel()
        self.is_binding = False
        self._task = asyncio.get_running_loop().create_task(
            self._run(run), name=self._name
        )

    async def _run(self, run: Callable[[], Awaitable[None]]) -> None:
        try:
            await run()
        except Exception:
            # A mistake here must not end the charging of others.
            logger.exception("%s", self._name)
        finally:
            self.is_binding = False

    def cancel(self) -> None:
        """Stop it."""
        if self._task is not None:
            self._task.cancel()

    async def finish(self) -> None:
        """Wait until it is done."""
        if self._task is not None:
            await asyncio.wait([self._task])


async def try_often(
    clock: Clock,
    transfer: Callable[[], Awaitable[None]],
    retries: int,
    interval_s: float,
) -> None:
    """Transfer, and again after a failure that need not be the last.

    Raises:
        TransferFailed: the last try has failed.
    """
    for left in range(max(0, retries), -1, -1):
        try:
            await transfer()
        except TransferFailed as problem:
            if problem.is_final or not left:
                raise
            logger.info("a transfer failed (%s), again in %g s", problem, interval_s)
            await pause(clock, interval_s)
        else:
            return
