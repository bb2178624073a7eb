"""Charging profiles as they come over the wire, in few words."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from connector.station.demo.times import iso

NOON_S = datetime(2026, 1, 31, 12, tzinfo=UTC).timestamp()
VOLTAGE = 230.0


def at(offset_s: float) -> str:
    """A time so many seconds after noon."""
    return iso(round((NOON_S + offset_s) * 1000))


def profile(
    *limits: tuple[int, float] | tuple[int, float, int],
    number: int = 1,
    level: int = 0,
    purpose: str = "TxDefaultProfile",
    kind: str = "Absolute",
    unit: str = "W",
    start_s: float | None = 0.0,
    duration_s: int | None = None,
    **more: Any,
) -> dict[str, Any]:
    """A profile of (start, limit) or (start, limit, phases); it starts at noon."""
    periods = []
    for start, limit, *phases in limits:
        period: dict[str, Any] = {"startPeriod": start, "limit": limit}
        periods.append(period | ({"numberPhases": phases[0]} if phases else {}))
    schedule: dict[str, Any] = {
        "chargingRateUnit": unit,
        "chargingSchedulePeriod": periods,
    }
    if start_s is not None and kind != "Relative":
        schedule["startSchedule"] = at(start_s)
    if duration_s is not None:
        schedule["duration"] = duration_s
    return {
        "chargingProfileId": number,
        "stackLevel": level,
        "chargingProfilePurpose": purpose,
        "chargingProfileKind": kind,
        "chargingSchedule": schedule,
    } | more
