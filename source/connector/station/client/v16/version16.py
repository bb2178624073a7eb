"""OCPP 1.6 as a `Version`: what its stations say and answer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from connector.ocppj.frames import Json
from connector.sessions.handlers import Handler
from connector.station.client.messages import ClientHandler, Message, gated
from connector.station.client.v16 import (
    charging,
    maintenance,
    remote_control,
    settings,
    triggers,
)
from connector.station.client.v16.writing import write
from connector.station.core.events import CoreEvent

if TYPE_CHECKING:
    from connector.station.client.client import Client

_HANDLERS: dict[str, ClientHandler] = {
    "CancelReservation": remote_control.cancel_reservation,
    "ChangeAvailability": remote_control.change_availability,
    "ChangeConfiguration": settings.change_configuration,
    "ClearCache": remote_control.clear_cache,
    "ClearChargingProfile": charging.clear_charging_profile,
    "DataTransfer": settings.data_transfer,
    "ExtendedTriggerMessage": triggers.trigger,
    "GetCompositeSchedule": charging.get_composite_schedule,
    "GetConfiguration": settings.get_configuration,
    "GetLocalListVersion": remote_control.get_local_list_version,
    "RemoteStartTransaction": remote_control.remote_start,
    "RemoteStopTransaction": remote_control.remote_stop,
    "ReserveNow": remote_control.reserve_now,
    "Reset": remote_control.reset,
    "SendLocalList": remote_control.send_local_list,
    "SetChargingProfile": charging.set_charging_profile,
    "TriggerMessage": triggers.trigger,
    "UnlockConnector": remote_control.unlock_connector,
    **maintenance.HANDLERS,
}


class Version16:
    """See `messages.Version`."""

    handlers: Mapping[str, Handler] = gated(_HANDLERS)

    def boot(self, client: Client, reason: str) -> Message:
        """BootNotification; 1.6 has no word for the reason."""
        model = client.core.model
        members = {
            "chargePointVendor": model.vendor[:20],
            "chargePointModel": model.model[:20],
            "chargePointSerialNumber": model.serial_number[:25],
            "firmwareVersion": model.firmware_version[:50],
            "iccid": (model.iccid or "")[:20],
            "imsi": (model.imsi or "")[:20],
        }
        payload: Json = {name: text for name, text in members.items() if text}
        return Message("BootNotification", payload)

    def write(self, client: Client, event: CoreEvent) -> Sequence[Message]:
        """The calls of a fact."""
        return write(client, event)

    def fit(self, action: str, payload: Json) -> Json:
        """What is written for 1.6 is in its words already."""
        return payload

    def accepted(self, client: Client, *, has_booted: bool) -> None:
        """What is kept for a transaction's end follows the intervals of 1.6."""
        client.core.follow_16(is_so=True)


VERSION = Version16()
