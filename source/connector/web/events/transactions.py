"""Transactions as they begin, change and end."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import orjson

from connector.csms import energy_records
from connector.csms.events import (
    ConfirmationChanged,
    TransactionChanged,
    TransactionEnded,
    TransactionStarted,
)
from connector.store.records import TransactionRecord
from connector.web.api.context import ApiContext
from connector.web.events.hub import Hub

KIND = "transaction"


class TransactionChanges:
    """Tells of them what their list tells."""

    kinds = frozenset({KIND})

    def __init__(self, context: ApiContext, hub: Hub) -> None:
        self._events = context.central_system.events
        self._stations = context.central_system.stations
        self._hub = hub
        self._unsubscribe: list[Callable[[], None]] = []

    def begin(self) -> None:
        """Somebody reads."""
        self._unsubscribe = [
            self._events.subscribe(TransactionStarted, self._on_change),
            self._events.subscribe(TransactionChanged, self._on_change),
            self._events.subscribe(ConfirmationChanged, self._on_change),
            self._events.subscribe(TransactionEnded, self._on_end),
        ]

    def end(self) -> None:
        """Nobody does."""
        for unsubscribe in self._unsubscribe:
            unsubscribe()

    def gather(self) -> None:
        """They are told as they happen."""

    def _on_change(
        self, event: TransactionStarted | TransactionChanged | ConfirmationChanged
    ) -> None:
        energy_wh = energy_records.running_wh(self._stations, event.transaction)
        self._tell(event.transaction, energy_wh)

    def _on_end(self, event: TransactionEnded) -> None:
        self._tell(event.transaction, event.energy_wh)

    def _tell(self, record: TransactionRecord, energy_wh: float | None) -> None:
        shown = energy_records.with_confirmation(
            self._stations, energy_records.shown(replace(record, energy_wh=energy_wh))
        )
        self._hub.publish(KIND, record.station, orjson.dumps(shown))
