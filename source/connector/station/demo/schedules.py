"""Charging profiles of OCPP 1.6 as values, and what one profile says at one time.

Pure: times are seconds since the epoch, given by the caller.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

_CYCLE_S = {"Daily": 86_400.0, "Weekly": 604_800.0}


class Purpose(StrEnum):
    """What a profile is for (OCPP 1.6, 7.10)."""

    MAX = "ChargePointMaxProfile"
    TX_DEFAULT = "TxDefaultProfile"
    TX = "TxProfile"


class Kind(StrEnum):
    """What a profile's times count from (OCPP 1.6, 7.9)."""

    ABSOLUTE = "Absolute"
    RECURRING = "Recurring"
    RELATIVE = "Relative"


@dataclass(frozen=True, slots=True)
class Period:
    """From ``start_s`` after the schedule's start: a limit in the schedule's unit."""

    start_s: float
    limit: float
    phases: int | None = None


@dataclass(frozen=True, slots=True)
class Limit:
    """An upper bound: W in total, or A per phase; ``phases`` as the profile says."""

    amount: float
    unit: str
    phases: int = 3

    def current_a(self, phases: int, voltage: float) -> float:
        """Per phase, for a load on so many phases."""
        if self.unit == "A":
            return self.amount
        return self.amount / (voltage * min(phases, self.phases))

    def power_w(self, phases: int, voltage: float) -> float:
        """In total, for a load on so many phases."""
        if self.unit == "W":
            return self.amount
        return self.amount * voltage * min(phases, self.phases)


@dataclass(frozen=True, slots=True)
class Profile:
    """An installed charging profile; ``installed_s`` is when."""

    profile_id: int
    stack_level: int
    purpose: Purpose
    kind: Kind
    unit: str
    periods: tuple[Period, ...]
    installed_s: float
    transaction_id: int | None = None
    cycle_s: float | None = None
    start_s: float | None = None
    duration_s: float | None = None
    valid_from_s: float | None = None
    valid_to_s: float | None = None

    def limit_at(self, time_s: float, session_s: float | None) -> Limit | None:
        """What it allows at a time, in a session that began at ``session_s``."""
        if not self._is_valid(time_s):
            return None
        offset = time_s - self._base(time_s, session_s)
        if offset < 0 or (self.duration_s is not None and offset >= self.duration_s):
            return None
        period = [period for period in self.periods if period.start_s <= offset][-1]
        return Limit(period.limit, self.unit, period.phases or 3)

    def changes(
        self, from_s: float, to_s: float, session_s: float | None
    ) -> Iterator[float]:
        """Times at which it may say something else, within a span."""
        edges = [period.start_s for period in self.periods]
        if self.duration_s is not None:
            edges.append(self.duration_s)
        if self.valid_from_s is not None:
            yield self.valid_from_s
        if self.valid_to_s is not None:
            yield self.valid_to_s
        base = self._base(from_s, session_s)
        while base <= to_s:
            yield from (base + edge for edge in edges)
            if self.cycle_s is None:
                return
            base += self.cycle_s

    def _is_valid(self, time_s: float) -> bool:
        begun = self.valid_from_s is None or self.valid_from_s <= time_s
        return begun and (self.valid_to_s is None or time_s < self.valid_to_s)

    def _base(self, time_s: float, session_s: float | None) -> float:
        """When offset 0 was, or is, for a time."""
        if self.kind is not Kind.RELATIVE and self.start_s is not None:
            if self.cycle_s is None:
                return self.start_s
            return time_s - (time_s - self.start_s) % self.cycle_s
        if self.purpose is Purpose.MAX:
            return self.installed_s
        return time_s if session_s is None else session_s


def parse_profile(wire: Mapping[str, Any], now_s: float) -> Profile:
    """Read a profile that fits its schema; ValueError where it makes no sense."""
    schedule = wire["chargingSchedule"]
    kind = Kind(wire["chargingProfileKind"])
    start_s = _seconds(schedule.get("startSchedule"))
    if kind is Kind.RECURRING and ("recurrencyKind" not in wire or start_s is None):
        raise ValueError("a recurring profile needs recurrencyKind and startSchedule")
    return Profile(
        profile_id=wire["chargingProfileId"],
        stack_level=wire["stackLevel"],
        purpose=Purpose(wire["chargingProfilePurpose"]),
        kind=kind,
        unit=schedule["chargingRateUnit"],
        periods=_periods(schedule["chargingSchedulePeriod"]),
        installed_s=now_s,
        transaction_id=wire.get("transactionId"),
        cycle_s=_CYCLE_S[wire["recurrencyKind"]] if kind is Kind.RECURRING else None,
        start_s=start_s,
        duration_s=schedule.get("duration"),
        valid_from_s=_seconds(wire.get("validFrom")),
        valid_to_s=_seconds(wire.get("validTo")),
    )


def _periods(wire: list[Mapping[str, Any]]) -> tuple[Period, ...]:
    periods = tuple(
        Period(
            float(item["startPeriod"]), float(item["limit"]), item.get("numberPhases")
        )
        for item in wire
    )
    starts = [period.start_s for period in periods]
    if not starts or starts[0] != 0 or starts != sorted(set(starts)):
        raise ValueError("periods start at 0 and go on in time")
    if any(period.limit < 0 for period in periods):
        raise ValueError("a limit is not negative in 1.6")
    return periods


def _seconds(text: str | None) -> float | None:
    if text is None:
        return None
    time = datetime.fromisoformat(text)
    return (time if time.tzinfo else time.replace(tzinfo=UTC)).timestamp()
