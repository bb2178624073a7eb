"""MeterValues: from sampled values to facts, the session's energy, zeros and nulls.

On the path of every message: the answer goes out first, the rest follows it.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from connector.csms import sampled, times
from connector.csms.context import Context
from connector.csms.events import (
    Connected,
    Disconnected,
    Forgotten,
    StatusChanged,
    TransactionEnded,
    TransactionSeen,
    TransactionShown,
)
from connector.csms.facts import Datum, Scalar
from connector.csms.places import place
from connector.csms.readings import note
from connector.csms.station import Connector, Station
from connector.csms.times import Moment
from connector.ocppj.frames import Call
from connector.sessions.handlers import Answer, Handler
from connector.store.records import TransactionRecord

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
        elif connector.unconfirmed_ms is not None:
            # They are those of whatever runs there now, if anything does.
            transaction = None
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
            if connector.doubt is not None and not is_live:
                self._show(station, connector, transaction, moment)
            note(self._context, station, connector, transaction, reading, moment)

    def _show(
        self,
        station: Station,
        connector: Connector,
        transaction: TransactionRecord | None,
        moment: Moment,
    ) -> None:
        """Values of the transaction that is doubted."""
        if transaction is not None:
            where, time_ms = connector.where, moment.time_ms
            shown = TransactionShown(station, where, transaction, time_ms)
            self._context.events.emit(shown)

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

    # -- nothing flows

    def restore(self, station: Station, flows: Iterable[Datum]) -> None:
        """Powers and currents that were told before our restart, and may still be."""
        for datum in flows:
            connector = station.connectors.get(datum.where)
            if connector is not None:
                connector.flows = (connector.flows or {}) | {datum: None}

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
        zeros: dict[Datum, Scalar] = {
            datum: 0.0 for datum, flow in connector.flows.items() if flow != 0
        }
        connector.flows = dict.fromkeys(connector.flows, 0.0)
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
