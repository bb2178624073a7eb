"""What becomes of every action: its datapoints, the commands that send it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType


@dataclass(frozen=True, slots=True)
class Fate:
    """What becomes of one action in one direction.

    ``names`` are the sensors that show what a station said, or the commands that send
    the action to it; `call` and requests can send each of these, too.
    """

    text: str
    names: tuple[str, ...] = ()


def _fate(text: str, names: str = "") -> Fate:
    return Fate(text, tuple(names.split()))


def _with(earlier: Mapping[str, Fate], more: dict[str, Fate]) -> Mapping[str, Fate]:
    """The table of a version that has all of an earlier one's actions."""
    return MappingProxyType(dict(sorted({**earlier, **more}.items())))


# fmt: off
UP_16: Mapping[str, Fate] = MappingProxyType({
    "Authorize": _fate("answered from the token registry and `UNKNOWN_TOKENS`"),
    "BootNotification": _fate("answered Accepted, Pending (until adopted) or Rejected; then the station is configured", "registration vendor model serial_number firmware_version"),
    "DataTransfer": _fate("answered UnknownVendorId, and shown", "last_data_transfer"),
    "DiagnosticsStatusNotification": _fate("acknowledged, and shown", "log_status"),
    "FirmwareStatusNotification": _fate("acknowledged, and shown", "firmware_status"),
    "Heartbeat": _fate("answered with the time", "last_seen"),
    "LogStatusNotification": _fate("acknowledged, and shown", "log_status"),
    "MeterValues": _fate("each sampled value under its own name, and kept with its transaction", "session_energy session_seconds"),
    "SecurityEventNotification": _fate("acknowledged, shown, and logged", "security_event"),
    "SignCertificate": _fate("the request is checked, and signed by the connector's own CA"),
    "SignedFirmwareStatusNotification": _fate("acknowledged, and shown", "firmware_status"),
    "StartTransaction": _fate("kept, then answered with an id and what becomes of the token", "transaction_id transaction_active id_token session_start"),
    "StatusNotification": _fate("acknowledged, and shown", "status status_iec error_code vendor_error_code plugged charging"),
    "StopTransaction": _fate("kept, then answered; an unknown one, too", "transaction_active session_energy stop_reason last_transaction"),
})

DOWN_16: Mapping[str, Fate] = MappingProxyType({
    "CancelReservation": _fate("ends a reservation", "cancel_reservation"),
    "CertificateSigned": _fate("follows an accepted SignCertificate; tried again where it is refused"),
    "ChangeAvailability": _fate("takes a connector, or all, in or out of service", "available"),
    "ChangeConfiguration": _fate("sets what the connector needs after a boot, and what is written", "configuration"),
    "ClearCache": _fate("clears the authorization cache"),
    "ClearChargingProfile": _fate("releases limits", "power_limit current_limit clear_charging_profile"),
    "DataTransfer": _fate("a manufacturer's own message; limits of stations that want them so", "data_transfer"),
    "DeleteCertificate": _fate("removes an installed certificate"),
    "ExtendedTriggerMessage": _fate("where TriggerMessage has no word for the message, or the station no TriggerMessage", "trigger_message"),
    "GetCompositeSchedule": _fate("what results from all profiles", "get_composite_schedule power_limit_effective"),
    "GetConfiguration": _fate("reads after a boot, and when asked", "configuration"),
    "GetDiagnostics": _fate("an upload to a place of yours, or to the connector's own", "get_log"),
    "GetInstalledCertificateIds": _fate("lists installed certificates"),
    "GetLocalListVersion": _fate("before a local list is sent", "local_list"),
    "GetLog": _fate("an upload of the security log or of diagnostics", "get_log"),
    "InstallCertificate": _fate("installs a root certificate"),
    "RemoteStartTransaction": _fate("starts, with the limit of the connector in the request", "charge start"),
    "RemoteStopTransaction": _fate("stops what runs", "charge"),
    "ReserveNow": _fate("reserves a connector", "reserve reservation_id"),
    "Reset": _fate("restarts the station", "reset"),
    "SendLocalList": _fate("sends the token registry, whole or what changed", "local_list"),
    "SetChargingProfile": _fate("limits, which are kept and set again", "power_limit current_limit enabled phases charging_schedule send_charging_profile"),
    "SignedUpdateFirmware": _fate("a firmware update with a signature", "update_firmware"),
    "TriggerMessage": _fate("asks for a message; by itself where a boot or meter values are missing", "trigger_message"),
    "UnlockConnector": _fate("unlocks a cable", "unlock"),
    "UpdateFirmware": _fate("a firmware update from a place of yours, or from the connector's own", "update_firmware"),
})

UP_201: Mapping[str, Fate] = MappingProxyType({
    "Authorize": _fate("answered from the token registry and `UNKNOWN_TOKENS`"),
    "BootNotification": _fate("answered Accepted, Pending (until adopted) or Rejected; then the station is configured", "registration vendor model serial_number firmware_version boot_reason"),
    "ClearedChargingLimit": _fate("acknowledged; that limit of somebody else is over", "external_limit power_limit_effective"),
    "DataTransfer": _fate("answered UnknownVendorId, and shown", "last_data_transfer"),
    "FirmwareStatusNotification": _fate("acknowledged, and shown", "firmware_status"),
    "Get15118EVCertificate": _fate("answered Failed: there is no Plug and Charge"),
    "GetCertificateStatus": _fate("answered Failed: there is no Plug and Charge"),
    "Heartbeat": _fate("answered with the time", "last_seen"),
    "LogStatusNotification": _fate("acknowledged, and shown", "log_status"),
    "MeterValues": _fate("each sampled value under its own name"),
    "NotifyChargingLimit": _fate("acknowledged; a limit of somebody else, which counts in what results", "external_limit power_limit_effective"),
    "NotifyCustomerInformation": _fate("put together from its parts, and shown for ten minutes", "customer_information"),
    "NotifyDisplayMessages": _fate("put together from its parts, and shown", "display_messages"),
    "NotifyEVChargingNeeds": _fate("answered Rejected without a transaction, else Accepted, and a limit of ours goes out again as a TxProfile that the vehicle can follow; in 2.1 NoChargingProfile where there is none", "ev_charging_needs power_limit_effective"),
    "NotifyEVChargingSchedule": _fate("answered Accepted, and shown", "ev_charging_schedule"),
    "NotifyEvent": _fate("each event shown at its EVSE, alarms logged; the status of connectors is taken from it, too", "last_event status error_code vendor_error_code"),
    "NotifyMonitoringReport": _fate("put together from its parts, kept, and shown", "monitors"),
    "NotifyReport": _fate("put together from its parts, and kept; after a boot it tells EVSEs and connectors"),
    "PublishFirmwareStatusNotification": _fate("acknowledged, and shown", "published_firmware"),
    "ReportChargingProfiles": _fate("put together from its parts, and shown", "charging_profiles"),
    "ReservationStatusUpdate": _fate("ends a reservation", "reservation_id"),
    "SecurityEventNotification": _fate("acknowledged, shown, and logged", "security_event"),
    "SignCertificate": _fate("the request is checked, and signed by the connector's own CA; Rejected for certificates of Plug and Charge"),
    "StatusNotification": _fate("acknowledged, and shown; Occupied is refined by the charging state", "status status_iec plugged charging"),
    "TransactionEvent": _fate("kept, then answered, with what becomes of the token; repeated, late and missing ones are told by their numbers", "transaction_id transaction_active id_token session_start session_energy session_seconds stop_reason last_transaction"),
})

DOWN_201: Mapping[str, Fate] = MappingProxyType({
    "CancelReservation": _fate("ends a reservation", "cancel_reservation reservation_id"),
    "CertificateSigned": _fate("follows an accepted SignCertificate; tried again where it is refused"),
    "ChangeAvailability": _fate("takes a connector, an EVSE, or all, in or out of service", "available"),
    "ClearCache": _fate("clears the authorization cache"),
    "ClearChargingProfile": _fate("releases limits", "power_limit current_limit clear_charging_profile"),
    "ClearDisplayMessage": _fate("takes a message from the display", "display_messages"),
    "ClearVariableMonitoring": _fate("removes monitors; each id has its status", "monitors"),
    "CostUpdated": _fate("what the station shows to the driver; shown here, too", "session_cost"),
    "CustomerInformation": _fate("asks what is stored of a customer, or has it cleared", "customer_information"),
    "DataTransfer": _fate("a manufacturer's own message, its data any JSON", "data_transfer"),
    "DeleteCertificate": _fate("removes an installed certificate"),
    "GetBaseReport": _fate("asks for the inventory after a boot, and when all of the device model is read", "configuration"),
    "GetChargingProfiles": _fate("asks for the profiles of the station", "charging_profiles"),
    "GetCompositeSchedule": _fate("what results from all profiles", "get_composite_schedule power_limit_effective"),
    "GetDisplayMessages": _fate("asks for the messages on the display", "display_messages"),
    "GetInstalledCertificateIds": _fate("lists installed certificates"),
    "GetLocalListVersion": _fate("before a local list is sent", "local_list"),
    "GetLog": _fate("an upload to a place of yours, or to the connector's own", "get_log log_file"),
    "GetMonitoringReport": _fate("asks for the monitors of the station", "monitors"),
    "GetReport": _fate("asks for a part of the device model, which is kept"),
    "GetTransactionStatus": _fate("asks whether a transaction runs, and whether messages of it wait"),
    "GetVariables": _fate("reads after a boot, and when asked, as many at once as the station takes", "configuration"),
    "InstallCertificate": _fate("installs a root certificate"),
    "PublishFirmware": _fate("a local controller is to publish firmware", "published_firmware"),
    "RequestStartTransaction": _fate("starts, with the limit of the EVSE in the request", "charge start"),
    "RequestStopTransaction": _fate("stops what runs", "charge"),
    "ReserveNow": _fate("reserves an EVSE", "reserve reservation_id"),
    "Reset": _fate("restarts the station, or one EVSE", "reset"),
    "SendLocalList": _fate("sends the token registry, whole or what changed", "local_list"),
    "SetChargingProfile": _fate("limits, which are kept and set again", "power_limit current_limit enabled phases charging_schedule send_charging_profile"),
    "SetDisplayMessage": _fate("puts a message on the display", "display_message display_messages"),
    "SetMonitoringBase": _fate("which monitors are active", "monitors"),
    "SetMonitoringLevel": _fate("up to which severity events are told"),
    "SetNetworkProfile": _fate("how the station is to connect"),
    "SetVariableMonitoring": _fate("sets monitors; each one has its status", "monitors last_event"),
    "SetVariables": _fate("sets what the connector needs after a boot, and what is written", "configuration"),
    "TriggerMessage": _fate("asks for a message; by itself where a boot or meter values are missing", "trigger_message"),
    "UnlockConnector": _fate("unlocks a cable", "unlock"),
    "UnpublishFirmware": _fate("ends the publishing of firmware", "published_firmware"),
    "UpdateFirmware": _fate("a firmware update from a place of yours, or from the connector's own", "update_firmware firmware_status"),
})

UP_21: Mapping[str, Fate] = _with(UP_201, {
    "BatterySwap": _fate("acknowledged, and shown", "battery_swap"),
    "ClosePeriodicEventStream": _fate("acknowledged"),
    "GetCertificateChainStatus": _fate("answered Failed for each: there is no Plug and Charge"),
    "NotifyDERAlarm": _fate("acknowledged, shown, and logged", "der_alarm"),
    "NotifyDERStartStop": _fate("acknowledged, and shown", "der_controls"),
    "NotifyPeriodicEventStream": _fate("each value under the name of its monitored variable (`Component.Variable`), or of its stream (`stream.1`); never answered"),
    "NotifyPriorityCharging": _fate("acknowledged, and shown; our limit does not hold meanwhile", "priority_charging power_limit"),
    "NotifySettlement": _fate("acknowledged, and shown", "settlement"),
    "OpenPeriodicEventStream": _fate("answered Accepted, up to 32 streams of a station"),
    "PullDynamicScheduleUpdate": _fate("answered with the limit that holds, where the profile is ours; else Rejected"),
    "ReportDERControl": _fate("put together from its parts, and shown", "der_report der_controls"),
    "VatNumberValidation": _fate("answered Rejected (UnsupportedRequest): nobody here can check a VAT number"),
})

DOWN_21: Mapping[str, Fate] = _with(DOWN_201, {
    "AFRRSignal": _fate("a signal of the grid's frequency control, for V2X profiles that follow it"),
    "AdjustPeriodicEventStream": _fate("how often a stream is sent"),
    "ChangeTransactionTariff": _fate("another tariff for what runs; the station tells when it counts", "session_cost_details"),
    "ClearDERControl": _fate("removes controls", "der_controls"),
    "ClearTariffs": _fate("removes tariffs", "default_tariff"),
    "GetDERControl": _fate("asks for the controls of the station", "der_report der_controls"),
    "GetPeriodicEventStream": _fate("asks which streams are open"),
    "GetTariffs": _fate("asks for the tariffs of the station", "default_tariff"),
    "NotifyAllowedEnergyTransfer": _fate("which energy transfers a transaction may have"),
    "NotifyWebPaymentStarted": _fate("tells that somebody is paying"),
    "RequestBatterySwap": _fate("asks for a swap; its steps come as BatterySwap", "battery_swap"),
    "SetDERControl": _fate("sets a control", "der_controls"),
    "SetDefaultTariff": _fate("sets the tariff of an EVSE, or of all", "default_tariff"),
    "UpdateDynamicSchedule": _fate("a limit where the profile in force is dynamic", "power_limit current_limit"),
    "UsePriorityCharging": _fate("begins or ends priority charging of a transaction", "priority_charging"),
})
# fmt: on

FATES = MappingProxyType(
    {
        "1.6": (UP_16, DOWN_16),
        "2.0.1": (UP_201, DOWN_201),
        "2.1": (UP_21, DOWN_21),
    }
)
"""By version: from the station, to the station."""
