"""Reservations (1.6, sections 3.11, 5.1, 5.13; 2.x, block H): who may charge where.

What holds is what the station answered, whoever asked it: a command, a request, `call`.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from connector.csms.clock import Timer
from connector.csms.context import Context
from connector.csms.events import (
    Answered,
    Forgotten,
    TransactionChanged,
    TransactionStarted,
)
from connector.csms.reservation_wires import requests_of
from connector.csms.reservation_writer import ReservationWriter
from connector.csms.station import STATION, Station
from connector.csms.tokens import Tokens
from connector.csms.v2.connector_types import connector_type
from connector.ocppj.frames import Call
from connector.ocppj.redaction import shorten
from connector.sessions.handlers import Answer, Handler
from connector.store.identifiers import ulid
from connector.store.records import (
    ReservationRecord,
    ReservationStatus,
    TransactionRecord,
)

Json = dict[str, Any]

logger = logging.getLogger(__name__)

_CLOCK_IS_LOOKED_AT_S = 3600.0
"""The time of day may jump, a timer does not hear of it."""
_SLACK_MS = 10_000
ANY_TYPE = "any"
_UPDATES: dict[str, ReservationStatus] = {
    "Expired": "Expired",
    "Removed": "Removed",
    "NoTransaction": "NoTransaction",
}
"""What a station tells in ReservationStatusUpdate, and how it is kept."""


class Reservations:
    """Keeps those in force until they are used, cancelled, replaced, or expire."""

    def __init__(self, context: Context, tokens: Tokens) -> None:
        self.handlers: dict[str, Handler] = {}
        self.handlers_2: dict[str, Handler] = {
            "ReservationStatusUpdate": self.on_update
        }
        self._context = context
        self._tokens = tokens
        self._stations: Mapping[str, Station] = {}
        self._open: dict[str, dict[int, ReservationRecord]] = {}
        """By station and reservation id."""
        self._timers: dict[str, Timer] = {}
        self._writer = ReservationWriter(context.store, context.clock)
        context.events.subscribe(Answered, self._on_answered)
        context.events.subscribe(TransactionStarted, self._on_transaction)
        context.events.subscribe(TransactionChanged, self._on_changed)
        context.events.subscribe(Forgotten, self._on_forgotten)

    # -- life

    async def start(self, stations: Mapping[str, Station]) -> None:
        """Take up again those that were in force when we stopped.

        Raises:
            StoreError: the store cannot be used.
        """
        self._stations = stations
        for record in await self._context.store.open_reservations():
            station = stations.get(record.station)
            if station is not None:
                self._hold(station, record)
        for identity in list(self._open):
            self._match_running(stations[identity])

    def _match_running(self, station: Station) -> None:
        """A transaction may have been kept, and the use of its reservation not."""
        for connector in station.connectors.values():
            if connector.transaction is not None:
                self._match(station, connector.transaction)

    async def finish(self) -> None:
        """Wait for what is being written."""
        for timer in self._timers.values():
            timer.cancel()
        self._timers.clear()
        await self._writer.finish()

    # -- asking the station

    async def request(self, station: Station, where: str, payload: Json) -> Json:
        """The ReserveNow that somebody asks for, with an id of ours if none is given.

        Raises:
            LocalProtocolError: members are missing, or mean nothing.
            StoreError: there is no new id.
        """
        now_ms, store = self._context.clock.now_ms(), self._context.store
        requests = requests_of(station)
        asked = requests.read(payload, where, now_ms)
        if "." in where and "connectorType" not in asked:
            # 2.x reserves EVSEs; what tells their connectors apart is the type.
            type_ = await connector_type(store, station, where)
            asked |= {} if type_ is None else {"connectorType": type_}
        if requests.ID not in asked:
            asked[requests.ID] = await store.next_reservation_id(station.identity)
        return requests.on_the_wire(asked, station)

    async def reserve(self, station: Station, request: Json) -> Json:
        """ReserveNow; gives the wire response once what follows is kept.

        Raises:
            ConnectorError: as `Station.call`.
        """
        answer = await station.call("ReserveNow", request)
        await self._writer.wait()
        return answer

    async def cancel(self, station: Station, reservation_id: int) -> Json:
        """CancelReservation; gives the wire response once what follows is kept.

        Raises:
            ConnectorError: as `Station.call`.
        """
        payload = {"reservationId": reservation_id}
        answer = await station.call("CancelReservation", payload)
        await self._writer.wait()
        return answer

    @property
    def are_kept(self) -> bool:
        """Whether all that is known is written."""
        return self._writer.is_done

    def in_force(self, station: Station) -> list[ReservationRecord]:
        """Those of a station, oldest first."""
        return list(self._open.get(station.identity, {}).values())

    # -- what the station says

    def on_update(self, station: Station, call: Call) -> Answer:
        """ReservationStatusUpdate (2.x)."""
        number = int(call.payload["reservationId"])
        told = call.payload["reservationUpdateStatus"]
        status = _UPDATES.get(told, "Removed")
        return Answer({}, lambda: self._end(station, number, status))

    def _on_answered(self, event: Answered) -> None:
        match event.action, event.answer.get("status"):
            case "ReserveNow", "Accepted":
                self._made(event.station, event.payload)
            case "CancelReservation", "Accepted":
                self._end(event.station, event.payload["reservationId"], "Cancelled")
            case "CancelReservation", "Rejected":
                # The station has no such reservation (1.6, section 5.1).
                self._end(event.station, event.payload["reservationId"], "Removed")

    def _made(self, station: Station, payload: Json) -> None:
        if self._stations.get(station.identity) is not station:
            return  # forgotten while it answered
        now_ms = self._context.clock.now_ms()
        requests = requests_of(station)
        record = requests.record(ulid(), station, payload, now_ms)
        if record is None:
            logger.warning(
                "%s: reservation %s until %s cannot be followed",
                station.identity,
                payload[requests.ID],
                payload[requests.EXPIRY],
            )
            return
        # 1.6, section 5.13: the same id again replaces the reservation.
        before = self._close(station, record.reservation_id, "Replaced")
        logger.info(
            "%s: reservation %d at %s for %s",
            station.identity,
            record.reservation_id,
            record.where,
            shorten(record.id_token),
        )
        self._writer.keep(record)
        self._hold(station, record)
        if before is not None and before.where != record.where:
            self._show(station, before.where)

    def _hold(self, station: Station, record: ReservationRecord) -> None:
        """It is in force, and seen."""
        self._open.setdefault(record.station, {})[record.reservation_id] = record
        if self._watch(station, record):
            self._show(station, record.where)

    def _watch(self, station: Station, record: ReservationRecord) -> bool:
        """End it if it expired, else look again later; whether it is in force."""
        left_ms = record.expiry_ms - self._context.clock.now_ms()
        if left_ms <= 0:
            self._end(station, record.reservation_id, "Expired")
            return False
        self._timers[record.key] = self._context.clock.call_later(
            min(left_ms / 1000, _CLOCK_IS_LOOKED_AT_S),
            lambda: self._watch(station, record),
        )
        return True

    def _end(
        self, station: Station, reservation_id: int, status: ReservationStatus
    ) -> None:
        record = self._close(station, reservation_id, status)
        if record is not None:
            self._show(station, record.where)

    def _close(
        self, station: Station, reservation_id: int, status: ReservationStatus
    ) -> ReservationRecord | None:
        """End one that is in force; gives it as it was."""
        records = self._open.get(station.identity, {})
        record = records.pop(reservation_id, None)
        if record is None:
            return None
        if not records:
            del self._open[station.identity]
        self._cancel_timer(record)
        now_ms = self._context.clock.now_ms()
        self._writer.keep(replace(record, status=status, ended_ms=now_ms))
        logger.info("%s: reservation %d: %s", station.identity, reservation_id, status)
        return record

    def _cancel_timer(self, record: ReservationRecord) -> None:
        timer = self._timers.pop(record.key, None)
        if timer is not None:
            timer.cancel()

    def _show(self, station: Station, where: str) -> None:
        """The newest at a place, where the station has such a place."""
        if where not in (STATION, *station.places):
            return
        records = self._open.get(station.identity, {}).values()
        ids = [r.reservation_id for r in records if r.where == where]
        newest = ids[-1] if ids else None
        self._context.tell_state(station, where, {"reservation_id": newest})

    # -- what becomes of them

    def _on_transaction(self, event: TransactionStarted) -> None:
        if event.station.identity in self._open:
            self._match(event.station, event.transaction)

    def _on_changed(self, event: TransactionChanged) -> None:
        """2.x may tell of its token, and of what was reserved for it, later."""
        if event.station.identity in self._open:
            self._use(event.station, event.transaction)

    def _match(self, station: Station, transaction: TransactionRecord) -> None:
        """A start uses a reservation, or takes what is somebody else's."""
        if self._use(station, transaction):
            return
        here = list(self._before(station, transaction))
        if here and here[0].where == transaction.where and transaction.id_token:
            logger.warning(
                "%s: %s charges at %s, which reservation %d keeps for %s",
                station.identity,
                shorten(transaction.id_token),
                transaction.where,
                here[0].reservation_id,
                shorten(here[0].id_token),
            )

    def _use(self, station: Station, transaction: TransactionRecord) -> bool:
        """End the reservation that it names, or that its token has there."""
        records = self._open.get(station.identity, {})
        named = transaction.reservation_id
        used = None if named is None else records.get(named)
        here = self._before(station, transaction)
        used = used or next((r for r in here if self._is_for(r, transaction)), None)
        if used is not None:
            self._end(station, used.reservation_id, "Used")
        return used is not None

    def _before(
        self, station: Station, transaction: TransactionRecord
    ) -> Iterator[ReservationRecord]:
        """Those at the place of a transaction, then those at any, made before it."""
        start_ms = transaction.start_ms + (station.clock_lag_ms or 0) + _SLACK_MS
        records = self._open.get(station.identity, {}).values()
        for where in (transaction.where, STATION):
            yield from (
                r for r in records if r.where == where and r.made_ms <= start_ms
            )

    def _is_for(
        self, record: ReservationRecord, transaction: TransactionRecord
    ) -> bool:
        """Whether the token, or its group, is who it is reserved for."""
        id_token = transaction.id_token
        if not id_token:
            return False
        if record.id_token.lower() == id_token.lower():
            return _is_same(record.type, transaction.token_type)
        type_ = transaction.token_type or ANY_TYPE
        group = self._tokens.group_of(id_token, type_)
        return bool(group and record.group and group.lower() == record.group.lower())

    def _on_forgotten(self, event: Forgotten) -> None:
        for record in self._open.pop(event.station.identity, {}).values():
            self._cancel_timer(record)
        self._writer.forget(event.station.identity)


def _is_same(reserved: str, used: str | None) -> bool:
    """Whether two types of tokens may be one; 1.6 has no types."""
    return used is None or ANY_TYPE in (reserved, used) or reserved == used
