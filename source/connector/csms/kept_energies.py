"""The energies of transactions that ended are kept with them, soon and in batches.

What is lost on the way is no loss: it can be computed again (`energy_records`).
"""

from __future__ import annotations

import asyncio
import logging

from connector.csms.clock import Clock, Timer
from connector.errors import StoreError
from connector.store.interface import TransactionStore

logger = logging.getLogger(__name__)

_WITHIN_S = 1.0
_AGAIN_S = 30.0
_MOST = 10_000
"""That wait for a store that cannot write."""


class KeptEnergies:
    """Keeps them, by the keys of the transactions, in Wh."""

    def __init__(self, store: TransactionStore, clock: Clock) -> None:
        self._store = store
        self._clock = clock
        self._due: dict[str, float] = {}
        self._timer: Timer | None = None
        self._tasks: set[asyncio.Task[None]] = set()

    def keep(self, key: str, energy_wh: float | None) -> None:
        """Keep what was told of a transaction; nothing where nobody knows it."""
        if energy_wh is not None and len(self._due) < _MOST:
            self._due[key] = energy_wh
            self._write_in(_WITHIN_S)

    def forget(self, key: str) -> None:
        """It runs after all."""
        self._due.pop(key, None)

    async def finish(self) -> None:
        """Write what is due, once, and wait for it."""
        if self._tasks:
            await asyncio.wait(self._tasks)
        await self._write()
        if self._timer is not None:
            self._timer.cancel()

    def _write_in(self, seconds: float) -> None:
        if self._timer is None:
            self._timer = self._clock.call_later(seconds, self._begin)

    def _begin(self) -> None:
        self._timer = None
        task = asyncio.get_running_loop().create_task(self._write(), name="energies")
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _write(self) -> None:
        due, self._due = self._due, {}
        if not due:
            return
        try:
            await self._store.save_energies(due)
        except StoreError as problem:
            text = "energies of transactions could not be kept: %s"
            logger.log(problem.level, text, problem)
            self._due = due | self._due
            self._write_in(_AGAIN_S)
