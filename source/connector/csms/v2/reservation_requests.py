"""What an EVSE is to be kept free for (2.x part 2, H01). Pure.

The members of 1.6 are understood, too.
"""

from __future__ import annotations

from typing import Any

from connector.csms import times
from connector.csms.reservation_requests import (
    ID_EXPECTED,
    LARGEST_ID,
    TIME_EXPECTED,
    Members,
    in_the_past,
    taken,
    whole_number,
    wire_time,
    zoned_time,
)
from connector.csms.station import STATION, Station
from connector.csms.v2.evses import evse_id
from connector.csms.v2.id_tokens import CARD, CENTRAL, wire_token
from connector.errors import LocalProtocolError
from connector.store.records import ReservationRecord

Json = dict[str, Any]

ID, EXPIRY = "id", "expiryDateTime"
"""What 2.x calls them."""
_OF_16 = {
    "connectorId": "evseId",
    "reservationId": ID,
    "idTag": "idToken",
    "expiryDate": EXPIRY,
    "parentIdTag": "groupIdToken",
}


def read(payload: Json, where: str, now_ms: int) -> Json:
    """The members of a ReserveNow, without an id where none is given.

    Raises:
        LocalProtocolError: it names every member that is missing or means nothing.
    """
    given: Json = {}
    problems = []
    for name, value in payload.items():
        ours = _OF_16.get(name, name)
        if ours != name and payload.get(ours) is not None:
            problems.append(f"{name} and {ours} are given, expected one")
        given.setdefault(ours, value)
    found, more = taken(given, _MEMBERS)
    problems += more
    if found.setdefault("evseId", evse_id(where)) != evse_id(where):
        problems.append(f"evseId is not {evse_id(where)}, the place of the command")
    problems += in_the_past(found, EXPIRY, now_ms)
    if problems:
        raise LocalProtocolError("; ".join(problems))
    return found


def on_the_wire(asked: Json, station: Station) -> Json:
    """The ReserveNow of what was read; one of the station names no EVSE."""
    payload = asked | {EXPIRY: wire_time(asked[EXPIRY], station)}
    if not payload["evseId"]:
        del payload["evseId"]
    return payload


def record(
    key: str, station: Station, payload: Json, now_ms: int
) -> ReservationRecord | None:
    """The reservation that a ReserveNow makes; None where nobody can follow it."""
    expiry_ms = times.parse(payload[EXPIRY])
    reservation_id = int(payload[ID])
    if expiry_ms is None or not 0 <= reservation_id <= LARGEST_ID:
        return None
    token, group = payload["idToken"], payload.get("groupIdToken") or {}
    return ReservationRecord(
        key,
        reservation_id,
        station.identity,
        str(int(payload.get("evseId", STATION))),
        token["idToken"],
        expiry_ms - (station.clock_error_ms or 0),
        now_ms,
        type=token["type"],
        group=group.get("idToken"),
    )


def _card(value: object) -> Json | None:
    return _token(value, CARD)


def _group(value: object) -> Json | None:
    return _token(value, CENTRAL)


def _token(value: object, type_: str) -> Json | None:
    """An id token; a text or a number is one of this type."""
    if isinstance(value, dict):
        text = value.get("id", value.get("idToken"))
        is_token = isinstance(text, str) and text.strip()
        return wire_token({"type": type_, **value}) if is_token else None
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value)
    text = value.strip() if isinstance(value, str) else ""
    return {"idToken": text, "type": type_} if text else None


def _word(value: object) -> str | None:
    return value.strip() or None if isinstance(value, str) else None


_TOKEN = "a text, or an object with type and id"
_MEMBERS: Members = {
    "id": (whole_number, ID_EXPECTED, False),
    "expiryDateTime": (zoned_time, TIME_EXPECTED, True),
    "connectorType": (_word, "a type of connectors, such as cCCS2", False),
    "idToken": (_card, _TOKEN, True),
    "evseId": (whole_number, "an EVSE", False),
    "groupIdToken": (_group, _TOKEN, False),
}
