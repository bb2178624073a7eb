"""What a vehicle says that it needs, as NotifyEVChargingNeeds has it (2.x, K15)."""

from __future__ import annotations

from typing import Any

from connector.station.ports import Needs
from connector.station.times import iso

ACTION = "NotifyEVChargingNeeds"
Json = dict[str, Any]


def details_of(evse: int, needs: Needs) -> Json:
    """The details of the report; numbers as 2.0.1 has them, too: whole ones."""
    found: Json = {"requestedEnergyTransfer": needs.transfer}
    if needs.departure_ms is not None:
        found["departureTime"] = iso(needs.departure_ms)
    if needs.is_dc:
        found["dcChargingParameters"] = _dc(needs)
    else:
        found["acChargingParameters"] = _ac(needs)
    return {"evseId": evse, "chargingNeeds": found}


def _ac(needs: Needs) -> Json:
    return {
        "energyAmount": round(needs.energy_wh),
        "evMinCurrent": round(needs.min_current_a),
        "evMaxCurrent": round(needs.max_current_a),
        "evMaxVoltage": round(needs.max_voltage),
    }


def _dc(needs: Needs) -> Json:
    share = needs.state_of_charge
    found = {
        "evMaxCurrent": needs.max_current_a,
        "evMaxVoltage": needs.max_voltage,
        "energyAmount": needs.energy_wh,
        "evMaxPower": needs.max_power_w,
        "stateOfCharge": None if share is None else share * 100,
        "evEnergyCapacity": needs.capacity_wh,
    }
    return {name: round(value) for name, value in found.items() if value is not None}
