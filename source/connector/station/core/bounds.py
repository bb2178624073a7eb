"""Watches the bounds of what runs, and holds power back where one is reached."""

from __future__ import annotations

from dataclasses import dataclass

from connector.station.core import limits
from connector.station.core import settings as names
from connector.station.core.evse import Evse
from connector.station.core.limits import TransactionLimit
from connector.station.core.session import Session
from connector.station.core.sessions import Sessions


@dataclass(slots=True)
class Bounds:
    """Limits of transactions, which sessions come to while time passes."""

    sessions: Sessions

    def set_limit(
        self, evse: Evse, limit: TransactionLimit | None, now_ms: int
    ) -> None:
        """Another limit; who was held back by the last one may go on (2.1, E16)."""
        session = evse.session
        if session is None:
            return
        session.limit = limit
        if session.is_exhausted:
            session.is_exhausted, session.stopped_reason = False, None
        if limit is not None:
            self.sessions.transactions.update(evse, "LimitSet", now_ms)
        self.check(evse, now_ms)
        self.sessions.settle(evse, now_ms)

    def check(self, evse: Evse, now_ms: int) -> None:
        """Look at what bounds a session."""
        session = evse.session
        if session is None or not session.is_running or not limits.is_bounded(session):
            return
        reading = self.sessions.site.hardware.read(evse.number)
        trigger = limits.reached(session, reading, now_ms)
        if trigger is not None and not session.is_exhausted and not session.is_over:
            session.is_exhausted = True
            session.stopped_reason = limits.reason(trigger)
            self._hold_back(evse, trigger, now_ms)
        elif self._has_had_enough(session, reading.energy_wh):
            session.is_invalid, session.stopped_reason = True, "DeAuthorized"
            self._hold_back(evse, "Deauthorized", now_ms)

    def _has_had_enough(self, session: Session, energy_wh: float) -> bool:
        start_wh = session.invalid_from_wh
        if start_wh is None or session.is_invalid or session.is_over:
            return False
        return energy_wh - start_wh >= self._most_invalid_wh()

    def _most_invalid_wh(self) -> float:
        return self.sessions.site.variables.number(names.MOST_INVALID_WH)

    def _hold_back(self, evse: Evse, trigger: str, now_ms: int) -> None:
        self.sessions.power.offer(evse, now_ms, may_flow=False)
        self.sessions.transactions.update(evse, trigger, now_ms)
        self.sessions.settle(evse, now_ms)

    def due_ms(self, evse: Evse, now_ms: int) -> int | None:
        """When to look again."""
        session = evse.session
        if session is None or not session.is_running or not limits.is_bounded(session):
            return None
        energy_wh = self.sessions.site.hardware.read(evse.number).energy_wh
        most_wh, power_w = self._most_invalid_wh(), evse.offered_w
        return limits.due_ms(session, energy_wh, most_wh, power_w, now_ms)
