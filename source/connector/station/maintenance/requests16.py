"""Requests of 1.6 and of its security whitepaper; see `requests2`."""

from __future__ import annotations

from typing import Any

from connector.sessions.handlers import Answer as Later
from connector.station.maintenance import requests2
from connector.station.maintenance.firmware import Update
from connector.station.maintenance.log_uploads import Wanted
from connector.station.maintenance.maintenance import Maintenance
from connector.station.maintenance.requests2 import (
    MaintenanceHandler,
    Response,
    time_of,
)

Json = dict[str, Any]

_KINDS = {"CentralSystemRootCertificate": "CSMSRootCertificate"}
"""What 2.x calls the same."""


def _plain(response: Response) -> Response:
    """1.6 has no room for reasons."""
    payload = response.payload if isinstance(response, Later) else response
    payload.pop("statusInfo", None)
    return response


def update_firmware(maintenance: Maintenance, payload: Json) -> Response:
    """UpdateFirmware, which has no answer: what is wrong is told as a status."""
    update = Update(
        payload["location"],
        time_of(payload, "retrieveDate") or 0,
        retries=payload.get("retries"),
        retry_interval_s=payload.get("retryInterval"),
    )
    return Later({}, lambda: maintenance.firmware.begin(update))


def signed_update_firmware(maintenance: Maintenance, payload: Json) -> Response:
    """SignedUpdateFirmware."""
    return _plain(requests2.update_firmware(maintenance, payload))


def get_diagnostics(maintenance: Maintenance, payload: Json) -> Response:
    """GetDiagnostics; without a file name there is nothing to upload (1.6, 6.24)."""
    wanted = Wanted(
        payload["location"],
        oldest_ms=time_of(payload, "startTime"),
        latest_ms=time_of(payload, "stopTime"),
        retries=payload.get("retries"),
        retry_interval_s=payload.get("retryInterval"),
    )
    _, upload = maintenance.logs.accept(wanted)
    if upload is None:
        return {}
    return Later({"fileName": upload.name}, lambda: maintenance.logs.begin(upload))


def get_log(maintenance: Maintenance, payload: Json) -> Response:
    """GetLog."""
    return _plain(requests2.get_log(maintenance, payload))


def install_certificate(maintenance: Maintenance, payload: Json) -> Response:
    """InstallCertificate."""
    return _plain(requests2.install_certificate(maintenance, _in_2(payload)))


def delete_certificate(maintenance: Maintenance, payload: Json) -> Response:
    """DeleteCertificate."""
    return _plain(requests2.delete_certificate(maintenance, payload))


def get_installed(maintenance: Maintenance, payload: Json) -> Response:
    """GetInstalledCertificateIds."""
    kind = _in_2(payload)["certificateType"]
    found = [e["certificateHashData"] for e in maintenance.roots.listed([kind])]
    if not found:
        return {"status": "NotFound"}
    return {"status": "Accepted", "certificateHashData": found}


def certificate_signed(maintenance: Maintenance, payload: Json) -> Response:
    """CertificateSigned."""
    return _plain(requests2.certificate_signed(maintenance, payload))


def _in_2(payload: Json) -> Json:
    kind = payload["certificateType"]
    return {**payload, "certificateType": _KINDS.get(kind, kind)}


HANDLERS: dict[str, MaintenanceHandler] = {
    "CertificateSigned": certificate_signed,
    "DeleteCertificate": delete_certificate,
    "GetDiagnostics": get_diagnostics,
    "GetInstalledCertificateIds": get_installed,
    "GetLog": get_log,
    "InstallCertificate": install_certificate,
    "SignedUpdateFirmware": signed_update_firmware,
    "UpdateFirmware": update_firmware,
}
