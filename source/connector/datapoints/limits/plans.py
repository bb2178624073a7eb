"""A limit over time in one unit, as a station is to follow it. Pure."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from connector.datapoints.limits.requests import Periods, Unit

Json = dict[str, Any]

_DAY_MS = 24 * 3600 * 1000


@dataclass(frozen=True, slots=True)
class Plan:
    """Limits by their offset in s from ``start_ms``; without a start, one for ever.

    ``watts_per_ampere`` is how the other unit follows, where that is known: by the
    conversion that was used, else by the known phases. ``raw`` is a profile that
    somebody wrote, sent as it is.
    """

    unit: Unit
    periods: Periods
    start_ms: int | None = None
    phases: int | None = None
    watts_per_ampere: float | None = None
    raw: Json | None = None
    detail: str = ""

    def at(self, now_ms: int) -> float | None:
        """The limit that holds at a time; None before the start."""
        if self.start_ms is None:
            # A profile that somebody wrote may say nothing that is a limit.
            return self.periods[0][1] if self.periods else None
        elapsed_s = (now_ms - self.start_ms) / 1000
        found = None
        for offset_s, limit in self.periods:
            if offset_s <= elapsed_s:
                found = limit
        return found

    def next_change_ms(self, now_ms: int) -> int | None:
        """When another limit will hold; None if that is never."""
        if self.start_ms is None:
            return None
        times = (self.start_ms + 1000 * offset_s for offset_s, _ in self.periods)
        return min((time_ms for time_ms in times if time_ms > now_ms), default=None)

    def watts(self, now_ms: int) -> float | None:
        """The limit that holds, in W, where it can be said."""
        return self._in("W", now_ms)

    def amperes(self, now_ms: int) -> float | None:
        """The limit that holds, in A per phase, where it can be said."""
        return self._in("A", now_ms)

    def _in(self, unit: Unit, now_ms: int) -> float | None:
        value = self.at(now_ms)
        if value is None or value == 0 or unit == self.unit:
            return value
        if self.watts_per_ampere is None:
            return None
        factor = self.watts_per_ampere
        return round(value * factor if unit == "W" else value / factor, 3)

    def is_same(self, other: Plan) -> bool:
        """Whether both are one to a station, whatever is said of them here."""
        return self._told == other._told

    @property
    def _told(self) -> Plan:
        return replace(self, watts_per_ampere=None, detail="")

    @property
    def discharges(self) -> bool:
        """Whether energy is to flow back at any time."""
        return any(limit < 0 for _, limit in self.periods)

    def without_discharging(self) -> Plan:
        """The same, and a pause wherever energy was to flow back."""
        if not self.discharges:
            return self
        periods = tuple((offset, max(limit, 0.0)) for offset, limit in self.periods)
        return replace(self, periods=periods)

    def is_lower_than(self, other: Plan | None, now_ms: int) -> bool:
        """Whether it allows less, now; everything is less than no limit."""
        mine, theirs = self.at(now_ms), other.at(now_ms) if other else None
        if mine is None:
            return False
        if theirs is None or other is None:
            return True
        if other.unit != self.unit:
            mine, theirs = self._comparable(now_ms), other._comparable(now_ms)
        return mine < theirs

    def _comparable(self, now_ms: int) -> float:
        value = self.at(now_ms) or 0.0
        factor = self.watts_per_ampere or _USUAL_WATTS_PER_AMPERE
        return value * factor if self.unit == "A" else value


_USUAL_WATTS_PER_AMPERE = 690.0


def smaller(one: Plan | None, other: Plan | None, now_ms: int) -> Plan | None:
    """What both allow; both in the same unit."""
    if one is None or other is None:
        return one or other
    if one.start_ms is None and other.start_ms is None:
        return other if other.is_lower_than(one, now_ms) else one
    times = sorted(_times(one, other, now_ms) | _times(other, one, now_ms))
    start_ms = times[0]
    periods: list[tuple[int, float]] = []
    for time_ms in times:
        limits = [
            limit for plan in (one, other) if (limit := plan.at(time_ms)) is not None
        ]
        if limits and (not periods or periods[-1][1] != min(limits)):
            periods.append(((time_ms - start_ms) // 1000, min(limits)))
    return replace(one, start_ms=start_ms, periods=tuple(periods), raw=None)


def _times(plan: Plan, beside: Plan, now_ms: int) -> set[int]:
    """When a plan changes; one for ever begins with what is beside it, or before now.

    A whole number of days before it, so that the same two give the same for a while.
    """
    if plan.start_ms is not None:
        return {plan.start_ms + 1000 * offset_s for offset_s, _ in plan.periods}
    start_ms = beside.start_ms if beside.start_ms is not None else now_ms
    days = max(0, -((now_ms - start_ms) // _DAY_MS))
    return {start_ms - days * _DAY_MS}


def periods_from_json(wire: list[list[float]]) -> Periods:
    """Periods as they come out of JSON."""
    return tuple((int(offset), float(limit)) for offset, limit in wire)


def plan_from_json(state: Json) -> Plan:
    """The plan that `dataclasses.asdict` wrote."""
    return Plan(**state | {"periods": periods_from_json(state["periods"])})
