"""OCPP 2.0.1 and 2.1 as a `Version`: what their stations say and answer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from connector.ocppj.frames import Json
from connector.sessions.handlers import Handler
from connector.station.client.messages import ClientHandler, Message, gated
from connector.station.client.v2 import (
    absent,
    authorization,
    charging,
    customers,
    desk,
    maintenance,
    monitoring,
    remote_control,
    showing,
    triggers,
    variables,
)
from connector.station.client.v2.fitting import fitted
from connector.station.client.v2.writing import write
from connector.station.core.events import CoreEvent

if TYPE_CHECKING:
    from connector.station.client.client import Client

HANDLERS_201: dict[str, ClientHandler] = {
    "CancelReservation": authorization.cancel_reservation,
    "ChangeAvailability": remote_control.change_availability,
    "ClearCache": authorization.clear_cache,
    "ClearChargingProfile": charging.clear_charging_profile,
    "ClearDisplayMessage": showing.clear_display_message,
    "ClearVariableMonitoring": monitoring.clear_variable_monitoring,
    "CostUpdated": remote_control.cost_updated,
    "CustomerInformation": customers.customer_information,
    "DataTransfer": showing.data_transfer,
    "GetBaseReport": variables.get_base_report,
    "GetChargingProfiles": charging.get_charging_profiles,
    "GetCompositeSchedule": charging.get_composite_schedule,
    "GetDisplayMessages": showing.get_display_messages,
    "GetLocalListVersion": authorization.get_local_list_version,
    "GetMonitoringReport": variables.get_monitoring_report,
    "GetReport": variables.get_report,
    "GetTransactionStatus": remote_control.get_transaction_status,
    "GetVariables": variables.get_variables,
    "PublishFirmware": absent.HANDLERS["PublishFirmware"],
    "RequestStartTransaction": remote_control.request_start,
    "RequestStopTransaction": remote_control.request_stop,
    "ReserveNow": authorization.reserve_now,
    "Reset": remote_control.reset,
    "SendLocalList": authorization.send_local_list,
    "SetChargingProfile": charging.set_charging_profile,
    "SetDisplayMessage": showing.set_display_message,
    "SetMonitoringBase": monitoring.set_monitoring_base,
    "SetMonitoringLevel": monitoring.set_monitoring_level,
    "SetNetworkProfile": showing.set_network_profile,
    "SetVariableMonitoring": monitoring.set_variable_monitoring,
    "SetVariables": variables.set_variables,
    "TriggerMessage": triggers.trigger,
    "UnlockConnector": remote_control.unlock_connector,
    "UnpublishFirmware": absent.HANDLERS["UnpublishFirmware"],
    **maintenance.HANDLERS,
}
HANDLERS_21: dict[str, ClientHandler] = {
    **HANDLERS_201,
    **absent.HANDLERS,
    "AdjustPeriodicEventStream": monitoring.adjust_stream,
    "ChangeTransactionTariff": showing.change_transaction_tariff,
    "ClearTariffs": showing.clear_tariffs,
    "GetPeriodicEventStream": monitoring.get_streams,
    "GetTariffs": showing.get_tariffs,
    "NotifyWebPaymentStarted": showing.web_payment_started,
    "SetDefaultTariff": showing.set_default_tariff,
    "UpdateDynamicSchedule": charging.update_dynamic_schedule,
    "UsePriorityCharging": charging.use_priority_charging,
}


class Version2:
    """See `messages.Version`; ``number`` is 2.0.1 or 2.1."""

    def __init__(self, number: str, handlers: Mapping[str, ClientHandler]) -> None:
        self.number = number
        self.handlers: Mapping[str, Handler] = gated(handlers)

    def boot(self, client: Client, reason: str) -> Message:
        """BootNotification."""
        model = client.core.model
        station: Json = {"model": model.model, "vendorName": model.vendor}
        optional = {
            "serialNumber": model.serial_number,
            "firmwareVersion": model.firmware_version,
        }
        station |= {name: text for name, text in optional.items() if text}
        modem = {"iccid": model.iccid, "imsi": model.imsi}
        if any(modem.values()):
            station["modem"] = {name: text for name, text in modem.items() if text}
        payload = {"chargingStation": station, "reason": reason}
        return Message("BootNotification", payload)

    def write(self, client: Client, event: CoreEvent) -> Sequence[Message]:
        """The calls of a fact."""
        return write(client, event, self.number)

    def fit(self, action: str, payload: Json) -> Json:
        """A payload in the words that this version has."""
        return fitted(self.number, action, payload)

    def accepted(self, client: Client, *, has_booted: bool) -> None:
        """What was set in an earlier life is in force again."""
        client.core.follow_16(is_so=False)
        desk.wake(client)
