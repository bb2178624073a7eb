"""Firmware, logs and certificates of 2.x: `station.maintenance` answers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from connector.ocppj.frames import Call, Json
from connector.sessions.handlers import Answer
from connector.station.client.messages import ClientHandler
from connector.station.client.v2.answers import answer
from connector.station.maintenance import HANDLERS_2
from connector.station.maintenance.requests2 import MaintenanceHandler

if TYPE_CHECKING:
    from connector.station.client.client import Client
_CHAINS = "certificateHashDataChain"
_USES = frozenset(
    {
        "CSMSRootCertificate",
        "ManufacturerRootCertificate",
        "MORootCertificate",
        "V2GCertificateChain",
        "V2GRootCertificate",
    }
)
_NEW_USES = frozenset({"OEMRootCertificate"})


def _of(handler: MaintenanceHandler) -> ClientHandler:
    def handle(client: Client, call: Call) -> Json | Answer:
        return handler(client.parts.maintenance, call.payload)

    return handle


def get_installed(client: Client, call: Call) -> Json:
    """GetInstalledCertificateIds; 2.0.1 has no word for some that 2.1 installs."""
    found = HANDLERS_2[call.action](client.parts.maintenance, call.payload)
    chains = found.get(_CHAINS, []) if isinstance(found, dict) else []
    known = _USES if client.version_number == "2.0.1" else _USES | _NEW_USES
    told = [each for each in chains if each["certificateType"] in known]
    return {"status": "Accepted", _CHAINS: told} if told else answer("NotFound")


HANDLERS: dict[str, ClientHandler] = {
    action: _of(handler) for action, handler in HANDLERS_2.items()
} | {"GetInstalledCertificateIds": get_installed}
