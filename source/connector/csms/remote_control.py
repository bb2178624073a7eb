"""What a station is told to do at once: start, stop, unlock, send a message."""

from __future__ import annotations

from typing import Any

from connector.csms.station import STATION, Station

Json = dict[str, Any]

_ONLY_EXTENDED = frozenset({"LogStatusNotification", "SignChargePointCertificate"})
"""Messages that TriggerMessage of 1.6 has no word for (security whitepaper, 4.2)."""


async def remote_start(
    station: Station, where: str, id_token: str, profile: Json | None = None
) -> Json:
    """RemoteStartTransaction, with a charging profile where there is one."""
    payload: Json = {"idTag": id_token, "connectorId": int(where)}
    if profile is not None:
        payload["chargingProfile"] = profile
    return await station.call("RemoteStartTransaction", payload)


async def remote_stop(station: Station, transaction_id: str) -> Json:
    """RemoteStopTransaction."""
    return await station.call(
        "RemoteStopTransaction", {"transactionId": int(transaction_id)}
    )


async def unlock_connector(station: Station, where: str) -> Json:
    """UnlockConnector."""
    return await station.call("UnlockConnector", {"connectorId": int(where)})


async def trigger_message(station: Station, where: str, message: str) -> Json:
    """TriggerMessage, or ExtendedTriggerMessage where only that has the message."""
    action = "ExtendedTriggerMessage" if message in _ONLY_EXTENDED else "TriggerMessage"
    payload: Json = {"requestedMessage": message}
    if where != STATION:
        payload["connectorId"] = int(where)
    if station.asked is None:
        station.asked = set()
    station.asked.add(message)
    return await station.call(action, payload)
