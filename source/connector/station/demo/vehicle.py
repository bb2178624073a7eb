"""A virtual electric vehicle: what it draws of what it is offered.

Pure. The curve is that of a real one: a ramp up, a plateau at what it or the station
can do, a taper above four fifths of the battery, nothing when it is full.
"""

from __future__ import annotations

from dataclasses import dataclass

_TAPER_FROM = 0.8
_TAPER_TO = 0.15
_MIN_CURRENT_A = 6.0
"""IEC 61851-1: an AC vehicle cannot be offered less."""


@dataclass(slots=True)
class Vehicle:
    """State of charge from 0 to 1; ``is_dc`` vehicles have no minimum current."""

    capacity_wh: float
    state_of_charge: float
    max_power_w: float
    phases: int = 3
    is_dc: bool = False
    leaves_at: float = 1.0
    ramp_w_per_s: float = 1500.0
    power_w: float = 0.0

    @property
    def is_full(self) -> bool:
        """It wants no more."""
        return self.state_of_charge >= self.leaves_at

    def demand_w(self) -> float:
        """What it would take if everything were offered."""
        if self.is_full:
            return 0.0
        above = max(0.0, self.state_of_charge - _TAPER_FROM) / (1 - _TAPER_FROM)
        return self.max_power_w * (1 - above * (1 - _TAPER_TO))

    def minimum_w(self, voltage: float, phases: int) -> float:
        """What must be offered for it to charge at all, on so many phases."""
        return 0.0 if self.is_dc else _MIN_CURRENT_A * voltage * phases

    def draw(
        self, offered_w: float, elapsed_s: float, voltage: float, phases: int
    ) -> float:
        """Charge for a time; returns the energy it took, in Wh.

        More than offered is never drawn: it follows a lower offer at once.
        """
        target_w = min(self.demand_w(), offered_w)
        if offered_w <= 0 or offered_w < self.minimum_w(voltage, phases):
            target_w = 0.0
        self.power_w = min(target_w, self.power_w + self.ramp_w_per_s * elapsed_s)
        wanted_wh = (self.leaves_at - self.state_of_charge) * self.capacity_wh
        energy_wh = max(0.0, min(self.power_w * elapsed_s / 3600, wanted_wh))
        self.state_of_charge += energy_wh / self.capacity_wh
        if wanted_wh - energy_wh < 1e-6 * self.capacity_wh:
            self.state_of_charge = max(self.state_of_charge, self.leaves_at)
            self.power_w = 0.0
        return energy_wh

    def unplug(self) -> None:
        """Nothing flows any more."""
        self.power_w = 0.0
