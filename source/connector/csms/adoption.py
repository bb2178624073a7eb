"""Transactions that nobody started here: adopted while their stations go on.

Meter values name them: after a restart of ours, or where a start never arrived.
"""

from __future__ import annotations

import asyncio
import logging

from connector.csms import sampled, times, unknown_names
from connector.csms.context import Context, at
from connector.csms.events import TransactionSeen
from connector.csms.facts import Datum, Scalar, Weight
from connector.csms.measurands import DEFAULT_MEASURAND
from connector.csms.running import Running
from connector.csms.session_meter import SessionMeter
from connector.csms.station import Connector, Station
from connector.csms.times import Moment
from connector.errors import StoreError
from connector.store.records import TransactionRecord, TransactionStart

logger = logging.getLogger(__name__)

_NOT_CHARGING = frozenset(
    {"Available", "Finishing", "Reserved", "Unavailable", "Faulted"}
)
_NO_TOKEN = ""


class Adoption:
    """Takes them up, and keeps what their meter values say."""

    def __init__(self, context: Context, running: Running) -> None:
        self._context = context
        self._running = running
        self._tasks: set[asyncio.Task[None]] = set()
        self._adopting: set[tuple[str, str]] = set()
        self._strangers: dict[str, str] = {}
        """By station: the unknown transaction that it stopped last."""
        context.events.subscribe(TransactionSeen, self._on_seen)

    def stopped(self, station: Station, ocpp_id: str) -> None:
        """A station stopped a transaction that nobody knows."""
        self._strangers[station.identity] = ocpp_id

    async def finish(self) -> None:
        """Wait for what is being written."""
        if self._tasks:
            await asyncio.wait(self._tasks)

    def _on_seen(self, event: TransactionSeen) -> None:
        who = (event.station.identity, event.ocpp_id)
        if who in self._adopting:
            return
        self._adopting.add(who)
        task = asyncio.get_running_loop().create_task(self._take(event))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        task.add_done_callback(lambda _: self._adopting.discard(who))

    async def _take(self, event: TransactionSeen) -> None:
        connector = event.station.connector(event.where)
        try:
            record = await self._record(event, connector)
            if record is None:
                return
            meter = await self._running.kept_meter(record)
        except StoreError as problem:
            logger.log(problem.level, "%s: %s", event.station.identity, problem)
            return
        self._take_up(event, connector, record, meter)

    async def _record(
        self, event: TransactionSeen, connector: Connector
    ) -> TransactionRecord | None:
        """The one that is meant, made where it is to be adopted.

        Raises:
            StoreError: the store cannot be used.
        """
        store = self._context.store
        record = await store.find_transaction(event.station.identity, event.ocpp_id)
        if record is None:
            return (
                await self._adopt(event) if self._may_adopt(event, connector) else None
            )
        if record.is_presumed and _goes_on(connector, record):
            return await store.resume_transaction(record.key)
        return record

    async def _adopt(self, event: TransactionSeen) -> TransactionRecord:
        return await self._context.store.start_transaction(
            TransactionStart(
                event.station.identity,
                event.where,
                _NO_TOKEN,
                event.time_ms,
                None,
                ocpp_id=event.ocpp_id,
            )
        )

    def _may_adopt(self, event: TransactionSeen, connector: Connector) -> bool:
        is_id = event.ocpp_id.isdecimal() and int(event.ocpp_id) > 0
        if self._strangers.get(event.station.identity) == event.ocpp_id:
            return False
        return is_id and connector.status not in _NOT_CHARGING

    def _take_up(
        self,
        event: TransactionSeen,
        connector: Connector,
        record: TransactionRecord,
        meter: SessionMeter,
    ) -> None:
        registers: list[tuple[float, int]] = []
        for meter_value in times.in_order(event.meter_values):
            reading = sampled.read(event.where, meter_value["sampledValue"])
            register = reading.values.get(at(event.where, DEFAULT_MEASURAND))
            unknown_names.bound(event.station, reading)
            text, now_ms = meter_value.get("timestamp"), self._context.clock.now_ms()
            moment = times.judge(event.station, text, now_ms, is_live=False)
            self._running.keep(record, reading.values, moment.time_ms)
            if isinstance(register, float):
                registers.append((register, moment.time_ms))
        is_running = record.is_open and connector.status not in _NOT_CHARGING
        if not is_running or connector.transaction is not None:
            return
        logger.info("%s: transaction %s runs", event.station.identity, record.ocpp_id)
        now = Moment(self._context.clock.now_ms())
        self._running.begin(event.station, record, now)
        if event.station.transaction(connector.where) is record:
            self._go_on(event.station, connector, meter, registers)

    def _go_on(
        self,
        station: Station,
        connector: Connector,
        meter: SessionMeter,
        registers: list[tuple[float, int]],
    ) -> None:
        """Its energy and time are those of the whole session, not since now."""
        connector.meter = meter
        for register, time_ms in registers:
            meter.sample(register, time_ms)
        where, now_ms = connector.where, self._context.clock.now_ms()
        values: dict[Datum, Scalar] = {
            at(where, "session_energy"): meter.energy_wh,
            at(where, "session_seconds"): meter.seconds(now_ms),
        }
        self._context.tell(station, values, weight=Weight.TRANSACTION)


def _goes_on(connector: Connector, record: TransactionRecord) -> bool:
    """Whether what seemed to be over last here charges again, by the status."""
    return (
        connector.transaction is None
        and connector.ended_id == record.ocpp_id
        and connector.status is not None
        and connector.status not in _NOT_CHARGING
    )
