"""Which profiles a request means (2.x part 2, K09, K10; 1.6, 5.4)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from connector.station.charging.profile import Profile
from connector.station.charging.wire16 import purpose_2

Json = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Criteria:
    """What is None, or empty, is not looked at."""

    evse: int | None = None
    purpose: str | None = None
    level: int | None = None
    ids: tuple[int, ...] = ()
    sources: tuple[str, ...] = ()

    def matches(self, profile: Profile) -> bool:
        """Whether a profile is meant."""
        return (
            self.evse in (None, profile.evse)
            and self.purpose in (None, profile.purpose.value)
            and self.level in (None, profile.level)
            and (not self.ids or profile.id in self.ids)
            and (not self.sources or profile.source in self.sources)
        )


def of_get(payload: Json) -> Criteria:
    """Those of GetChargingProfiles."""
    wire = payload["chargingProfile"]
    return Criteria(
        evse=payload.get("evseId"),
        purpose=wire.get("chargingProfilePurpose"),
        level=wire.get("stackLevel"),
        ids=tuple(wire.get("chargingProfileId", ())),
        sources=tuple(wire.get("chargingLimitSource", ())),
    )


def of_clear(payload: Json) -> Criteria:
    """Those of ClearChargingProfile in 2.x; an id says all."""
    if "chargingProfileId" in payload:
        return Criteria(ids=(payload["chargingProfileId"],))
    wire = payload.get("chargingProfileCriteria", {})
    return Criteria(
        evse=wire.get("evseId"),
        purpose=wire.get("chargingProfilePurpose"),
        level=wire.get("stackLevel"),
    )


def of_clear_16(payload: Json, evse: int | None) -> Criteria:
    """Those of ClearChargingProfile in 1.6; ``evse`` is where its connector is."""
    if "id" in payload:
        return Criteria(ids=(payload["id"],))
    return Criteria(
        evse=evse,
        purpose=purpose_2(payload.get("chargingProfilePurpose")),
        level=payload.get("stackLevel"),
    )
