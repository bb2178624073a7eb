"""OCPP 1.6: the library's ChargePoint on our engine, with its commands as methods."""

from __future__ import annotations

import logging
from typing import Any

from ocpp.v16 import ChargePoint as LibraryChargePoint

from connector.sessions.engine import Session

# The library prints whole frames at INFO, secrets included.
logging.getLogger("ocpp").setLevel(logging.WARNING)

Json = dict[str, Any]


class ChargePoint(Session, LibraryChargePoint):  # type: ignore[misc]
    """A session in OCPP 1.6; methods send wire payloads and give wire answers.

    All of them raise what `Session.call_action` raises.
    """

    async def send_charging_profile(self, connector_id: int, profile: Json) -> Json:
        """SetChargingProfile."""
        return await self.call_action(
            "SetChargingProfile",
            {"connectorId": connector_id, "csChargingProfiles": profile},
        )

    async def clear_charging_profile(self, **filters: int | str) -> Json:
        """ClearChargingProfile; without filters every profile goes."""
        return await self.call_action("ClearChargingProfile", filters)

    async def trigger_message(self, message: str, connector_id: int = 0) -> Json:
        """TriggerMessage."""
        payload: Json = {"requestedMessage": message}
        if connector_id:
            payload["connectorId"] = connector_id
        return await self.call_action("TriggerMessage", payload)

    async def reset(self, kind: str = "Soft") -> Json:
        """Reset, ``Soft`` or ``Hard``."""
        return await self.call_action("Reset", {"type": kind})
