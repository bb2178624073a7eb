"""What 2.x asks of a station from afar: starts, stops, resets, switches (E, F, G, B).

Everything really happens in the core; here it is translated.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from connector.ocppj.frames import Call, Json
from connector.station.client.v2 import charging
from connector.station.client.v2.answers import answer, answer_of
from connector.station.client.v2.tokens import group_of, token_of
from connector.station.core.calls import Answer
from connector.station.core.events import SessionEvent
from connector.station.core.evse import Evse

if TYPE_CHECKING:
    from connector.station.client.client import Client

_UNLOCKS = frozenset(
    {"Unlocked", "UnlockFailed", "OngoingAuthorizedTransaction", "UnknownConnector"}
)
_PENDING = "the station was not accepted yet (B02.FR.05)"


def change_availability(client: Client, call: Call) -> Json:
    """ChangeAvailability; without an EVSE it is for the station."""
    place = call.payload.get("evse", {})
    found = client.core.change_availability(
        place.get("id", 0),
        place.get("connectorId", 0),
        client.now_ms(),
        is_operative=call.payload["operationalStatus"] == "Operative",
    )
    return answer_of(found)


def request_start(client: Client, call: Call) -> Json:
    """RequestStartTransaction, with its profile where there is one (F01, F02)."""
    payload = call.payload
    evse = payload.get("evseId")
    if not client.is_accepted:
        return answer("Rejected", "Unspecified", _PENDING)
    if evse is not None and evse not in client.core.evses:
        return answer("Rejected", "UnknownEvse")
    found = client.core.remote_start(
        token_of(payload["idToken"]),
        client.now_ms(),
        evse=evse,
        group=group_of(payload.get("groupIdToken")),
        remote_start_id=payload["remoteStartId"],
        install=_installer(client, payload.get("chargingProfile")),
    )
    result = answer_of(found)
    if found.transaction is not None and found.is_accepted:
        result["transactionId"] = found.transaction
    return result


def _installer(client: Client, profile: Json | None) -> Callable[[Evse], bool] | None:
    """What sets the profile once the EVSE is known (F01.FR.08: a TxProfile)."""
    if profile is None:
        return None

    def install(evse: Evse) -> bool:
        decision = charging.install(client, evse.number, profile, is_for_start=True)
        return decision.is_accepted

    return install


def request_stop(client: Client, call: Call) -> Json:
    """RequestStopTransaction."""
    if not client.is_accepted:
        return answer("Rejected", "Unspecified", _PENDING)
    key = call.payload["transactionId"]
    return answer_of(client.core.remote_stop(client.now_ms(), key=key))


def get_transaction_status(client: Client, call: Call) -> Json:
    """GetTransactionStatus; without an id it is about the queue alone (E14)."""
    key = call.payload.get("transactionId")
    waiting = {
        entry.event.session.key
        for entry in client.telling.journal.entries()
        if isinstance(entry.event, SessionEvent)
    }
    if key is None:
        return {"messagesInQueue": bool(waiting)}
    is_running = client.core.running(key) is not None
    return {"ongoingIndicator": is_running, "messagesInQueue": key in waiting}


def reset(client: Client, call: Call) -> Json:
    """Reset of the station or an EVSE; the core says when it is due (B11, B12)."""
    payload = call.payload
    evse = payload.get("evseId", 0)
    allowed = client.parts.variables.get("EVSE", "AllowReset", evse=evse)
    if evse and allowed.is_accepted and allowed.value == "false":
        return answer("Rejected", "NotEnabled", "AllowReset is false (B11.FR.10)")
    found = client.core.reset(
        evse,
        client.now_ms(),
        on_idle=payload["type"] == "OnIdle",
        resumes=payload["type"] == "ImmediateAndResume",
    )
    return answer_of(found)


async def unlock_connector(client: Client, call: Call) -> Json:
    """UnlockConnector; who charges there is left in peace (F05)."""
    payload = call.payload
    found = await client.core.unlock(
        payload["evseId"],
        payload["connectorId"],
        client.now_ms(),
        ends_transaction=False,
    )
    if found.status not in _UNLOCKS:
        found = Answer("UnlockFailed", "HwNotSupported", found.status)
    return answer_of(found)


def cost_updated(client: Client, call: Call) -> Json:
    """CostUpdated; a limit of costs may be reached by that (I02; 2.1: E16)."""
    payload = call.payload
    key, total = payload["transactionId"], payload["totalCost"]
    client.core.cost_updated(key, total, client.now_ms())
    return {}
