"""Dynamic profiles: their numbers come later, and again (2.1 part 2, K28)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from connector.station.charging import wire2
from connector.station.charging.decision import Refused
from connector.station.charging.profile import NEVER_MS, Kind, Profile

Json = Mapping[str, Any]
_KINDS = ("limit", "dischargeLimit", "setpoint", "setpointReactive")
_NAMES = tuple(f"{kind}{phase}" for kind in _KINDS for phase in ("", "_L2", "_L3"))


def updated(found: Profile | None, update: Json, arrival: wire2.Arrival) -> Profile:
    """A dynamic profile with what a ChargingScheduleUpdateType says.

    Raises:
        Refused: there is no such profile, or it makes no sense with these numbers.
    """
    if found is None:
        raise Refused("InvalidProfileId", "there is no such profile")
    if found.kind is not Kind.DYNAMIC:
        raise Refused("InvalidProfile", "only a dynamic profile is updated")
    schedule, *rest = found.wire["chargingSchedule"]
    numbers = {name: update[name] for name in _NAMES if name in update}
    period = {**schedule["chargingSchedulePeriod"][0], **numbers}
    schedule = {**schedule, "chargingSchedulePeriod": [period]}
    read = wire2.parse({**found.wire, "chargingSchedule": [schedule, *rest]}, arrival)
    return replace(
        found, wire=read.wire, schedule=read.schedule, updated_ms=arrival.now_ms
    )


def pulls(profiles: Iterable[Profile], now_ms: int) -> tuple[list[int], int | None]:
    """Which have to be asked for now, and when the next one has to be (K28.FR.10)."""
    due, next_ms = [], NEVER_MS
    for profile in profiles:
        if profile.kind is not Kind.DYNAMIC or not profile.pull_ms:
            continue
        at_ms = profile.updated_ms + profile.pull_ms
        if at_ms <= now_ms:
            due.append(profile.id)
        else:
            next_ms = min(next_ms, at_ms)
    return due, None if next_ms == NEVER_MS else next_ms
