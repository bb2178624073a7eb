"""Transactions of 1.6: kept before they are acknowledged, adopted, closed once.

A store that cannot write makes the station keep its message: InternalError.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Mapping
from typing import Any, TypeVar

from connector.csms import sampled, times, unknown_names
from connector.csms.context import Context, at
from connector.csms.events import (
    StatusChanged,
    TransactionEnded,
    TransactionSeen,
    TransactionStarted,
)
from connector.csms.facts import Datum, Scalar, Weight
from connector.csms.measurands import DEFAULT_MEASURAND
from connector.csms.places import is_place, place
from connector.csms.session_meter import SessionMeter
from connector.csms.station import STATION, Connector, Station
from connector.csms.times import Moment
from connector.csms.tokens import Tokens
from connector.csms.transaction_facts import ended, resumed, started
from connector.errors import RemoteProtocolError, StoreError
from connector.ocppj.frames import Call
from connector.ocppj.redaction import shorten
from connector.sessions.handlers import Answer, Handler
from connector.store.records import (
    SampleRecord,
    TransactionRecord,
    TransactionStart,
    TransactionStop,
)

Json = dict[str, Any]
T = TypeVar("T")

logger = logging.getLogger(__name__)

_NOT_CHARGING = frozenset(
    {"Available", "Finishing", "Reserved", "Unavailable", "Faulted"}
)
_NO_TOKEN = ""


class Transactions:
    """Handles starts and stops, and transactions that began without us."""

    def __init__(self, context: Context, tokens: Tokens) -> None:
        self._context = context
        self._tokens = tokens
        self._tasks: set[asyncio.Task[None]] = set()
        self._adopting: set[tuple[str, str]] = set()
        self._strangers: dict[str, str] = {}
        """By station: the unknown transaction that it stopped last."""
        self.handlers: dict[str, Handler] = {
            "StartTransaction": self.on_start,
            "StopTransaction": self.on_stop,
        }
        context.events.subscribe(TransactionSeen, self._on_seen)
        context.events.subscribe(StatusChanged, self._on_status)

    async def start(self, stations: Mapping[str, Station]) -> None:
        """Take up again those that were open when we stopped.

        Raises:
            StoreError: the store cannot be used.
        """
        for record in await self._context.store.open_transactions():
            station = stations.get(record.station)
            if station is not None:
                await self._restore(station, record)

    async def _restore(self, station: Station, record: TransactionRecord) -> None:
        """It runs until the station says otherwise."""
        if not is_place(record.where):
            return
        connector = station.connector(record.where)
        connector.transaction = record
        connector.meter = SessionMeter(record.start_ms, record.meter_start_wh)
        if not record.meter_start_wh:
            samples = await self._context.store.samples(record.key)
            _resume(connector.meter, samples)
        self._context.tell(
            station, resumed(record.where, record), weight=Weight.TRANSACTION
        )

    async def finish(self) -> None:
        """Wait for what is being written."""
        if self._tasks:
            await asyncio.wait(self._tasks)

    # -- start

    async def on_start(self, station: Station, call: Call) -> Answer:
        """StartTransaction."""
        payload = call.payload
        now_ms = self._context.clock.now_ms()
        text = payload["timestamp"]
        moment = times.judge(station, text, now_ms, is_live=False)
        record = self._same_without_time(station, payload)
        if record is None:
            record = await self._keep_start(station, payload, moment)
        info = self._tokens.info(payload["idTag"])
        logger.info(
            "%s: transaction %s started at %s, token %s is %s",
            station.identity,
            record.ocpp_id,
            record.where,
            shorten(record.id_token),
            info["status"],
        )
        return Answer(
            {"transactionId": int(record.ocpp_id), "idTagInfo": info},
            lambda: self._begin(station, record, moment),
        )

    def _same_without_time(
        self, station: Station, payload: Json
    ) -> TransactionRecord | None:
        """The running transaction that a start without a usable time repeats."""
        running = station.transaction(str(payload["connectorId"]))
        is_timed = times.parse(payload["timestamp"]) is not None
        if running is None or (is_timed and station.clock_error_ms is None):
            return None
        is_same = (
            running.id_token == payload["idTag"]
            and running.meter_start_wh == payload["meterStart"]
        )
        return running if is_same else None

    async def _keep_start(
        self, station: Station, payload: Json, moment: Moment
    ) -> TransactionRecord:
        start_ms = times.parse(payload["timestamp"])
        if start_ms is None or station.clock_error_ms is not None:
            start_ms = moment.time_ms
        return await self._kept(
            self._context.store.start_transaction(
                TransactionStart(
                    station.identity,
                    str(payload["connectorId"]),
                    payload["idTag"],
                    start_ms,
                    float(payload["meterStart"]),
                    reservation_id=payload.get("reservationId"),
                )
            )
        )

    async def _kept(self, writing: Awaitable[T]) -> T:
        try:
            return await writing
        except StoreError as problem:
            logger.error("a transaction could not be kept: %s", problem)
            raise RemoteProtocolError(
                "InternalError", "cannot be kept now, try again"
            ) from problem

    def _begin(
        self, station: Station, record: TransactionRecord, moment: Moment
    ) -> None:
        connector = place(self._context, station, int(record.where))
        if connector is None or connector.where == STATION or not record.is_open:
            return
        if (
            connector.transaction is not None
            and connector.transaction.key == record.key
        ):
            return
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

    # -- stop

    async def on_stop(self, station: Station, call: Call) -> Answer:
        """StopTransaction; one for an unknown transaction is accepted, and logged."""
        payload = call.payload
        now_ms = self._context.clock.now_ms()
        moment = times.judge(station, payload["timestamp"], now_ms, is_live=False)
        ocpp_id = str(payload["transactionId"])
        id_token = payload.get("idTag")
        answer = {"idTagInfo": self._tokens.info(id_token)} if id_token else {}
        found = await self._kept(
            self._context.store.find_transaction(station.identity, ocpp_id)
        )
        if found is None:
            logger.warning(
                "%s: stopped the unknown transaction %s at %s Wh",
                station.identity,
                ocpp_id,
                payload["meterStop"],
            )
            return Answer(answer, lambda: self._clear(station, ocpp_id))
        stop = TransactionStop(
            moment.time_ms,
            float(payload["meterStop"]),
            payload.get("reason", "Local"),
            id_token,
        )
        record = await self._kept(self._context.store.stop_transaction(found.key, stop))
        logger.info("%s: transaction %s stopped", station.identity, ocpp_id)
        data = payload.get("transactionData", ())
        return Answer(answer, lambda: self._end(station, found, record, moment, data))

    def _clear(self, station: Station, ocpp_id: str) -> None:
        self._strangers[station.identity] = ocpp_id
        for connector in station.connectors.values():
            running = connector.transaction
            if running is not None and running.ocpp_id == ocpp_id:
                self._vanish(station, connector)

    def _end(
        self,
        station: Station,
        before: TransactionRecord,
        record: TransactionRecord,
        moment: Moment,
        data: list[Json],
    ) -> None:
        if not before.is_open:
            return
        connector = place(self._context, station, int(record.where))
        if connector is None:
            return
        running = connector.transaction
        is_current = running is None or running.key == record.key
        meter = connector.meter if running is not None and is_current else None
        meter = meter or SessionMeter(record.start_ms, record.meter_start_wh)
        self._note_data(station, connector, record, meter, data)
        energy_wh = meter.stop(record.meter_stop_wh, moment.time_ms)
        self._context.tell(
            station,
            ended(connector.where, record, energy_wh, meter, is_current=is_current),
            time_ms=moment.time_ms,
            weight=Weight.TRANSACTION,
            is_queued=moment.is_queued,
        )
        if is_current:
            connector.transaction = None
            connector.ended_id = record.ocpp_id
        self._context.events.emit(TransactionEnded(station, record, energy_wh))

    def _note_data(
        self,
        station: Station,
        connector: Connector,
        record: TransactionRecord,
        meter: SessionMeter,
        data: list[Json],
    ) -> None:
        """The values that came with the stop."""
        now_ms = self._context.clock.now_ms()
        for meter_value in data:
            text = meter_value.get("timestamp")
            moment = times.judge(station, text, now_ms, is_live=False)
            reading = sampled.read(connector.where, meter_value["sampledValue"])
            unknown_names.bound(station, reading)
            meter.begin(reading.begin_wh)
            self._keep_samples(record, reading.values, moment.time_ms)
            sampled.drop_flows(reading)
            self._context.tell(
                station,
                reading.values,
                time_ms=moment.time_ms,
                is_queued=moment.is_queued,
            )

    def _keep_samples(
        self, record: TransactionRecord, values: dict[Datum, Scalar], time_ms: int
    ) -> None:
        kept = {sampled.text_key(datum): value for datum, value in values.items()}
        self._context.keep_sample(SampleRecord(record.key, time_ms, kept))

    # -- transactions that nobody started here

    def _on_status(self, event: StatusChanged) -> None:
        """A connector that is free has no transaction, whether it said so or not."""
        connector = event.station.connectors.get(event.where)
        is_free = event.status == "Available" and connector is not None
        if is_free and connector.transaction is not None:  # type: ignore[union-attr]
            self._vanish(event.station, connector)  # type: ignore[arg-type]

    def _vanish(self, station: Station, connector: Connector) -> None:
        """It is over, though its stop has not come (yet)."""
        record = connector.transaction
        connector.transaction = None
        connector.ended_id = record.ocpp_id if record is not None else None
        self._context.tell_state(
            station, connector.where, {"transaction_active": False}
        )
        if record is not None:
            energy_wh = connector.meter.energy_wh if connector.meter else None
            self._context.events.emit(TransactionEnded(station, record, energy_wh))

    def _on_seen(self, event: TransactionSeen) -> None:
        connector = event.station.connector(event.where)
        who = (event.station.identity, event.ocpp_id)
        if who in self._adopting:
            return
        self._adopting.add(who)
        task = asyncio.get_running_loop().create_task(self._adopt(event, connector))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        task.add_done_callback(lambda _: self._adopting.discard(who))

    async def _adopt(self, event: TransactionSeen, connector: Connector) -> None:
        """Take up a transaction that the station says is running."""
        station = event.station
        try:
            record = await self._context.store.find_transaction(
                station.identity, event.ocpp_id
            )
            if record is None and self._may_adopt(event, connector):
                record = await self._context.store.start_transaction(
                    TransactionStart(
                        station.identity,
                        event.where,
                        _NO_TOKEN,
                        event.time_ms,
                        None,
                        ocpp_id=event.ocpp_id,
                    )
                )
        except StoreError as problem:
            logger.error("%s: %s", station.identity, problem)
            return
        if record is not None:
            self._take_up(event, connector, record)

    def _may_adopt(self, event: TransactionSeen, connector: Connector) -> bool:
        is_id = event.ocpp_id.isdecimal() and int(event.ocpp_id) > 0
        if self._strangers.get(event.station.identity) == event.ocpp_id:
            return False
        return is_id and connector.status not in _NOT_CHARGING

    def _take_up(
        self, event: TransactionSeen, connector: Connector, record: TransactionRecord
    ) -> None:
        registers: list[tuple[float, int]] = []
        for meter_value in times.in_order(event.meter_values):
            reading = sampled.read(event.where, meter_value["sampledValue"])
            register = reading.values.get(at(event.where, DEFAULT_MEASURAND))
            unknown_names.bound(event.station, reading)
            text, now_ms = meter_value.get("timestamp"), self._context.clock.now_ms()
            moment = times.judge(event.station, text, now_ms, is_live=False)
            self._keep_samples(record, reading.values, moment.time_ms)
            if isinstance(register, float):
                registers.append((register, moment.time_ms))
        is_running = record.is_open and connector.status not in _NOT_CHARGING
        if not is_running or connector.transaction is not None:
            return
        logger.info("%s: transaction %s runs", event.station.identity, record.ocpp_id)
        self._begin(event.station, record, Moment(self._context.clock.now_ms()))
        for register, time_ms in registers:
            if connector.meter is not None:
                connector.meter.sample(register, time_ms)


def _resume(meter: SessionMeter, samples: list[SampleRecord]) -> None:
    """Go on from the last reading that was kept."""
    for sample in reversed(samples):
        register = sample.values.get(DEFAULT_MEASURAND)
        energy = sample.values.get("session_energy")
        if isinstance(register, int | float) and isinstance(energy, int | float):
            meter.resume(register, energy)
            return
