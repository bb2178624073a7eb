"""One connector of a simulated station: what is plugged in, and what state that is.

Pure. The status follows from the facts, it is never set (OCPP 1.6, 4.9).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from connector.station.demo.meter import Meter, Reading
from connector.station.demo.profiles import Circuit, Session
from connector.station.demo.vehicle import Vehicle


@dataclass(slots=True)
class Transaction:
    """A running or ended transaction; the central system gives the id later."""

    where: int
    id_tag: str
    started_ms: int
    meter_start_wh: int
    transaction_id: int | None = None
    is_remote: bool = False

    @property
    def session(self) -> Session:
        """As the charging profiles see it."""
        return Session(self.started_ms / 1000, self.transaction_id)


@dataclass(frozen=True, slots=True)
class Rating:
    """What the hardware of a connector can do."""

    max_power_w: float
    voltage: float = 230.0
    phases: int = 3
    is_dc: bool = False


@dataclass(slots=True)
class Evse:
    """A connector with its meter; ``offered_w`` is what the profiles leave."""

    number: int
    rating: Rating
    meter: Meter
    vehicle: Vehicle | None = None
    transaction: Transaction | None = None
    id_tag: str | None = None
    """Who may charge, before the transaction has begun."""
    authorized_ms: int = 0
    profile: Mapping[str, Any] | None = None
    """A charging profile for the transaction that is authorized."""
    is_operative: bool = True
    will_be_operative: bool | None = None
    is_finishing: bool = False
    error_code: str = "NoError"
    offered_w: float = 0.0
    sampled_ms: int = field(default=0)

    @property
    def status(self) -> str:
        """The status for StatusNotification."""
        if self.error_code != "NoError":
            return "Faulted"
        if self.transaction is not None:
            return self._charging_status()
        if not self.is_operative:
            return "Unavailable"
        if self.is_finishing:
            return "Finishing"
        return "Available" if self.vehicle is None and not self.id_tag else "Preparing"

    def _charging_status(self) -> str:
        vehicle = self.vehicle
        if vehicle is None:
            return "Finishing"
        circuit = self.circuit
        minimum_w = vehicle.minimum_w(circuit.voltage, circuit.phases)
        if self.offered_w <= 0 or self.offered_w < minimum_w:
            return "SuspendedEVSE"
        return "SuspendedEV" if vehicle.is_full else "Charging"

    def forget_token(self) -> None:
        """Nobody is authorized any more."""
        self.id_tag = None
        self.profile = None

    @property
    def circuit(self) -> Circuit:
        """What can flow with the vehicle that is plugged in, if there is one."""
        rating = self.rating
        if rating.is_dc:
            return Circuit(1, rating.voltage, rating.max_power_w)
        phases = min(rating.phases, self.vehicle.phases if self.vehicle else 3)
        share = rating.max_power_w * phases / rating.phases
        return Circuit(phases, rating.voltage, share)

    def charge(self, elapsed_s: float) -> None:
        """Let power flow for a time."""
        if self.vehicle is None:
            return
        offered_w = self.offered_w if self.transaction is not None else 0.0
        circuit = self.circuit
        energy_wh = self.vehicle.draw(
            offered_w, elapsed_s, circuit.voltage, circuit.phases
        )
        self.meter.count(energy_wh, self.vehicle.power_w, elapsed_s)

    def read(self) -> Reading:
        """Read the meter."""
        vehicle = self.vehicle
        has_charge = vehicle is not None and self.rating.is_dc
        return self.meter.read(
            vehicle.power_w if vehicle else 0.0,
            self.offered_w,
            self.circuit.phases,
            vehicle.state_of_charge if vehicle and has_charge else None,
        )
