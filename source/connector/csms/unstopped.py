"""Transactions that are over without a stop are closed in the store, too.

A store that cannot write is tried again: nobody repeats what was never said.
"""

from __future__ import annotations

import asyncio
import logging

from connector.csms.clock import Clock
from connector.errors import StoreError
from connector.store.interface import TransactionStore
from connector.store.records import TransactionRecord, TransactionStop

logger = logging.getLogger(__name__)

_RETRY_S = 5.0


class Unstopped:
    """Closes them; a stop that comes later corrects what is kept (`store`)."""

    def __init__(self, store: TransactionStore, clock: Clock) -> None:
        self._store = store
        self._clock = clock
        self._due: dict[str, TransactionStop] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    def close(self, record: TransactionRecord, stop: TransactionStop) -> None:
        """Close one, now or as soon as it can be kept."""
        logger.info(
            "%s: transaction %s is over without a stop", record.station, record.ocpp_id
        )
        self._due[record.key] = stop
        self._try(record.key)

    def revoke(self, key: str) -> None:
        """It runs after all."""
        self._due.pop(key, None)

    async def finish(self) -> None:
        """Write what is due, once more where it failed, and wait for it."""
        if self._tasks:
            await asyncio.wait(self._tasks)
        due, self._due = self._due, {}
        await asyncio.gather(*(self._write(key, stop) for key, stop in due.items()))

    def _try(self, key: str) -> None:
        stop = self._due.get(key)
        if stop is not None:
            task = asyncio.get_running_loop().create_task(self._write(key, stop))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _write(self, key: str, stop: TransactionStop) -> None:
        try:
            await self._store.stop_transaction(key, stop)
        except StoreError as problem:
            text = "the end of a transaction could not be kept: %s"
            logger.log(problem.level, text, problem)
            self._clock.call_later(_RETRY_S, lambda: self._try(key))
        else:
            self._due.pop(key, None)
