"""The commands that 2.0.1 and 2.1 have in common, as methods."""

from __future__ import annotations

from typing import Any

from connector.sessions.speaking import Speaking

Json = dict[str, Any]


class V2Commands(Speaking):
    """Methods send wire payloads and give wire answers.

    All of them raise what `Session.call_action` raises.
    """

    async def send_charging_profile(self, evse_id: int, profile: Json) -> Json:
        """SetChargingProfile; EVSE 0 is the station."""
        payload = {"evseId": evse_id, "chargingProfile": profile}
        return await self.call_action("SetChargingProfile", payload)

    async def clear_charging_profile(
        self, profile_id: int | None = None, **criteria: int | str
    ) -> Json:
        """ClearChargingProfile; without id and criteria every profile goes."""
        payload: Json = {}
        if profile_id is not None:
            payload["chargingProfileId"] = profile_id
        if criteria:
            payload["chargingProfileCriteria"] = criteria
        return await self.call_action("ClearChargingProfile", payload)

    async def trigger_message(
        self, message: str, evse_id: int = 0, connector_id: int = 0
    ) -> Json:
        """TriggerMessage."""
        payload: Json = {"requestedMessage": message}
        if evse_id:
            payload["evse"] = _evse(evse_id, connector_id)
        return await self.call_action("TriggerMessage", payload)

    async def reset(self, kind: str = "Immediate", evse_id: int = 0) -> Json:
        """Reset, ``Immediate`` or ``OnIdle`` (2.1 also ``ImmediateAndResume``)."""
        payload: Json = {"type": kind}
        if evse_id:
            payload["evseId"] = evse_id
        return await self.call_action("Reset", payload)


def _evse(evse_id: int, connector_id: int) -> Json:
    found = {"id": evse_id}
    return found | {"connectorId": connector_id} if connector_id else found
