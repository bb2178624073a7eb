"""What profiles allow, told the slow and obvious way: second by second, in amperes.

It reads the wire forms of 2.x by itself and shares nothing with what it judges but the
rules of the specifications.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from connector.tests.station.charging.desk import NOON

Json = dict[str, Any]
Installed = tuple[int, Json]
_CYCLES = {"Daily": 86_400, "Weekly": 604_800}


def seconds(text: str) -> float:
    return (datetime.fromisoformat(text) - NOON).total_seconds()


def amperes(wire: Json, t: float, session_s: float) -> tuple[float, int] | None:
    """What one profile says at a time: amperes per phase, and on how many phases."""
    if "validFrom" in wire and t < seconds(wire["validFrom"]):
        return None
    if "validTo" in wire and t >= seconds(wire["validTo"]):
        return None
    schedule = wire["chargingSchedule"][0]
    begin = session_s
    if "startSchedule" in schedule:
        begin = seconds(schedule["startSchedule"])
    if wire["chargingProfileKind"] == "Recurring":
        while begin + _CYCLES[wire["recurrencyKind"]] <= t:
            begin += _CYCLES[wire["recurrencyKind"]]
    if t < begin or t >= begin + schedule.get("duration", 1e12):
        return None
    said = None
    for period in schedule["chargingSchedulePeriod"]:
        if begin + period["startPeriod"] <= t:
            said = period
    assert said is not None
    phases = said.get("numberPhases", 3)
    if schedule["chargingRateUnit"] == "A":
        return said["limit"], phases
    return said["limit"] / (230 * phases), phases


def highest(
    installed: Iterable[Installed],
    purpose: str,
    evses: set[int],
    t: float,
    since: float,
) -> tuple[float, int] | None:
    """Of all that say something, the one of the highest level."""
    best = None
    for evse, wire in installed:
        if wire["chargingProfilePurpose"] == purpose and evse in evses:
            said = amperes(wire, t, since)
            if said is not None and (best is None or wire["stackLevel"] > best[0]):
                best = (wire["stackLevel"], said)
    return None if best is None else best[1]


def limit_w(installed: list[Installed], t: float, since: float) -> float:
    """Of EVSE 1, which has three phases with 230 V and 32 A, and is alone."""
    said = highest(installed, "TxProfile", {1}, t, since)
    if said is None:
        said = highest(installed, "TxDefaultProfile", {0, 1}, t, since)
    bounds = [said]
    bounds.append(highest(installed, "ChargingStationMaxProfile", {0}, t, since))
    external = "ChargingStationExternalConstraints"
    bounds.append(highest(installed, external, {1}, t, since))
    bounds.append(highest(installed, external, {0}, t, since))
    current = min([32.0, *(bound[0] for bound in bounds if bound is not None)])
    phases = min([3, *(bound[1] for bound in bounds if bound is not None)])
    return current * 230 * phases
