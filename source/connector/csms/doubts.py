"""A station that restarts may have lost what it ran: that is doubted until it tells.

A doubt begins with a boot that nobody asked for. It is told once the station says what
does not go with the transaction, and gone once the station shows that it goes on: no
transaction is closed here. Doubts are kept over restarts of ours.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict

from connector.csms.context import Context
from connector.csms.doubt import Doubt
from connector.csms.events import (
    Booted,
    ConfirmationChanged,
    Held,
    StatusHeard,
    TransactionEnded,
    TransactionShown,
)
from connector.csms.station import Connector, Station

_LEARNED = "doubts"
"""In `Station.learned`: by place, the members of a `Doubt`."""
_BEFORE = "Preparing"
_WITHOUT = frozenset({"Available", "Reserved", _BEFORE})
"""Statuses in which nothing runs."""
_WITH = frozenset({"Charging", "Finishing", "SuspendedEV", "SuspendedEVSE"})
_SLACK_MS = 1000
"""Stations write whole seconds."""


class Doubts:
    """Begins them at boots, and ends them."""

    def __init__(self, context: Context) -> None:
        self._context = context
        events = context.events
        events.subscribe(Booted, self._on_boot)
        events.subscribe(Held, self._on_boot)
        events.subscribe(StatusHeard, self._on_status)
        events.subscribe(TransactionShown, self._on_shown)
        events.subscribe(TransactionEnded, self._on_ended)

    async def start(self, stations: Mapping[str, Station]) -> None:
        """Take up those about what still runs."""
        for station in stations.values():
            for where, members in station.learned.get(_LEARNED, {}).items():
                connector = station.connectors.get(where)
                if connector is not None:
                    connector.doubt = Doubt(**members)

    async def finish(self) -> None:
        """Nothing is waited for."""

    # -- they begin

    def _on_boot(self, event: Booted | Held) -> None:
        if event.is_asked:
            return
        now_ms = self._context.clock.now_ms()
        for connector in event.station.connectors.values():
            running = connector.transaction
            if running is not None and connector.doubted is None:
                connector.doubt = Doubt(running.key, now_ms, connector.status)
        self._keep(event.station)

    # -- they are told, or gone

    def _on_status(self, event: StatusHeard) -> None:
        connector = event.station.connector(event.where)
        doubt = connector.doubted
        if doubt is None:
            return
        if event.status in _WITH:
            self._confirm(event.station, connector)
        elif event.status in _WITHOUT and not _was_before(doubt, event.status):
            self._tell(event.station, connector, doubt)

    def _on_shown(self, event: TransactionShown) -> None:
        connector = event.station.connector(event.where)
        running, doubt = connector.transaction, connector.doubted
        if running is None or doubt is None:
            return
        if event.transaction.key == doubt.key:
            # Values of before the restart may come after it.
            lag_ms = event.station.clock_lag_ms or 0
            if event.time_ms + lag_ms >= doubt.since_ms - _SLACK_MS:
                self._confirm(event.station, connector)
        elif event.transaction.start_ms > running.start_ms:
            self._tell(event.station, connector, doubt)

    def _tell(self, station: Station, connector: Connector, doubt: Doubt) -> None:
        if doubt.is_told:
            return
        doubt.is_told = True
        self._keep(station)
        self._emit(station, connector)

    def _confirm(self, station: Station, connector: Connector) -> None:
        was_told = connector.unconfirmed_ms is not None
        connector.doubt = None
        self._keep(station)
        if was_told:
            self._emit(station, connector)

    def _emit(self, station: Station, connector: Connector) -> None:
        if connector.transaction is not None:
            changed = ConfirmationChanged(station, connector.transaction)
            self._context.events.emit(changed)

    def _on_ended(self, event: TransactionEnded) -> None:
        connector = event.station.connectors.get(event.transaction.where)
        doubt = connector.doubt if connector is not None else None
        if connector is not None and doubt and doubt.key == event.transaction.key:
            connector.doubt = None
            self._keep(event.station)

    def _keep(self, station: Station) -> None:
        found = {
            connector.where: asdict(connector.doubted)
            for connector in station.connectors.values()
            if connector.doubted is not None
        }
        if found == station.learned.get(_LEARNED, {}):
            return
        station.learned.pop(_LEARNED, None)
        if found:
            station.learned[_LEARNED] = found
        self._context.remember(station)


def _was_before(doubt: Doubt, status: str) -> bool:
    """Whether it ran with that status before: some wait so for the vehicle."""
    return status == _BEFORE == doubt.status
