"""Transactions as TransactionEvent (2.x part 2, block E)."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from connector.ocppj.frames import Json
from connector.station.client.messages import UNCHANGED, Message
from connector.station.client.v2.desk import desk_of, known_desk
from connector.station.client.v2.sampled import (
    ENERGY,
    Offered,
    Shown,
    meter_value,
    phases_used,
)
from connector.station.client.v2.tokens import (
    limit_of,
    limit_wire,
    token_wire,
    verdict_of,
)
from connector.station.core.events import SessionEvent
from connector.station.core.session import Session
from connector.station.core.settings import SIGNS, SIGNS_ALIGNED, Variables
from connector.station.ports import Reading
from connector.station.times import iso

if TYPE_CHECKING:
    from connector.station.client.client import Client

_REASONS: Mapping[str, str] = MappingProxyType(
    {
        "HardReset": "ImmediateReset",
        "SoftReset": "ImmediateReset",
        "UnlockCommand": "Other",
    }
)
"""Words that only 1.6 has."""
_KNOWN_REASONS = frozenset(
    """DeAuthorized EmergencyStop EnergyLimitReached EVDisconnected GroundFault
    ImmediateReset Local LocalOutOfCredit MasterPass Other OvercurrentFault PowerLoss
    PowerQuality Reboot Remote SOCLimitReached StoppedByEV TimeLimitReached
    Timeout""".split()
)
_PUBLIC_KEY = "OCPPCommCtrlr/PublicKeyWithSignedMeterValue"


def write(client: Client, event: SessionEvent, version: str) -> Message:
    """The TransactionEvent of an event."""
    payload: Json = {
        "eventType": event.kind,
        "timestamp": iso(event.time_ms),
        "triggerReason": event.trigger,
        "seqNo": event.number,
        "transactionInfo": _info(client, event),
        **_circumstances(event),
        **_who_and_where(client, event, version),
    }
    values = _values(client, event)
    if values:
        payload["meterValue"] = values
    desk = known_desk(client)
    if desk is not None and desk.has("tariffs") and version != "2.0.1":
        payload |= desk.tariffs.costs(event)
    return Message(
        "TransactionEvent",
        payload,
        lambda answer: _took(client, event, answer),
        lambda _: _is_told(client, event),
    )


def _info(client: Client, event: SessionEvent) -> Json:
    session = event.session
    found: Json = {
        "transactionId": session.key,
        "chargingState": event.charging_state,
    }
    if event.remote_start_id is not None:
        found["remoteStartId"] = event.remote_start_id
    if event.kind == "Ended":
        found["stoppedReason"] = _reason(event.stopped_reason)
    if event.trigger == "LimitSet" and session.limit is not None:
        found["transactionLimit"] = limit_wire(session.limit)
    desk = known_desk(client)
    tariff = desk.tariffs.of(session) if desk and desk.has("tariffs") else None
    return found if tariff is None else {**found, "tariffId": tariff.id}


def _reason(word: str | None) -> str:
    """Local is what is meant where nothing is said."""
    found = _REASONS.get(word or "Local", word or "Local")
    return found if found in _KNOWN_REASONS else "Other"


def _circumstances(event: SessionEvent) -> Json:
    found: Json = {}
    if event.is_offline:
        found["offline"] = True
    if event.reservation_id is not None:
        found["reservationId"] = event.reservation_id
    phases = phases_used(event.reading)
    if phases is not None:
        found["numberOfPhasesUsed"] = phases
    return found


def _who_and_where(client: Client, event: SessionEvent, version: str) -> Json:
    """Told once each: the EVSE first, its connector with the cable (E01, E03)."""
    session = event.session
    found: Json = {}
    if event.token is not None:
        found["idToken"] = token_wire(event.token, version)
    if event.kind == "Started" or event.trigger == "CablePluggedIn":
        found["evse"] = {"id": session.evse}
        if session.was_plugged or _has_one_connector(client, session.evse):
            found["evse"]["connectorId"] = session.connector
    cable_a = _cable_a(client, session)
    if cable_a is not None and (event.kind == "Started" or "evse" in found):
        found["cableMaxCurrent"] = cable_a
    return found


def _has_one_connector(client: Client, evse: int) -> bool:
    found = client.core.evses.get(evse)
    return found is not None and len(found.model.connectors) == 1


def _cable_a(client: Client, session: Session) -> int | None:
    """What its cable can carry, per phase, where somebody has said so."""
    limit_w = session.limits.get("cable")
    evse = client.core.evses.get(session.evse)
    if limit_w is None or evse is None:
        return None
    rating = evse.model.rating
    return round(limit_w / (rating.voltage * (1 if rating.is_dc else rating.phases)))


# -- values


def _values(client: Client, event: SessionEvent) -> list[Json]:
    """Those of the event; of the end also what was kept for it (J02)."""
    shown = _shown(client, event)
    found: list[Json | None] = []
    if event.kind == "Ended" and event.samples:
        found += _of_the_start(event, shown)
        found += [
            meter_value(each.time_ms, each.reading, each.measurands, each.context)
            for each in event.samples
        ]
    if event.reading is not None:
        found.append(
            meter_value(
                event.time_ms, event.reading, event.measurands, event.context, shown
            )
        )
    return [each for each in found if each is not None]


def _of_the_start(event: SessionEvent, shown: Shown) -> list[Json | None]:
    session = event.session
    began_ms = session.started_ms if session.begun_ms is None else session.begun_ms
    if began_ms is None or ENERGY not in event.measurands:
        return []
    reading = Reading(session.meter_start_wh)
    context = "Transaction.Begin"
    return [meter_value(began_ms, reading, (ENERGY,), context, shown)]


def _shown(client: Client, event: SessionEvent) -> Shown:
    variables = client.parts.variables
    is_current = not event.is_offline and event.kind != "Ended"
    return Shown(
        offered_of(client, event.session.evse) if is_current else None,
        signs(variables, event.context),
        _shows_key(variables, event),
    )


def signs(variables: Variables, context: str) -> bool:
    """Whether values are signed; a station without such a variable always does."""
    name = SIGNS_ALIGNED if context == "Sample.Clock" else SIGNS
    return not variables.text(name) or variables.flag(name)


def _shows_key(variables: Variables, event: SessionEvent) -> bool:
    """PublicKeyWithSignedMeterValue; once is at the end, where the bill is made."""
    said = variables.text(_PUBLIC_KEY)
    return said in ("", "EveryMeterValue") or (
        said == "OncePerTransaction" and event.kind == "Ended"
    )


def offered_of(client: Client, number: int) -> Offered | None:
    """What an EVSE offers now."""
    evse = client.core.evses.get(number)
    if evse is None:
        return None
    rating = evse.model.rating
    phases = 1 if rating.is_dc else evse.phases or rating.phases
    return Offered(evse.offered_w, evse.offered_w / (rating.voltage * phases))


# -- answers


def _took(client: Client, event: SessionEvent, answer: Mapping[str, Any]) -> object:
    if not answer and event.kind != "Ended":
        return UNCHANGED
    session, now_ms = event.session, client.now_ms()
    core = client.core
    info = answer.get("idTokenInfo")
    if info is not None:
        core.judged(session, event.token, verdict_of(info), now_ms)
    if "totalCost" in answer:
        core.cost_updated(session.key, answer["totalCost"], now_ms)
    if "transactionLimit" in answer and client.version_number != "2.0.1":
        limit = limit_of(answer["transactionLimit"])
        # Taken once: who is told of it by an event may answer with it again.
        if limit != session.limit:
            core.limit_transaction(session.key, limit, now_ms)
    message = answer.get("updatedPersonalMessage")
    if message is not None:
        desk_of(client).personal[session.key] = message["content"]
    _is_told(client, event)
    return None


def _is_told(client: Client, event: SessionEvent) -> None:
    """What was kept for a transaction is not needed once its end is told."""
    desk = known_desk(client)
    if event.kind == "Ended" and desk is not None:
        desk.transaction_ended(event.session.key)
