"""MeterValues: from sampled values to facts, the session's energy, zeros and nulls.

On the path of every message: the answer goes out first, the rest follows it.
"""

from __future__ import annotations

from typing import Any

from connector.csms import sampled, times, unknown_names
from connector.csms.context import Context, at
from connector.csms.events import (
    Connected,
    Disconnected,
    Forgotten,
    StatusChanged,
    TransactionEnded,
    TransactionSeen,
)
from connector.csms.facts import Datum, Scalar, Weight
from connector.csms.measurands import DEFAULT_MEASURAND
from connector.csms.places import place
from connector.csms.sampled import Reading
from connector.csms.station import Connector, Station
from connector.csms.times import Moment
from connector.ocppj.frames import Call
from connector.sessions.handlers import Answer, Handler
from connector.store.records import SampleRecord, TransactionRecord

Json = dict[str, Any]

_UNKNOWN_AFTER_S = 60.0
_FLOWING = frozenset({"Charging"})


class Metering:
    """Handles meter values, and what becomes of them when nothing flows any more."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self.handlers: dict[str, Handler] = {"MeterValues": self.on_meter_values}
        self._timers: dict[str, Any] = {}
        events = context.events
        events.subscribe(StatusChanged, self._on_status)
        events.subscribe(TransactionEnded, self._on_ended)
        events.subscribe(Connected, self._on_connected)
        events.subscribe(Disconnected, self._on_disconnected)
        events.subscribe(Forgotten, self._on_forgotten)

    def on_meter_values(self, station: Station, call: Call) -> Answer:
        """MeterValues."""
        return Answer({}, lambda: self._take(station, call.payload))

    def _take(self, station: Station, payload: Json) -> None:
        connector = place(self._context, station, payload["connectorId"])
        if connector is None:
            return
        transaction_id = payload.get("transactionId")
        transaction = connector.transaction
        if transaction_id is not None:
            text = str(transaction_id)
            if transaction is None or transaction.ocpp_id != text:
                transaction = None
                self._see(station, connector, text, payload)
        now_ms = connector.metered_ms = self._context.clock.now_ms()
        is_live = transaction_id is None
        is_closing = not is_live and str(transaction_id) == connector.ended_id
        for meter_value in times.in_order(payload["meterValue"]):
            moment = times.judge(
                station, meter_value.get("timestamp"), now_ms, is_live=is_live
            )
            reading = sampled.read(connector.where, meter_value["sampledValue"])
            if is_closing:
                sampled.drop_flows(reading)
            self.note(station, connector, transaction, reading, moment)

    def _see(
        self, station: Station, connector: Connector, ocpp_id: str, payload: Json
    ) -> None:
        """Values of a transaction that is not the one we know of here."""
        text = payload["meterValue"][0].get("timestamp")
        now_ms = self._context.clock.now_ms()
        moment = times.judge(station, text, now_ms, is_live=False)
        self._context.events.emit(
            TransactionSeen(
                station, connector.where, ocpp_id, moment.time_ms, payload["meterValue"]
            )
        )

    def note(
        self,
        station: Station,
        connector: Connector,
        transaction: TransactionRecord | None,
        reading: Reading,
        moment: Moment,
    ) -> None:
        """Publish a reading, and keep it with the transaction it belongs to."""
        values = reading.values
        unknown_names.bound(station, reading)
        if transaction is not None:
            _add_session(connector, reading, moment.time_ms)
            kept = {sampled.text_key(d): v for d, v in values.items()}
            sample = SampleRecord(transaction.key, moment.time_ms, kept)
            self._context.keep_sample(sample)
        _note_flows(connector, reading)
        self._context.tell(
            station,
            values,
            time_ms=moment.time_ms,
            weight=Weight.SAMPLE,
            is_queued=moment.is_queued,
        )

    # -- nothing flows

    def _on_status(self, event: StatusChanged) -> None:
        if event.status not in _FLOWING:
            self._stop_flows(event.station, event.where)

    def _on_ended(self, event: TransactionEnded) -> None:
        # The stop of an older one may come while another runs.
        if event.station.transaction(event.transaction.where) is None:
            self._stop_flows(event.station, event.transaction.where)

    def _stop_flows(self, station: Station, where: str) -> None:
        connector = station.connectors.get(where)
        if connector is None or not connector.flows or where == "0":
            return
        zeros: dict[Datum, Scalar] = {d: 0.0 for d, on in connector.flows.items() if on}
        connector.flows = dict.fromkeys(connector.flows, False)
        self._context.tell(station, zeros)

    def _on_connected(self, event: Connected) -> None:
        timer = self._timers.pop(event.station.identity, None)
        if timer is not None:
            timer.cancel()

    def _on_disconnected(self, event: Disconnected) -> None:
        station = event.station
        if any(connector.flows for connector in station.connectors.values()):
            self._timers[station.identity] = self._context.clock.call_later(
                _UNKNOWN_AFTER_S, lambda: self._lose_flows(station)
            )

    def _on_forgotten(self, event: Forgotten) -> None:
        timer = self._timers.pop(event.station.identity, None)
        if timer is not None:
            timer.cancel()
        self._lose_flows(event.station)

    def _lose_flows(self, station: Station) -> None:
        """After a minute without a link nobody knows what flows."""
        self._timers.pop(station.identity, None)
        unknown: dict[Datum, Scalar] = {}
        for connector in station.connectors.values():
            unknown |= dict.fromkeys(connector.flows or ())
            connector.flows = None
        self._context.tell(station, unknown)


def _note_flows(connector: Connector, reading: Reading) -> None:
    flows = connector.flows
    if flows is None:
        flows = connector.flows = {}
    for datum in reading.flows:
        flows[datum] = reading.values[datum] != 0


def _add_session(connector: Connector, reading: Reading, time_ms: int) -> None:
    """The session's energy and time so far, beside what was measured."""
    meter = connector.meter
    if meter is None:
        return
    where = connector.where
    if reading.begin_wh is not None:
        meter.begin(reading.begin_wh)
    register = reading.values.get(at(where, DEFAULT_MEASURAND))
    if isinstance(register, float):
        reading.values[at(where, "session_energy")] = meter.sample(register, time_ms)
    reading.values[at(where, "session_seconds")] = meter.seconds(time_ms)
