"""Charging profiles of OCPP 1.6 for a plan. Pure.

Ids are fixed for each purpose and place, so that a profile always replaces itself.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from connector.csms import times
from connector.csms.options import ProfileOptions
from connector.datapoints.limits.plans import Plan

Json = dict[str, Any]

TX, TX_DEFAULT, MAX = "TxProfile", "TxDefaultProfile", "ChargePointMaxProfile"
VENDOR = "DataTransfer"
"""No profile: the limit of a station that has a command of its own for it."""
_FIRST_IDS = {
    MAX: 710_000_000,
    TX_DEFAULT: 720_000_000,
    TX: 730_000_000,
    VENDOR: 740_000_000,
}
"""Far from those that people choose, and far enough apart for every connector."""
_EARLIER_MS = 60_000
"""Some stations take a start in the past only."""


class Carrier(NamedTuple):
    """A profile of ours at a station, by its purpose and connector."""

    purpose: str
    where: str

    @property
    def profile_id(self) -> int:
        """Its id, always the same."""
        return _FIRST_IDS[self.purpose] + int(self.where)


@dataclass(frozen=True, slots=True)
class Situation:
    """What a profile depends on beside the plan."""

    now_ms: int
    options: ProfileOptions = field(default_factory=ProfileOptions)
    max_stack_level: int = 0
    transaction_id: str | None = None
    duration_s: int | None = None
    clock_error_ms: int | None = None


def max_stack_level(configuration: Mapping[str, str | None]) -> int:
    """The highest level that the station takes; unknown is 0."""
    text = (configuration.get("ChargeProfileMaxStackLevel") or "").strip()
    return int(text) if text.isdecimal() else 0


def profile(carrier: Carrier, plan: Plan, situation: Situation) -> Json:
    """The profile that carries a plan."""
    if plan.raw is not None:
        return plan.raw
    found: Json = {"chargingProfileId": carrier.profile_id}
    if situation.transaction_id is not None and carrier.purpose == TX:
        found["transactionId"] = int(situation.transaction_id)
    is_absolute = _is_absolute(carrier, plan, situation)
    schedule = _absolute(plan, situation) if is_absolute else _relative(plan)
    return found | {
        "stackLevel": _stack_level(carrier, situation),
        "chargingProfilePurpose": carrier.purpose,
        "chargingProfileKind": "Absolute" if is_absolute else "Relative",
        "chargingSchedule": schedule,
    }


def _stack_level(carrier: Carrier, situation: Situation) -> int:
    chosen = situation.options.stack_level
    if chosen is not None:
        return chosen
    below = 1 if carrier.purpose == TX_DEFAULT else 0
    return max(0, situation.max_stack_level - below)


def _is_absolute(carrier: Carrier, plan: Plan, situation: Situation) -> bool:
    return (
        carrier.purpose == MAX
        or plan.start_ms is not None
        or situation.duration_s is not None
        or situation.options.kind == "Absolute"
    )


def _relative(plan: Plan) -> Json:
    return {
        "chargingRateUnit": plan.unit,
        "chargingSchedulePeriod": [_period(0, plan.periods[0][1], plan)],
    }


def _absolute(plan: Plan, situation: Situation) -> Json:
    """A schedule that starts a minute early; everything in it is as much later."""
    start_ms = situation.now_ms if plan.start_ms is None else plan.start_ms
    early_ms = (start_ms - _EARLIER_MS) // 1000 * 1000
    shift_s = -((early_ms - start_ms) // 1000)
    periods = [
        _period(offset_s + shift_s if offset_s else 0, limit, plan)
        for offset_s, limit in plan.periods
    ]
    found: Json = {}
    if situation.duration_s is not None:
        # Counted from now, wherever the schedule has got to.
        end_ms = situation.now_ms + situation.duration_s * 1000
        found["duration"] = max(1, -((early_ms - end_ms) // 1000))
    return found | {
        "startSchedule": times.iso(early_ms + (situation.clock_error_ms or 0)),
        "chargingRateUnit": plan.unit,
        "chargingSchedulePeriod": periods,
    }


def _period(start_s: int, limit: float, plan: Plan) -> Json:
    found: Json = {"startPeriod": start_s, "limit": limit}
    if plan.phases is not None:
        found["numberPhases"] = plan.phases
    return found


def raw_plan(raw: Json, watts_per_ampere: float | None) -> Plan:
    """What a profile that somebody wrote limits, as far as it can be read."""
    schedule = raw.get("chargingSchedule", {})
    periods = tuple(
        (int(period["startPeriod"]), float(period["limit"]))
        for period in schedule.get("chargingSchedulePeriod", ())
    )
    start = schedule.get("startSchedule") if len(periods) > 1 else None
    return Plan(
        schedule.get("chargingRateUnit", "W"),
        periods or ((0, 0.0),),
        times.parse(start),
        watts_per_ampere=watts_per_ampere,
        raw=raw,
    )


def raw_carrier(raw: Json, where: str) -> Carrier:
    """Where a profile that somebody wrote goes."""
    return Carrier(str(raw.get("chargingProfilePurpose")), where)
