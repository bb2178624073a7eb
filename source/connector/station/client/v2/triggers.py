"""TriggerMessage: what a station tells because it is asked (2.x part 2, F06).

While a boot is pending nothing else may be sent (B02): then the message is made here,
for the core tells only those who listen.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING

from connector.ocppj.frames import Call, Json
from connector.sessions.handlers import Answer
from connector.station.client.v2.answers import answer
from connector.station.client.v2.writing import write
from connector.station.core import settings as names
from connector.station.core.events import CoreEvent, Measured, Reported, StatusChanged

if TYPE_CHECKING:
    from connector.station.client.client import Client

Place = tuple[int, int]
"""EVSE and connector; 0 means all of them."""
_STATUS, _EVENT, _BOOT = "StatusNotification", "TransactionEvent", "BootNotification"
_CERTIFICATES = {
    "SignChargingStationCertificate": "ChargingStationCertificate",
    "SignV2GCertificate": "V2GCertificate",
    "SignV2G20Certificate": "V2G20Certificate",
}


def _boot(client: Client, _place: Place) -> None:
    client.boot_now()


def _heartbeat(client: Client, _place: Place) -> None:
    client.beat_now()


def _status(client: Client, place: Place) -> None:
    now_ms = client.now_ms()
    if client.is_accepted:
        client.core.tell_status(*place, now_ms)
        return
    evse = client.core.evses[place[0]]
    words = (evse.status(place[1]), evse.error(place[1])[0])
    event = StatusChanged(*place, *words, now_ms, status_2=evse.status_2(place[1]))
    _say(client, event)


def _values(client: Client, place: Place) -> None:
    now_ms, measurands = client.now_ms(), names.ALIGNED_MEASURANDS
    if client.is_accepted:
        client.core.tell_values(place[0], now_ms, name=measurands)
        return
    wanted = client.parts.variables.items(measurands)
    for each in [place[0]] if place[0] else list(client.core.evses):
        reading = client.core.hardware.read(each)
        _say(client, Measured(each, now_ms, reading, wanted, "Trigger"))


def _transactions(client: Client, place: Place) -> None:
    client.core.tell_transactions(place[0], client.now_ms())


def _teller(action: str) -> Callable[[Client, Place], None]:
    def tell(client: Client, _place: Place) -> None:
        details = client.parts.maintenance.told_last(action)
        _say(client, Reported(action, details, client.now_ms()))

    return tell


def _say(client: Client, event: CoreEvent) -> None:
    for message in write(client, event, client.version_number):
        client.say(message)


def _nothing_more(_client: Client, _place: Place) -> None:
    """The key was made before the answer, which may be no; the rest comes by itself."""


_TRIGGERS: Mapping[str, Callable[[Client, Place], None]] = MappingProxyType(
    {
        _BOOT: _boot,
        "FirmwareStatusNotification": _teller("FirmwareStatusNotification"),
        "Heartbeat": _heartbeat,
        "LogStatusNotification": _teller("LogStatusNotification"),
        "MeterValues": _values,
        _STATUS: _status,
        _EVENT: _transactions,
        **dict.fromkeys(_CERTIFICATES, _nothing_more),
    }
)
"""SignCombinedCertificate, CustomTrigger and PublishFirmwareStatusNotification are not
there: one certificate has one use here, and nothing is published."""


def trigger(client: Client, call: Call) -> Json | Answer:
    """TriggerMessage; the message follows the answer."""
    message, where = call.payload["requestedMessage"], call.payload.get("evse", {})
    run = _TRIGGERS.get(message)
    if run is None:
        return answer("NotImplemented")
    place = where.get("id", 0), where.get("connectorId", 0)
    reason, info = _why_not(client, message, place, is_placed="id" in where)
    if reason:
        return answer("Rejected", reason, info)

    def follow() -> None:
        run(client, place)
        client.touch()

    return Answer(answer("Accepted"), follow)


def _why_not(
    client: Client, message: str, place: Place, *, is_placed: bool
) -> tuple[str, str]:
    evse, connector = place
    found = client.core.evses.get(evse)
    if is_placed and found is None:
        return "UnknownEvse", ""
    if found is not None and not 0 <= connector <= len(found.model.connectors):
        return "UnknownConnectorId", ""
    if message == _STATUS and not (evse and connector):
        return "MissingParam", "expected an EVSE and a connector (F06.FR.12)"
    if message == _BOOT and client.is_accepted:
        return "Unspecified", "it has booted (F06.FR.17)"
    if message == _EVENT:
        running = {session.evse for session in client.core.all_running()}
        is_told = client.is_accepted and (evse in running if evse else running)
        return ("", "") if is_told else ("TxNotFound", "")
    return _why_no_certificate(client, message)


def _why_no_certificate(client: Client, message: str) -> tuple[str, str]:
    use = _CERTIFICATES.get(message)
    if use is None or client.parts.maintenance.ask_for_certificate(use):
        return "", ""
    return "UnsupportedRequest", "no key can be made"
