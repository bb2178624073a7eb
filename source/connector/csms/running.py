"""Which transaction runs at a connector: it begins, and is over, and is told as such.

The state behind the block `transactions`; nothing here answers a station.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import Any

from connector.csms import sampled, times, unknown_names
from connector.csms.context import Context
from connector.csms.events import TransactionEnded, TransactionStarted
from connector.csms.facts import Datum, Scalar, Weight
from connector.csms.kept_energies import KeptEnergies
from connector.csms.places import place
from connector.csms.sampled import Reading
from connector.csms.session_meter import SessionMeter, resumed_meter
from connector.csms.station import STATION, Connector, Station
from connector.csms.times import Moment
from connector.csms.transaction_facts import (
    ended,
    recalled,
    resumed,
    so_far,
    started,
)
from connector.csms.unstopped import Unstopped
from connector.errors import StoreError
from connector.store.records import SampleRecord, TransactionRecord, TransactionStop

Json = dict[str, Any]

logger = logging.getLogger(__name__)

_LAST_SAMPLES = 20
"""One of them has the register: values may come in several messages."""


@dataclass(frozen=True, slots=True)
class Stop:
    """A stop that is kept: the record before and after it, and what came with it.

    ``read`` is how the version's sampled values are read.
    """

    before: TransactionRecord
    record: TransactionRecord
    moment: Moment
    data: list[Json] = field(default_factory=list)
    read: Callable[[str, list[Json]], Reading] = sampled.read


class Running:
    """Begins and ends transactions at their connectors."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self.unstopped = Unstopped(context.store, context.clock)
        self.energies = KeptEnergies(context.store, context.clock)

    async def take_up(
        self, station: Station, records: Sequence[TransactionRecord]
    ) -> None:
        """What was at one connector when we stopped: the newest runs, or ended last.

        Raises:
            StoreError: the store cannot be used.
        """
        for record, newer in pairwise(records):
            if record.is_open:
                await self._supersede(station, record, newer.start_ms)
        connector = station.connector(records[-1].where)
        closed = [record for record in records if not record.is_open]
        if closed:
            _note_end(connector, closed[-1])
        if records[-1].is_open:
            await self._resume(station, connector, records[-1])

    async def _resume(
        self, station: Station, connector: Connector, record: TransactionRecord
    ) -> None:
        """It runs until the station says otherwise."""
        samples = await self._newest_samples(record)
        connector.transaction = record
        connector.meter = meter = resumed_meter(record, samples)
        # Since it began, not since now: an end that was kept while we were away is
        # newer than that. The same holds for its newest value.
        self._recall(station, resumed(record.where, record), record.start_ms)
        known_ms = samples[-1].time_ms if samples else record.start_ms
        self._recall(station, so_far(record.where, meter, known_ms), known_ms)

    def _recall(
        self, station: Station, values: dict[Datum, Scalar], time_ms: int
    ) -> None:
        self._context.publish(
            recalled(station.identity, values, time_ms, self._context.clock.now_ms())
        )

    async def _supersede(
        self, station: Station, record: TransactionRecord, stop_ms: int
    ) -> None:
        """Another began after it, so that it cannot run any more."""
        meter = await self.kept_meter(record)
        record = self._close(record, stop_ms, meter)
        self.tell_end(station, record, meter.energy_wh)

    def tell_end(
        self, station: Station, record: TransactionRecord, energy_wh: float | None
    ) -> None:
        """Whoever listens hears of an end; its energy is kept."""
        self.energies.keep(record.key, energy_wh)
        self._context.events.emit(TransactionEnded(station, record, energy_wh))

    async def kept_meter(self, record: TransactionRecord) -> SessionMeter:
        """The meter of a transaction, by its samples.

        Raises:
            StoreError: they cannot be read.
        """
        return resumed_meter(record, await self._newest_samples(record))

    async def _newest_samples(self, record: TransactionRecord) -> list[SampleRecord]:
        return await self._context.store.samples(record.key, newest=_LAST_SAMPLES)

    def _close(
        self, record: TransactionRecord, stop_ms: int, meter: SessionMeter
    ) -> TransactionRecord:
        """Close it without a stop: the last values hold."""
        stop = TransactionStop(max(stop_ms, record.start_ms), meter.register_wh)
        self.unstopped.close(record, stop)
        return replace(record, stop_ms=stop.stop_ms, meter_stop_wh=stop.meter_stop_wh)

    def begin(
        self, station: Station, record: TransactionRecord, moment: Moment
    ) -> None:
        """It runs from now on; what ran at its connector is over."""
        connector = place(self._context, station, int(record.where))
        if connector is None or connector.where == STATION or not record.is_open:
            return
        running = connector.transaction
        if running is not None:
            is_older = moment.is_queued and record.start_ms < running.start_ms
            if running.key == record.key or is_older:
                return
            self.leave(station, connector, record.start_ms, is_superseded=True)
        self.unstopped.revoke(record.key)
        self.energies.forget(record.key)
        connector.transaction = record
        connector.meter = SessionMeter(record.start_ms, record.meter_start_wh)
        if connector.ended_id == record.ocpp_id:
            connector.ended_id = None
        self._context.tell(
            station,
            started(connector.where, record),
            time_ms=moment.time_ms,
            weight=Weight.TRANSACTION,
            is_queued=moment.is_queued,
        )
        self._context.events.emit(TransactionStarted(station, record))

    def leave(
        self,
        station: Station,
        connector: Connector,
        stop_ms: int,
        *,
        is_superseded: bool = False,
    ) -> None:
        """It is over, though its stop has not come (yet): the last values hold."""
        record, meter = connector.transaction, connector.meter
        if record is None:
            return
        meter = meter or SessionMeter(record.start_ms, record.meter_start_wh)
        record = self._close(record, stop_ms, meter)
        self.clear(station, connector, record, meter, is_current=not is_superseded)

    def clear(
        self,
        station: Station,
        connector: Connector,
        record: TransactionRecord,
        meter: SessionMeter,
        *,
        is_current: bool = True,
    ) -> None:
        """A connector is rid of a transaction that is closed; ``meter`` is its own."""
        connector.transaction = None
        _note_end(connector, record)
        energy_wh, where = meter.energy_wh, connector.where
        values = ended(where, record, energy_wh, meter, is_current=is_current)
        self._context.tell(station, values, weight=Weight.TRANSACTION)
        self.tell_end(station, record, energy_wh)

    def correct(self, station: Station, record: TransactionRecord) -> None:
        """More is known of one that ended: what was told of it is told anew."""
        connector = station.connectors.get(record.where)
        if connector is None or record.is_open:
            return
        meter = SessionMeter(record.start_ms, record.meter_start_wh)
        energy_wh = meter.stop(record.meter_stop_wh, record.stop_ms or 0)
        self.energies.keep(record.key, energy_wh)
        is_current = connector.transaction is None and (
            connector.ended_id == record.ocpp_id and connector.where != STATION
        )
        values = ended(record.where, record, energy_wh, meter, is_current=is_current)
        self._context.tell(station, values, weight=Weight.TRANSACTION)

    # -- a stop

    def end(self, station: Station, stop: Stop) -> Awaitable[None] | None:
        """A stop was kept; gives what is still to be waited for."""
        record = stop.record
        connector = place(self._context, station, int(record.where))
        is_repeated = not stop.before.is_open and not stop.before.is_presumed
        if connector is None or is_repeated:
            return None
        running = connector.transaction
        is_newest = connector.ended_id == record.ocpp_id and running is None
        is_running = running is not None and running.key == record.key
        if connector.meter is not None and (is_running or is_newest):
            self._finish(station, connector, stop, connector.meter)
            return None
        return self._finish_unseen(station, connector, stop)

    async def _finish_unseen(
        self, station: Station, connector: Connector, stop: Stop
    ) -> None:
        """The stop of one that does not run here (any more): its samples tell."""
        try:
            meter = await self.kept_meter(stop.record)
        except StoreError as problem:
            logger.log(problem.level, "%s: %s", station.identity, problem)
            meter = resumed_meter(stop.record, ())
        self._finish(station, connector, stop, meter)

    def _finish(
        self, station: Station, connector: Connector, stop: Stop, meter: SessionMeter
    ) -> None:
        record, moment = stop.record, stop.moment
        running = connector.transaction
        is_running = running is not None and running.key == record.key
        was_told = connector.ended_id == record.ocpp_id or stop.before.is_presumed
        is_corrected = was_told and not is_running
        is_unseen = not is_running and not was_told
        is_newest = connector.ended_id in {None, record.ocpp_id} or (
            # All of it was kept while there was no link.
            record.start_ms > connector.ended_start_ms
        )
        is_current = connector.where != STATION and (
            is_running or (running is None and is_newest)
        )
        self._note_data(station, connector, stop, meter)
        energy_wh = meter.stop(record.meter_stop_wh, moment.time_ms)
        where = connector.where
        values = ended(where, record, energy_wh, meter, is_current=is_current)
        if is_current and is_unseen:
            values = resumed(where, record) | values
        self._context.tell(
            station,
            values,
            # What it corrects was told when it seemed to be over.
            time_ms=None if is_corrected else moment.time_ms,
            weight=Weight.TRANSACTION,
            is_queued=moment.is_queued and not is_corrected,
        )
        if is_current:
            connector.transaction = None
            connector.meter = meter
            _note_end(connector, record)
        if is_corrected:
            self.energies.keep(record.key, energy_wh)
        else:
            self.tell_end(station, record, energy_wh)

    def _note_data(
        self, station: Station, connector: Connector, stop: Stop, meter: SessionMeter
    ) -> None:
        """The values that came with the stop."""
        now_ms = self._context.clock.now_ms()
        for meter_value in stop.data:
            text = meter_value.get("timestamp")
            moment = times.judge(station, text, now_ms, is_live=False)
            reading = stop.read(connector.where, meter_value["sampledValue"])
            unknown_names.bound(station, reading)
            meter.begin(reading.begin_wh)
            self.keep(stop.record, reading.values, moment.time_ms)
            sampled.drop_flows(reading)
            self._context.tell(
                station,
                reading.values,
                time_ms=moment.time_ms,
                is_queued=moment.is_queued,
            )

    def keep(
        self, record: TransactionRecord, values: dict[Datum, Scalar], time_ms: int
    ) -> None:
        """Keep values with the transaction that they belong to."""
        kept = {sampled.text_key(datum): value for datum, value in values.items()}
        self._context.keep_sample(SampleRecord(record.key, time_ms, kept))


def _note_end(connector: Connector, record: TransactionRecord) -> None:
    connector.ended_id = record.ocpp_id
    connector.ended_start_ms = record.start_ms
