"""One EVSE: what is plugged in, who may charge, and what state that is.

The status follows from the facts, it is never set (OCPP 1.6, section 4.9; 2.x part 2,
G01). Each connector of an EVSE has one; only one of them is used at a time.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from connector.station.core.session import Session
from connector.station.model import EvseModel
from connector.station.ports import Demand, Needs, Plug, Token

NO_ERROR = "NoError"
STATION, RESETTING = -1, -2
"""Beside the numbers of connectors (0: the EVSE): who else switches an EVSE off."""
HARMLESS = frozenset({"WeakSignal", "ReaderFailure", "LocalListConflict"})
"""Errors with which one can charge all the same: told, but no Faulted."""
_NEARLY = 1 - 1e-9
_PLUGGED = frozenset({Plug.PLUGIN, Plug.LOCK})
_CHARGING_STATES = frozenset({"Charging", "SuspendedEV", "SuspendedEVSE"})


@dataclass(frozen=True, slots=True)
class RemoteStart:
    """A remote start whose token is being asked about."""

    token: Token
    group: str | None = None
    remote_start_id: int | None = None


@dataclass(slots=True)
class Evse:
    """The facts of one EVSE.

    ``offered_w`` is what profiles and bounds leave: 0 where a vehicle cannot charge
    with so little.
    """

    model: EvseModel
    plug: Plug = Plug.PLUGOUT
    connector: int = 1
    """The connector that is used, or was used last."""
    demand: Demand = Demand.IDLE
    is_in_bay: bool = False
    """A parking bay detector sees a vehicle."""
    session: Session | None = None
    asked: RemoteStart | None = None
    waits_until_ms: int | None = None
    """Until when somebody who may charge has time to plug in."""
    is_spent: bool = False
    """A transaction ended, and who is still there begins none by that."""
    takes_power: bool = False
    """Power may flow here, so that it has a part in what the station may draw."""
    is_closed: bool = False
    """The contactor."""
    is_locked: bool = False
    """The cable is held, where the hardware can do that (`ports.Locking`)."""
    locked_for: Token | None = None
    """Whose card frees a cable that was pulled out at the vehicle's side."""
    inoperative: set[int] = field(default_factory=set)
    """What was switched off: connectors, 0 for the EVSE, `STATION`, `RESETTING`."""
    will_change: dict[int, bool] = field(default_factory=dict)
    """Changes of availability that wait for the transaction's end."""
    errors: dict[int, tuple[str, str]] = field(default_factory=dict)
    """By connector (0: the EVSE; `STATION`): error code and what is said beside it."""
    reservation_id: int | None = None
    offered_w: float = 0.0
    phases: int | None = None
    departure_ms: int | None = None
    energy_wanted_wh: float = 0.0
    needs: Needs | None = None
    """What the vehicle said by ISO 15118, until it was told."""

    @property
    def number(self) -> int:
        """Its number, from 1."""
        return self.model.number

    @property
    def is_plugged(self) -> bool:
        """Whether a vehicle is connected."""
        return self.plug in _PLUGGED

    @property
    def is_running(self) -> bool:
        """Whether a transaction runs."""
        return self.session is not None and self.session.is_running

    @property
    def awaited(self) -> Token | None:
        """Who may charge here, before a vehicle is there."""
        session = self.session
        if session is None or self.is_plugged or session.was_plugged:
            return None
        return session.token if session.is_authorized else None

    @property
    def is_busy(self) -> bool:
        """Whether somebody charges, so that changes have to wait."""
        if self.is_running:
            return True
        return self.is_plugged and self.session is not None and self._is_authorized

    @property
    def _is_authorized(self) -> bool:
        return self.session is not None and self.session.is_authorized

    def is_operative(self, connector: int = 0) -> bool:
        """Whether a connector, or the EVSE, is switched on."""
        return not self.inoperative & {STATION, RESETTING, 0, connector}

    def error(self, connector: int) -> tuple[str, str]:
        """Error code and info of a connector."""
        for key in (connector, 0, STATION):
            if key in self.errors:
                return self.errors[key]
        return NO_ERROR, ""

    def is_faulted(self, connector: int | None = None) -> bool:
        """Whether a connector (None: the one that is used) is of no use."""
        code = self.error(self.connector if connector is None else connector)[0]
        return code != NO_ERROR and code not in HARMLESS

    def may_begin(self) -> bool:
        """Whether it is switched on and whole."""
        return self.is_operative(self.connector) and not self.is_faulted()

    def status(self, connector: int) -> str:
        """In the words of 1.6."""
        if self.is_faulted(connector):
            return "Faulted"
        if connector != self.connector and self._is_in_use:
            return "Unavailable"
        if self.is_running:
            return self._status_running()
        if not self.is_operative(connector):
            return "Unavailable"
        if self.is_plugged:
            return "Finishing" if self.is_spent else "Preparing"
        if self.awaited is not None:
            return "Preparing"
        return "Available" if self.reservation_id is None else "Reserved"

    def status_2(self, connector: int) -> str:
        """In the words of 2.x: a connector is occupied by a cable, not by a token."""
        status = self.status(connector)
        if status in ("Faulted", "Unavailable", "Reserved"):
            return status
        is_used = self.is_plugged and connector == self.connector
        if not is_used and self.reservation_id is not None:
            return "Reserved"
        return "Occupied" if is_used else "Available"

    @property
    def _is_in_use(self) -> bool:
        return self.is_running or self.is_plugged or self.awaited is not None

    def _status_running(self) -> str:
        session = self.session
        if session is not None and session.is_over:
            return "Finishing"
        if self.is_plugged:
            state = self.charging_state
            return state if state in _CHARGING_STATES else "Preparing"
        # Unplugged at the vehicle's side while the transaction goes on (1.6, 4.10).
        has_left = session is not None and session.was_plugged
        return "SuspendedEV" if has_left else "Preparing"

    @property
    def may_flow(self) -> bool:
        """Whether a vehicle is there, somebody may charge, and nothing is broken."""
        session = self.session
        if session is None or not session.is_authorized or not self.is_plugged:
            return False
        is_held_back = session.is_invalid or session.is_exhausted
        return not is_held_back and not self.is_faulted()

    @property
    def charging_state(self) -> str:
        """The ChargingStateEnum of 2.x."""
        if not self.is_plugged:
            return "Idle"
        if not self._is_authorized:
            return "EVConnected"
        if not self.may_flow or not self.offered_w:
            return "SuspendedEVSE"
        return "Charging" if self.demand is Demand.CHARGING else "SuspendedEV"

    def least_w(self, phases: int | None) -> float:
        """Below the least current of AC a vehicle is paused (IEC 61851-1)."""
        rating = self.model.rating
        if rating.is_dc:
            return 0.0
        used = min(phases or rating.phases, rating.phases)
        return rating.min_current_a * rating.voltage * used * _NEARLY
