"""Charging profiles on their way to a station of 2.x (2.x, block K)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from connector.csms.station import STATION, Station
from connector.csms.v2.evses import evse_id

Json = dict[str, Any]

_CRITERIA = ("evseId", "chargingProfilePurpose", "stackLevel")
_PURPOSES = {"ChargePointMaxProfile": "ChargingStationMaxProfile"}
"""What people say from 1.6, and what 2.x calls it."""


async def set_charging_profile(
    station: Station,
    where: str,
    profile: Json,
    when_due: Callable[[], object] | None = None,
) -> Json:
    """SetChargingProfile; gives the wire response (``when_due``: `Station.call`)."""
    payload = {"evseId": evse_id(where), "chargingProfile": profile}
    return await station.call("SetChargingProfile", payload, when_due=when_due)


async def clear_charging_profile(station: Station, profile_id: int) -> Json:
    """ClearChargingProfile of one profile by its id; gives the wire response."""
    return await station.call("ClearChargingProfile", {"chargingProfileId": profile_id})


async def clear_matching(station: Station, where: str, filter_: Json) -> Json:
    """ClearChargingProfile of all that match at a place; gives the wire response."""
    payload = clear_request(where, filter_)
    return await station.call("ClearChargingProfile", payload)


def clear_request(where: str, filter_: Json) -> Json:
    """A filter as ClearChargingProfile of 2.x has it; one of 1.6 is put into words.

    The id of a profile is enough; other criteria count where there is none (K10).
    """
    found = dict(filter_)
    if "id" in found:
        found["chargingProfileId"] = found.pop("id")
    criteria = dict(found.pop("chargingProfileCriteria", None) or {})
    criteria |= {n: found.pop(n) for n in _CRITERIA if n in found}
    if "connectorId" in found:
        criteria["evseId"] = found.pop("connectorId")
    purpose = criteria.get("chargingProfilePurpose")
    if purpose in _PURPOSES:
        criteria["chargingProfilePurpose"] = _PURPOSES[purpose]
    if where != STATION and "chargingProfileId" not in found:
        criteria = {"evseId": evse_id(where), **criteria}
    return {**found, "chargingProfileCriteria": criteria} if criteria else found


async def update_dynamic_schedule(
    station: Station, profile_id: int, limits: Json
) -> Json:
    """UpdateDynamicSchedule (2.1, K28); gives the wire response."""
    return await station.call(
        "UpdateDynamicSchedule",
        {"chargingProfileId": profile_id, "scheduleUpdate": limits},
    )


async def get_composite_schedule(
    station: Station, where: str, duration_s: int, unit: str | None = None
) -> Json:
    """GetCompositeSchedule; gives the wire response."""
    payload: Json = {"evseId": evse_id(where), "duration": duration_s}
    if unit is not None:
        payload["chargingRateUnit"] = unit
    return await station.call("GetCompositeSchedule", payload)
