"""When a transaction begins and ends, and what is told of it.

2.x names the points (TxStartPoint, TxStopPoint; part 2, E01 and E06); the transactions
of 1.6 are those of PowerPathClosed.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from connector.station.core import settings as names
from connector.station.core.events import SessionEvent
from connector.station.core.evse import Evse
from connector.station.core.session import Session
from connector.station.core.settings import Variables
from connector.station.ports import Hardware, Reading, Token

POWER_PATH = "PowerPathClosed"
_BEGIN, _PERIODIC, _END = "Transaction.Begin", "Sample.Periodic", "Transaction.End"


def points(evse: Evse) -> frozenset[str]:
    """The points of 2.x that hold at an EVSE now."""
    session = evse.session
    is_authorized = session is not None and session.token is not None
    is_closed = evse.is_plugged and is_authorized and not evse.is_paused
    held = {
        "EVConnected": evse.is_plugged,
        "Authorized": is_authorized,
        POWER_PATH: is_closed,
        "DataSigned": is_closed,
        "EnergyTransfer": is_closed and evse.charging_state == "Charging",
    }
    return frozenset(name for name, holds in held.items() if holds)


@dataclass(slots=True)
class Transactions:
    """Begins and ends them; every event has its number, and none is told twice."""

    variables: Variables
    hardware: Hardware
    emit: Callable[[SessionEvent], None]
    is_offline: Callable[[], bool]

    def _points(self, name: str) -> frozenset[str]:
        return frozenset(self.variables.items(name)) or frozenset({POWER_PATH})

    def has_to_begin(self, evse: Evse) -> bool:
        """Whether one of its start points holds."""
        return bool(self._points(names.START_POINTS) & points(evse))

    def has_to_end(self, evse: Evse) -> bool:
        """Whether a stop point that held does no more.

        What pauses power does not end it; who leaves does, where the variables say so.
        """
        stops = self._points(names.STOP_POINTS)
        held = points(evse)
        if "EVConnected" in stops and "EVConnected" not in held:
            return True
        is_over = evse.session is not None and evse.session.is_over
        if is_over:
            return bool(stops - {"EVConnected", "ParkingBayOccupancy"})
        session = evse.session
        has_left = session is not None and session.was_plugged and not evse.is_plugged
        return has_left and self.variables.flag(names.STOP_ON_UNPLUG)

    def begin(self, evse: Evse, trigger: str, now_ms: int) -> None:
        """Start the transaction of a session."""
        session = evse.session
        if session is None or session.is_running:
            return
        reading = self.hardware.read(evse.number)
        session.started_ms = session.sampled_ms = now_ms
        session.meter_start_wh = reading.energy_wh
        measurands = self.variables.items(names.STARTED_MEASURANDS)
        self._tell(evse, "Started", trigger, now_ms, (reading, measurands, _BEGIN))

    def update(
        self, evse: Evse, trigger: str, now_ms: int, token: Token | None = None
    ) -> None:
        """Something changed in a transaction."""
        if evse.is_running:
            self._tell(evse, "Updated", trigger, now_ms, None, token)

    def sample(
        self, evse: Evse, trigger: str, context: str, now_ms: int, name: str
    ) -> None:
        """Tell the values of a running transaction, of the measurands in a variable."""
        measurands = self.variables.items(name)
        if not evse.is_running or not measurands:
            return
        reading = self.hardware.read(evse.number)
        self._tell(evse, "Updated", trigger, now_ms, (reading, measurands, context))

    def end(
        self,
        evse: Evse,
        trigger: str,
        reason: str,
        now_ms: int,
        token: Token | None = None,
    ) -> None:
        """End the transaction of a session, and the session with it."""
        session = evse.session
        if session is None or not session.is_running:
            return
        reading = self.hardware.read(evse.number)
        measurands = self.variables.items(names.ENDED_MEASURANDS)
        self.hardware.contactor(evse.number, is_closed=False)
        values = (reading, measurands, _END)
        self._tell(evse, "Ended", trigger, now_ms, values, token, reason)
        evse.session = None
        evse.is_finishing = evse.is_plugged

    def _tell(  # noqa: PLR0917  (the members of a TransactionEvent)
        self,
        evse: Evse,
        kind: str,
        trigger: str,
        now_ms: int,
        values: tuple[Reading, tuple[str, ...], str] | None,
        token: Token | None = None,
        reason: str | None = None,
    ) -> None:
        session = evse.session
        assert session is not None  # noqa: S101
        reading, measurands, context = values or (None, (), _PERIODIC)
        number, session.told = session.told, session.told + 1
        shown = token or (session.token if number == 0 else None)
        self.emit(
            SessionEvent(
                session,
                kind,
                trigger,
                now_ms,
                number,
                evse.charging_state,
                context,
                reading,
                measurands,
                shown,
                reason,
                self.is_offline(),
            )
        )


def is_own(session: Session, token: Token, group: str | None) -> bool:
    """Whether a token may stop a session: the same one, or of the same group."""
    if session.token is None:
        return False
    same = session.token.id.casefold() == token.id.casefold()
    return same or (group is not None and group == session.group)
