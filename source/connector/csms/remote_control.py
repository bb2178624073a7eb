"""What a station is told to do at once: start, stop, unlock, send a message."""

from __future__ import annotations

from typing import Any, NamedTuple

from connector.csms.station import STATION, Station
from connector.csms.v2 import remote_control as v2
from connector.errors import CallErrorReceived, CommandTimeout

Json = dict[str, Any]
IdToken = str | Json

_PLAIN, _EXTENDED = "TriggerMessage", "ExtendedTriggerMessage"
_ACTIONS_OF: dict[str, tuple[str | None, str | None]] = {
    **{
        message: (message, message)
        for message in (
            "BootNotification",
            "FirmwareStatusNotification",
            "Heartbeat",
            "MeterValues",
            "StatusNotification",
        )
    },
    # The whitepaper's word for the same.
    "DiagnosticsStatusNotification": (
        "DiagnosticsStatusNotification",
        "LogStatusNotification",
    ),
    "LogStatusNotification": (
        "DiagnosticsStatusNotification",
        "LogStatusNotification",
    ),
    "SignChargePointCertificate": (None, "SignChargePointCertificate"),
}
"""What a message is called in TriggerMessage (1.6, section 7.33) and in
ExtendedTriggerMessage (security whitepaper, MessageTriggerEnumType)."""
_NOT_IMPLEMENTED = "NotImplemented"
_NOT_THERE = frozenset({"NotImplemented", "NotSupported"})
_LEARNED = "trigger"
"""In `Station.learned`, with the firmware that it is true of: ExtendedTriggerMessage
comes first, or (TriggerMessage) is not there."""


class _Way(NamedTuple):
    action: str
    message: str


async def remote_start(
    station: Station, where: str, id_token: IdToken, profile: Json | None = None
) -> Json:
    """RemoteStartTransaction or RequestStartTransaction, with a profile if any.

    ``id_token`` is a text, or has a `type` and an `id`, which only 2.x can say.
    """
    if station.speaks_2:
        return await v2.request_start(station, where, id_token, profile)
    if not isinstance(id_token, str):
        id_token = id_token["id"]
    payload: Json = {"idTag": id_token, "connectorId": int(where)}
    if profile is not None:
        payload["chargingProfile"] = profile
    return await station.call("RemoteStartTransaction", payload)


async def remote_stop(station: Station, transaction_id: str) -> Json:
    """RemoteStopTransaction or RequestStopTransaction."""
    if station.speaks_2:
        return await v2.request_stop(station, transaction_id)
    return await station.call(
        "RemoteStopTransaction", {"transactionId": int(transaction_id)}
    )


async def unlock_connector(station: Station, where: str) -> Json:
    """UnlockConnector."""
    if station.speaks_2:
        return await v2.unlock_connector(station, where)
    return await station.call("UnlockConnector", {"connectorId": int(where)})


async def trigger_message(station: Station, where: str, message: str) -> Json:
    """TriggerMessage or ExtendedTriggerMessage, whichever the station has.

    Where it has the one, but not for this message, it is asked with the other; then
    that one comes first as long as the station has the same firmware. 2.x has one.
    """
    if station.speaks_2:
        return await v2.trigger_message(station, where, message)
    first, second = _ways(station, message)
    try:
        answer = await _trigger(station, where, first)
    except CallErrorReceived as problem:
        if second is None or problem.code not in _NOT_THERE:
            raise
        other = await _try_other(station, where, second)
        if other is None:
            raise
        return other
    if second is None or answer.get("status") != _NOT_IMPLEMENTED:
        return answer
    return await _try_other(station, where, second) or answer


def _ways(station: Station, message: str) -> tuple[_Way, _Way | None]:
    """How to ask for a message, and how else."""
    plain, extended = _ACTIONS_OF.get(message, (message, None))
    ways = [
        _Way(action, word)
        for action, word in ((_PLAIN, plain), (_EXTENDED, extended))
        if word is not None
    ]
    match station.learned.get(_LEARNED):
        case [known, firmware] if firmware == _firmware(station):
            prefers = _EXTENDED if known == _EXTENDED else _PLAIN
            ways.sort(key=lambda way: way.action != prefers)
            return ways[0], ways[1] if prefers == _EXTENDED and ways[1:] else None
        case _:
            ways.sort(key=lambda way: way.message != message)
            return ways[0], ways[1] if ways[1:] else None


async def _try_other(station: Station, where: str, way: _Way) -> Json | None:
    """Ask the other way; None where the station has that no more than the first."""
    try:
        answer = await _trigger(station, where, way)
    except (CallErrorReceived, CommandTimeout):
        if way.action == _EXTENDED:
            # Some never answer what they do not know: not once more.
            station.learned[_LEARNED] = [_PLAIN, _firmware(station)]
        return None
    if answer.get("status") == _NOT_IMPLEMENTED:
        return None
    if way.action == _EXTENDED:
        station.learned[_LEARNED] = [_EXTENDED, _firmware(station)]
    else:
        station.learned.pop(_LEARNED, None)
    return answer


async def _trigger(station: Station, where: str, way: _Way) -> Json:
    payload: Json = {"requestedMessage": way.message}
    if where != STATION:
        payload["connectorId"] = int(where)
    return await station.call(way.action, payload)


def _firmware(station: Station) -> str | None:
    return station.boot.get("firmwareVersion")
