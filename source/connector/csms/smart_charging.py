"""Charging profiles on the wire; what they hold is decided by the limits."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from connector.csms.station import STATION, Station
from connector.csms.v2 import smart_charging as v2

Json = dict[str, Any]


async def set_charging_profile(
    station: Station,
    where: str,
    profile: Json,
    when_due: Callable[[], object] | None = None,
) -> Json:
    """SetChargingProfile; gives the wire response (``when_due``: `Station.call`)."""
    if station.speaks_2:
        return await v2.set_charging_profile(station, where, profile, when_due)
    payload = {"connectorId": int(where), "csChargingProfiles": profile}
    return await station.call("SetChargingProfile", payload, when_due=when_due)


async def clear_charging_profile(station: Station, profile_id: int) -> Json:
    """ClearChargingProfile of one profile by its id; gives the wire response."""
    if station.speaks_2:
        return await v2.clear_charging_profile(station, profile_id)
    return await station.call("ClearChargingProfile", {"id": profile_id})


async def clear_matching(station: Station, where: str, filter_: Json) -> Json:
    """ClearChargingProfile of all that match at a place; gives the wire response."""
    if station.speaks_2:
        return await v2.clear_matching(station, where, filter_)
    if where != STATION:
        filter_ = {"connectorId": int(where), **filter_}
    return await station.call("ClearChargingProfile", filter_)


async def update_dynamic_schedule(
    station: Station, profile_id: int, limits: Json
) -> Json:
    """UpdateDynamicSchedule, which only 2.1 has; gives the wire response."""
    return await v2.update_dynamic_schedule(station, profile_id, limits)


async def get_composite_schedule(
    station: Station, where: str, duration_s: int, unit: str | None = None
) -> Json:
    """GetCompositeSchedule; gives the wire response."""
    if station.speaks_2:
        return await v2.get_composite_schedule(station, where, duration_s, unit)
    payload: Json = {"connectorId": int(where), "duration": duration_s}
    if unit is not None:
        payload["chargingRateUnit"] = unit
    return await station.call("GetCompositeSchedule", payload)
