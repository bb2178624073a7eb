"""Transactions of 1.6: kept before they are acknowledged, adopted, closed once.

A store that cannot write makes the station keep its message: InternalError.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Mapping
from typing import Any, TypeVar

from connector.csms import times
from connector.csms.adoption import Adoption
from connector.csms.closing import Closing
from connector.csms.context import Context
from connector.csms.events import StatusChanged
from connector.csms.places import is_connector
from connector.csms.running import Running, Stop
from connector.csms.station import STATION, Station
from connector.csms.stop_tokens import note_stop
from connector.csms.times import Moment
from connector.csms.token_verdicts import Showing
from connector.csms.tokens import Presented, Tokens
from connector.errors import RemoteProtocolError, StoreError
from connector.ocppj.frames import Call
from connector.ocppj.redaction import shorten
from connector.sessions.handlers import Answer, Handler
from connector.store.records import TransactionRecord, TransactionStart, TransactionStop

Json = dict[str, Any]
T = TypeVar("T")

logger = logging.getLogger(__name__)

_FREE = "Available"
_USUAL_REASON = "Local"
"""Of a stop that gives none."""
_LARGEST_KEPT = 2**63 - 1
"""SQLite's largest whole number; JSON has larger ones."""


class Transactions:
    """Handles starts and stops, and transactions that began without us."""

    def __init__(self, context: Context, tokens: Tokens) -> None:
        self._context = context
        self._tokens = tokens
        self.running = Running(context)
        self._adoption = Adoption(context, self.running)
        self.closing = Closing(context, self.running)
        self.handlers: dict[str, Handler] = {
            "StartTransaction": self.on_start,
            "StopTransaction": self.on_stop,
        }
        context.events.subscribe(StatusChanged, self._on_status)

    async def start(self, stations: Mapping[str, Station]) -> None:
        """Take up again those that were open, and remember what ended last.

        Raises:
            StoreError: the store cannot be used.
        """
        store = self._context.store
        since_ms = self._context.clock.now_ms() - times.DAY_MS
        kept = [
            *await store.closed_transactions(since_ms),
            *await store.open_transactions(),
        ]
        places: dict[tuple[str, str], list[TransactionRecord]] = {}
        for record in sorted(kept, key=_by_start):
            if record.station in stations and is_connector(record.where):
                places.setdefault((record.station, record.where), []).append(record)
        for (identity, _), records in places.items():
            await self.running.take_up(stations[identity], records)

    async def finish(self) -> None:
        """Wait for what is being written."""
        await self._adoption.finish()
        await self.running.unstopped.finish()
        await self.running.energies.finish()

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
        shown = Presented(station, str(payload["connectorId"]), payload["idTag"])
        may_ask = record.is_open and not moment.is_queued
        verdict = await self._kept(self._tokens.started(shown, record, may_ask=may_ask))
        info = self._tokens.info(station, verdict)
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
            lambda: self.running.begin(station, record, moment),
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
                    reservation_id=_reservation_id(payload),
                )
            )
        )

    async def _kept(self, writing: Awaitable[T]) -> T:
        try:
            return await writing
        except StoreError as problem:
            logger.log(problem.level, "a transaction could not be kept: %s", problem)
            raise RemoteProtocolError(
                "InternalError", "cannot be kept now, try again"
            ) from problem

    # -- stop

    async def on_stop(self, station: Station, call: Call) -> Answer:
        """StopTransaction; one for an unknown transaction is accepted, and logged."""
        payload = call.payload
        now_ms = self._context.clock.now_ms()
        moment = times.judge(station, payload["timestamp"], now_ms, is_live=False)
        ocpp_id = str(payload["transactionId"])
        id_token = payload.get("idTag")
        found = await self._kept(
            self._context.store.find_transaction(station.identity, ocpp_id)
        )
        why = payload.get("reason", _USUAL_REASON)
        answer = self._stop_info(station, id_token, found, why) if id_token else {}
        if found is None:
            logger.warning(
                "%s: stopped the unknown transaction %s at %s Wh",
                station.identity,
                ocpp_id,
                payload["meterStop"],
            )
            return Answer(answer, lambda: self._adoption.stopped(station, ocpp_id))
        kept = TransactionStop(
            moment.time_ms,
            float(payload["meterStop"]),
            why,
            id_token,
        )
        record = await self._kept(self._context.store.stop_transaction(found.key, kept))
        logger.info("%s: transaction %s stopped", station.identity, ocpp_id)
        stop = Stop(found, record, moment, payload.get("transactionData", []))
        return Answer(answer, lambda: self.running.end(station, stop))

    def _stop_info(
        self,
        station: Station,
        id_token: str,
        found: TransactionRecord | None,
        reason: str,
    ) -> Json:
        """What is said to the token that stops, where one does."""
        where, started_with = (found.where, found.id_token) if found else (STATION, "")
        showing = Showing.USED if reason == _USUAL_REASON else Showing.NAMED
        shown = Presented(station, where, id_token, showing=showing)
        verdict = self._tokens.stopped(shown, started_with)
        if found is not None:
            note_stop(self._tokens, shown, found)
        return {"idTagInfo": self._tokens.info(station, verdict)}

    # -- no stop

    def _on_status(self, event: StatusChanged) -> None:
        """A connector that is free has no transaction, whether it said so or not."""
        connector = event.station.connectors.get(event.where)
        if connector is not None and event.status == _FREE:
            now_ms = self._context.clock.now_ms()
            self.running.leave(event.station, connector, now_ms)


def _by_start(record: TransactionRecord) -> tuple[int, str]:
    return record.start_ms, record.key


def _reservation_id(payload: Json) -> int | None:
    """The reservation that is used; a start does not fail for one that is none."""
    found: int | None = payload.get("reservationId")
    return found if found is not None and abs(found) <= _LARGEST_KEPT else None
