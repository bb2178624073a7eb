"""Requests of 2.0.1 and 2.1 (blocks A, L, M, N), and those of 1.6's whitepaper.

A handler takes a `Maintenance` and a payload that fits its schema, and gives what is
answered; the work begins once that is on its way.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from connector.errors import RemoteProtocolError
from connector.sessions.handlers import Answer as Later
from connector.station.core.calls import Answer
from connector.station.device_model.wire import status_info
from connector.station.maintenance.firmware import Update
from connector.station.maintenance.log_uploads import Wanted
from connector.station.maintenance.maintenance import Maintenance
from connector.station.maintenance.own_certificate import STATION
from connector.station.times import epoch_ms

Json = dict[str, Any]
Response = Json | Later
MaintenanceHandler = Callable[[Maintenance, Json], Response]

_IS_BEGUN = ("Accepted", "AcceptedCanceled")


def time_of(payload: Mapping[str, Any], name: str) -> int | None:
    """A time of a payload, epoch ms; None: it is not there.

    Raises:
        RemoteProtocolError: it is none.
    """
    text = payload.get(name)
    if text is None:
        return None
    try:
        return epoch_ms(text)
    except ValueError:
        raise RemoteProtocolError(
            "PropertyConstraintViolation", f"{name} is no time: {str(text)[:40]!r}"
        ) from None


def told(answer: Answer) -> Json:
    """An answer in the words of 2.x."""
    found: Json = {"status": answer.status}
    if answer.reason_code:
        found["statusInfo"] = status_info(answer.reason_code, answer.info)
    return found


def update_firmware(maintenance: Maintenance, payload: Json) -> Response:
    """UpdateFirmware; SignedUpdateFirmware of 1.6 has the same members."""
    wanted = payload["firmware"]
    update = Update(
        wanted["location"],
        time_of(wanted, "retrieveDateTime") or 0,
        time_of(wanted, "installDateTime"),
        payload["requestId"],
        wanted.get("signature"),
        wanted.get("signingCertificate"),
        payload.get("retries"),
        payload.get("retryInterval"),
    )
    answer = maintenance.firmware.accept(update)
    if answer.status not in _IS_BEGUN:
        return told(answer)
    return Later(told(answer), lambda: maintenance.firmware.begin(update))


def get_log(maintenance: Maintenance, payload: Json) -> Response:
    """GetLog, of all versions."""
    place = payload["log"]
    wanted = Wanted(
        place["remoteLocation"],
        payload["logType"],
        payload["requestId"],
        time_of(place, "oldestTimestamp"),
        time_of(place, "latestTimestamp"),
        payload.get("retries"),
        payload.get("retryInterval"),
    )
    answer, upload = maintenance.logs.accept(wanted)
    if upload is None:
        return told(answer)
    found = told(answer) | {"filename": upload.name}
    return Later(found, lambda: maintenance.logs.begin(upload))


def install_certificate(maintenance: Maintenance, payload: Json) -> Response:
    """InstallCertificate."""
    kind, text = payload["certificateType"], payload["certificate"]
    answer = maintenance.roots.install(kind, text, maintenance.now_ms)
    maintenance.note(f"certificate: {kind} {answer.status} {answer.info}")
    return told(answer)


def delete_certificate(maintenance: Maintenance, payload: Json) -> Response:
    """DeleteCertificate."""
    named = payload["certificateHashData"]
    needs = maintenance.needs_csms_root
    return told(maintenance.roots.delete(named, needs_csms=needs))


def get_installed(maintenance: Maintenance, payload: Json) -> Response:
    """GetInstalledCertificateIds; NotFound where there is none of these."""
    found = maintenance.roots.listed(payload.get("certificateType", ()))
    if not found:
        return {"status": "NotFound"}
    return {"status": "Accepted", "certificateHashDataChain": found}


def certificate_signed(maintenance: Maintenance, payload: Json) -> Response:
    """CertificateSigned; what is taken is used once that was answered."""
    kind = payload.get("certificateType", STATION)
    own = maintenance.own_certificate
    answer = own.signed(payload["certificateChain"], kind)
    if not answer.is_accepted:
        return told(answer)
    return Later(told(answer), lambda: own.activate(kind))


HANDLERS: dict[str, MaintenanceHandler] = {
    "CertificateSigned": certificate_signed,
    "DeleteCertificate": delete_certificate,
    "GetInstalledCertificateIds": get_installed,
    "GetLog": get_log,
    "InstallCertificate": install_certificate,
    "UpdateFirmware": update_firmware,
}
