"""The whole station: hardware tells it what is, its client what is wanted.

It decides who may charge and how much, and says what has to be told. Nothing here
waits, nothing knows a message: two threads of facts meet in `_settle`.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable
from typing import Protocol

from connector.station.core import settings as names
from connector.station.core.events import (
    AuthorizeWanted,
    CoreEvent,
    Measured,
    Reported,
    SessionEvent,
    StatusChanged,
)
from connector.station.core.evse import NO_ERROR, Evse
from connector.station.core.reservations import Reservation, Reservations
from connector.station.core.session import Session
from connector.station.core.settings import Variables
from connector.station.core.tokens import TokenBook, Verdict
from connector.station.core.transactions import Transactions, is_own
from connector.station.ids import new_key
from connector.station.model import StationModel
from connector.station.ports import Demand, Hardware, Plug, Token

_NEVER_MS = 2**63


class Offers(Protocol):
    """What charging profiles leave (`station.charging`); limits are in W."""

    def limit_w(self, evse: Evse, now_ms: int) -> tuple[float, int | None]:
        """What an EVSE may draw now, and on how many phases (None: all it has)."""

    def next_change_ms(self, now_ms: int) -> int | None:
        """When that may be another without anybody saying so."""

    def session_ended(self, evse: Evse) -> None:
        """The profiles of its transaction end with it."""


class StationCore:
    """One station without its connection to a central system."""

    def __init__(
        self,
        model: StationModel,
        hardware: Hardware,
        variables: Variables,
        offers: Offers,
        *,
        source: random.Random,
        on_events: Callable[[], None] = lambda: None,
    ) -> None:
        self.model = model
        self.hardware = hardware
        self.variables = variables
        self.offers = offers
        self.on_events = on_events
        """Called when there is something to take."""
        self.evses = {each.number: Evse(each) for each in model.evses}
        self.tokens = TokenBook(variables)
        self.reservations = Reservations(self.evses)
        self.is_online = False
        """A central system has accepted this station, and listens."""
        self.inoperative: set[int] = set()
        """Holds 0 where the whole station is switched off."""
        self._source = source
        self._events: list[CoreEvent] = []
        self._told: dict[tuple[int, int], tuple[str, str, str]] = {}
        self._offline_since_ms: int | None = None
        self._aligned_ms = 0
        self.transactions = Transactions(
            variables, hardware, self.emit, lambda: not self.is_online
        )

    # -- telling

    def emit(self, event: CoreEvent) -> None:
        """Something has to be told."""
        self._events.append(event)
        if len(self._events) == 1:
            self.on_events()

    def take_events(self) -> list[CoreEvent]:
        """What happened since it was asked last, in its order."""
        events, self._events = self._events, []
        return events

    def report(self, action: str, details: dict[str, object], now_ms: int) -> None:
        """Have the client tell something that only it knows how to write."""
        self.emit(Reported(action, details, now_ms))

    def forget_told(self, now_ms: int) -> None:
        """Tell every status anew, as after a boot."""
        self._told.clear()
        self._tell_statuses(now_ms)

    def status(self, evse: int, connector: int = 0) -> tuple[str, str, str]:
        """Status, error code and info of a connector; EVSE 0 is the station."""
        if evse == 0:
            status = "Unavailable" if self.inoperative else "Available"
            return status, NO_ERROR, ""
        found = self.evses[evse]
        code, info = found.error(connector)
        return found.status(connector or found.connector), code, info

    def _tell_statuses(self, now_ms: int) -> None:
        for number, evse in self.evses.items():
            for connector in range(1, len(evse.model.connectors) + 1):
                self._tell_status(number, connector, now_ms)
        self._tell_status(0, 0, now_ms)

    def _tell_status(self, evse: int, connector: int, now_ms: int) -> None:
        status = self.status(evse, connector)
        if self._told.get((evse, connector)) != status:
            self._told[evse, connector] = status
            word, code, info = status
            self.emit(StatusChanged(evse, connector, word, code, now_ms, info))

    # -- hardware tells (`ports.Told`)

    def plugged(self, evse: int, plug: Plug, now_ms: int, connector: int = 1) -> None:
        """The cable at a connector of an EVSE."""
        found = self.evses[evse]
        was_plugged = found.is_plugged
        found.plug = plug
        if found.is_plugged and not was_plugged:
            found.connector = connector
            self._arrived(found, now_ms)
        elif was_plugged and not found.is_plugged:
            self._left(found, now_ms)
        self._settle(found, now_ms)

    def _arrived(self, evse: Evse, now_ms: int) -> None:
        evse.is_finishing = False
        session = self._session(evse)
        session.connector = evse.connector
        session.was_plugged = True
        if evse.awaited is not None:
            token, evse.awaited = evse.awaited, None
            self._take_token(evse, token, now_ms)
        elif session.is_running:
            self.transactions.update(evse, "CablePluggedIn", now_ms)
        elif self.transactions.has_to_begin(evse):
            self.transactions.begin(evse, "CablePluggedIn", now_ms)

    def _left(self, evse: Evse, now_ms: int) -> None:
        evse.is_finishing = False
        evse.demand = Demand.IDLE
        evse.departure_ms, evse.energy_wanted_wh = None, 0.0
        if not evse.is_running:
            evse.session = None
        elif self.transactions.has_to_end(evse):
            self._end(evse, "EVCommunicationLost", "EVDisconnected", now_ms)
        else:
            self.transactions.update(evse, "EVCommunicationLost", now_ms)

    def demands(self, evse: int, demand: Demand, now_ms: int) -> None:
        """The vehicle takes power, or asks for none."""
        found = self.evses[evse]
        if found.demand is demand:
            return
        before = found.charging_state
        found.demand = demand
        self._settle(found, now_ms, before)

    def presented(self, token: Token, now_ms: int, evse: int | None = None) -> None:
        """A card; without an EVSE it is for the one where it makes sense."""
        verdict = self.tokens.decide(token, now_ms, is_online=self.is_online)
        number = evse or self._meant(token)
        found = self.evses[number]
        if self._stops(found, token, self.tokens.known(token, now_ms)):
            self.stop(found, "StopAuthorized", "Local", now_ms, token)
        elif verdict is None:
            self.emit(AuthorizeWanted(number, token, now_ms))
        else:
            self.authorized(number, token, verdict, now_ms)

    def fault(self, evse: int, error_code: str, now_ms: int, info: str = "") -> None:
        """Something is broken; what charges there is paused or ends."""
        found = self.evses[evse]
        before = found.charging_state
        if error_code == NO_ERROR:
            found.errors.pop(0, None)
        else:
            found.errors[0] = error_code, info
        self._settle(found, now_ms, before)

    def departs(self, evse: int, departure_ms: int | None, energy_wh: float) -> None:
        """When the vehicle wants to leave, and what it still wants (0: unknown)."""
        found = self.evses[evse]
        found.departure_ms, found.energy_wanted_wh = departure_ms, energy_wh

    def _meant(self, token: Token) -> int:
        """Where its own session is, else where a vehicle waits, else what is free."""
        evses = list(self.evses.values())
        tests: tuple[Callable[[Evse], bool], ...] = (
            lambda e: e.session is not None and is_own(e.session, token, None),
            lambda e: e.is_plugged and not e.is_running and e.is_operative(),
            lambda e: e.status(e.connector) in ("Available", "Reserved"),
        )
        for test in tests:
            for evse in evses:
                if test(evse):
                    return evse.number
        return evses[0].number

    def _stops(self, evse: Evse, token: Token, known: Verdict | None) -> bool:
        session = evse.session
        if session is None or not session.is_running or session.is_over:
            return False
        group = known.group if known else None
        master = self.variables.text(names.MASTER_GROUP)
        return is_own(session, token, group) or bool(master and group == master)

    # -- who may charge

    def authorized(self, evse: int, token: Token, verdict: Verdict, now_ms: int) -> str:
        """What was decided about a token that was presented; what becomes of it.

        ``Started``, ``Stopped``, ``Waiting`` for a vehicle, or why not.
        """
        found = self.evses[evse]
        running = found.session if found.is_running else None
        if running is not None and running.token is not None and not running.is_over:
            if self._stops(found, token, verdict):
                self.stop(found, "StopAuthorized", "Local", now_ms, token)
                return "Stopped"
            return "Occupied"
        if not verdict.is_accepted or self._is_master(verdict):
            return verdict.status
        may, reservation = self.reservations.of(evse, token, verdict.group)
        if not may:
            return "Reserved"
        return self._admit(found, token, verdict, reservation, now_ms)

    def _is_master(self, verdict: Verdict) -> bool:
        """A master pass stops, and does not start (2.x part 2, C16)."""
        master = self.variables.text(names.MASTER_GROUP)
        return bool(master) and verdict.group == master

    def _admit(
        self,
        evse: Evse,
        token: Token,
        verdict: Verdict,
        reservation: Reservation | None,
        now_ms: int,
    ) -> str:
        if not self.may_start(evse):
            return evse.status(evse.connector)
        if reservation is not None:
            self.reservations.cancel(reservation.id)
            self._session(evse).reservation_id = reservation.id
        if evse.is_plugged and not evse.is_finishing:
            self._take_token(evse, token, now_ms, verdict.group)
            self._settle(evse, now_ms)
            return "Started"
        evse.awaited = token
        waits_s = self.variables.number(names.CONNECTION_TIMEOUT_S) or 60.0
        evse.awaited_until_ms = now_ms + round(waits_s * 1000)
        session = self._session(evse)
        session.group = verdict.group
        self._settle(evse, now_ms)
        return "Waiting"

    def may_start(self, evse: Evse) -> bool:
        """Whether somebody may begin to charge there."""
        is_on = not self.inoperative and evse.is_operative(evse.connector)
        return is_on and evse.error(0)[0] == NO_ERROR

    def _take_token(
        self, evse: Evse, token: Token, now_ms: int, group: str | None = None
    ) -> None:
        session = self._session(evse)
        session.token, session.group = token, group or session.group
        trigger = "RemoteStart" if session.remote_start_id is not None else "Authorized"
        if session.is_running:
            self.transactions.update(evse, trigger, now_ms, token)
        elif self.transactions.has_to_begin(evse):
            self.transactions.begin(evse, trigger, now_ms)

    def _session(self, evse: Evse) -> Session:
        if evse.session is None:
            key = new_key(self._source)
            evse.session = Session(key, evse.number, evse.connector)
        return evse.session

    def deauthorized(self, session: Session, now_ms: int) -> None:
        """The central system does not accept the token of what already runs.

        1.6, `StopTransactionOnInvalidId`; 2.x part 2, E05.
        """
        evse = self.evses[session.evse]
        if evse.session is not session or not session.is_running:
            return
        before = evse.charging_state
        evse.is_paused = True
        if self.variables.flag(names.STOP_ON_INVALID):
            self.stop(evse, "Deauthorized", "DeAuthorized", now_ms)
        else:
            self.transactions.update(evse, "Deauthorized", now_ms)
            self._settle(evse, now_ms, before)

    # -- ends

    def stop(
        self,
        evse: Evse,
        trigger: str,
        reason: str,
        now_ms: int,
        token: Token | None = None,
    ) -> None:
        """Who charges, or somebody for them, stops it; the vehicle may stay."""
        session = evse.session
        if session is None or not session.is_running or session.is_over:
            return
        session.is_over = True
        evse.is_paused = True
        if self.transactions.has_to_end(evse):
            self._end(evse, trigger, reason, now_ms, token)
        else:
            self.transactions.update(evse, trigger, now_ms, token)
        self._settle(evse, now_ms)

    def end_all(self, reason: str, now_ms: int, evse: int = 0) -> None:
        """End what runs, at one EVSE or all, whatever its stop points are."""
        for number, found in self.evses.items():
            if evse in (0, number):
                self._end(found, "ResetCommand", reason, now_ms)
                self._settle(found, now_ms)

    def _end(
        self,
        evse: Evse,
        trigger: str,
        reason: str,
        now_ms: int,
        token: Token | None = None,
    ) -> None:
        self.transactions.end(evse, trigger, reason, now_ms, token)
        evse.is_paused = False
        self.offers.session_ended(evse)
        for connector, is_operative in evse.will_change.items():
            switch(evse.inoperative, connector, is_on=is_operative)
        evse.will_change.clear()

    # -- what follows from the facts

    def _settle(self, evse: Evse, now_ms: int, before: str | None = None) -> None:
        """Power follows the facts; then whoever listens is told."""
        before = evse.charging_state if before is None else before
        self._offer(evse, now_ms)
        if evse.is_running and evse.charging_state != before:
            self.transactions.update(evse, "ChargingStateChanged", now_ms)
        self._tell_statuses(now_ms)

    def _offer(self, evse: Evse, now_ms: int) -> None:
        may_flow = evse.may_flow and evse.is_running
        limit_w, phases = self._bound(evse, now_ms) if may_flow else (0.0, None)
        is_new = (limit_w, phases) != (evse.offered_w, evse.phases)
        evse.offered_w, evse.phases = limit_w, phases
        if is_new:
            self.hardware.offer(evse.number, limit_w, phases)
        if evse.is_running:
            self.hardware.contactor(evse.number, is_closed=may_flow)

    def _bound(self, evse: Evse, now_ms: int) -> tuple[float, int | None]:
        """The least of profiles, hardware, what cards say, and the offline limit."""
        limit_w, phases = self.offers.limit_w(evse, now_ms)
        bounds = [limit_w, evse.model.rating.max_power_w]
        if evse.session is not None:
            bounds += evse.session.limits.values()
        offline_w = self.model.offline_limit_w
        if not self.is_online and offline_w is not None:
            bounds.append(offline_w)
        return min(bounds), phases

    def offer_anew(self, now_ms: int) -> None:
        """Profiles, or the link, have changed: what is offered follows at once."""
        for evse in self.evses.values():
            self._settle(evse, now_ms)

    # -- time

    def step(self, now_ms: int) -> int:
        """Do what is due; gives when to come again at the latest (epoch ms)."""
        for evse in self.evses.values():
            self._step(evse, now_ms)
        self._tell_aligned(now_ms)
        for reservation in self.reservations.expired(now_ms):
            details = {"reservationId": reservation.id, "status": "Expired"}
            self.report("ReservationStatusUpdate", details, now_ms)
            self._tell_statuses(now_ms)
        return self._next_ms(now_ms)

    def _step(self, evse: Evse, now_ms: int) -> None:
        if evse.awaited is not None and now_ms >= evse.awaited_until_ms:
            self._give_up(evse, now_ms)
        if evse.is_running:
            self._settle(evse, now_ms)
            self._sample_if_due(evse, now_ms)

    def _give_up(self, evse: Evse, now_ms: int) -> None:
        """Nobody plugged in: who was authorized is so no more (2.x E03, 1.6 4.7)."""
        evse.awaited = None
        if evse.is_running:
            self._end(evse, "EVConnectTimeout", "Timeout", now_ms)
        else:
            evse.session = None
        self._settle(evse, now_ms)

    def _sample_if_due(self, evse: Evse, now_ms: int) -> None:
        session = evse.session
        interval_ms = self.variables.number(names.SAMPLE_INTERVAL_S) * 1000
        if session is None or not interval_ms:
            return
        if now_ms - session.sampled_ms >= interval_ms:
            session.sampled_ms = now_ms
            self.sample(evse, "MeterValuePeriodic", "Sample.Periodic", now_ms)

    def sample(self, evse: Evse, trigger: str, context: str, now_ms: int) -> None:
        """Tell the values of what runs at an EVSE."""
        name = names.UPDATED_MEASURANDS
        self.transactions.sample(evse, trigger, context, now_ms, name)

    def measure(self, evse: int, context: str, now_ms: int) -> None:
        """Tell the values of an EVSE, or the main meter, where nothing runs."""
        measurands = self.variables.items(
            names.ALIGNED_MEASURANDS
            if context == "Sample.Clock"
            else names.UPDATED_MEASURANDS
        )
        if measurands:
            reading = self.hardware.read(evse)
            self.emit(Measured(evse, now_ms, reading, measurands, context))

    def _tell_aligned(self, now_ms: int) -> None:
        interval_ms = round(self.variables.number(names.ALIGNED_INTERVAL_S) * 1000)
        if not interval_ms or now_ms < self._aligned_ms:
            return
        is_first = self._aligned_ms == 0
        # Counted from midnight UTC (1.6, ClockAlignedDataInterval).
        self._aligned_ms = now_ms - now_ms % 86_400_000 % interval_ms + interval_ms
        if is_first:
            return
        for number, evse in self.evses.items():
            if evse.is_running:
                name, trigger = names.ALIGNED_MEASURANDS, "MeterValueClock"
                context = "Sample.Clock"
                self.transactions.sample(evse, trigger, context, now_ms, name)
            else:
                self.measure(number, "Sample.Clock", now_ms)

    def _next_ms(self, now_ms: int) -> int:
        interval_ms = round(self.variables.number(names.SAMPLE_INTERVAL_S) * 1000)
        due: list[int | None] = [
            self.reservations.due_ms(),
            self.offers.next_change_ms(now_ms),
            self._aligned_ms or None,
        ]
        for evse in self.evses.values():
            if evse.awaited is not None:
                due.append(evse.awaited_until_ms)
            if evse.session is not None and evse.is_running and interval_ms:
                due.append(evse.session.sampled_ms + interval_ms)
        return max(now_ms + 1, min((d for d in due if d), default=_NEVER_MS))

    # -- for clients

    def running(self, key: str | None = None, id_16: int | None = None) -> Evse | None:
        """Where a transaction runs, by our key or by the number that 1.6 gave it."""
        for evse in self.evses.values():
            session = evse.session
            if session is None or not session.is_running:
                continue
            if session.key == key or (id_16 is not None and session.id_16 == id_16):
                return evse
        return None

    def all_running(self) -> Iterable[Session]:
        """The sessions whose transactions run."""
        return [e.session for e in self.evses.values() if e.session and e.is_running]


def switch(inoperative: set[int], number: int, *, is_on: bool) -> None:
    """Switch a connector, an EVSE or the station (0) on or off."""
    if is_on:
        inoperative.discard(number)
    else:
        inoperative.add(number)


__all__ = ["Offers", "SessionEvent", "StationCore", "switch"]
