"""How sessions go on and end: two threads of facts meet in `settle`."""

from __future__ import annotations

from dataclasses import dataclass

from connector.station.core import needs
from connector.station.core import settings as names
from connector.station.core.events import ResetDue
from connector.station.core.evse import Evse
from connector.station.core.power import Power
from connector.station.core.site import Site
from connector.station.core.telling import Telling
from connector.station.core.transactions import (
    ENERGY_TRANSFER,
    POWER_PATH,
    Transactions,
)
from connector.station.ports import Demand, Token

CHANGED = "ChargingStateChanged"


@dataclass(slots=True)
class Sessions:
    """Begins, goes on with and ends what is at an EVSE."""

    site: Site
    telling: Telling
    transactions: Transactions
    power: Power

    # -- what follows from the facts

    def settle(self, evse: Evse, now_ms: int, trigger: str = CHANGED) -> None:
        """Power follows the facts; then whoever listens is told."""
        self._begin_if_due(evse, trigger, now_ms)
        self._offer(evse, now_ms)
        self._begin_if_due(evse, CHANGED, now_ms)
        self._tell_state(evse, trigger, now_ms)
        self._reset_if_idle(now_ms)
        if self.site.reservations:
            self.site.reservations.mark()
            self.telling.statuses(now_ms)
        else:
            self.telling.statuses_of(evse, now_ms)

    def _offer(self, evse: Evse, now_ms: int) -> None:
        """The others get less before this one begins, and more after it has ended."""
        was_taking, evse.takes_power = evse.takes_power, self._may_flow(evse)
        if evse.takes_power and not was_taking:
            self._offer_others(evse, now_ms)
        self.power.offer(evse, now_ms, may_flow=evse.takes_power)
        if was_taking and not evse.takes_power:
            self._offer_others(evse, now_ms)

    def _offer_others(self, evse: Evse, now_ms: int) -> None:
        for other in self.power.less_first(now_ms):
            if other is not evse and other.takes_power and self._may_flow(other):
                self.power.offer(other, now_ms, may_flow=True)
                self._tell_state(other, CHANGED, now_ms)
                self.telling.statuses_of(other, now_ms)

    def _may_flow(self, evse: Evse) -> bool:
        """Only in a transaction, save where the flow is what begins it."""
        if not evse.may_flow:
            return False
        is_first = ENERGY_TRANSFER in self.transactions.starts()
        return evse.is_running or (is_first and self.site.may_start(evse))

    def _tell_state(self, evse: Evse, trigger: str, now_ms: int) -> None:
        session = evse.session
        if session is None or not session.is_running:
            return
        state = evse.charging_state
        session.has_transferred |= state == "Charging"
        if self.transactions.has_to_end(evse):
            why = "StoppedByEV" if state == "SuspendedEV" else "Other"
            self.end(evse, trigger, why, now_ms)
            self._offer(evse, now_ms)
        elif state != session.told_state:
            self.transactions.update(evse, trigger, now_ms)

    def note(
        self, evse: Evse, trigger: str, now_ms: int, token: Token | None = None
    ) -> None:
        """Something happened that a transaction begins with, or tells."""
        if evse.is_running:
            self.transactions.update(evse, trigger, now_ms, token)
            self._use_reservation(evse, now_ms)
        else:
            self._begin_if_due(evse, trigger, now_ms)

    def _begin_if_due(self, evse: Evse, trigger: str, now_ms: int) -> None:
        if self.transactions.has_to_begin(evse) and self.site.may_start(evse):
            self.transactions.begin(evse, trigger, now_ms)
            self._use_reservation(evse, now_ms)
            self.tell_needs(evse, now_ms)

    def _use_reservation(self, evse: Evse, now_ms: int) -> None:
        """It ends with the transaction that it was for (1.6, 5.13; 2.x H03)."""
        session = evse.session
        if session is None or session.reservation_id is None:
            return
        if self.site.reservations.cancel(session.reservation_id) is not None:
            for other in self.site.evses.values():
                if other is not evse:
                    self.telling.statuses_of(other, now_ms)

    # -- vehicles

    def tell_needs(self, evse: Evse, now_ms: int) -> None:
        """What a vehicle has said is of use in a transaction (2.x part 2, K15)."""
        if evse.needs is not None and evse.is_running:
            details = needs.details_of(evse.number, evse.needs)
            evse.needs = None
            self.telling.report(needs.ACTION, details, now_ms)

    def arrived(self, evse: Evse, connector: int, now_ms: int) -> None:
        """A cable was plugged in."""
        evse.is_spent, evse.connector, evse.waits_until_ms = False, connector, None
        session = self.site.session(evse)
        session.connector = connector
        session.was_plugged = True
        trigger = "TxResumed" if session.resumes else "CablePluggedIn"
        if session.resumes:
            session.resumes = False
            session.stopped_reason = session.stopped_reason if session.is_over else None
        self.note(evse, trigger, now_ms)

    def left(self, evse: Evse, now_ms: int) -> None:
        """A cable was pulled out (2.x part 2, E09 and E10; 1.6, 4.10)."""
        evse.demand = Demand.IDLE
        evse.departure_ms, evse.energy_wanted_wh, evse.needs = None, 0.0, None
        session = evse.session
        if session is None or not session.is_running:
            self.abandon(evse)
            return
        if self.site.variables.flag(names.STOP_ON_UNPLUG) and not session.is_over:
            session.is_over, session.stopped_reason = True, "EVDisconnected"
        if self.transactions.has_to_end(evse):
            reason = session.stopped_reason or "EVDisconnected"
            self.end(evse, "EVCommunicationLost", reason, now_ms)
            return
        self.transactions.update(evse, "EVCommunicationLost", now_ms)
        if POWER_PATH not in self.transactions.stops():
            # E10: who does not come back in time is deauthorized.
            evse.waits_until_ms = now_ms + self.site.connection_timeout_ms()

    def in_bay(self, evse: Evse, now_ms: int, *, is_occupied: bool) -> None:
        """A parking bay detector sees a vehicle, or none any more."""
        if evse.is_in_bay is is_occupied:
            return
        evse.is_in_bay = is_occupied
        if is_occupied:
            evse.is_spent = False
            self.site.session(evse).was_in_bay = True
            self.note(evse, "EVDetected", now_ms)
        elif self.transactions.has_to_end(evse):
            self.end(evse, "EVDeparted", "EVDisconnected", now_ms)
        elif evse.is_running:
            self.transactions.update(evse, "EVDeparted", now_ms)
        elif not evse.is_plugged and evse.awaited is None:
            self.abandon(evse)

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
        if session is None or session.is_over:
            return
        if not session.is_running:
            self.abandon(evse)
        else:
            session.is_over, session.stopped_reason = True, reason
            if self.transactions.has_to_end(evse):
                self.end(evse, trigger, reason, now_ms, token)
            else:
                self.power.offer(evse, now_ms, may_flow=False)
                self.power.lock(evse, is_locked=False)
                self.transactions.update(evse, trigger, now_ms, token)
        self.settle(evse, now_ms)

    def end_all(
        self, reason: str, now_ms: int, evse: int = 0, trigger: str = "ResetCommand"
    ) -> None:
        """End what runs, at one EVSE or all, whatever its stop points are."""
        for number, found in self.site.evses.items():
            if evse in (0, number):
                if found.is_running:
                    self.end(found, trigger, reason, now_ms)
                else:
                    self.abandon(found)
                self.settle(found, now_ms)

    def end(
        self,
        evse: Evse,
        trigger: str,
        reason: str,
        now_ms: int,
        token: Token | None = None,
    ) -> None:
        """End a transaction; power is off before that is told."""
        session = evse.session
        if session is None or not session.is_running:
            return
        why = session.stopped_reason or reason
        self.power.offer(evse, now_ms, may_flow=False)
        self._release(evse)
        self.transactions.end(evse, trigger, why, now_ms, token)
        self.site.offers.session_ended(evse)
        self._change_availability(evse)

    def _release(self, evse: Evse) -> None:
        """The cable is free with the end of a transaction (1.6, 4.10; 2.x E09).

        One that was pulled out at the vehicle's side waits for the card, unless
        UnlockOnEVSideDisconnect.
        """
        frees = self.site.variables.flag(names.UNLOCKS_ON_UNPLUG)
        if evse.is_plugged or frees or not evse.is_locked or evse.session is None:
            self.power.lock(evse, is_locked=False)
        else:
            evse.locked_for = evse.session.token

    def _change_availability(self, evse: Evse) -> None:
        for connector, is_operative in evse.will_change.items():
            switch(evse.inoperative, connector, is_on=is_operative)
        evse.will_change.clear()

    def abandon(self, evse: Evse) -> None:
        """What was no transaction yet ends without a word; a vehicle may stay."""
        had_token = evse.session is not None and evse.session.token is not None
        evse.session, evse.waits_until_ms, evse.asked = None, None, None
        self.power.lock(evse, is_locked=False)
        self.site.offers.session_ended(evse)
        self._change_availability(evse)
        if evse.is_plugged or evse.is_in_bay:
            evse.is_spent |= had_token
            self.site.session(evse)

    def give_up(self, evse: Evse, now_ms: int) -> None:
        """Nobody plugged in: who was authorized is so no more (E03, E10; 1.6 4.7)."""
        evse.waits_until_ms = None
        session = evse.session
        if session is None or not session.is_running:
            self.abandon(evse)
        else:
            session.is_over = True
            session.stopped_reason = session.stopped_reason or "Timeout"
            if self.transactions.has_to_end(evse):
                self.end(evse, "EVConnectTimeout", "Timeout", now_ms)
            else:
                self.transactions.update(evse, "EVConnectTimeout", now_ms)
        self.settle(evse, now_ms)

    # -- resets that wait

    def _reset_if_idle(self, now_ms: int) -> None:
        pending = self.site.reset
        if pending is None:
            return
        chosen = [e for e in self.site.evses.values() if pending.evse in (0, e.number)]
        if not any(evse.is_busy for evse in chosen):
            self.site.reset = None
            self.telling.emit(ResetDue(pending.evse, pending.is_hard, now_ms))


def switch(inoperative: set[int], number: int, *, is_on: bool) -> None:
    """Switch a connector, an EVSE or the station on or off."""
    if is_on:
        inoperative.discard(number)
    else:
        inoperative.add(number)
