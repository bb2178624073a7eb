"""A charging profile as a value, and what it says at a time.

Pure: times are epoch ms, given by the caller. (OCPP 1.6, 3.13; 2.x part 2, K)
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from connector.station.charging.local_time import Recurrence

NEVER_MS = 2**63
CSO = "CSO"
"""The source of what comes from a central system (2.x ChargingLimitSource)."""


class Purpose(StrEnum):
    """What a profile is for, as 2.x spells it."""

    MAX = "ChargingStationMaxProfile"
    EXTERNAL = "ChargingStationExternalConstraints"
    TX_DEFAULT = "TxDefaultProfile"
    TX = "TxProfile"
    PRIORITY = "PriorityCharging"
    LOCAL = "LocalGeneration"


class Kind(StrEnum):
    """What the times of a profile count from."""

    ABSOLUTE = "Absolute"
    RECURRING = "Recurring"
    RELATIVE = "Relative"
    DYNAMIC = "Dynamic"


class Mode(StrEnum):
    """The operation modes of 2.1 that this station knows how to follow."""

    IDLE = "Idle"
    CHARGING_ONLY = "ChargingOnly"
    CENTRAL_SETPOINT = "CentralSetpoint"
    CENTRAL_FREQUENCY = "CentralFrequency"
    EXTERNAL_SETPOINT = "ExternalSetpoint"
    EXTERNAL_LIMITS = "ExternalLimits"


@dataclass(frozen=True, slots=True)
class Amounts:
    """Limits, discharge limits or setpoints: in all, or of L1, L2 and L3."""

    first: float
    others: tuple[float, ...] = ()
    """Of L2 and L3 where they are said; then ``first`` is of L1."""


@dataclass(frozen=True, slots=True)
class Period:
    """From ``start_ms`` after the schedule's start; in the schedule's unit."""

    start_ms: int
    limit: Amounts | None = None
    discharge: Amounts | None = None
    setpoint: Amounts | None = None
    phases: int = 3
    """A schedule that says nothing means three (2.x, K01.FR.49)."""
    phase_to_use: int | None = None
    mode: Mode = Mode.CHARGING_ONLY
    sleeps: bool = False
    index: int = 0
    """Its place in the schedule as it came: delays at random may leave some out."""


@dataclass(frozen=True, slots=True)
class Schedule:
    """Periods from a start, in A or W."""

    unit: str
    periods: tuple[Period, ...]
    start: Recurrence | int | None = None
    """When it starts; None: when charging does."""
    duration_ms: int | None = None
    least: float | None = None
    """minChargingRate."""


Moment = tuple[Period | None, int]
"""What is said now, and until when that holds."""


@dataclass(slots=True)
class Profile:
    """A charging profile at a place; EVSE 0 is the station.

    ``wire`` is the profile in the form of 2.x, with what of it changes nothing here.
    """

    evse: int
    id: int
    level: int
    purpose: Purpose
    kind: Kind
    schedule: Schedule
    version: str
    wire: Mapping[str, Any]
    installed_ms: int
    source: str = CSO
    transaction: str | int | None = None
    """The transaction as the central system names it."""
    session: str | None = None
    """The key of the session that a TxProfile belongs to; None: the next one."""
    valid_from_ms: int = 0
    valid_to_ms: int = NEVER_MS
    offline_ms: int | None = None
    """How long it holds without a link (2.1 maxOfflineDuration)."""
    ends_offline: bool = False
    """It does not come back after that (invalidAfterOfflineDuration)."""
    updated_ms: int = 0
    """When a dynamic profile was set or updated last."""
    pull_ms: int = 0
    """After how long a dynamic profile has to be asked for; 0: never."""

    def at(
        self, now_ms: int, session_ms: int | None, offline_since_ms: int | None
    ) -> Moment:
        """What it says at a time, in a transaction that began at ``session_ms``."""
        if now_ms < self.valid_from_ms:
            return None, self.valid_from_ms
        ends_ms = self._ends_ms(offline_since_ms)
        if now_ms >= ends_ms:
            return None, NEVER_MS
        period, until_ms = self._scheduled(now_ms, session_ms)
        return period, min(until_ms, ends_ms)

    def _ends_ms(self, offline_since_ms: int | None) -> int:
        if self.offline_ms is None or offline_since_ms is None:
            return self.valid_to_ms
        return min(self.valid_to_ms, offline_since_ms + self.offline_ms)

    def _scheduled(self, now_ms: int, session_ms: int | None) -> Moment:
        begins_ms, next_ms = self._span(now_ms, session_ms)
        if now_ms < begins_ms:
            return None, begins_ms
        duration_ms = self.schedule.duration_ms
        ends_ms = NEVER_MS if duration_ms is None else begins_ms + duration_ms
        ends_ms = min(ends_ms, next_ms)
        if now_ms >= ends_ms:
            return None, next_ms
        periods = self.schedule.periods
        index = bisect_right(periods, now_ms - begins_ms, key=_start)
        if index < len(periods):
            ends_ms = min(ends_ms, begins_ms + periods[index].start_ms)
        return periods[index - 1], ends_ms

    def _span(self, now_ms: int, session_ms: int | None) -> tuple[int, int]:
        """When its schedule begins or began, and when it begins again."""
        start = self.schedule.start
        if self.kind is Kind.DYNAMIC:
            return min(self.updated_ms, now_ms), NEVER_MS
        if isinstance(start, Recurrence):
            return start.around(now_ms)
        if start is not None:
            return start, NEVER_MS
        if self._is_of_station:
            return min(self.installed_ms, now_ms), NEVER_MS
        # A clock that was set back is no reason to let go of a limit.
        return min(now_ms if session_ms is None else session_ms, now_ms), NEVER_MS

    @property
    def _is_of_station(self) -> bool:
        """Whether it is for all EVSEs together, which have no start of charging."""
        return self.evse == 0 and self.purpose not in _PER_EVSE


_PER_EVSE = frozenset({Purpose.TX_DEFAULT, Purpose.TX, Purpose.PRIORITY})


def _start(period: Period) -> int:
    return period.start_ms
