"""A virtual electric vehicle: what it takes of what it is offered.

Pure. It knows the time only as seconds that pass.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field

from connector.station.simulated.curve import (
    NEVER_S,
    TINY,
    Curve,
    Line,
    along,
    tapered,
    up,
)

NEVER_MS = 2**63
_PIECES = 200
"""More lines than these no curve has between two changes."""


@dataclass(frozen=True, slots=True)
class VehicleModel:
    """What a kind of vehicle can do; shared by all of that kind.

    ``curve`` is what it takes at DC, from the grid's side; at AC its charger bounds it
    to ``max_current_a`` on so many ``phases``. ``follows`` is the part of what it is
    offered that it dares to take: less than all, as chargers regulate with an error, so
    that no meter within its accuracy shows more than was offered.
    """

    capacity_wh: float = 60_000.0
    curve: Curve = field(default_factory=lambda: tapered(120_000.0))
    phases: int = 3
    min_current_a: float = 6.0
    max_current_a: float = 16.0
    efficiency: float = 0.92
    follows: float = 0.99
    ramp_w_per_s: float = 1500.0
    max_discharge_w: float = 0.0
    """What it can feed back; 0: it cannot."""
    reserve: float = 0.2
    """It feeds back down to this state of charge."""
    speaks_iso15118: bool = False
    """It says by ISO 15118 what it wants."""

    def __post_init__(self) -> None:
        """Raises ValueError: a vehicle that cannot be."""
        if self.phases not in (1, 2, 3):
            raise ValueError(f"phases {self.phases}: expected 1, 2 or 3")
        for name in ("capacity_wh", "max_current_a", "ramp_w_per_s"):
            if not 0 < getattr(self, name) < math.inf:
                raise ValueError(f"{name} {getattr(self, name)}: expected more than 0")
        for name in ("efficiency", "follows"):
            if not 0 < getattr(self, name) <= 1:
                raise ValueError(f"{name} {getattr(self, name)}: expected 0 to 1")


@dataclass(slots=True)
class Vehicle:
    """One vehicle; states of charge are from 0 to 1."""

    model: VehicleModel = field(default_factory=VehicleModel)
    state_of_charge: float = 0.4
    target: float = 1.0
    """It is full for its driver at this state of charge."""
    departure_ms: int | None = None
    leaves_on_time: bool = False
    """It is taken away at its departure."""
    is_paused: bool = False
    """Its driver, or its timer, does not want it to charge."""
    power_w: float = 0.0
    """What flows from the grid now; below 0: back into it."""
    cap_w: float = 0.0
    """What it may take now at most; below 0: what it has to feed back."""

    def __post_init__(self) -> None:
        """Raises ValueError: a state of charge that cannot be."""
        for name in ("state_of_charge", "target"):
            if not 0 <= getattr(self, name) <= 1:
                raise ValueError(f"{name} {getattr(self, name)}: expected 0 to 1")

    @property
    def leaves_at_ms(self) -> int:
        """When it is taken away by itself."""
        if self.departure_ms is None or not self.leaves_on_time:
            return NEVER_MS
        return self.departure_ms

    @property
    def is_full(self) -> bool:
        """It wants no more."""
        return self.state_of_charge >= self.target - TINY

    @property
    def wanted_wh(self) -> float:
        """What it still wants from the grid."""
        missing = max(0.0, self.target - self.state_of_charge)
        return missing * self.model.capacity_wh / self.model.efficiency

    def would_take(self, cap_w: float) -> bool:
        """Whether anything would flow if this were offered (below 0: taken back)."""
        if self.is_paused:
            return False
        if cap_w < 0:
            spare = self.state_of_charge > self.model.reserve + TINY
            return spare and self.model.max_discharge_w > 0
        return cap_w > 0 and not self.is_full

    def offer(self, cap_w: float) -> None:
        """What it may take from now on, in W at its inlet; 0: nothing.

        It follows a lower offer at once, a higher one along its ramp.
        """
        self.cap_w = max(cap_w, -self.model.max_discharge_w)
        if not self.would_take(cap_w):
            self.cap_w = self.power_w = 0.0
        elif self.cap_w < 0:
            self.power_w = self.cap_w
        else:
            most_w = self._line().power_w
            self.power_w = max(0.0, min(self.power_w, most_w))

    # -- what flows

    @property
    def _rate(self) -> float:
        """What a Ws from the grid adds to the state of charge."""
        return self.model.efficiency / (self.model.capacity_wh * 3600)

    def _line(self) -> Line:
        """What bounds it from here on."""
        found = self.model.curve.capped(self.state_of_charge, self.cap_w)
        if found.end <= self.target:
            return found
        return Line(found.start, self.target, found.power_w, found.slope)

    def advance(self, elapsed_s: float) -> float:
        """Let time pass; gives the energy from the grid in Wh, below 0: into it."""
        if not self.cap_w or elapsed_s <= 0:
            return 0.0
        if self.cap_w < 0:
            return -self._feed_back(elapsed_s) / 3600
        energy_ws = 0.0
        for _ in range(_PIECES):
            if elapsed_s <= 0 or not self.cap_w:
                break
            piece_ws, took_s = self._piece(elapsed_s)
            energy_ws += piece_ws
            elapsed_s -= took_s
        return energy_ws / 3600

    def _piece(self, elapsed_s: float) -> tuple[float, float]:
        """Up to the next point where power follows another law."""
        line, rate, ramp = self._line(), self._rate, self.model.ramp_w_per_s
        if line.end - line.start <= TINY:
            return self._reached(line.end, 0.0, 0.0)
        is_below = self.power_w < line.power_w * (1 - TINY)
        if is_below:
            energy_ws, took_s = up(line, self.power_w, ramp, rate, elapsed_s)
            power_w = self.power_w + ramp * took_s
        else:
            energy_ws, took_s = along(line, rate, elapsed_s)
            power_w = math.inf
        charge = line.start + energy_ws * rate
        if line.end - charge <= TINY:
            charge = line.end
        self.power_w = min(power_w, line.at(charge))
        return self._reached(charge, energy_ws, took_s)

    def _reached(
        self, charge: float, energy_ws: float, took_s: float
    ) -> tuple[float, float]:
        self.state_of_charge = charge
        if self.is_full:
            self.state_of_charge = max(charge, self.target)
            self.cap_w = self.power_w = 0.0
        return energy_ws, took_s

    def _feed_back(self, elapsed_s: float) -> float:
        """Gives the Ws that left for the grid."""
        model = self.model
        per_ws = 1 / (model.capacity_wh * 3600 * model.efficiency)
        spare_ws = (self.state_of_charge - model.reserve) / per_ws
        wanted_ws = -self.power_w * elapsed_s
        if wanted_ws >= spare_ws:
            self.state_of_charge = model.reserve
            self.cap_w = self.power_w = 0.0
            return spare_ws
        self.state_of_charge -= wanted_ws * per_ws
        return wanted_ws

    def ends_in_s(self) -> float:
        """When it will stop by itself if nothing else changes; infinite: never."""
        if not self.cap_w:
            return NEVER_S
        if self.cap_w < 0:
            spare = self.state_of_charge - self.model.reserve
            held_ws = spare * self.model.capacity_wh * 3600 * self.model.efficiency
            return held_ws / -self.power_w
        ahead = Vehicle(self.model, self.state_of_charge, self.target)
        ahead.power_w, ahead.cap_w = self.power_w, self.cap_w
        total_s = 0.0
        for _ in range(_PIECES):
            if not ahead.cap_w:
                return total_s
            total_s += ahead._piece(NEVER_S)[1]
        return total_s
