"""What a transaction costs: as we told the station, or as it reckons itself (2.1)."""

from __future__ import annotations

from typing import Any

from connector.csms.context import Context, at
from connector.csms.events import Answered, TransactionPriced, TransactionStarted
from connector.csms.facts import Datum, Scalar, Weight
from connector.csms.station import Station
from connector.ocppj.redaction import blanked_json

Json = dict[str, Any]

_LEARNED = "priced"
"""In `Station.learned`: by place, what was shown, and a new transaction has not yet."""
_COST, _DETAILS = "session_cost", "session_cost_details"


class Costs:
    """Shows costs at the place of their transaction."""

    def __init__(self, context: Context) -> None:
        self._context = context
        context.events.subscribe(Answered, self._on_answered)
        context.events.subscribe(TransactionPriced, self._on_priced)
        context.events.subscribe(TransactionStarted, self._on_started)

    def _on_answered(self, event: Answered) -> None:
        """CostUpdated: the station shows it to the driver, who is told the same."""
        if event.action != "CostUpdated":
            return
        where = _place_of(event.station, event.payload["transactionId"])
        if where is not None:
            self._tell(event.station, where, {_COST: event.payload["totalCost"]})

    def _on_priced(self, event: TransactionPriced) -> None:
        details = dict(event.details or {})
        values: dict[str, Scalar] = {}
        if details and not details.get("failureToCalculate", False):
            values[_COST] = total(details)
        if event.tariff_id is not None:
            details["tariffId"] = event.tariff_id
        values[_DETAILS] = blanked_json(details)
        self._tell(
            event.station,
            event.where,
            values,
            time_ms=event.time_ms,
            is_queued=event.is_queued,
        )

    def _on_started(self, event: TransactionStarted) -> None:
        where = event.transaction.where
        priced = event.station.learned.get(_LEARNED)
        if priced and where in priced:
            self._context.tell_state(
                event.station, where, dict.fromkeys(priced[where], None)
            )

    def _tell(
        self, station: Station, where: str, values: dict[str, Scalar], **more: Any
    ) -> None:
        named: dict[Datum, Scalar] = {at(where, n): v for n, v in values.items()}
        self._context.tell(station, named, weight=Weight.TRANSACTION, **more)
        known: dict[str, list[str]] = station.learned.get(_LEARNED, {})
        names = sorted({*known.get(where, ()), *values})
        if known.get(where) != names:
            station.learned[_LEARNED] = {**known, where: names}
            self._context.remember(station)


def total(details: Json) -> float | None:
    """What is to be paid: with taxes, where the station tells both."""
    cost = details["totalCost"]["total"]
    found: float | None = cost.get("inclTax", cost.get("exclTax"))
    return found


def _place_of(station: Station, ocpp_id: str) -> str | None:
    """Where a transaction runs, or was the last one."""
    for where, connector in station.connectors.items():
        running = connector.transaction
        if running is not None and running.ocpp_id == ocpp_id:
            return where
    for where, connector in station.connectors.items():
        if connector.transaction is None and connector.ended_id == ocpp_id:
            return where
    return None
