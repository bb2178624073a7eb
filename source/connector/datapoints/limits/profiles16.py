"""Charging profiles as OCPP 1.6 writes them (section 7.8). Pure."""

from __future__ import annotations

from types import MappingProxyType
from typing import Any

from connector.datapoints.limits.profiles import Dialect, Draft, Keys

Json = dict[str, Any]


class Dialect16(Dialect):
    """The words of 1.6, which are those used here."""

    version = "1.6"
    keys = Keys(
        units="ChargingScheduleAllowedChargingRateUnit",
        stack_level="ChargeProfileMaxStackLevel",
        periods="ChargingScheduleMaxPeriods",
        phase_switches=(
            "ConnectorSwitch3to1PhaseSupported",
            "ACPhaseSwitchingSupported",
        ),
    )
    words = MappingProxyType({})

    def written(self, draft: Draft) -> Json:
        """A profile of 1.6, whose transactions have numbers."""
        found: Json = {"chargingProfileId": draft.profile_id}
        if draft.transaction_id is not None:
            found["transactionId"] = int(draft.transaction_id)
        return found | {
            "stackLevel": draft.stack_level,
            "chargingProfilePurpose": draft.carrier.purpose,
            "chargingProfileKind": draft.kind,
            "chargingSchedule": self._schedule(draft),
        }

    def period(self, limit: float) -> Json:
        """The member `limit`."""
        return {"limit": limit}

    def id_of(self, profile: Json) -> int:
        """`chargingProfileId`."""
        return int(profile["chargingProfileId"])

    def is_own(self, raw: Json) -> bool:
        """Whether it has the members of 1.6."""
        return isinstance(raw.get("chargingSchedule"), dict)

    def request(self, where: str, profile: Json) -> Json:
        """SetChargingProfile.req."""
        return {"connectorId": int(where), "csChargingProfiles": profile}

    def composite(self, answer: Json) -> Json | None:
        """The member `chargingSchedule`."""
        found = answer.get("chargingSchedule")
        return found if isinstance(found, dict) else None
