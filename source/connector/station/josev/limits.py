"""`cs_status_and_limits`: what a vehicle may take now, and how its EVSE is. Pure."""

from __future__ import annotations

from typing import Any

from connector.station.core.hardware_side import EMERGENCY_STOP
from connector.station.josev.options import (
    AC_SERVICES,
    DC_SERVICES,
    NO_MONITOR,
    NO_MONITOR_IN_CHECKS,
)
from connector.station.josev.post import Post

Json = dict[str, Any]
_LINES = ("l1", "l2", "l3")


def of_evse(post: Post, limit_w: float, phases: int | None, present: Json) -> Json:
    """One item of ``evses``; ``present`` has voltage and current of a DC outlet."""
    found: Json = {"evse_id": post.evse_id, "status_code": status_code(post)}
    names = post.names
    if names & set(AC_SERVICES):
        found["ac"] = _ac(post, limit_w, phases)
    if "ac_bpt" in names:
        found["ac_bpt"] = _ac_bpt(post, limit_w, phases)
    if names & set(DC_SERVICES):
        found["dc"] = _dc(post, limit_w, present)
    if "dc_bpt" in names:
        found["dc_bpt"] = _dc_bpt(post, limit_w, present)
    return found


def status_code(post: Post) -> str:
    """How an EVSE is."""
    evse, v2g = post.evse, post.v2g
    if evse is None:
        return "evse_not_ready"
    if evse.is_faulted() or post.is_stuck:
        is_emergency = evse.error(evse.connector)[1] == EMERGENCY_STOP
        return "evse_emergency_shutdown" if is_emergency else "evse_malfunction"
    if v2g is not None and v2g.is_revoked:
        return "evse_shutdown"
    if v2g is not None and v2g.checks_until_ms is not None:
        return "evse_isolation_monitoring_active"
    is_ready = evse.is_running or evse.may_begin()
    return "evse_ready" if is_ready else "evse_not_ready"


def amperes(post: Post, limit_w: float, phases: int | None) -> float:
    """Per phase at AC; less than a vehicle can take is nothing (IEC 61851-1)."""
    rating = post.model.rating
    found = max(0.0, limit_w) / (rating.voltage * (phases or rating.phases))
    return found if found >= rating.min_current_a * (1 - 1e-9) else 0.0


def _spread(post: Post, value: float, phases: int | None) -> Json:
    """The same on each phase that is used."""
    there = post.model.rating.phases
    used = min(phases or there, there)
    return {
        line: round(value, 3) if number < used else 0.0
        for number, line in enumerate(_LINES[:there])
    }


def _ac(post: Post, limit_w: float, phases: int | None) -> Json:
    evse = post.evse
    code = evse.error(evse.connector)[0] if evse is not None else ""
    return {
        "max_current": _spread(post, amperes(post, limit_w, phases), phases),
        "nominal_voltage": post.model.rating.voltage,
        "rcd_error": code == "GroundFailure",
    }


def fed_back_w(post: Post, limit_w: float) -> float:
    """The most that may be fed back: all, unless less than that is wanted."""
    most_w = post.model.rating.max_discharge_w
    return min(most_w, -limit_w) if limit_w < 0 else most_w


def _ac_bpt(post: Post, limit_w: float, phases: int | None) -> Json:
    used = phases or post.model.rating.phases
    each_w = fed_back_w(post, limit_w) / used
    return {
        "evse_max_discharge_power": _spread(post, each_w, phases),
        "evse_min_discharge_power": _spread(post, 0.0, phases),
    }


def _volts(post: Post, present: Json) -> float:
    """What a power is a current at: what is there, else the least there can be."""
    return max(float(present["present_voltage"]), post.options.min_voltage)


def _most_a(post: Post) -> float:
    """What the rectifier gives."""
    rating = post.model.rating
    return post.options.max_current_a or rating.max_power_w / rating.voltage


def _dc(post: Post, limit_w: float, present: Json) -> Json:
    power_w = max(0.0, limit_w)
    most_a = min(_most_a(post), power_w / _volts(post, present))
    return {
        **present,
        "max_current": round(most_a, 3),
        "min_current": min(post.options.min_current_a, round(most_a, 3)),
        "max_voltage": post.model.rating.voltage,
        "min_voltage": post.options.min_voltage,
        "max_power": round(power_w, 3),
        "peak_current_ripple": post.options.ripple_a,
        "isolation_status": _isolation(post),
    }


def _isolation(post: Post) -> str:
    v2g = post.v2g
    found = (v2g.isolation if v2g is not None else None) or "invalid"
    return NO_MONITOR if found == NO_MONITOR_IN_CHECKS else found


def _dc_bpt(post: Post, limit_w: float, present: Json) -> Json:
    power_w = fed_back_w(post, limit_w)
    most_a = min(_most_a(post), power_w / _volts(post, present))
    return {
        "evse_max_discharge_power": round(power_w, 3),
        "evse_min_discharge_power": 0.0,
        "evse_max_discharge_current": round(most_a, 3),
        "evse_min_discharge_current": 0.0,
    }
