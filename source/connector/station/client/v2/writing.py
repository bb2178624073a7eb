"""Facts as the calls of 2.0.1 and 2.1."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from connector.ocppj.frames import Json
from connector.station.client.messages import Message
from connector.station.client.v2 import contracts, reported, transactions
from connector.station.client.v2.desk import desk_of
from connector.station.client.v2.sampled import Shown, meter_value
from connector.station.client.v2.tokens import token_wire, verdict_of
from connector.station.core.events import (
    AuthorizeWanted,
    CoreEvent,
    Measured,
    Reported,
    SessionEvent,
    StatusChanged,
)
from connector.station.times import iso

if TYPE_CHECKING:
    from connector.station.client.client import Client

Messages = Sequence[Message]


def write(client: Client, event: CoreEvent, version: str) -> Messages:
    """The calls of a fact."""
    writer = _WRITERS.get(type(event))
    return () if writer is None else writer(event, client, version)


def _status(event: StatusChanged, _client: Client, _version: str) -> Messages:
    """2.x tells connectors alone (G01)."""
    if not event.is_for_2 or not event.evse or not event.connector:
        return ()
    payload = {
        "timestamp": iso(event.time_ms),
        "connectorStatus": event.status_2,
        "evseId": event.evse,
        "connectorId": event.connector,
    }
    return (Message("StatusNotification", payload),)


def _measured(event: Measured, client: Client, _version: str) -> Messages:
    is_now = event.evse in client.core.evses
    variables = client.parts.variables
    shown = Shown(
        transactions.offered_of(client, event.evse) if is_now else None,
        transactions.signs(variables, event.context),
    )
    value = meter_value(
        event.time_ms, event.reading, event.measurands, event.context, shown
    )
    if value is None:
        return ()
    payload: Json = {"evseId": event.evse, "meterValue": [value]}
    return (Message("MeterValues", payload),)


def _reported(event: Reported, client: Client, version: str) -> Messages:
    message = reported.write(client, event, version)
    return () if message is None else (message,)


def _authorize(event: AuthorizeWanted, client: Client, version: str) -> Messages:
    core, evse, token = client.core, event.evse, event.token

    more = contracts.members(client, token, version) if token.certificate else {}
    if more is None:
        core.authorized(evse, token, contracts.INVALID, client.now_ms())
        return ()

    def took(answer: Json) -> None:
        verdict = contracts.judged(verdict_of(answer["idTokenInfo"]), answer)
        tariff = answer.get("tariff") if verdict.is_accepted else None
        if tariff is not None or (client.desk and client.desk.has("tariffs")):
            desk_of(client).tariffs.of_driver(token.id, tariff)
        core.authorized(evse, token, verdict, client.now_ms())

    payload = {"idToken": token_wire(token, version), **more}
    return (
        Message("Authorize", payload, took, lambda _: client.nobody_answers(event)),
    )


def _transaction(event: SessionEvent, client: Client, version: str) -> Messages:
    return (transactions.write(client, event, version),)


_WRITERS: Mapping[type, Callable[[Any, Any, str], Messages]] = MappingProxyType(
    {
        StatusChanged: _status,
        Measured: _measured,
        Reported: _reported,
        AuthorizeWanted: _authorize,
        SessionEvent: _transaction,
    }
)
"""Facts that 2.x has messages for."""
