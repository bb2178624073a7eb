"""Firmware, logs and certificates of 1.6, and those of its security extension."""

from __future__ import annotations

from typing import TYPE_CHECKING

from connector.errors import RemoteProtocolError
from connector.ocppj.frames import Call, Json
from connector.station.client.parts import FirmwareUpdate, LogUpload
from connector.station.times import epoch_ms

if TYPE_CHECKING:
    from connector.station.client.client import Client

STATION_CERTIFICATE = "ChargingStationCertificate"
_USES = {
    "CentralSystemRootCertificate": "CSMSRootCertificate",
    "ManufacturerRootCertificate": "ManufacturerRootCertificate",
}
"""By the word of 1.6, the one of 2.x."""


def time_of(members: Json, name: str) -> int | None:
    """A time of a request, where there is one.

    Raises:
        RemoteProtocolError: it is none.
    """
    text = members.get(name)
    if text is None:
        return None
    try:
        return epoch_ms(text)
    except ValueError:
        raise RemoteProtocolError(
            "PropertyConstraintViolation", f"{name}: expected a time of ISO 8601"
        ) from None


# -- firmware


def update_firmware(client: Client, call: Call) -> Json:
    """UpdateFirmware; its answer has nothing to say."""
    payload = call.payload
    client.parts.maintenance.update_firmware(
        FirmwareUpdate(
            payload["location"],
            retrieve_ms=time_of(payload, "retrieveDate"),
            retries=payload.get("retries", 0),
            retry_interval_s=payload.get("retryInterval", 0),
        )
    )
    return {}


def signed_update_firmware(client: Client, call: Call) -> Json:
    """SignedUpdateFirmware."""
    payload = call.payload
    firmware = payload["firmware"]
    wanted = FirmwareUpdate(
        firmware["location"],
        payload["requestId"],
        time_of(firmware, "retrieveDateTime"),
        time_of(firmware, "installDateTime"),
        firmware["signingCertificate"],
        firmware["signature"],
        payload.get("retries", 0),
        payload.get("retryInterval", 0),
    )
    return {"status": client.parts.maintenance.update_firmware(wanted)}


# -- logs


def get_diagnostics(client: Client, call: Call) -> Json:
    """GetDiagnostics; without a fileName there is nothing to upload."""
    payload = call.payload
    found = client.parts.maintenance.upload_log(
        LogUpload(
            payload["location"],
            oldest_ms=time_of(payload, "startTime"),
            latest_ms=time_of(payload, "stopTime"),
            retries=payload.get("retries", 0),
            retry_interval_s=payload.get("retryInterval", 0),
        )
    )
    return {"fileName": found.filename[:255]} if found.filename else {}


def get_log(client: Client, call: Call) -> Json:
    """GetLog."""
    payload = call.payload
    log = payload["log"]
    status, filename = client.parts.maintenance.upload_log(
        LogUpload(
            log["remoteLocation"],
            payload["logType"],
            payload["requestId"],
            time_of(log, "oldestTimestamp"),
            time_of(log, "latestTimestamp"),
            payload.get("retries", 0),
            payload.get("retryInterval", 0),
        )
    )
    answer: Json = {"status": status}
    if filename:
        answer["filename"] = filename[:255]
    return answer


# -- certificates


def certificate_signed(client: Client, call: Call) -> Json:
    """CertificateSigned."""
    chain = call.payload["certificateChain"]
    maintenance = client.parts.maintenance
    return {"status": maintenance.certificate_signed(chain, STATION_CERTIFICATE)}


def install_certificate(client: Client, call: Call) -> Json:
    """InstallCertificate."""
    payload = call.payload
    use = _USES[payload["certificateType"]]
    status = client.parts.maintenance.install_certificate(use, payload["certificate"])
    return {"status": status}


def delete_certificate(client: Client, call: Call) -> Json:
    """DeleteCertificate."""
    hash_data = call.payload["certificateHashData"]
    return {"status": client.parts.maintenance.delete_certificate(hash_data)}


def get_installed_certificate_ids(client: Client, call: Call) -> Json:
    """GetInstalledCertificateIds."""
    use = _USES[call.payload["certificateType"]]
    found = client.parts.maintenance.installed_certificates((use,))
    if not found:
        return {"status": "NotFound"}
    hashes = [each["certificateHashData"] for each in found]
    return {"status": "Accepted", "certificateHashData": hashes}
