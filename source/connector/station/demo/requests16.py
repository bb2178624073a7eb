"""What a simulated 1.6 station answers when it is told or asked something.

One function for each action; the table at the end is what it knows.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, Protocol

from connector.errors import RemoteProtocolError
from connector.ocppj.frames import Call
from connector.sessions.handlers import Answer, Handler
from connector.station.demo.core import StationCore
from connector.station.demo.times import iso

Json = dict[str, Any]


class Station16(Protocol):
    """The station that is told."""

    core: StationCore

    def now_ms(self) -> int:
        """Its clock."""

    def wake(self) -> None:
        """Something happened in its core."""

    def reboot(self, reason: str) -> None:
        """It begins anew."""

    async def send_triggered(self, message: str, where: int) -> None:
        """It sends what was asked for."""


_OTHER = "PropertyConstraintViolation"
_SUPPORTED_TRIGGERS = (
    "BootNotification",
    "Heartbeat",
    "MeterValues",
    "StatusNotification",
)


def _status(is_accepted: bool) -> Json:
    return {"status": "Accepted" if is_accepted else "Rejected"}


def change_availability(station: Station16, call: Call) -> Json:
    """ChangeAvailability."""
    where = _known_place(station, call.payload["connectorId"])
    is_operative = call.payload["type"] == "Operative"
    status = station.core.set_operative(where, is_operative)
    station.wake()
    return {"status": status}


def _known_place(station: Station16, where: int) -> int:
    if where and where not in station.core.evses:
        raise RemoteProtocolError(_OTHER, f"there is no connector {where}")
    return where


def change_configuration(station: Station16, call: Call) -> Json:
    """ChangeConfiguration."""
    key, value = call.payload["key"], call.payload["value"]
    return {"status": station.core.configuration.change(key, value)}


def get_configuration(station: Station16, call: Call) -> Json:
    """GetConfiguration."""
    return station.core.configuration.answer(call.payload.get("key"))


def set_charging_profile(station: Station16, call: Call) -> Json:
    """SetChargingProfile."""
    payload = call.payload
    is_installed = station.core.install(
        payload["connectorId"], payload["csChargingProfiles"], station.now_ms()
    )
    station.wake()
    return _status(is_installed)


def clear_charging_profile(station: Station16, call: Call) -> Json:
    """ClearChargingProfile."""
    payload = call.payload
    was_found = station.core.profiles.clear(
        profile_id=payload.get("id"),
        connector=payload.get("connectorId"),
        purpose=payload.get("chargingProfilePurpose"),
        stack_level=payload.get("stackLevel"),
    )
    station.core.offer_anew(station.now_ms())
    station.wake()
    return {"status": "Accepted" if was_found else "Unknown"}


def get_composite_schedule(station: Station16, call: Call) -> Json:
    """GetCompositeSchedule."""
    payload = call.payload
    where = payload["connectorId"]
    if where and where not in station.core.evses:
        return _status(False)
    unit = payload.get("chargingRateUnit", "W")
    now_ms = station.now_ms() // 1000 * 1000
    periods = station.core.composite(where, payload["duration"], unit, now_ms)
    return {
        "status": "Accepted",
        "connectorId": where,
        "scheduleStart": iso(now_ms),
        "chargingSchedule": {
            "duration": payload["duration"],
            "chargingRateUnit": unit,
            "chargingSchedulePeriod": list(periods),
        },
    }


def _places_to_start(station: Station16, asked: int | None) -> list[int]:
    """The connector that was asked for, else all; those with a vehicle come first."""
    evses = station.core.evses
    if asked is not None:
        return [asked] if asked in evses else []
    return sorted(evses, key=lambda where: evses[where].vehicle is None)


def remote_start(station: Station16, call: Call) -> Json:
    """RemoteStartTransaction."""
    payload = call.payload
    profile = payload.get("chargingProfile")
    if profile and profile["chargingProfilePurpose"] != "TxProfile":
        return _status(False)
    now_ms = station.now_ms()
    is_accepted = any(
        station.core.authorize(
            where, payload["idTag"], now_ms, is_remote=True, profile=profile
        )
        for where in _places_to_start(station, payload.get("connectorId"))
    )
    station.wake()
    return _status(is_accepted)


def remote_stop(station: Station16, call: Call) -> Json:
    """RemoteStopTransaction."""
    running = station.core.running(call.payload["transactionId"])
    if running is not None:
        station.core.end(running.where, "Remote", station.now_ms())
        station.wake()
    return _status(running is not None)


def reset(station: Station16, call: Call) -> Answer:
    """Reset."""
    reason = f"{call.payload['type']}Reset"
    return Answer(_status(True), lambda: station.reboot(reason))


def trigger_message(station: Station16, call: Call) -> Answer | Json:
    """TriggerMessage."""
    message = call.payload["requestedMessage"]
    if message not in _SUPPORTED_TRIGGERS:
        return {"status": "NotImplemented"}
    where = call.payload.get("connectorId", 0)
    if where and where not in station.core.evses:
        return _status(False)
    return Answer(_status(True), lambda: station.send_triggered(message, where))


def unlock_connector(station: Station16, call: Call) -> Json:
    """UnlockConnector."""
    where = call.payload["connectorId"]
    if where not in station.core.evses:
        return {"status": "NotSupported"}
    station.core.end(where, "UnlockCommand", station.now_ms())
    station.wake()
    return {"status": "Unlocked"}


def accept(station: Station16, call: Call) -> Json:
    """Anything that needs no more than a yes."""
    return _status(True)


def data_transfer(station: Station16, call: Call) -> Json:
    """DataTransfer."""
    return {"status": "UnknownVendorId"}


_HANDLERS: dict[str, Callable[[Station16, Call], Answer | Json]] = {
    "ChangeAvailability": change_availability,
    "ChangeConfiguration": change_configuration,
    "ClearCache": accept,
    "ClearChargingProfile": clear_charging_profile,
    "DataTransfer": data_transfer,
    "GetCompositeSchedule": get_composite_schedule,
    "GetConfiguration": get_configuration,
    "RemoteStartTransaction": remote_start,
    "RemoteStopTransaction": remote_stop,
    "Reset": reset,
    "SetChargingProfile": set_charging_profile,
    "TriggerMessage": trigger_message,
    "UnlockConnector": unlock_connector,
}
HANDLERS: Mapping[str, Handler] = MappingProxyType(_HANDLERS)
