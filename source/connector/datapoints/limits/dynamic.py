"""Profiles whose limit changes without them being sent again (2.1, use case K28)."""

from __future__ import annotations

from typing import Any

from connector.datapoints.limits.book import Book
from connector.datapoints.limits.discharging import vehicle_at
from connector.datapoints.limits.installed import Installed, Trust
from connector.datapoints.limits.plans import Plan
from connector.datapoints.limits.profiles import TX, Carrier, first_schedule
from connector.datapoints.limits.vehicles import within_vehicle

Json = dict[str, Any]

_DYNAMIC = "Dynamic"
_LIMITS = tuple(
    f"{name}{phase}"
    for name in ("limit", "dischargeLimit", "setpoint", "setpointReactive")
    for phase in ("", "_L2", "_L3")
)
"""What an update may change (2.1, ChargingScheduleUpdateType)."""


def is_dynamic(profile: Json) -> bool:
    """Whether a profile is one of these."""
    return profile.get("chargingProfileKind") == _DYNAMIC


def can_update(book: Book, carrier: Carrier, held: Installed, plan: Plan) -> bool:
    """Whether a plan differs from what is held by its limit alone."""
    if not (held.is_dynamic and book.dialect.has_dynamic):
        return False
    if held.trust is not Trust.HELD or not book.applies(carrier, held):
        return False
    is_flat = plan.raw is None and plan.start_ms is None
    is_alike = (plan.unit, plan.phases) == (held.plan.unit, held.plan.phases)
    return is_flat and is_alike and not (plan.discharges or held.plan.discharges)


def update(book: Book, carrier: Carrier, plan: Plan, now_ms: int) -> Json:
    """The limits that hold now, as an update has them."""
    if plan.raw is not None:
        [period, *_] = first_schedule(plan.raw)["chargingSchedulePeriod"]
        return {name: period[name] for name in _LIMITS if name in period}
    vehicle = vehicle_at(book, carrier.where)
    if carrier.purpose == TX and vehicle is not None:
        plan = within_vehicle(plan, vehicle, now_ms)
    limit = plan.at(now_ms)
    if limit is None:
        return {}
    if limit < 0:
        return {"setpoint": limit, "dischargeLimit": limit}
    return {"limit": limit}


def update_of(book: Book, profile_id: int, now_ms: int) -> Json | None:
    """What a station is told that asks for the limits of a profile of ours."""
    for carrier, held in book.installed.items():
        if held.profile_id == profile_id and book.applies(carrier, held):
            return update(book, carrier, held.plan, now_ms) or None
    return None
