"""What one TransactionEvent says. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from connector.csms import times
from connector.csms.context import at
from connector.csms.measurands import DEFAULT_MEASURAND
from connector.csms.sampled import Reading
from connector.csms.station import STATION, Station
from connector.csms.v2.evses import where_of
from connector.csms.v2.id_tokens import NO_AUTHORIZATION
from connector.csms.v2.sampled import read
from connector.store.records import TransactionChange, TransactionRecord

Json = dict[str, Any]

ONLY_EVSE = "1"
STARTED, UPDATED, ENDED = "Started", "Updated", "Ended"
USUAL_REASON = "Local"
"""Left out where it is this one (2.x part 2, TransactionType)."""


def ocpp_id(payload: Json) -> str:
    """The transaction that it is about."""
    found: str = payload["transactionInfo"]["transactionId"]
    return found


def place_of(payload: Json, station: Station) -> str:
    """Where a new transaction is.

    The EVSE is named once the vehicle is there (2.x part 2, E01.FR.16): whoever is
    authorised before may go to any. Where there is one, it is that.
    """
    evse = payload.get("evse")
    if evse:
        return where_of(evse)
    return ONLY_EVSE if station.connector_count == 1 else STATION


def token_of(payload: Json) -> tuple[str, str]:
    """Text and type of its id token."""
    token = payload.get("idToken")
    if token is None:
        return "", NO_AUTHORIZATION
    return token["idToken"], token["type"]


def tells_more(known: TransactionRecord, payload: Json) -> bool:
    """Whether an update may have something to keep, or to answer."""
    if "idToken" in payload:
        return True
    evse = payload.get("evse")
    if evse and where_of(evse) != known.where:
        return True
    return payload.get("reservationId", known.reservation_id) != known.reservation_id


def reason_of(payload: Json) -> str:
    """Why it ended."""
    found: str = payload["transactionInfo"].get("stoppedReason", USUAL_REASON)
    return found


def price_of(payload: Json) -> tuple[Json | None, str | None] | None:
    """Its cost so far, and its tariff (2.1); None where it tells neither."""
    details = payload.get("costDetails")
    tariff_id = payload["transactionInfo"].get("tariffId")
    if details is None and tariff_id is None:
        return None
    return details, tariff_id


def readings(where: str, payload: Json) -> Iterator[tuple[str | None, Reading]]:
    """Its values with their times, oldest first."""
    for meter_value in times.in_order(payload.get("meterValue", [])):
        yield meter_value.get("timestamp"), read(where, meter_value["sampledValue"])


def meter_start_wh(where: str, payload: Json) -> float | None:
    """The register when it began; any event may tell it."""
    is_first = payload["eventType"] == STARTED
    for _, reading in readings(where, payload):
        register = reading.values.get(at(where, DEFAULT_MEASURAND))
        if reading.begin_wh is not None:
            return reading.begin_wh
        if is_first and isinstance(register, float):
            return register
    return None


def meter_stop_wh(where: str, payload: Json) -> float | None:
    """The register at its end."""
    found = None
    for _, reading in readings(where, payload):
        register = reading.values.get(at(where, DEFAULT_MEASURAND))
        found = register if isinstance(register, float) else found
    return found


def learnt(
    known: TransactionRecord, payload: Json, start_ms: int
) -> TransactionChange | None:
    """What an event adds to a transaction that is kept; None for nothing."""
    is_first = payload["eventType"] == STARTED
    text, kind = token_of(payload)
    has_token = bool(text) and not known.id_token
    lacks_meter = known.meter_start_wh is None
    evse = payload.get("evse")
    is_elsewhere = bool(evse) and where_of(evse) != known.where
    change = TransactionChange(
        where=where_of(evse) if is_elsewhere else None,
        start_ms=start_ms if is_first and start_ms < known.start_ms else None,
        id_token=text if has_token else None,
        token_type=kind if has_token else None,
        meter_start_wh=meter_start_wh(known.where, payload) if lacks_meter else None,
        reservation_id=payload.get("reservationId"),
    )
    is_same = change.reservation_id in (None, known.reservation_id)
    nothing = TransactionChange(reservation_id=change.reservation_id)
    return None if is_same and change == nothing else change
