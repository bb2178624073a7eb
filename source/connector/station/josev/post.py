"""What is known of one EVSE on the side of its vehicle's communication."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from connector.station.core.evse import Evse
from connector.station.hardware_mqtt.envelope import Envelope
from connector.station.josev.messages import EvInfo, Setpoint
from connector.station.josev.options import EvseOptions, Service
from connector.station.model import EvseModel
from connector.station.ports import Demand, Plug, Token

UNDECIDED, HLC, BASIC = "undecided", "hlc", "basic"
"""Whether a vehicle speaks (ISO 15118), does not (IEC 61851), or may yet."""


@dataclass(slots=True)
class V2g:
    """One session of ISO 15118, from SupportedAppProtocol to SessionStop."""

    protocol: str | None = None
    payment: str | None = None
    state: str = ""
    is_asked: bool = False
    """The vehicle waits for an authorization from outside."""
    answered: str | None = None
    """What it was told."""
    gives_up_ms: int | None = None
    """When it is told that nobody came."""
    has_power: bool = False
    """The contactor is wanted closed."""
    is_delivering: bool = False
    """After PowerDelivery(start), and not before."""
    checks_until_ms: int | None = None
    """A cable check runs."""
    isolation: str | None = None
    """What it has found."""
    setpoint: Setpoint | None = None
    is_revoked: bool = False
    """Who charged may no more: the vehicle is to stop."""


@dataclass(slots=True)
class Pending:
    """A question of Josev's that somebody else has to answer."""

    request: Envelope
    token: Token
    until_ms: int
    answer: Callable[[str], None]


def _moved(at_ms: int | None, by_ms: int) -> int | None:
    return None if at_ms is None else at_ms + by_ms


@dataclass(slots=True)
class Post:
    """One EVSE; ``evse`` is the core's, None while there is none."""

    model: EvseModel
    evse_id: str
    options: EvseOptions
    services: list[tuple[Service, ...]]
    hears_vehicle: bool = False
    """The hardware knows what a vehicle that speaks asks for; else its words count."""
    evse: Evse | None = None
    mode: str = UNDECIDED
    decides_ms: int | None = None
    """When a vehicle that has not spoken is charged without."""
    v2g: V2g | None = None
    heard_ms: int = 0
    """When Josev spoke of it last."""
    demand: Demand = Demand.IDLE
    """As the hardware tells it."""
    told_demand: Demand = Demand.IDLE
    """As the core was told."""
    is_allowed: bool = False
    """The core wants the contactor closed."""
    opens_ms: int | None = None
    """Until when the vehicle may take to stop."""
    is_commanded: bool = False
    """What the hardware's contactor was asked for."""
    moves_until_ms: int | None = None
    """Until when it has to have followed."""
    told_contactor: str = "opened"
    is_stuck: bool = False
    told_fault: bool = False
    pilot_error: str = ""
    """`E` or `F` where Josev wants that to be seen."""
    basic_a: float | None = None
    """What a vehicle may be told by PWM, where Josev says that."""
    told_pilot: str | None = None
    told_duty: float = -1.0
    pilots: int = 0
    """How often it was told."""
    told_charge_limit: float | None = None
    limit_w: float = 0.0
    phases: int | None = None
    told_inner: tuple[float, int | None] | None = None
    bound_w: float | None = None
    """What smart charging beside OCPP allows; below 0: to be fed back."""
    was_authorized: bool = False
    slac: str = ""
    ev: EvInfo | None = None
    pending: list[Pending] = field(default_factory=list)

    @property
    def number(self) -> int:
        """Its number, from 1."""
        return self.model.number

    @property
    def plug(self) -> Plug:
        """The cable, as the core knows it."""
        return self.evse.plug if self.evse is not None else Plug.UNKNOWN

    @property
    def is_plugged(self) -> bool:
        """Whether a vehicle is there."""
        return self.evse is not None and self.evse.is_plugged

    @property
    def is_authorized(self) -> bool:
        """Whether somebody may charge here."""
        session = self.evse.session if self.evse is not None else None
        return session is not None and session.is_authorized and not session.is_invalid

    @property
    def lets_through(self) -> bool:
        """Whether the vehicle's communication is ready for power."""
        if self.mode == BASIC:
            return True
        return self.v2g is not None and self.v2g.has_power

    @property
    def effective_demand(self) -> Demand:
        """What the core has to know: before PowerDelivery nobody takes power."""
        if self.mode == BASIC:
            return self.demand
        if not self.lets_through:
            return Demand.IDLE
        return self.demand if self.hears_vehicle else Demand.CHARGING

    @property
    def names(self) -> set[str]:
        """The energy services that it has."""
        return {each.name for connector in self.services for each in connector}

    @property
    def is_charging_by_hlc(self) -> bool:
        """Whether power flows as ISO 15118 has it."""
        return self.v2g is not None and self.v2g.has_power

    def time_moved(self, by_ms: int) -> None:
        """The clock was set."""
        self.heard_ms += by_ms
        self.decides_ms = _moved(self.decides_ms, by_ms)
        self.opens_ms = _moved(self.opens_ms, by_ms)
        self.moves_until_ms = _moved(self.moves_until_ms, by_ms)
        for each in self.pending:
            each.until_ms += by_ms
        if self.v2g is not None:
            v2g = self.v2g
            v2g.gives_up_ms = _moved(v2g.gives_up_ms, by_ms)
            v2g.checks_until_ms = _moved(v2g.checks_until_ms, by_ms)
