"""What amounts of a schedule mean at a place: its phases, its voltage, AC or DC.

At AC a limit is a current per phase, also where it comes in W: the power divided by the
voltage and the period's number of phases (OCPP 1.6, 7.12; 2.x part 2, K01.FR.50). So a
vehicle on one phase gets no more of that phase than one on three. Here it is kept as
the power that all phases together carry at that current.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from connector.station.charging.profile import Amounts
from connector.station.model import EvseModel, Rating


@dataclass(frozen=True, slots=True)
class Circuit:
    """An EVSE, or the grid connection of the station."""

    voltage: float
    phases: int
    is_dc: bool
    most_w: float
    least_w: float
    """Below it a vehicle cannot charge on all phases (AC: IEC 61851-1)."""
    discharge_w: float

    def watts(self, amount: float, unit: str, phases: int) -> float:
        """The power on all phases that an amount stands for."""
        if unit == "A":
            return amount * self.voltage * self.phases
        return amount * self.phases / min(phases, self.phases)

    def of_phases(self, amounts: Amounts, unit: str, phases: int) -> tuple[float, ...]:
        """The same, of each phase where they differ; one value where they do not."""
        if not amounts.others:
            return (self.watts(amounts.first, unit, phases),)
        each = (amounts.first, *amounts.others)[: self.phases]
        if unit == "A":
            return tuple(self.watts(amount, "A", phases) for amount in each)
        return tuple(amount * self.phases for amount in each)

    def in_unit(self, watts: float, unit: str, phases: int) -> float:
        """A power on all phases as A per phase, or as W on so many phases."""
        if unit == "A":
            return watts / (self.voltage * self.phases)
        return watts * min(phases, self.phases) / self.phases

    def used(self, phases: int) -> int:
        """How many of its phases a schedule for so many uses."""
        return min(phases, self.phases)


@cache
def of_evse(rating: Rating) -> Circuit:
    """The circuit behind an EVSE; DC counts as one phase."""
    phases = 1 if rating.is_dc else rating.phases
    least_w = 0.0 if rating.is_dc else rating.min_current_a * rating.voltage * phases
    return Circuit(
        voltage=rating.voltage,
        phases=phases,
        is_dc=rating.is_dc,
        most_w=rating.max_power_w,
        least_w=least_w,
        discharge_w=rating.max_discharge_w,
    )


@cache
def of_station(evses: tuple[EvseModel, ...]) -> Circuit:
    """The grid connection: three phases behind DC, else as many as its EVSEs have.

    Its voltage is the lowest of theirs: then a limit in A is not exceeded anywhere.
    """
    ratings = [each.rating for each in evses]
    ac = [each for each in ratings if not each.is_dc]
    return Circuit(
        voltage=min((each.voltage for each in ac), default=_MAINS_V),
        phases=max((each.phases for each in ac if len(ac) == len(ratings)), default=3),
        is_dc=False,
        most_w=sum(each.max_power_w for each in ratings),
        least_w=0.0,
        discharge_w=sum(each.max_discharge_w for each in ratings),
    )


_MAINS_V = 230.0
