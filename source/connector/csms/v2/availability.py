"""How EVSEs and connectors of 2.x are, in the one vocabulary of statuses."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from connector.csms import times
from connector.csms.availability import status_values
from connector.csms.context import Context, at
from connector.csms.events import (
    ChargingStateChanged,
    ConfirmationChanged,
    Event,
    Forgotten,
    StatusChanged,
    StatusHeard,
    StatusTold,
    TransactionEnded,
    TransactionStarted,
)
from connector.csms.places import grow_evse, place
from connector.csms.station import CONNECTORS_OF_EVSES, MAX_PLACES, STATION, Station
from connector.csms.times import Moment
from connector.csms.v2.statuses import (
    AVAILABLE,
    FINISHING,
    OCCUPIED,
    OUT_OF_USE,
    of_connectors,
    refined,
)
from connector.ocppj.frames import Call
from connector.sessions.handlers import Answer, Handler

Json = dict[str, Any]


_NO_VEHICLE = "Idle"
_ITSELF = 0
"""What is said of connector 0 is said of the EVSE; the newest word counts."""
_OLD_MS = 10_000


@dataclass(slots=True)
class EvseState:
    """What was said of one EVSE."""

    connectors: dict[int, str] = field(default_factory=dict)
    charging_state: str | None = None
    has_ended: bool = False
    """A transaction did, and the vehicle is still there."""
    running: str | None = None
    """The key of the transaction that began last, while we run."""

    @property
    def status(self) -> str | None:
        """As its connectors say; most EVSEs have one."""
        if len(self.connectors) == 1:
            [status] = self.connectors.values()
            return status
        if self.connectors.get(_ITSELF) in OUT_OF_USE:
            return self.connectors[_ITSELF]
        return of_connectors(self.connectors.values())


class Availability:
    """Handles what stations say of their status."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._states: dict[str, dict[int, EvseState]] = {}
        self.handlers: dict[str, Handler] = {"StatusNotification": self.on_status}
        events = context.events
        events.subscribe(StatusTold, self._on_told)
        events.subscribe(ChargingStateChanged, self._on_charging_state)
        events.subscribe(ConfirmationChanged, self._on_confirmation)
        events.subscribe(TransactionStarted, self._on_started)
        events.subscribe(TransactionEnded, self._on_ended)
        events.subscribe(Forgotten, self._on_forgotten)

    # -- what is heard

    def on_status(self, station: Station, call: Call) -> Answer:
        """StatusNotification."""
        payload = call.payload
        return Answer(
            {},
            lambda: self.take(
                station,
                (payload["evseId"], payload["connectorId"]),
                payload["connectorStatus"],
                payload["timestamp"],
            ),
        )

    def take(
        self, station: Station, numbers: tuple[int, int], status: str, text: str
    ) -> None:
        """A status of a connector, an EVSE (connector 0), or the station (0, 0)."""
        evse_id, connector_id = numbers
        now_ms = self._context.clock.now_ms()
        moment = times.judge(station, text, now_ms, is_live=True)
        if place(self._context, station, evse_id) is None:
            return
        if evse_id == 0:
            self._tell(station, STATION, status, moment)
            return
        if not 0 <= connector_id <= MAX_PLACES:
            return
        state = self._state(station, evse_id)
        if moment.is_queued and connector_id in state.connectors:
            return
        if connector_id:
            state.connectors.pop(_ITSELF, None)
        state.connectors[connector_id] = status
        if connector_id and state.status != OCCUPIED:
            state.has_ended = False
        self._tell_connectors(station, evse_id, state, moment)
        self._update(station, evse_id, moment)
        if not moment.is_queued:
            self._hear(station, evse_id, state)

    def _hear(self, station: Station, evse_id: int, state: EvseState) -> None:
        """What the EVSE says now, where all of its connectors are known."""
        known = station.learned.get(CONNECTORS_OF_EVSES, {}).get(str(evse_id), 1)
        status = state.status
        is_known = status is not None and len(state.connectors) >= known
        # One that runs without a vehicle does not need a connector.
        if is_known and state.charging_state != _NO_VEHICLE:
            heard = StatusHeard(station, str(evse_id), str(status))
            self._context.events.emit(heard)

    def _on_told(self, event: StatusTold) -> None:
        numbers = event.evse_id, event.connector_id
        self.take(event.station, numbers, event.status, event.time)

    def _on_charging_state(self, event: ChargingStateChanged) -> None:
        state = self._state(event.station, int(event.where))
        if state.charging_state == event.state:
            return
        state.charging_state = event.state
        self._update(event.station, int(event.where), self._now())

    def _on_confirmation(self, event: ConfirmationChanged) -> None:
        """How it charged before the restart is not how it does now."""
        where = event.transaction.where
        if self._of_event(event, where) is not None:
            self._update(event.station, int(where), self._now())

    def _on_started(self, event: TransactionStarted) -> None:
        state = self._of_event(event, event.transaction.where)
        if state is None:
            return
        state.running = event.transaction.key
        state.charging_state, state.has_ended = None, False
        self._update(event.station, int(event.transaction.where), self._now())

    def _on_ended(self, event: TransactionEnded) -> None:
        record = event.transaction
        state = self._of_event(event, record.where)
        if state is None or event.station.transaction(record.where) is not None:
            return
        # One of an earlier link says nothing of how it is now.
        is_old = (record.stop_ms or 0) < event.station.connected_ms - _OLD_MS
        if state.running != record.key and (is_old or state.running is not None):
            return
        has_left = state.charging_state == _NO_VEHICLE
        state.running = state.charging_state = None
        state.has_ended = True
        if state.status is None:
            status = AVAILABLE if has_left else FINISHING
            self._tell(event.station, record.where, status, self._now())
        else:
            self._update(event.station, int(record.where), self._now())

    def _of_event(self, event: Event, where: str) -> EvseState | None:
        """The EVSE that an event of a transaction is about, if it is one of 2.x."""
        is_evse = where in event.station.connectors and where != STATION
        if not (event.station.speaks_2 and is_evse):
            return None
        return self._state(event.station, int(where))

    def _on_forgotten(self, event: Forgotten) -> None:
        self._states.pop(event.station.identity, None)

    # -- what is told

    def _update(self, station: Station, evse_id: int, moment: Moment) -> None:
        where = str(evse_id)
        state = self._state(station, evse_id)
        connector = station.connector(where)
        is_sure = connector.unconfirmed_ms is None
        status = refined(
            state.status,
            state.charging_state if is_sure else None,
            runs=connector.transaction is not None,
            has_ended=state.has_ended,
        )
        if status is not None:
            self._tell(station, where, status, moment, state.status)

    def _tell_connectors(
        self, station: Station, evse_id: int, state: EvseState, moment: Moment
    ) -> None:
        """Connectors have places of their own once there are several."""
        numbers = [number for number in state.connectors if number]
        if max(numbers, default=0) <= 1:
            return
        grow_evse(self._context, station, evse_id, max(numbers))
        for number in numbers:
            status = state.connectors[number]
            refined_ = "Preparing" if status == OCCUPIED else status
            self._tell(station, f"{evse_id}.{number}", refined_, moment)

    def _tell(
        self,
        station: Station,
        where: str,
        status: str,
        moment: Moment,
        plain: str | None = None,
    ) -> None:
        values = status_values(where, status)
        if where != STATION and plain in (OCCUPIED, AVAILABLE):
            values[at(where, "plugged")] = plain == OCCUPIED
        self._context.tell(
            station, values, time_ms=moment.time_ms, is_queued=moment.is_queued
        )
        connector = station.connector(where)
        before, connector.status = connector.status, status
        if before != status:
            self._context.events.emit(StatusChanged(station, where, status))

    def _now(self) -> Moment:
        return Moment(self._context.clock.now_ms())

    def _state(self, station: Station, evse_id: int) -> EvseState:
        known = self._states.setdefault(station.identity, {})
        return known.setdefault(evse_id, EvseState())
