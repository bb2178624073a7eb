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
# fmt: on

FATES = MappingProxyType({"1.6": (UP_16, DOWN_16)})
"""By version: from the station, to the station."""
