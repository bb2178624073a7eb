"""TriggerMessage and ExtendedTriggerMessage: what a station tells because it is asked.

While a boot is pending nothing else may be sent (1.6, 4.2): then the message is made
here, for the core tells only those who listen.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from types import MappingProxyType
from typing import TYPE_CHECKING

from connector.ocppj.frames import Call, Json
from connector.sessions.handlers import Answer
from connector.station.client.messages import Message
from connector.station.client.v16.places import find
from connector.station.client.v16.writing import write
from connector.station.core import settings as names
from connector.station.core.events import CoreEvent, Measured, Reported, StatusChanged

if TYPE_CHECKING:
    from connector.station.client.client import Client

_TRIGGERED = "Trigger"
Place = tuple[int, int] | None
"""EVSE and connector; None: no connector was named, all of them are meant."""


def _boot(client: Client, _place: Place) -> None:
    client.boot_now()


def _heartbeat(client: Client, _place: Place) -> None:
    client.beat_now()


def _status(client: Client, place: Place) -> None:
    evse, connector = place or (0, 0)
    if client.is_accepted and place != (0, 0):
        client.core.tell_status(evse, connector, client.now_ms())
        return
    for each in _places(client, place):
        status, code, info = client.core.status(*each)
        event = StatusChanged(*each, status, code, client.now_ms(), info)
        _say(client, event)


def _places(client: Client, place: Place) -> list[tuple[int, int]]:
    if place is not None:
        return [place]
    return [(0, 0), *client.core.model.places.values()]


def _values(client: Client, place: Place) -> None:
    now_ms = client.now_ms()
    measurands = names.UPDATED_MEASURANDS
    # Connector 0 is the main meter (1.6, 6.31); without one all others are meant.
    chosen = [place[0]] if place else list(client.core.evses)
    if client.is_accepted:
        for each in chosen:
            _tell_values(client, each, now_ms)
        return
    wanted = client.parts.variables.items(measurands)
    for each in chosen:
        reading = client.core.hardware.read(each)
        _say(client, Measured(each, now_ms, reading, wanted, _TRIGGERED))


def _tell_values(client: Client, number: int, now_ms: int) -> None:
    """Those of a transaction wait until its id is known (1.6, 4.7)."""
    core = client.core
    evse = core.evses.get(number)
    if evse is not None and evse.is_running:
        core.sample(evse, _TRIGGERED, _TRIGGERED, now_ms)
    else:
        core.measure(number, _TRIGGERED, now_ms, names.UPDATED_MEASURANDS)


def _say(client: Client, event: CoreEvent) -> None:
    for message in write(client, event):
        client.say(message)


def _reported(client: Client, _place: Place, action: str) -> None:
    details = client.parts.maintenance.told_last(action)
    _say(client, Reported(action, details, client.now_ms()))


def _sign(_client: Client, _place: Place) -> None:
    """The key is made before the answer, which may be no; the rest comes by itself."""


def _in_full(client: Client, _place: Place, action: str) -> None:
    """The security extension has messages of its own (whitepaper, 5.3)."""
    details = client.parts.maintenance.told_last(action)
    names = ("status", "requestId")
    payload = {name: details[name] for name in names if name in details}
    client.say(Message(_EXTENDED[action], payload))


_EXTENDED = {
    "FirmwareStatusNotification": "SignedFirmwareStatusNotification",
    "LogStatusNotification": "LogStatusNotification",
}
_COMMON: dict[str, Callable[[Client, Place], None]] = {
    "BootNotification": _boot,
    "Heartbeat": _heartbeat,
    "MeterValues": _values,
    "StatusNotification": _status,
}
_TRIGGERS: Mapping[str, Mapping[str, Callable[[Client, Place], None]]] = (
    MappingProxyType(
        {
            "TriggerMessage": {
                **_COMMON,
                "DiagnosticsStatusNotification": partial(
                    _reported, action="LogStatusNotification"
                ),
                "FirmwareStatusNotification": partial(
                    _reported, action="FirmwareStatusNotification"
                ),
            },
            "ExtendedTriggerMessage": {
                **_COMMON,
                **{name: partial(_in_full, action=name) for name in _EXTENDED},
                "SignChargePointCertificate": _sign,
            },
        }
    )
)


def trigger(client: Client, call: Call) -> Answer | Json:
    """Both of them; the message follows the answer."""
    payload = call.payload
    run = _TRIGGERS[call.action].get(payload["requestedMessage"])
    if run is None:
        return {"status": "NotImplemented"}
    number = payload.get("connectorId")
    place = None if number is None else find(client, number)
    if number is not None and place is None:
        return {"status": "Rejected"}

    def follow() -> None:
        run(client, place)
        client.touch()

    if run is _sign and not client.parts.maintenance.ask_for_certificate():
        return {"status": "Rejected"}
    return Answer({"status": "Accepted"}, follow)
