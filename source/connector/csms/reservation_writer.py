"""Reservations on the disk: what happens at one time is written together."""

from __future__ import annotations

import asyncio
import logging

from connector.csms.clock import Clock, Timer
from connector.errors import StoreError
from connector.store.interface import ReservationStore
from connector.store.records import ReservationRecord

logger = logging.getLogger(__name__)

_RETRY_S = 5.0


class ReservationWriter:
    """Writes the newest state of each, and again where the store fails."""

    def __init__(self, store: ReservationStore, clock: Clock) -> None:
        self._store = store
        self._clock = clock
        self._unsaved: dict[str, ReservationRecord] = {}
        self._forgotten: set[str] = set()
        self._task: asyncio.Task[None] | None = None
        self._retry: Timer | None = None

    @property
    def is_done(self) -> bool:
        """Whether all is written."""
        return not (self._unsaved or self._forgotten or self._task)

    def keep(self, record: ReservationRecord) -> None:
        """Write a reservation soon."""
        self._unsaved[record.key] = record
        self._begin()

    def forget(self, station: str) -> None:
        """Delete all of a station soon; one may just be on its way to the disk."""
        self._unsaved = {
            key: record
            for key, record in self._unsaved.items()
            if record.station != station
        }
        self._forgotten.add(station)
        self._begin()

    async def wait(self) -> None:
        """Wait until all is written, or could not be."""
        while self._task is not None:
            await asyncio.wait({self._task})

    async def finish(self) -> None:
        """Wait for what is being written; what failed is not tried again."""
        await self.wait()
        if self._retry is not None:
            self._retry.cancel()

    def _begin(self) -> None:
        if self._task is None:
            self._task = asyncio.get_running_loop().create_task(
                self._write(), name="reservations"
            )

    async def _write(self) -> None:
        try:
            while self._unsaved or self._forgotten:
                await self._write_all()
        except StoreError as problem:
            logger.log(problem.level, "reservations could not be kept: %s", problem)
            self._retry = self._clock.call_later(_RETRY_S, self._begin)
        finally:
            self._task = None

    async def _write_all(self) -> None:
        records, self._unsaved = self._unsaved, {}
        forgotten, self._forgotten = self._forgotten, set()
        try:
            for station in forgotten:
                await self._store.delete_reservations(station)
            if records:
                await self._store.save_reservations(list(records.values()))
        except StoreError:
            gone = self._forgotten
            older = {k: r for k, r in records.items() if r.station not in gone}
            self._unsaved = older | self._unsaved
            self._forgotten |= forgotten
            raise
