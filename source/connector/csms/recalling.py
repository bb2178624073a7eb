"""What ended last at each connector is known again after a restart of ours.

It is read while stations are served already, and told as of when it ended: what has
happened since then is newer.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Protocol

from connector.csms import energy_records, times
from connector.csms.clock import Clock
from connector.csms.facts import Datum, Facts, Scalar
from connector.csms.session_meter import SessionMeter
from connector.csms.station import STATION, Station
from connector.csms.transaction_facts import (
    ended_at,
    ended_last,
    recalled,
    resumed,
)
from connector.errors import StoreError
from connector.store.records import SampleRecord, TransactionRecord

logger = logging.getLogger(__name__)

_AT_ONCE = 50
"""Stations after which those that talk have their turn."""
Samples = Mapping[str, Sequence[SampleRecord]]


class Reads(Protocol):
    """Where transactions are kept; see `connector.store.reads`."""

    async def last_transactions(self, since_ms: int) -> list[TransactionRecord]:
        """Those that ended since then, and the last of each station and connector."""

    async def last_samples(
        self, keys: Sequence[str], newest: int
    ) -> dict[str, list[SampleRecord]]:
        """The newest samples of some, by key."""


class Recalling:
    """Tells of the last transactions, once; ``reads`` gives what is kept."""

    def __init__(
        self,
        stations: Mapping[str, Station],
        reads: Reads,
        clock: Clock,
        publish: Callable[[Facts], None],
    ) -> None:
        self._stations = stations
        self._reads = reads
        self._clock = clock
        self._publish = publish
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin."""
        self._task = asyncio.get_running_loop().create_task(
            self._run(), name="recalling"
        )

    async def stop(self) -> None:
        """Tell no more."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait({self._task})

    async def _run(self) -> None:
        try:
            await self.recall()
        except StoreError as problem:
            text = "the last transactions of stations are not shown: %s"
            logger.log(problem.level, text, problem)

    async def recall(self) -> None:
        """Tell of them.

        Raises:
            StoreError: they cannot be read.
        """
        since_ms = self._clock.now_ms() - times.DAY_MS
        records = await self._reads.last_transactions(since_ms)
        lost = [record.key for record in records if record.energy_wh is None]
        samples = await self._reads.last_samples(lost, energy_records.LAST_SAMPLES)
        for number, (identity, own) in enumerate(_by_station(records).items(), 1):
            station = self._stations.get(identity)
            if station is not None and station.is_adopted:
                self._tell(station, own, samples)
            if number % _AT_ONCE == 0:
                await asyncio.sleep(0)

    def _tell(
        self, station: Station, records: list[TransactionRecord], samples: Samples
    ) -> None:
        """What ended last at its connectors, and at the station."""
        last = max(records, key=lambda each: (each.stop_ms or 0, each.key))
        shown = {each.where: each for each in records if _is_free(station, each.where)}
        for record in {each.key: each for each in (*shown.values(), last)}.values():
            energy_wh = energy_records.energy_wh(record, samples.get(record.key, ()))
            values: dict[Datum, Scalar] = {}
            if shown.get(record.where) is record:
                values |= _at_its_place(record, energy_wh)
            if record is last:
                values |= ended_last(record, energy_wh)
            now_ms, end_ms = self._clock.now_ms(), record.stop_ms or 0
            self._publish(recalled(station.identity, values, end_ms, now_ms))


def _by_station(
    records: Iterable[TransactionRecord],
) -> dict[str, list[TransactionRecord]]:
    """In the order in which they began."""
    found: dict[str, list[TransactionRecord]] = {}
    for record in sorted(records, key=lambda each: (each.start_ms, each.key)):
        found.setdefault(record.station, []).append(record)
    return found


def _is_free(station: Station, where: str) -> bool:
    """Whether nothing runs at a connector that the station has."""
    connector = station.connectors.get(where)
    is_there = connector is not None and where != STATION
    return is_there and station.transaction(where) is None


def _at_its_place(
    record: TransactionRecord, energy_wh: float | None
) -> dict[Datum, Scalar]:
    meter = SessionMeter(record.start_ms, record.meter_start_wh)
    where = record.where
    return resumed(where, record) | ended_at(where, record, energy_wh, meter)
