"""The keys of stations are kept, a few at a time: thousands may have new ones at once.

All of them in one turn would keep the loop from the stations for a second.
"""

from __future__ import annotations

import asyncio
import logging
from itertools import islice

from connector.csms.clock import Clock, Timer
from connector.errors import StoreError
from connector.store.interface import DatapointStore

logger = logging.getLogger(__name__)

_AT_ONCE = 50
_RETRY_S = 5.0


class KeptKeys:
    """Writes sets of local keys to the store; of one station the newest counts."""

    def __init__(self, store: DatapointStore, clock: Clock) -> None:
        self._store = store
        self._clock = clock
        self._waiting: dict[str, list[str]] = {}
        self._failed: dict[str, list[str]] = {}
        self._retry: Timer | None = None
        self._worker: asyncio.Task[None] | None = None

    def keep(self, station: str, keys: list[str]) -> None:
        """Keep the set of a station, soon; on the loop."""
        self._waiting[station] = keys
        self._failed.pop(station, None)
        self._begin()

    def _begin(self) -> None:
        if self._worker is None:
            self._worker = asyncio.get_running_loop().create_task(
                self._work(), name="keys"
            )

    async def finish(self) -> None:
        """Wait until all is kept that can be."""
        if self._worker is not None:
            await asyncio.wait({self._worker})
        if self._retry is not None:
            self._retry.cancel()

    async def _work(self) -> None:
        try:
            while self._waiting:
                stations = tuple(islice(self._waiting, _AT_ONCE))
                found = {station: self._waiting.pop(station) for station in stations}
                await asyncio.gather(*(self._save(*each) for each in found.items()))
        finally:
            self._worker = None

    async def _save(self, station: str, keys: list[str]) -> None:
        try:
            await self._store.save_datapoints(station, keys)
        except StoreError as problem:
            text = "%s: its keys could not be kept: %s"
            logger.log(problem.level, text, station, problem)
            if station not in self._waiting:
                self._failed[station] = keys
            if self._retry is None:
                self._retry = self._clock.call_later(_RETRY_S, self._again)

    def _again(self) -> None:
        self._retry = None
        failed, self._failed = self._failed, {}
        for station, keys in failed.items():
            self.keep(station, keys)
