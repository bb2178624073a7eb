"""Transactions of 2.x: starts and ends are kept before they are acknowledged.

Events may be repeated, late, out of order, or missing; the station numbers them. A
store that cannot write makes the station keep its message: InternalError.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable
from typing import Any, TypeVar

from connector.csms import sampled, times
from connector.csms.context import Context
from connector.csms.events import (
    ChargingStateChanged,
    Forgotten,
    TransactionChanged,
    TransactionPriced,
    TransactionShown,
)
from connector.csms.facts import Weight
from connector.csms.places import place
from connector.csms.readings import note
from connector.csms.running import Running, Stop
from connector.csms.station import Connector, Station
from connector.csms.times import Moment
from connector.csms.tokens import Tokens
from connector.csms.transaction_facts import resumed
from connector.csms.v2 import transaction_events as event
from connector.csms.v2.event_tokens import EventTokens
from connector.csms.v2.sampled import read
from connector.csms.v2.sequence import Sequence
from connector.errors import RemoteProtocolError, StoreError
from connector.ocppj.frames import Call
from connector.ocppj.redaction import shorten
from connector.sessions.handlers import Answer, Handler
from connector.store.records import TransactionRecord, TransactionStart, TransactionStop

Json = dict[str, Any]
T = TypeVar("T")

logger = logging.getLogger(__name__)

_OF_A_SESSION = (
    "transaction_id",
    "id_token",
    "session_start",
    "session_energy",
    "session_seconds",
)
_MOST_SEQUENCES = 16
"""Transactions of one station whose events are counted at the same time."""


class Transactions:
    """Handles TransactionEvents."""

    def __init__(self, context: Context, tokens: Tokens, running: Running) -> None:
        self._context = context
        self._said = EventTokens(context.store, tokens)
        self._running = running
        self._sequences: dict[str, dict[str, Sequence]] = {}
        self.handlers: dict[str, Handler] = {"TransactionEvent": self.on_event}
        context.events.subscribe(Forgotten, self._on_forgotten)

    def _on_forgotten(self, forgotten: Forgotten) -> None:
        self._sequences.pop(forgotten.station.identity, None)

    def on_event(self, station: Station, call: Call) -> Answer | Awaitable[Answer]:
        """TransactionEvent; one that only updates has nothing to wait for."""
        payload = call.payload
        moment = self._moment(station, payload)
        known = _running(station, payload)
        is_update = payload["eventType"] == event.UPDATED
        if is_update and known is not None and not event.tells_more(known, payload):
            return Answer({}, lambda: self._follow(station, known, payload, moment))
        return self._keep(station, payload, moment, known)

    def _moment(self, station: Station, payload: Json) -> Moment:
        """When it happened; what was kept offline, or is late, is no news."""
        now_ms = self._context.clock.now_ms()
        text = payload["timestamp"]
        moment = times.judge(station, text, now_ms, is_live=False)
        sequence = self._sequence(station, payload)
        is_old = payload.get("offline") or sequence.is_late(payload["seqNo"])
        return Moment(moment.time_ms, is_queued=True) if is_old else moment

    # -- kept first

    async def _keep(
        self,
        station: Station,
        payload: Json,
        moment: Moment,
        known: TransactionRecord | None,
    ) -> Answer:
        record = await self._kept(self._record(station, payload, moment, known))
        answer = {}
        if "idToken" in payload:
            said = self._said.of(station, payload, record, is_late=moment.is_queued)
            answer["idTokenInfo"] = await self._kept(said)
        if payload["eventType"] != event.ENDED:
            return Answer(
                answer, lambda: self._follow(station, record, payload, moment)
            )
        stop = await self._kept(self._stop(payload, moment, record))
        return Answer(answer, lambda: self._end(station, payload, stop))

    async def _kept(self, writing: Awaitable[T]) -> T:
        try:
            return await writing
        except StoreError as problem:
            logger.error("a transaction could not be kept: %s", problem)
            raise RemoteProtocolError(
                "InternalError", "cannot be kept now, try again"
            ) from problem

    async def _record(
        self,
        station: Station,
        payload: Json,
        moment: Moment,
        known: TransactionRecord | None,
    ) -> TransactionRecord:
        """The transaction as it is kept, with what this event tells of it.

        Raises:
            StoreError: it cannot be kept.
        """
        store = self._context.store
        if known is None:
            known = await store.find_transaction(
                station.identity, event.ocpp_id(payload)
            )
        start_ms = self._start_ms(station, payload, moment)
        if known is None:
            return await self._start(station, payload, start_ms)
        change = event.learnt(known, payload, start_ms)
        if change is not None:
            known = await store.change_transaction(known.key, change)
        if known.is_presumed and payload["eventType"] != event.ENDED:
            self._running.unstopped.revoke(known.key)
            known = await store.resume_transaction(known.key)
        return known

    def _start_ms(self, station: Station, payload: Json, moment: Moment) -> int:
        found = times.parse(payload["timestamp"])
        if found is None or station.clock_error_ms is not None:
            return moment.time_ms
        return found

    async def _start(
        self, station: Station, payload: Json, start_ms: int
    ) -> TransactionRecord:
        where = event.place_of(payload, station)
        text, kind = event.token_of(payload)
        record = await self._context.store.start_transaction(
            TransactionStart(
                station.identity,
                where,
                text,
                start_ms,
                event.meter_start_wh(where, payload),
                ocpp_id=event.ocpp_id(payload),
                reservation_id=payload.get("reservationId"),
                token_type=kind,
            )
        )
        logger.info(
            "%s: transaction %s %s at %s, token %s",
            station.identity,
            record.ocpp_id,
            "started" if payload["eventType"] == event.STARTED else "is new",
            where,
            shorten(text) or kind,
        )
        return record

    async def _stop(
        self, payload: Json, moment: Moment, record: TransactionRecord
    ) -> Stop:
        """Keep the end.

        Raises:
            StoreError: it cannot be kept.
        """
        text, _ = event.token_of(payload)
        stop = TransactionStop(
            max(moment.time_ms, record.start_ms),
            event.meter_stop_wh(record.where, payload),
            event.reason_of(payload),
            text or None,
        )
        after = await self._context.store.stop_transaction(record.key, stop)
        if record.is_open:
            logger.info("%s: transaction %s ended", record.station, record.ocpp_id)
        return Stop(record, after, moment, payload.get("meterValue", []), read)

    # -- then told

    def _follow(
        self,
        station: Station,
        record: TransactionRecord,
        payload: Json,
        moment: Moment,
    ) -> None:
        """A start or an update: what runs, how it charges, what was measured."""
        connector = place(self._context, station, _number(record.where))
        if connector is None or not self._is_new(station, payload):
            return
        self._move(station, record)
        if record.is_open:
            if not moment.is_queued:
                # What was kept offline may be over; a live event will tell.
                self._running.begin(station, record, moment)
            self._renew(station, connector, record)
        elif payload["eventType"] == event.STARTED:
            self._running.correct(station, record)
        self._show(station, connector, record, moment)
        self._tell_state(station, connector, payload, moment)
        self._tell_cost(station, connector, payload, moment)
        is_running = _is(connector, record)
        for text, reading in event.readings(connector.where, payload):
            now_ms = self._context.clock.now_ms()
            when = times.judge(station, text, now_ms, is_live=False)
            is_queued = when.is_queued or moment.is_queued
            if not is_running:
                self._running.keep(record, reading.values, when.time_ms)
                sampled.drop_flows(reading)
            note(
                self._context,
                station,
                connector,
                record if is_running else None,
                reading,
                Moment(when.time_ms, is_queued),
            )

    def _move(self, station: Station, record: TransactionRecord) -> None:
        """It is at another EVSE than was thought."""
        for connector in station.connectors.values():
            if connector.where != record.where and _is(connector, record):
                connector.transaction = connector.meter = None
                state = dict.fromkeys(_OF_A_SESSION) | {"transaction_active": False}
                self._context.tell_state(station, connector.where, state)

    def _renew(
        self, station: Station, connector: Connector, record: TransactionRecord
    ) -> None:
        """What was learnt of the transaction that runs holds from now on."""
        before = connector.transaction
        if before is None or before.key != record.key or before == record:
            return
        connector.transaction = record
        if connector.meter is not None:
            connector.meter.start_ms = record.start_ms
            connector.meter.begin(record.meter_start_wh)
        values = resumed(connector.where, record)
        self._context.tell(station, values, weight=Weight.TRANSACTION)
        self._context.events.emit(TransactionChanged(station, record))

    def _tell_state(
        self, station: Station, connector: Connector, payload: Json, moment: Moment
    ) -> None:
        state = payload["transactionInfo"].get("chargingState")
        if state is not None and not moment.is_queued and connector.transaction:
            changed = ChargingStateChanged(station, connector.where, state)
            self._context.events.emit(changed)

    def _tell_cost(
        self, station: Station, connector: Connector, payload: Json, moment: Moment
    ) -> None:
        priced = event.price_of(payload)
        running = connector.transaction
        ocpp_id = connector.ended_id if running is None else running.ocpp_id
        if priced is not None and ocpp_id in (None, event.ocpp_id(payload)):
            told = TransactionPriced(station, connector.where, *priced, *moment)
            self._context.events.emit(told)

    def _end(
        self, station: Station, payload: Json, stop: Stop
    ) -> Awaitable[None] | None:
        self._is_new(station, payload)
        self._move(station, stop.record)
        connector = place(self._context, station, _number(stop.record.where))
        if connector is not None and _is(connector, stop.record):
            self._tell_state(station, connector, payload, stop.moment)
        rest = self._running.end(station, stop)
        if connector is not None:
            self._show(station, connector, stop.record, stop.moment)
            self._tell_cost(station, connector, payload, stop.moment)
        return rest

    def _show(
        self,
        station: Station,
        connector: Connector,
        record: TransactionRecord,
        moment: Moment,
    ) -> None:
        if connector.doubt is not None:
            where, time_ms = connector.where, moment.time_ms
            shown = TransactionShown(station, where, record, time_ms)
            self._context.events.emit(shown)

    # -- numbers

    def _sequence(self, station: Station, payload: Json) -> Sequence:
        known = self._sequences.setdefault(station.identity, {})
        ocpp_id = event.ocpp_id(payload)
        found = known.get(ocpp_id)
        if found is None:
            while len(known) >= _MOST_SEQUENCES:
                del known[next(iter(known))]
            found = known[ocpp_id] = Sequence()
        return found

    def _is_new(self, station: Station, payload: Json) -> bool:
        """Note the number of an event; whether it was not heard before."""
        sequence = self._sequence(station, payload)
        seq_no = payload["seqNo"]
        if sequence.is_known(seq_no):
            return self._is_numbered_wrongly(station, payload, sequence)
        missing = sequence.note(seq_no, payload["timestamp"])
        if missing:
            logger.warning(
                "%s: transaction %s: %d events before number %d have not come",
                station.identity,
                event.ocpp_id(payload),
                missing,
                seq_no,
            )
        return True

    def _is_numbered_wrongly(
        self, station: Station, payload: Json, sequence: Sequence
    ) -> bool:
        """Whether a number that came before is that of another event."""
        if not sequence.is_other(payload["seqNo"], payload["timestamp"]):
            return False
        if station.first_time("seqNo"):
            logger.warning(
                "%s: gives several events of a transaction one number (told once)",
                station.identity,
            )
        return True


def _running(station: Station, payload: Json) -> TransactionRecord | None:
    """The record of this transaction, where it runs at one of the EVSEs."""
    ocpp_id = event.ocpp_id(payload)
    for connector in station.connectors.values():
        record = connector.transaction
        if record is not None and record.ocpp_id == ocpp_id:
            return record
    return None


def _is(connector: Connector, record: TransactionRecord) -> bool:
    running = connector.transaction
    return running is not None and running.key == record.key


def _number(where: str) -> int:
    return int(where) if where.isdecimal() else -1
