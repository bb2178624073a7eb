"""Charging profiles as OCPP 2.0.1 and 2.1 write them (part 2, block K). Pure."""

from __future__ import annotations

from types import MappingProxyType
from typing import Any

from connector.csms.v2 import configuring
from connector.csms.v2.evses import evse_id
from connector.datapoints.limits.profiles import MAX, Dialect, Draft, Keys

Json = dict[str, Any]

STATION_MAX = "ChargingStationMaxProfile"
_PHASE_SWITCHING = "SmartChargingCtrlr/ACPhaseSwitchingSupported"
_SCHEDULE_ID = 1
"""One schedule a profile; a vehicle is told this number, and takes 1 to 255."""


class Dialect2(Dialect):
    """The words of 2.x; 2.1 has discharging and dynamic profiles, too."""

    keys = Keys(
        units=str(configuring.RATE_UNIT),
        stack_level=str(configuring.STACK_LEVEL),
        periods=str(configuring.PERIODS),
        phase_switches=(str(configuring.PHASE_SWITCH), _PHASE_SWITCHING),
        external_id=str(configuring.EXTERNAL_ID),
    )
    words = MappingProxyType({MAX: STATION_MAX})

    def __init__(self, version: str) -> None:
        self.version = version
        self.can_discharge = self.has_dynamic = version == "2.1"

    def written(self, draft: Draft) -> Json:
        """A profile of 2.x, whose transactions have texts."""
        found: Json = {
            "id": draft.profile_id,
            "stackLevel": draft.stack_level,
            "chargingProfilePurpose": self.word(draft.carrier.purpose),
            "chargingProfileKind": draft.kind,
            "chargingSchedule": [{"id": _SCHEDULE_ID, **self._schedule(draft)}],
        }
        if draft.transaction_id is not None:
            found["transactionId"] = draft.transaction_id
        return found

    def period(self, limit: float) -> Json:
        """A negative limit is a value to follow, and the most that may flow back."""
        if limit >= 0:
            return {"limit": limit}
        return {
            "operationMode": "CentralSetpoint",
            "setpoint": limit,
            "dischargeLimit": limit,
        }

    def id_of(self, profile: Json) -> int:
        """`id`."""
        return int(profile["id"])

    def is_own(self, raw: Json) -> bool:
        """Whether it has the members of 2.x."""
        return isinstance(raw.get("chargingSchedule"), list)

    def request(self, where: str, profile: Json) -> Json:
        """SetChargingProfileRequest."""
        return {"evseId": evse_id(where), "chargingProfile": profile}

    def composite(self, answer: Json) -> Json | None:
        """The member `schedule`."""
        found = answer.get("schedule")
        return found if isinstance(found, dict) else None


# -- profiles written for 1.6


def from_16(profile: Json) -> Json:
    """A profile in the words of 1.6, in those of 2.x; other members stay."""
    schedule = profile.get("chargingSchedule")
    if not isinstance(schedule, dict):
        return profile
    found = dict(profile)
    if "chargingProfileId" in found:
        found["id"] = found.pop("chargingProfileId")
    if "transactionId" in found:
        found["transactionId"] = str(found["transactionId"])
    if found.get("chargingProfilePurpose") == MAX:
        found["chargingProfilePurpose"] = STATION_MAX
    found["chargingSchedule"] = [{"id": _SCHEDULE_ID, **schedule}]
    return found
