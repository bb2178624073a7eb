"""What was at connectors when we stopped: it runs on, or is known as it ended.

What was told of it is told again as of when it ended, or of its newest kept value: what
stations kept while we were away is newer than that.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import pairwise

from connector.csms import energy_records, times
from connector.csms.context import Context, at
from connector.csms.facts import Datum, Facts, Scalar, Weight
from connector.csms.places import is_connector
from connector.csms.running import LAST_SAMPLES, Running, note_end
from connector.csms.session_meter import SessionMeter, resumed_meter
from connector.csms.station import STATION, Station
from connector.csms.transaction_facts import ended, resumed
from connector.store.records import SampleRecord, TransactionRecord

Records = list[TransactionRecord]


class TakingUp:
    """Restores transactions at our start."""

    def __init__(self, context: Context, running: Running) -> None:
        self._context = context
        self._running = running

    async def start(self, stations: Mapping[str, Station]) -> None:
        """Take up again those that were open, and remember what ended last.

        Raises:
            StoreError: the store cannot be used.
        """
        found: dict[str, Records] = {}
        for record in await self._kept():
            if record.station in stations:
                found.setdefault(record.station, []).append(record)
        for identity, records in found.items():
            await self._take_up(stations[identity], records)

    async def _kept(self) -> Records:
        """In the order in which they began."""
        store = self._context.store
        since_ms = self._context.clock.now_ms() - times.DAY_MS
        kept = [
            *await store.last_transactions(),
            *await store.closed_transactions(since_ms),
            *await store.open_transactions(),
        ]
        return sorted({each.key: each for each in kept}.values(), key=_by_start)

    async def _take_up(self, station: Station, records: Records) -> None:
        """What was at one station."""
        places: dict[str, Records] = {}
        for record in records:
            if is_connector(record.where):
                places.setdefault(record.where, []).append(record)
        shown: dict[str, TransactionRecord] = {}
        for where, there in places.items():
            await self._take_up_at(station, there)
            shown[there[-1].key] = there[-1]
            if there[-1].is_open:
                await self._resume(station, where, there[-1])
        last = _last(records)
        if station.is_adopted and last is not None:
            await self._recall(station, last, shown)

    async def _take_up_at(self, station: Station, records: Records) -> None:
        """The newest at one connector runs, or ended last; what was before is over."""
        for record, newer in pairwise(records):
            if record.is_open:
                await self._running.supersede(station, record, newer.start_ms)
        closed = [record for record in records if not record.is_open]
        if closed:
            note_end(station.connector(closed[-1].where), closed[-1])

    async def _resume(
        self, station: Station, where: str, record: TransactionRecord
    ) -> None:
        """It runs until the station says otherwise."""
        samples = await self._samples(record)
        connector = station.connector(where)
        connector.transaction = record
        connector.meter = meter = resumed_meter(record, samples)
        self._tell(station, resumed(where, record), record.start_ms)
        known_ms = samples[-1].time_ms if samples else record.start_ms
        values: dict[Datum, Scalar] = {
            at(where, "session_seconds"): meter.seconds(known_ms)
        }
        if meter.energy_wh is not None:
            values[at(where, "session_energy")] = meter.energy_wh
        self._tell(station, values, known_ms)

    async def _recall(
        self,
        station: Station,
        last: TransactionRecord,
        shown: Mapping[str, TransactionRecord],
    ) -> None:
        """What ended last at each connector, and at the station."""
        for record in {**shown, last.key: last}.values():
            if record.stop_ms is not None:
                is_shown, is_last = record.key in shown, record.key == last.key
                await self._tell_end(
                    station, record, is_shown=is_shown, is_last=is_last
                )

    async def _tell_end(
        self,
        station: Station,
        record: TransactionRecord,
        *,
        is_shown: bool,
        is_last: bool,
    ) -> None:
        energy_wh, where = await self._energy_wh(record), record.where
        meter = SessionMeter(record.start_ms, record.meter_start_wh)
        values = ended(where, record, energy_wh, meter, is_current=is_shown)
        if is_shown:
            values = resumed(where, record) | values
        if not is_last:
            del values[at(STATION, "last_transaction")]
        self._tell(station, values, record.stop_ms or 0)

    async def _energy_wh(self, record: TransactionRecord) -> float | None:
        """What was told at its end; computed again where that was lost."""
        if record.energy_wh is not None:
            return record.energy_wh
        energy_wh = energy_records.energy_wh(record, await self._samples(record))
        self._running.energies.keep(record.key, energy_wh)
        return energy_wh

    async def _samples(self, record: TransactionRecord) -> list[SampleRecord]:
        return await self._context.store.samples(record.key, newest=LAST_SAMPLES)

    def _tell(
        self, station: Station, values: dict[Datum, Scalar], time_ms: int
    ) -> None:
        # Our own clock may have been set back since then.
        time_ms = min(time_ms, self._context.clock.now_ms())
        weight = Weight.TRANSACTION
        self._context.publish(
            Facts(station.identity, time_ms, values, weight, is_recalled=True)
        )


def _last(records: Iterable[TransactionRecord]) -> TransactionRecord | None:
    """The one that ended last."""
    closed = [record for record in records if not record.is_open]
    return max(closed, key=lambda each: (each.stop_ms or 0, each.key), default=None)


def _by_start(record: TransactionRecord) -> tuple[int, str]:
    return record.start_ms, record.key
