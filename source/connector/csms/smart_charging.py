"""Charging profiles on the wire; what they hold is decided by the limits."""

from __future__ import annotations

from typing import Any

from connector.csms.station import Station
from connector.csms.v2 import smart_charging as v2

Json = dict[str, Any]


async def set_charging_profile(station: Station, where: str, profile: Json) -> Json:
    """SetChargingProfile; gives the wire response."""
    if station.speaks_2:
        return await v2.set_charging_profile(station, where, profile)
    return await station.call(
        "SetChargingProfile",
        {"connectorId": int(where), "csChargingProfiles": profile},
    )


async def clear_charging_profile(station: Station, profile_id: int) -> Json:
    """ClearChargingProfile of one profile by its id; gives the wire response."""
    if station.speaks_2:
        return await v2.clear_charging_profile(station, profile_id)
    return await station.call("ClearChargingProfile", {"id": profile_id})


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
