"""An operator closes a transaction whose stop will never come.

If it does come, it counts: what the station measured is nearer to the truth.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping

from connector.csms.context import Context
from connector.csms.running import Running
from connector.csms.station import Connector, Station
from connector.store.records import (
    CLOSED_BY_OPERATOR,
    TransactionRecord,
    TransactionStop,
)

logger = logging.getLogger(__name__)


class Closing:
    """Closes records that are stale."""

    def __init__(self, context: Context, running: Running) -> None:
        self._context = context
        self._running = running

    async def close(
        self, stations: Mapping[str, Station], key: str
    ) -> TransactionRecord | None:
        """Close one; gives it as it is then, None where there is no such record.

        One that is closed stays as it is. It ends when its last values came; one that
        runs at a station with a link, for all that is known, ends now.

        Raises:
            StoreError: it cannot be kept; then nothing has changed.
        """
        record = await self._context.store.transaction(key)
        if record is None or not record.is_open:
            return record
        station = stations.get(record.station)
        connector = _place(station, record)
        meter = connector.meter if connector is not None else None
        if meter is None:
            meter = await self._running.kept_meter(record)
        stop_ms = await self._stop_ms(record, station, connector)
        stop = TransactionStop(
            max(stop_ms, record.start_ms), meter.register_wh, CLOSED_BY_OPERATOR
        )
        kept = await self._context.store.stop_transaction(key, stop)
        if kept.reason != CLOSED_BY_OPERATOR or station is None:
            # The station was faster, or nobody shows it.
            return kept
        logger.info(
            "%s: transaction %s is closed by an operator", kept.station, kept.ocpp_id
        )
        connector = _place(station, record)
        if connector is None:
            self._running.tell_end(station, kept, meter.energy_wh)
        else:
            self._running.clear(station, connector, kept, meter)
        return kept

    async def _stop_ms(
        self,
        record: TransactionRecord,
        station: Station | None,
        connector: Connector | None,
    ) -> int:
        last_ms = self._context.clock.now_ms()
        if station is not None and connector is not None:
            if connector.unconfirmed_ms is not None:
                last_ms = connector.unconfirmed_ms
            elif station.is_connected:
                return last_ms
        samples = await self._context.store.samples(record.key, newest=1)
        return samples[-1].time_ms if samples else last_ms


def _place(station: Station | None, record: TransactionRecord) -> Connector | None:
    """The connector at which it runs."""
    connector = station.connectors.get(record.where) if station else None
    running = connector.transaction if connector else None
    return connector if running is not None and running.key == record.key else None
