"""Charging profiles of 1.6: set, cleared, and what follows from all of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from connector.ocppj.frames import Call, Json
from connector.station.charging.composite import Composite, CompositePeriod
from connector.station.charging.criteria import of_clear_16
from connector.station.charging.decision import Decision, Refused
from connector.station.client.v16.places import evse_of
from connector.station.times import iso

if TYPE_CHECKING:
    from connector.station.client.client import Client

VERSION = "1.6"
_NOT_SUPPORTED = frozenset({"UnsupportedPurpose", "NotSupported", "UnsupportedParam"})


def install(
    client: Client, evse: int, profile: Json, *, is_for_start: bool = False
) -> Decision:
    """Take a profile for an EVSE (0: the station); the limit follows at once."""
    now_ms = client.now_ms()
    decision: Decision = client.parts.profiles.install(
        evse, profile, now_ms, version=VERSION, is_for_start=is_for_start
    )
    if decision.is_accepted and not is_for_start:
        client.core.offer_anew(now_ms)
    return decision


def set_charging_profile(client: Client, call: Call) -> Json:
    """SetChargingProfile."""
    payload = call.payload
    evse = evse_of(client, payload["connectorId"])
    if evse is None:
        return {"status": "Rejected"}
    decision = install(client, evse, payload["csChargingProfiles"])
    if decision.is_accepted:
        return {"status": "Accepted"}
    is_unknown = decision.reason_code in _NOT_SUPPORTED
    return {"status": "NotSupported" if is_unknown else "Rejected"}


def clear_charging_profile(client: Client, call: Call) -> Json:
    """ClearChargingProfile; Unknown where nothing is meant."""
    payload = call.payload
    number = payload.get("connectorId")
    evse = None if number is None else evse_of(client, number)
    if number is not None and evse is None and "id" not in payload:
        return {"status": "Unknown"}
    gone = client.parts.profiles.clear(of_clear_16(payload, evse))
    client.core.offer_anew(client.now_ms())
    return {"status": "Accepted" if gone else "Unknown"}


def get_composite_schedule(client: Client, call: Call) -> Json:
    """GetCompositeSchedule, from the whole second that it is now."""
    payload = call.payload
    number = payload["connectorId"]
    evse = evse_of(client, number)
    if evse is None or payload["duration"] < 0:
        return {"status": "Rejected"}
    now_ms = client.now_ms() // 1000 * 1000
    try:
        found: Composite | None = client.parts.profiles.composite(
            evse, payload["duration"], payload.get("chargingRateUnit"), now_ms
        )
    except Refused:
        return {"status": "Rejected"}
    if found is None:
        return {"status": "Rejected"}
    return _answer(found, number)


def _answer(found: Composite, number: int) -> Json:
    return {
        "status": "Accepted",
        "connectorId": number,
        "scheduleStart": iso(found.start_ms),
        "chargingSchedule": {
            "duration": found.duration_s,
            "startSchedule": iso(found.start_ms),
            "chargingRateUnit": found.unit,
            "chargingSchedulePeriod": [_period(each) for each in found.periods],
        },
    }


def _period(period: CompositePeriod) -> dict[str, Any]:
    found: dict[str, Any] = {"startPeriod": period.start_s, "limit": period.limit}
    if period.phases is not None:
        found["numberPhases"] = period.phases
    return found
