"""Displays, tariffs and networks: requests to the parts of the desk (B, I, O)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from connector.ocppj.frames import Call, Json
from connector.sessions.handlers import Answer
from connector.station.client.messages import Message
from connector.station.client.v2.answers import answer
from connector.station.client.v2.desk import desk_of

if TYPE_CHECKING:
    from connector.station.client.client import Client

_MESSAGES = "NotifyDisplayMessages"
_PER_MESSAGE = 10


# -- displays


def set_display_message(client: Client, call: Call) -> Json:
    """SetDisplayMessage."""
    return desk_of(client).displays.set(call.payload["message"])


def get_display_messages(client: Client, call: Call) -> Json | Answer:
    """GetDisplayMessages; NotifyDisplayMessages follows the answer."""
    payload = call.payload
    found = desk_of(client).displays.find(
        payload.get("id", ()), payload.get("priority"), payload.get("state")
    )
    if not found:
        return answer("Unknown")
    starts = range(0, len(found), _PER_MESSAGE)
    parts = [found[start : start + _PER_MESSAGE] for start in starts]

    def follow() -> None:
        for number, part in enumerate(parts, 1):
            told: Json = {
                "requestId": payload["requestId"],
                "tbc": number < len(parts),
                "messageInfo": part,
            }
            client.say(Message(_MESSAGES, told))

    return Answer(answer("Accepted"), follow)


def clear_display_message(client: Client, call: Call) -> Json:
    """ClearDisplayMessage."""
    is_gone = desk_of(client).displays.clear(call.payload["id"])
    return answer("Accepted" if is_gone else "Unknown")


# -- tariffs (2.1)


def set_default_tariff(client: Client, call: Call) -> Json:
    """SetDefaultTariff."""
    payload = call.payload
    return desk_of(client).tariffs.set_default(payload["evseId"], payload["tariff"])


def get_tariffs(client: Client, call: Call) -> Json:
    """GetTariffs."""
    evse = call.payload["evseId"]
    if evse and evse not in client.core.evses:
        return answer("Rejected", "UnknownEvse")
    found = desk_of(client).tariffs.assignments(evse)
    if not found:
        return answer("NoTariff")
    return {"status": "Accepted", "tariffAssignments": found}


def clear_tariffs(client: Client, call: Call) -> Json:
    """ClearTariffs."""
    payload = call.payload
    tariffs = desk_of(client).tariffs
    results = tariffs.clear(payload.get("tariffIds", ()), payload.get("evseId"))
    return {"clearTariffsResult": results}


def change_transaction_tariff(client: Client, call: Call) -> Json:
    """ChangeTransactionTariff."""
    payload = call.payload
    return desk_of(client).tariffs.change(
        payload["transactionId"], payload["tariff"], client.now_ms()
    )


def web_payment_started(client: Client, call: Call) -> Json:
    """NotifyWebPaymentStarted: somebody is paying for an EVSE (2.1, C25)."""
    evse, timeout_s = call.payload["evseId"], call.payload["timeout"]
    if evse in client.core.evses:
        until_ms = client.now_ms() + max(0, timeout_s) * 1000
        desk_of(client).web_payments[evse] = until_ms
    return {}


# -- networks


def set_network_profile(client: Client, call: Call) -> Json:
    """SetNetworkProfile."""
    payload = call.payload
    networks = desk_of(client).networks
    return networks.set(payload["configurationSlot"], payload["connectionData"])


# -- vendors


def data_transfer(client: Client, call: Call) -> Json:
    """DataTransfer; whoever runs the station says what it understands."""
    payload = call.payload
    handler = client.data_transfers.get(payload["vendorId"])
    if handler is None:
        return answer("UnknownVendorId")
    return handler(payload.get("messageId", ""), payload.get("data"))
