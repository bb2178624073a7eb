"""What is told about charging profiles: reports of them, and composite schedules."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from connector.station.charging.composite import Composite, CompositePeriod
from connector.station.charging.local_time import write
from connector.station.charging.profile import Kind, Mode, Profile, Purpose

Json = dict[str, Any]
_NEW_PURPOSES = frozenset({Purpose.PRIORITY, Purpose.LOCAL})
_PROFILE_201 = frozenset(
    {
        "id",
        "stackLevel",
        "chargingProfilePurpose",
        "chargingProfileKind",
        "recurrencyKind",
        "validFrom",
        "validTo",
        "chargingSchedule",
        "transactionId",
        "customData",
    }
)
_SCHEDULE_201 = frozenset(
    {
        "id",
        "startSchedule",
        "duration",
        "chargingRateUnit",
        "chargingSchedulePeriod",
        "minChargingRate",
        "salesTariff",
        "customData",
    }
)
_PERIOD_201 = frozenset(
    {"startPeriod", "limit", "numberPhases", "phaseToUse", "customData"}
)


def reports(request_id: int, profiles: Iterable[Profile], version: str) -> list[Json]:
    """ReportChargingProfiles: one for each place and source (2.x part 2, K09).

    What came in a newer version than asked in is told as far as that knows it.
    """
    groups: dict[tuple[int, str], list[Json]] = {}
    for profile in profiles:
        if version == "2.1" or is_of_201(profile):
            place = (profile.evse, profile.source)
            groups.setdefault(place, []).append(_told(profile, version))
    return [
        {
            "requestId": request_id,
            "chargingLimitSource": source,
            "chargingProfile": members,
            "evseId": evse,
            "tbc": number < len(groups),
        }
        for number, ((evse, source), members) in enumerate(groups.items(), 1)
    ]


def is_of_201(profile: Profile) -> bool:
    """Whether 2.0.1 has a word for it."""
    is_known = profile.purpose not in _NEW_PURPOSES and profile.kind is not Kind.DYNAMIC
    return is_known and all(p.limit is not None for p in profile.schedule.periods)


def _told(profile: Profile, version: str) -> Json:
    wire: Json = dict(profile.wire)
    if profile.purpose is Purpose.TX and profile.session is not None:
        wire["transactionId"] = profile.session
    return wire if version == "2.1" else _as_201(wire)


def _as_201(wire: Mapping[str, Any]) -> Json:
    profile = _only(wire, _PROFILE_201)
    profile["chargingSchedule"] = schedules = []
    for each in wire["chargingSchedule"]:
        schedule = _only(each, _SCHEDULE_201)
        periods = schedule["chargingSchedulePeriod"]
        schedule["chargingSchedulePeriod"] = [_only(p, _PERIOD_201) for p in periods]
        schedules.append(schedule)
    return profile


def _only(wire: Mapping[str, Any], names: frozenset[str]) -> Json:
    return {name: value for name, value in wire.items() if name in names}


# -- composite schedules


def composite_16(composite: Composite, connector: int) -> Json:
    """The answer to GetCompositeSchedule in 1.6."""
    start = write(composite.start_ms)
    schedule = {
        "duration": composite.duration_s,
        "startSchedule": start,
        "chargingRateUnit": composite.unit,
        "chargingSchedulePeriod": [_plain(each) for each in composite.periods],
    }
    return {
        "status": "Accepted",
        "connectorId": connector,
        "scheduleStart": start,
        "chargingSchedule": schedule,
    }


def composite_2(composite: Composite, version: str) -> Json:
    """The answer to GetCompositeSchedule in 2.0.1 and 2.1."""
    say = _plain if version == "2.0.1" else _whole
    schedule = {
        "evseId": composite.evse,
        "duration": composite.duration_s,
        "scheduleStart": write(composite.start_ms),
        "chargingRateUnit": composite.unit,
        "chargingSchedulePeriod": [say(each) for each in composite.periods],
    }
    return {"status": "Accepted", "schedule": schedule}


def _plain(period: CompositePeriod) -> Json:
    """Without L2 and L3 the lowest of all is the limit (K01.FR.147)."""
    limit = min((period.limit, *period.others))
    wire: Json = {"startPeriod": period.start_s, "limit": limit}
    if period.phases is not None:
        wire["numberPhases"] = period.phases
    return wire


def _whole(period: CompositePeriod) -> Json:
    wire = _plain(period)
    if period.others:
        wire["limit"] = period.limit
        wire.update(zip(("limit_L2", "limit_L3"), period.others, strict=False))
    if period.phase_to_use is not None:
        wire["phaseToUse"] = period.phase_to_use
    if period.mode is not Mode.CHARGING_ONLY:
        wire["operationMode"] = period.mode.value
    if period.setpoint is not None:
        wire["setpoint"] = period.setpoint
    if period.discharge is not None:
        wire["dischargeLimit"] = period.discharge
    return wire
