"""What a vehicle wants, as OCPP 2.1 puts it: ChargingNeedsType."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from iso15118.secc.controller.ev_data import (
    EVACCPDLimits,
    EVDataContext,
    EVDCCPDLimits,
)

from v2g.contexts import rated_ac, rated_dc
from v2g.envelope import Json


def vehicle_info(ev: EVDataContext, *, is_dc: bool) -> Json:
    """`x_ev_info`, without the EVSE."""
    limits = rated_dc(ev) if is_dc else rated_ac(ev)
    return _known(
        evcc_id=ev.evcc_id,
        departure_time=ev.departure_time or None,
        energy_wanted=ev.target_energy_request,
        soc=ev.present_soc,
        ev_limits=limits.as_dict(),
    )


def charging_needs(
    ev: EVDataContext, *, is_dc: bool, phases: int, is_both_ways: bool = False
) -> Json:
    """`charging_needs` of `x_charging_needs`."""
    found: Json = {"requestedEnergyTransfer": _kind(is_dc, phases, is_both_ways)}
    if ev.departure_time:
        leaves = datetime.now(UTC) + timedelta(seconds=ev.departure_time)
        found["departureTime"] = leaves.isoformat(timespec="seconds")[:-6] + "Z"
    name, members = _dc(ev) if is_dc else _ac(ev)
    if members is not None:
        found[name] = members
    if is_both_ways:
        found["v2xChargingParameters"] = _v2x(rated_dc(ev) if is_dc else rated_ac(ev))
    return found


def _kind(is_dc: bool, phases: int, is_both_ways: bool) -> str:
    if is_both_ways:
        return "DC_BPT" if is_dc else "AC_BPT"
    return "DC" if is_dc else f"AC_{'single' if phases == 1 else 'three'}_phase"


def _v2x(rated: EVACCPDLimits | EVDCCPDLimits) -> Json:
    """In W."""
    return _known(
        minChargePower=rated.min_charge_power,
        maxChargePower=rated.max_charge_power,
        minDischargePower=rated.min_discharge_power,
        maxDischargePower=rated.max_discharge_power,
    )


def _ac(ev: EVDataContext) -> tuple[str, Json | None]:
    """All of it has to be known; only -2 tells currents."""
    rated = rated_ac(ev)
    members = {
        "energyAmount": ev.target_energy_request,
        "evMinCurrent": rated.min_charge_current,
        "evMaxCurrent": rated.max_charge_current,
        "evMaxVoltage": rated.max_voltage,
    }
    is_whole = all(value is not None for value in members.values())
    return "acChargingParameters", members if is_whole else None


def _dc(ev: EVDataContext) -> tuple[str, Json | None]:
    rated = rated_dc(ev)
    if rated.max_charge_current is None or rated.max_voltage is None:
        return "dcChargingParameters", None
    return "dcChargingParameters", _known(
        evMaxCurrent=rated.max_charge_current,
        evMaxVoltage=rated.max_voltage,
        evMaxPower=rated.max_charge_power,
        evEnergyCapacity=ev.total_battery_capacity,
        energyAmount=ev.target_energy_request,
        stateOfCharge=ev.present_soc,
        fullSoC=ev.max_soc,
        bulkSoC=ev.bulk_soc,
    )


def _known(**members: Any) -> Json:
    return {name: value for name, value in members.items() if value is not None}
