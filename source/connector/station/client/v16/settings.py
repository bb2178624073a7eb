"""Configuration keys of 1.6, and what vendors have beside them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from connector.ocppj.frames import Call, Json

if TYPE_CHECKING:
    from connector.station.client.client import Client


def get_configuration(client: Client, call: Call) -> Json:
    """GetConfiguration."""
    found: Json = client.parts.variables.get_keys(call.payload.get("key"))
    return found


def change_configuration(client: Client, call: Call) -> Json:
    """ChangeConfiguration; what it leads to happens where the variable is used."""
    payload = call.payload
    status = client.parts.variables.set_key(payload["key"], payload["value"])
    client.core.offer_anew(client.now_ms())
    return {"status": status}


def data_transfer(client: Client, call: Call) -> Json:
    """DataTransfer; whoever runs the station says what it understands."""
    payload = call.payload
    handler = client.data_transfers.get(payload["vendorId"])
    if handler is None:
        return {"status": "UnknownVendorId"}
    return handler(payload.get("messageId", ""), payload.get("data"))
