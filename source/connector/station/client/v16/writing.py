"""Facts as the calls of 1.6.

A transaction begins here when somebody who may charge is known: before that there is
nothing that 1.6 could say (section 4.8 wants an idTag). Its id comes from the central
system; where that refuses StartTransaction for good, -1 stands for it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from connector.ocppj.frames import Json
from connector.station.client.messages import Message
from connector.station.client.v16 import reported
from connector.station.client.v16.sampled import at_the_start, meter_value
from connector.station.client.v16.tokens import tag_of, verdict_of
from connector.station.core.events import (
    AuthorizeWanted,
    CoreEvent,
    Measured,
    Reported,
    SessionEvent,
    StatusChanged,
)
from connector.station.core.session import Session
from connector.station.ports import Token
from connector.station.times import iso

if TYPE_CHECKING:
    from connector.station.client.client import Client

UNKNOWN_ID = -1
_BEGIN = "Transaction.Begin"
_STATES_OF_STATION = frozenset({"Available", "Unavailable", "Faulted"})
"""1.6, section 7.7: connector 0 has no others."""
_LONGEST_INFO = 50
_REASONS = frozenset(
    {
        "DeAuthorized",
        "EmergencyStop",
        "EVDisconnected",
        "HardReset",
        "Local",
        "Other",
        "PowerLoss",
        "Reboot",
        "Remote",
        "SoftReset",
        "UnlockCommand",
    }
)
_REASONS_16 = {"ImmediateReset": "HardReset", "StoppedByEV": "EVDisconnected"}
Messages = Sequence[Message]


def write(client: Client, event: CoreEvent) -> Messages:
    """The calls of a fact."""
    writer = _WRITERS.get(type(event))
    return () if writer is None else writer(event, client)


# -- statuses and values


def _status(event: StatusChanged, client: Client) -> Messages:
    if not event.is_for_16:
        return ()
    connector = client.core.model.connector_16(event.evse, event.connector)
    if not connector and not _may_tell_of_station(event, client):
        return ()
    payload: Json = {
        "connectorId": connector,
        "errorCode": event.error_code,
        "status": event.status,
        "timestamp": iso(event.time_ms),
    }
    if event.info:
        payload["info"] = event.info[:_LONGEST_INFO]
    return (Message("StatusNotification", payload),)


def _may_tell_of_station(event: StatusChanged, client: Client) -> bool:
    is_wanted = client.options.quirks.reports_connector_zero
    return is_wanted and event.status in _STATES_OF_STATION


def _measured(event: Measured, client: Client) -> Messages:
    value = meter_value(event.time_ms, event.reading, event.measurands, event.context)
    if value is None:
        return ()
    payload: Json = {"connectorId": place(client, event.evse), "meterValue": [value]}
    id_16 = _running_id(client, event.evse)
    if id_16 is not None:
        payload["transactionId"] = id_16
    return (Message("MeterValues", payload),)


def _running_id(client: Client, evse: int) -> int | None:
    """The transaction that runs there, as the central system knows it (1.6, 4.7)."""
    found = client.core.evses.get(evse)
    session = found.session if found is not None and found.is_running else None
    return session.id_16 if session is not None else None


def place(client: Client, evse: int) -> int:
    """The connector that an EVSE uses, or used last; 0 for the station."""
    found = client.core.evses.get(evse)
    if found is None:
        return 0
    return client.core.model.connector_16(evse, found.connector)


def _reported(event: Reported, client: Client) -> Messages:
    if event.action == "Heartbeat":
        return (client.booting.heartbeat(),)
    message = reported.write(event)
    if message is None:
        return ()
    if message.action == "SignCertificate":
        message.took = lambda answer: _signing(client, answer["status"])
        message.failed = lambda _: _signing(client, "Rejected")
    return (message,)


def _signing(client: Client, status: str) -> None:
    if status != "Accepted":
        client.parts.maintenance.own_certificate.refused()


# -- cards


def _authorize(event: AuthorizeWanted, client: Client) -> Messages:
    core, evse, token = client.core, event.evse, event.token

    def took(answer: Json) -> None:
        verdict = verdict_of(answer["idTagInfo"])
        core.authorized(evse, token, verdict, client.now_ms())

    payload = {"idTag": tag_of(token)}
    return (
        Message("Authorize", payload, took, lambda _: client.nobody_answers(event)),
    )


# -- transactions


def _transaction(event: SessionEvent, client: Client) -> Messages:
    session = event.session
    if client.options.quirks.start_meter_zero:
        event = _from_zero(event)
    if session.id_16 is None:
        if event.kind == "Ended" or _starter(event) is None:
            return ()
        return (_start(event, client),)
    return _OF_KINDS[event.kind](event, client)


def _from_zero(event: SessionEvent) -> SessionEvent:
    """As if the meter had begun with the transaction."""
    session = event.session
    start_wh = session.meter_start_wh
    reading = event.reading
    if reading is not None:
        reading = replace(reading, energy_wh=reading.energy_wh - start_wh)
    samples = tuple(
        replace(s, reading=replace(s.reading, energy_wh=s.reading.energy_wh - start_wh))
        for s in event.samples
    )
    return replace(event, reading=reading, samples=samples)


def _start_wh(session: Session, client: Client) -> float:
    is_zero = client.options.quirks.start_meter_zero
    return 0.0 if is_zero else session.meter_start_wh


def _starter(event: SessionEvent) -> Token | None:
    """Who charges, as far as it was known then."""
    return event.token or (event.session.token if event.kind == "Started" else None)


def _start(event: SessionEvent, client: Client) -> Message:
    session = event.session
    payload: Json = {
        "connectorId": client.core.model.connector_16(session.evse, session.connector),
        "idTag": tag_of(_starter(event)),
        "meterStart": round(_start_wh(session, client)),
        "timestamp": iso(event.time_ms),
    }
    if event.reservation_id is not None:
        payload["reservationId"] = event.reservation_id

    def took(answer: Json) -> None:
        session.id_16 = answer["transactionId"]
        _judged(client, session, answer)

    def failed(_problem: object) -> None:
        session.id_16 = UNKNOWN_ID

    return Message("StartTransaction", payload, took, failed)


def _judged(
    client: Client, session: Session, answer: Json, token: Token | None = None
) -> None:
    info = answer.get("idTagInfo")
    if info is not None:
        client.core.judged(session, token, verdict_of(info), client.now_ms())


def _values(event: SessionEvent, client: Client) -> Messages:
    """MeterValues of a transaction that runs; what else changed 1.6 does not tell."""
    if event.kind != "Updated" or event.reading is None:
        return ()
    value = meter_value(event.time_ms, event.reading, event.measurands, event.context)
    if value is None:
        return ()
    session = event.session
    payload: Json = {
        "connectorId": client.core.model.connector_16(session.evse, session.connector),
        "transactionId": session.id_16,
        "meterValue": [value],
    }
    return (Message("MeterValues", payload),)


def _stop(event: SessionEvent, client: Client) -> Messages:
    session = event.session
    reading = event.reading
    energy_wh = reading.energy_wh if reading else _start_wh(session, client)
    payload: Json = {
        "transactionId": session.id_16,
        "meterStop": round(energy_wh),
        "timestamp": iso(event.time_ms),
    }
    if event.token is not None:
        payload["idTag"] = tag_of(event.token)
    reason = _reason(event.stopped_reason)
    if reason != "Local":
        payload["reason"] = reason
    data = _transaction_data(event, _start_wh(session, client))
    if data:
        payload["transactionData"] = data

    def took(answer: Json) -> None:
        if event.token is not None:
            _judged(client, session, answer, event.token)

    return (Message("StopTransaction", payload, took),)


def _reason(word: str | None) -> str:
    """Local may be left out (1.6, section 6.53)."""
    if word is None:
        return "Local"
    found = _REASONS_16.get(word, word)
    return found if found in _REASONS else "Other"


def _transaction_data(event: SessionEvent, start_wh: float) -> list[Json]:
    """From its start to its end: what StopTxnSampledData and .. AlignedData name."""
    session = event.session
    began_ms = session.started_ms if session.begun_ms is None else session.begun_ms
    if event.reading is None or began_ms is None:
        return []
    has_start = bool(event.samples) and event.samples[0].context == _BEGIN
    found: list[Json | None] = []
    if event.measurands and not has_start:
        # Of before a restart only the register is known.
        found.append(at_the_start(start_wh, began_ms))
    found += [
        meter_value(each.time_ms, each.reading, each.measurands, each.context)
        for each in event.samples
    ]
    found.append(
        meter_value(event.time_ms, event.reading, event.measurands, event.context)
    )
    return [each for each in found if each is not None]


_OF_KINDS: Mapping[str, Callable[[SessionEvent, Any], Messages]] = MappingProxyType(
    {"Started": lambda *_: (), "Updated": _values, "Ended": _stop}
)
_WRITERS: Mapping[type, Callable[[Any, Any], Messages]] = MappingProxyType(
    {
        StatusChanged: _status,
        Measured: _measured,
        Reported: _reported,
        AuthorizeWanted: _authorize,
        SessionEvent: _transaction,
    }
)
"""Facts that 1.6 has messages for."""
