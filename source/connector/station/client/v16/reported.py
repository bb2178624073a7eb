"""What a station reports by itself, from the words of 2.x into those of 1.6."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from connector.station.client.messages import Message
from connector.station.core.events import Reported
from connector.station.times import iso

Json = dict[str, Any]
_FIRMWARE = frozenset(
    {
        "Downloaded",
        "DownloadFailed",
        "Downloading",
        "Idle",
        "InstallationFailed",
        "Installing",
        "Installed",
    }
)
_FIRMWARE_16 = {
    "InvalidSignature": "InstallationFailed",
    "InstallVerificationFailed": "InstallationFailed",
}
"""Those that an update without signature has no word for, and has to have one."""
_LOG = {"UploadFailure": "UploadFailed", "AcceptedCanceled": "UploadFailed"}
_DIAGNOSTICS = frozenset({"Idle", "Uploaded", "UploadFailed", "Uploading"})
_IS_OF_GET_LOG = "requestId"
_SECURITY_16 = {
    "CsmsFailedToAuthenticate": "CentralSystemFailedToAuthenticate",
    "FailedToAuthenticateAtCsms": "FailedToAuthenticateAtCentralSystem",
    "InvalidChargingStationCertificate": "InvalidChargePointCertificate",
    "InvalidCsmsCertificate": "InvalidCentralSystemCertificate",
}
"""As the whitepaper names them."""
_LONGEST_TYPE, _LONGEST_INFO, _LONGEST_CSR = 50, 255, 5500


def _firmware(event: Reported) -> Message | None:
    details = event.details
    if details.get("requestId") is not None:
        return Message("SignedFirmwareStatusNotification", _status(details))
    status = _FIRMWARE_16.get(details["status"], details["status"])
    if status not in _FIRMWARE:
        return None
    return Message("FirmwareStatusNotification", {"status": status})


def _status(details: Mapping[str, Any]) -> Json:
    return {"status": details["status"], "requestId": details["requestId"]}


def _log(event: Reported) -> Message | None:
    details = event.details
    if details.get(_IS_OF_GET_LOG) is not None:
        known = details["status"]
        status = "UploadFailure" if known == "AcceptedCanceled" else known
        return Message("LogStatusNotification", _status({**details, "status": status}))
    status = _LOG.get(details["status"], details["status"])
    status = status if status in _DIAGNOSTICS else "UploadFailed"
    return Message("DiagnosticsStatusNotification", {"status": status})


def _security(event: Reported) -> Message | None:
    details = event.details
    kind = _SECURITY_16.get(details["type"], details["type"])
    payload: Json = {
        "type": kind[:_LONGEST_TYPE],
        "timestamp": details.get("timestamp") or iso(event.time_ms),
    }
    if details.get("techInfo"):
        payload["techInfo"] = details["techInfo"][:_LONGEST_INFO]
    return Message("SecurityEventNotification", payload)


def _csr(event: Reported) -> Message | None:
    return Message("SignCertificate", {"csr": event.details["csr"][:_LONGEST_CSR]})


def _transfer(event: Reported) -> Message | None:
    return Message("DataTransfer", dict(event.details))


_WRITERS: Mapping[str, Callable[[Reported], Message | None]] = MappingProxyType(
    {
        "DataTransfer": _transfer,
        "FirmwareStatusNotification": _firmware,
        "LogStatusNotification": _log,
        "SecurityEventNotification": _security,
        "SignCertificate": _csr,
    }
)


def write(event: Reported) -> Message | None:
    """The message of a report; None where 1.6 has none."""
    writer = _WRITERS.get(event.action)
    return None if writer is None else writer(event)
