"""What a station of 2.x is told to do at once (2.x, blocks F and G)."""

from __future__ import annotations

import secrets
from typing import Any

from connector.csms.station import STATION, Station
from connector.csms.v2.evses import evse_id, with_evse
from connector.csms.v2.id_tokens import wire_token

Json = dict[str, Any]

_LARGEST_ID = 2**31 - 1
# What people say from 1.6, and what 2.x calls it.
_MESSAGES = {
    "DiagnosticsStatusNotification": "LogStatusNotification",
    "SignChargePointCertificate": "SignChargingStationCertificate",
}


async def request_start(
    station: Station,
    where: str,
    id_token: str | Json,
    profile: Json | None = None,
) -> Json:
    """RequestStartTransaction; ``id_token`` is its text, or type and id."""
    payload: Json = {
        "idToken": wire_token(id_token),
        "remoteStartId": secrets.randbelow(_LARGEST_ID) + 1,
    }
    if where != STATION:
        payload["evseId"] = evse_id(where)
    if profile is not None:
        payload["chargingProfile"] = profile
    return await station.call("RequestStartTransaction", payload)


async def request_stop(station: Station, transaction_id: str) -> Json:
    """RequestStopTransaction."""
    return await station.call(
        "RequestStopTransaction", {"transactionId": transaction_id}
    )


async def unlock_connector(station: Station, where: str) -> Json:
    """UnlockConnector; an EVSE as such means its first connector."""
    _, _, connector = where.partition(".")
    return await station.call(
        "UnlockConnector",
        {"evseId": evse_id(where), "connectorId": int(connector or 1)},
    )


async def trigger_message(station: Station, where: str, message: str) -> Json:
    """TriggerMessage; a status is that of a connector (2.x, F06.FR.12)."""
    message = _MESSAGES.get(message, message)
    payload = with_evse({"requestedMessage": message}, where)
    if message == "StatusNotification" and "evse" in payload:
        payload["evse"].setdefault("connectorId", 1)
    return await station.call("TriggerMessage", payload)


async def change_availability(station: Station, where: str, operative: bool) -> Json:
    """ChangeAvailability; gives the wire response."""
    status = "Operative" if operative else "Inoperative"
    payload = with_evse({"operationalStatus": status}, where)
    return await station.call("ChangeAvailability", payload)


async def reset(station: Station, where: str, kind: str) -> Json:
    """Reset, ``OnIdle`` or ``Immediate``, of the station or of one EVSE."""
    payload: Json = {"type": kind}
    if where != STATION:
        payload["evseId"] = evse_id(where)
    return await station.call("Reset", payload)
