"""One EVSE: what is plugged in, who may charge, and what state that is.

The status follows from the facts, it is never set (OCPP 1.6, section 4.9; 2.x part 2,
G01). Each connector of an EVSE has one; only one of them is used at a time.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from connector.station.core.session import Session
from connector.station.model import EvseModel
from connector.station.ports import Demand, Plug, Token

NO_ERROR = "NoError"
_PLUGGED = frozenset({Plug.PLUGIN, Plug.LOCK})
_CHARGING_STATES = {
    "Charging": "Charging",
    "SuspendedEV": "SuspendedEV",
    "SuspendedEVSE": "SuspendedEVSE",
}


@dataclass(slots=True)
class Evse:
    """The facts of one EVSE; ``offered_w`` is what profiles and bounds leave."""

    model: EvseModel
    plug: Plug = Plug.PLUGOUT
    connector: int = 1
    """The connector that is used, or was used last."""
    demand: Demand = Demand.IDLE
    session: Session | None = None
    awaited: Token | None = None
    """Who may charge here, before a vehicle is there."""
    awaited_until_ms: int = 0
    is_finishing: bool = False
    """A transaction ended, and the vehicle is still there."""
    is_paused: bool = False
    """Power is held back: the token turned out to be invalid."""
    inoperative: set[int] = field(default_factory=set)
    """Connectors that were switched off; 0 is the EVSE."""
    will_change: dict[int, bool] = field(default_factory=dict)
    """Changes of availability that wait for the transaction's end."""
    errors: dict[int, tuple[str, str]] = field(default_factory=dict)
    """By connector (0: the EVSE): error code and what is said beside it."""
    reservation_id: int | None = None
    offered_w: float = 0.0
    phases: int | None = None
    departure_ms: int | None = None
    energy_wanted_wh: float = 0.0

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

    def is_operative(self, connector: int = 0) -> bool:
        """Whether a connector, or the EVSE, is switched on."""
        return not self.inoperative & {0, connector}

    def error(self, connector: int) -> tuple[str, str]:
        """Error code and info of a connector."""
        return self.errors.get(connector) or self.errors.get(0) or (NO_ERROR, "")

    def status(self, connector: int) -> str:
        """In the words of 1.6."""
        if self.error(connector)[0] != NO_ERROR:
            return "Faulted"
        if connector != self.connector and self._is_in_use:
            return "Unavailable"
        if self.is_running:
            state = self.charging_state
            return _CHARGING_STATES.get(state) or self._before_charging
        if not self.is_operative(connector):
            return "Unavailable"
        if self.is_plugged:
            return "Finishing" if self.is_finishing else "Preparing"
        if self.reservation_id is not None and self.awaited is None:
            return "Reserved"
        return "Preparing" if self.awaited is not None else "Available"

    @property
    def _is_in_use(self) -> bool:
        return self.is_running or self.is_plugged or self.awaited is not None

    @property
    def _before_charging(self) -> str:
        """Of a transaction in which nothing may flow: it began early, or has ended."""
        may_flow = self.session is not None and self.session.token is not None
        return "Finishing" if may_flow and not self.is_plugged else "Preparing"

    @property
    def may_flow(self) -> bool:
        """Whether the power path is closed: a vehicle, and somebody who may charge."""
        session = self.session
        if session is None or session.token is None or self.is_paused:
            return False
        return self.is_plugged and self.error(self.connector)[0] == NO_ERROR

    @property
    def charging_state(self) -> str:
        """The ChargingStateEnum of 2.x."""
        if not self.is_plugged:
            return "Idle"
        if self.session is None or (self.session.token is None):
            return "EVConnected"
        if not self.may_flow or self._is_offered_too_little:
            return "SuspendedEVSE"
        return "Charging" if self.demand is Demand.CHARGING else "SuspendedEV"

    @property
    def _is_offered_too_little(self) -> bool:
        """Below the least current of AC a vehicle is paused (IEC 61851-1)."""
        rating = self.model.rating
        if self.offered_w < 0:
            return False
        if rating.is_dc:
            return self.offered_w == 0
        least_w = rating.min_current_a * rating.voltage * (self.phases or 1)
        return self.offered_w == 0 or self.offered_w < least_w
