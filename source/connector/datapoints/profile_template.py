"""The charging profile of `OCPP_PROFILE`, into which a written number is put."""

from __future__ import annotations

import copy
from typing import Any

Json = dict[str, Any]

DEFAULT_TEMPLATE: Json = {
    "chargingProfileId": 1,
    "stackLevel": 0,
    "chargingProfilePurpose": "TxDefaultProfile",
    "chargingProfileKind": "Relative",
    "chargingSchedule": {
        "chargingRateUnit": "W",
        "chargingSchedulePeriod": [{"startPeriod": 0, "limit": None}],
    },
}


class ProfileTemplate:
    """A profile with a gap (or more) for the limit.

    Raises:
        ValueError: the profile has no period to put a limit into.
    """

    def __init__(self, profile: Json | None = None) -> None:
        self._profile = profile or DEFAULT_TEMPLATE
        if not _periods(self._profile):
            raise ValueError(
                "expected a charging profile with "
                "chargingSchedule.chargingSchedulePeriod, a list of at least one period"
            )

    def with_limit(self, limit: float) -> Json:
        """The profile with the limit in every period that has null, else the first."""
        profile = copy.deepcopy(self._profile)
        periods = _periods(profile)
        gaps = [p for p in periods if p.get("limit") is None] or periods[:1]
        for period in gaps:
            period["limit"] = limit
        return profile


def _periods(profile: Json) -> list[Json]:
    schedules = profile.get("chargingSchedule")
    if not isinstance(schedules, list):
        # 1.6 has one; 2.x has a list of them.
        schedules = [schedules]
    found: list[Json] = []
    for schedule in schedules:
        if not isinstance(schedule, dict):
            continue
        periods = schedule.get("chargingSchedulePeriod")
        if isinstance(periods, list):
            found += [period for period in periods if isinstance(period, dict)]
    return found
