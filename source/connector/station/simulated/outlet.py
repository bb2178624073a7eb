"""The hardware of one EVSE: contactor, cable lock, meter, and the vehicle at it."""

from __future__ import annotations

import math
import random
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from connector.station.model import EvseModel
from connector.station.ports import Demand, Needs, Reading
from connector.station.simulated.faults import EFFECTS, Effect
from connector.station.simulated.meter import Meter
from connector.station.simulated.vehicle import NEVER_MS, Vehicle

if TYPE_CHECKING:
    from connector.station.simulated.signing import MeterKey, Signed

_AC_MODES = {1: "AC_single_phase", 2: "AC_two_phase", 3: "AC_three_phase"}
_UNBOUNDED_W = 1e9
UNLOCKED, UNLOCK_FAILED = "Unlocked", "UnlockFailed"


@dataclass(slots=True)
class Outlet:
    """All of it that is true at ``updated_ms``."""

    model: EvseModel
    meter: Meter
    updated_ms: int
    vehicle: Vehicle | None = None
    connector: int = 1
    limit_w: float = 0.0
    phases: int | None = None
    is_closed: bool = False
    is_locked: bool = False
    unlocks: str = UNLOCKED
    """What becomes of an attempt to release the cable."""
    faults: dict[str, str] = field(default_factory=dict)
    """What is broken, by error code, and what is said beside it."""
    stuck: bool | None = None
    """Where the contactor does not move: whether it is closed."""
    demand: Demand = Demand.IDLE
    """As told."""
    due_ms: int = NEVER_MS
    """When something will have to be told."""
    pages: int = 0
    """Signed readings so far."""
    signed: Signed | None = None
    """The last of them, while power may flow."""

    def advance(self, now_ms: int) -> None:
        """Let power flow up to a moment; a clock that goes back moves no energy."""
        elapsed_s = (now_ms - self.updated_ms) / 1000
        self.updated_ms = now_ms
        if elapsed_s <= 0:
            return
        energy_wh = self.vehicle.advance(elapsed_s) if self.vehicle else 0.0
        self.meter.count(energy_wh, elapsed_s)

    def set(self, now_ms: int) -> None:
        """Something has changed: from now on flows what may."""
        self.due_ms = NEVER_MS
        if self.vehicle is not None:
            self.vehicle.offer(self.cap_w)
            ends_s = self.vehicle.ends_in_s()
            self.due_ms = self.vehicle.leaves_at_ms
            if ends_s < NEVER_MS:
                self.due_ms = min(self.due_ms, now_ms + math.ceil(ends_s * 1000))
        if self.demands is not self.demand:
            self.due_ms = now_ms

    # -- what may flow

    @property
    def effect(self) -> Effect | None:
        """What the worst fault does."""
        if not self.faults:
            return None
        found = [EFFECTS[code] for code in self.faults]
        return next((each for each in found if each.opens), None)

    @property
    def has_power(self) -> bool:
        """Whether the contactor is really closed."""
        if self.stuck is not None:
            return self.stuck
        return self.is_closed and self.effect is None

    @property
    def cap_w(self) -> float:
        """What the vehicle may take; below 0: what it is asked to feed back."""
        if self.vehicle is None or not self.has_power:
            return 0.0
        rating, follows = self.model.rating, self.vehicle.model.follows
        if self.limit_w < 0:
            return max(self.limit_w, -rating.max_discharge_w)
        if rating.is_dc:
            return min(self.limit_w, rating.max_power_w) * follows
        amperes, phases = self._pilot(self.vehicle)
        least_a = max(rating.min_current_a, self.vehicle.model.min_current_a)
        if amperes < least_a * (1 - 1e-9):
            return 0.0
        taken_a = min(amperes, self.vehicle.model.max_current_a)
        return taken_a * phases * rating.voltage * follows

    def _pilot(self, vehicle: Vehicle) -> tuple[float, int]:
        """The current that the control pilot allows per phase, and phases in use.

        One phase gets no more than each of all: the limit may be that of a phase.
        """
        rating, used = self.model.rating, self.conductors(vehicle)
        offered = min(self.phases or rating.phases, rating.phases)
        amperes = self.limit_w / (offered * rating.voltage)
        return min(amperes, rating.max_current_a), min(used, offered)

    def needs_of(self, vehicle: Vehicle) -> Needs:
        """What a vehicle says here by ISO 15118."""
        rating, model = self.model.rating, vehicle.model
        if rating.is_dc:
            power_w = model.curve.capped(vehicle.state_of_charge, _UNBOUNDED_W).power_w
            return Needs(
                "DC",
                vehicle.wanted_wh,
                power_w / rating.voltage,
                rating.voltage,
                departure_ms=vehicle.departure_ms,
                max_power_w=power_w,
                state_of_charge=vehicle.state_of_charge,
                capacity_wh=model.capacity_wh,
            )
        return Needs(
            _AC_MODES[self.conductors(vehicle)],
            vehicle.wanted_wh,
            model.max_current_a,
            rating.voltage,
            model.min_current_a,
            vehicle.departure_ms,
        )

    def conductors(self, vehicle: Vehicle) -> int:
        """How many phases a vehicle can use here."""
        rating = self.model.rating
        if rating.is_dc:
            return 1
        return min(rating.phases, vehicle.model.phases, self.phases or rating.phases)

    @property
    def demands(self) -> Demand:
        """What the vehicle asks for: a pause by the station changes nothing in that."""
        vehicle = self.vehicle
        if vehicle is None:
            return Demand.IDLE
        limit_w = self.limit_w if self.has_power else 0.0
        asks = vehicle.would_take(limit_w or 1.0)
        if asks and self._is_too_little_for(vehicle, limit_w):
            asks = False
        return Demand.CHARGING if asks else Demand.IDLE

    def _is_too_little_for(self, vehicle: Vehicle, limit_w: float) -> bool:
        """The station would let it charge, but it takes no less than it does."""
        rating = self.model.rating
        if limit_w <= 0 or rating.is_dc:
            return False
        amperes, _ = self._pilot(vehicle)
        least_a = vehicle.model.min_current_a * (1 - 1e-9)
        return rating.min_current_a * (1 - 1e-9) <= amperes < least_a

    # -- what is seen

    @property
    def shown_w(self) -> float:
        """The power that the meter shows."""
        return self.vehicle.power_w * self.meter.gain if self.vehicle else 0.0

    def read(
        self, source: random.Random, key: Callable[[], MeterKey] | None, serial: str
    ) -> Reading:
        """The meter, at ``updated_ms``."""
        vehicle, used = self.vehicle, 1
        if vehicle is not None and not self.model.rating.is_dc:
            used = self._pilot(vehicle)[1]
        power_w = vehicle.power_w if vehicle else 0.0
        charge = vehicle.state_of_charge if vehicle else None
        reading = self.meter.read(power_w, used, charge, self.effect, source)
        if key is None:
            return reading
        return replace(reading, signed=self._sign(reading, key, serial))

    def _sign(
        self, reading: Reading, key: Callable[[], MeterKey], serial: str
    ) -> Signed:
        # cryptography is only loaded where somebody wants signatures.
        from connector.station.simulated.signing import (  # noqa: PLC0415
            BEGIN,
            CHARGING,
            Signed,
        )

        self.pages += 1
        registers = {"Energy.Active.Import.Register": reading.energy_wh}
        if reading.exported_wh is not None:
            registers["Energy.Active.Export.Register"] = reading.exported_wh
        self.signed = Signed(
            key,
            f"{serial}-{self.model.number}",
            self.updated_ms,
            self.pages,
            registers,
            self.model.rating.is_dc,
            CHARGING if self.is_closed else BEGIN,
        )
        return self.signed

    def opened(self) -> None:
        """The power path is open: the reading of just now was the last with power."""
        if self.signed is not None and self.signed.time_ms == self.updated_ms:
            self.signed.is_end()
        self.signed = None

    @property
    def is_stuck(self) -> bool:
        """Whether the cable lock does not move."""
        return any(EFFECTS[code].holds_lock for code in self.faults)

    def unlock(self) -> str:
        """Release the cable; what became of it, in the words of 2.x."""
        if self.is_stuck:
            return UNLOCK_FAILED
        if self.unlocks == UNLOCKED:
            self.is_locked = False
        return self.unlocks
