"""Charging profiles on the wire; what they hold is decided by the limits."""

from __future__ import annotations

from typing import Any

from connector.csms.station import Station

Json = dict[str, Any]


async def set_charging_profile(station: Station, where: str, profile: Json) -> Json:
    """SetChargingProfile; gives the wire response."""
    return await station.call(
        "SetChargingProfile",
        {"connectorId": int(where), "csChargingProfiles": profile},
    )


async def clear_charging_profile(station: Station, profile_id: int) -> Json:
    """ClearChargingProfile of one profile by its id; gives the wire response."""
    return await station.call("ClearChargingProfile", {"id": profile_id})


async def get_composite_schedule(
    station: Station, where: str, duration_s: int, unit: str | None = None
) -> Json:
    """GetCompositeSchedule; gives the wire response."""
    payload: Json = {"connectorId": int(where), "duration": duration_s}
    if unit is not None:
        payload["chargingRateUnit"] = unit
    return await station.call("GetCompositeSchedule", payload)
