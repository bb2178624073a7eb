"""Charging profiles on their way to a station of 2.x (2.x, block K)."""

from __future__ import annotations

from typing import Any

from connector.csms.station import Station
from connector.csms.v2.evses import evse_id

Json = dict[str, Any]


async def set_charging_profile(station: Station, where: str, profile: Json) -> Json:
    """SetChargingProfile; gives the wire response."""
    return await station.call(
        "SetChargingProfile", {"evseId": evse_id(where), "chargingProfile": profile}
    )


async def clear_charging_profile(station: Station, profile_id: int) -> Json:
    """ClearChargingProfile of one profile by its id; gives the wire response."""
    return await station.call("ClearChargingProfile", {"chargingProfileId": profile_id})


async def get_composite_schedule(
    station: Station, where: str, duration_s: int, unit: str | None = None
) -> Json:
    """GetCompositeSchedule; gives the wire response."""
    payload: Json = {"evseId": evse_id(where), "duration": duration_s}
    if unit is not None:
        payload["chargingRateUnit"] = unit
    return await station.call("GetCompositeSchedule", payload)
