"""Who may charge, and for whom a place is kept (2.x part 2, blocks C, D and H)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from connector.ocppj.frames import Call, Json
from connector.station.client.v2.answers import answer, answer_of, time_of, too_many
from connector.station.client.v2.tokens import entries_of, group_of, token_of
from connector.station.core import settings as names
from connector.station.core.reservations import Reservation
from connector.station.core.tokens import Entry

if TYPE_CHECKING:
    from connector.station.client.client import Client

_ITEMS = "LocalAuthListCtrlr/ItemsPerMessage"


def reserve_now(client: Client, call: Call) -> Json:
    """ReserveNow; without an EVSE it is for any of them (H01)."""
    payload = call.payload
    evse = payload.get("evseId", 0)
    if "evseId" in payload and evse not in client.core.evses:
        return answer("Rejected", "UnknownEvse")
    wanted = Reservation(
        payload["id"],
        evse,
        token_of(payload["idToken"]),
        time_of(payload, "expiryDateTime") or 0,
        group_of(payload.get("groupIdToken")),
        payload.get("connectorType"),
    )
    return answer(client.core.reserve(wanted, client.now_ms()))


def cancel_reservation(client: Client, call: Call) -> Json:
    """CancelReservation."""
    id_ = call.payload["reservationId"]
    return answer_of(client.core.cancel_reservation(id_, client.now_ms()))


def clear_cache(client: Client, call: Call) -> Json:
    """ClearCache."""
    return answer_of(client.core.clear_cache())


def send_local_list(client: Client, call: Call) -> Json:
    """SendLocalList (D01)."""
    payload = call.payload
    variables = client.parts.variables
    if not variables.flag(names.HAS_LIST):
        return answer("Failed", "NotEnabled")
    entries = entries_of(payload.get("localAuthorizationList", ()))
    most = int(variables.number(_ITEMS))
    if most and len(entries) > most:
        raise too_many("localAuthorizationList", most)
    wrong = _what_is_wrong(entries, is_full=payload["updateType"] == "Full")
    if wrong:
        return answer("Failed", "InvalidValue", wrong)
    status = client.core.update_list(
        payload["versionNumber"], entries, is_full=payload["updateType"] == "Full"
    )
    return answer(status)


def _what_is_wrong(entries: list[Entry], *, is_full: bool) -> str:
    ids = {entry.token.id.casefold() for entry in entries}
    if len(ids) < len(entries):
        return "an idToken is there twice"
    if is_full and any(entry.verdict is None for entry in entries):
        return "an idToken has no idTokenInfo"
    return ""


def get_local_list_version(client: Client, call: Call) -> Json:
    """GetLocalListVersion; 0 where there is no list (D02.FR.04)."""
    return {"versionNumber": max(0, client.core.list_version())}
