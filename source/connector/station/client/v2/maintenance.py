"""Firmware, logs and certificates of 2.x: `station.maintenance` answers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from connector.ocppj.frames import Call, Json
from connector.sessions.handlers import Answer
from connector.station.client.messages import ClientHandler
from connector.station.maintenance import HANDLERS_2
from connector.station.maintenance.requests2 import MaintenanceHandler

if TYPE_CHECKING:
    from connector.station.client.client import Client


def _of(handler: MaintenanceHandler) -> ClientHandler:
    def handle(client: Client, call: Call) -> Json | Answer:
        return handler(client.parts.maintenance, call.payload)

    return handle


HANDLERS: dict[str, ClientHandler] = {
    action: _of(handler) for action, handler in HANDLERS_2.items()
}
