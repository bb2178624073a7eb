"""What a vehicle says of itself (2.x, NotifyEVChargingNeeds), for its limits. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from connector.datapoints.limits.conversion import rounded
from connector.datapoints.limits.plans import Plan
from connector.datapoints.limits.requests import Periods

Json = dict[str, Any]

_PHASES_OF = {"AC_single_phase": 1, "AC_two_phase": 2, "AC_three_phase": 3}
_BOTH_WAYS = frozenset({"AC_BPT", "AC_BPT_DER", "DC_BPT", "DC_ACDP_BPT"})
"""Energy transfers that may go back (2.1, EnergyTransferModeEnumType)."""


@dataclass(frozen=True, slots=True)
class Vehicle:
    """What it can take and give back, and how many periods it understands.

    None is not told; A are per phase. What it gives back is a positive number.
    """

    max_w: float | None = None
    max_a: float | None = None
    most_periods: int | None = None
    gives_back: bool = False
    max_back_w: float | None = None
    max_back_a: float | None = None


def vehicle(needs: Json, most_periods: int | None = None) -> Vehicle:
    """The vehicle that has these `chargingNeeds`."""
    transfer = needs.get("requestedEnergyTransfer", "")
    ac = needs.get("acChargingParameters") or {}
    dc = needs.get("dcChargingParameters") or {}
    both = needs.get("v2xChargingParameters") or {}
    current_a = _least([ac.get("evMaxCurrent"), both.get("maxChargeCurrent")])
    return Vehicle(
        max_w=_least(
            [_ac_power_w(ac, transfer), dc.get("evMaxPower"), _sum(both, "maxCharge")]
        ),
        max_a=_least([current_a, dc.get("evMaxCurrent")]),
        most_periods=most_periods or None,
        gives_back=transfer in _BOTH_WAYS,
        max_back_w=_sum(both, "maxDischarge"),
        max_back_a=_least([both.get("maxDischargeCurrent")]),
    )


def _ac_power_w(ac: Json, transfer: str) -> float | None:
    """By its current, on as many phases as it asks for; voltage is phase to neutral."""
    phases = _PHASES_OF.get(transfer)
    if not ac or phases is None:
        return None
    return float(ac["evMaxCurrent"]) * float(ac["evMaxVoltage"]) * phases


def _sum(both: Json, name: str) -> float | None:
    names = (f"{name}Power", f"{name}Power_L2", f"{name}Power_L3")
    values = [abs(float(both[n])) for n in names if both.get(n) is not None]
    return sum(values) if values else None


def _least(values: Iterable[Any]) -> float | None:
    """The smallest; a 0 is what a vehicle says that does not know."""
    return min((abs(float(v)) for v in values if v), default=None)


def within_vehicle(plan: Plan, vehicle: Vehicle, now_ms: int) -> Plan:
    """A plan that asks for no more than the vehicle can, in as many periods."""
    is_w = plan.unit == "W"
    most = vehicle.max_w if is_w else vehicle.max_a
    back = vehicle.max_back_w if is_w else vehicle.max_back_a
    periods = tuple((o, _between(limit, most, back)) for o, limit in plan.periods)
    return _in_periods(replace(plan, periods=periods), vehicle.most_periods, now_ms)


def _between(limit: float, most: float | None, back: float | None) -> float:
    if limit >= 0:
        return limit if most is None else min(limit, rounded(most))
    return limit if back is None else max(limit, -rounded(back))


def _in_periods(plan: Plan, most: int | None, now_ms: int) -> Plan:
    """At most so many periods: what is over goes, what is too late is made one."""
    if most is None or plan.start_ms is None or len(plan.periods) <= most:
        return plan
    elapsed_s = (now_ms - plan.start_ms) // 1000
    past = sum(1 for offset_s, _ in plan.periods[1:] if offset_s <= elapsed_s)
    periods = _without(plan.periods, past)
    if len(periods) > most:
        last = min((limit for _, limit in periods[most - 1 :]), key=abs)
        periods = (*periods[: most - 1], (periods[most - 1][0], last))
    return replace(plan, periods=periods)


def _without(periods: Periods, past: int) -> Periods:
    """Without the first ones; the next has held since the start, as it were."""
    (_, limit), *others = periods[past:]
    return ((0, limit), *others)
