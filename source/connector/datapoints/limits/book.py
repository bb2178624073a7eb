"""All slots of one station, and the profiles of ours that it holds.

What is sent at a connector is the smaller of its own limit and its share of the
station's, where the station takes no profile for itself.
"""

from __future__ import annotations

import asyncio
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from connector.csms.options import Fallback
from connector.csms.station import STATION, Station
from connector.datapoints.limits import conversion
from connector.datapoints.limits.conversion import Electric
from connector.datapoints.limits.plans import Plan, smaller
from connector.datapoints.limits.profiles import Carrier, max_stack_level, raw_plan
from connector.datapoints.limits.requests import (
    CurrentLimit,
    LimitRequest,
    Periods,
    Phases,
    PowerLimit,
    RawProfile,
    Schedule,
    Unit,
)
from connector.datapoints.limits.slot import Goal, Slot, Value, plan_from_json

Json = dict[str, Any]

UNITS_KEY = "ChargingScheduleAllowedChargingRateUnit"


class CannotDo(Exception):
    """The station is known not to do what was asked."""


@dataclass(slots=True)
class Installed:
    """A profile that the station accepted, or may have."""

    plan: Plan
    profile_id: int
    transaction_id: str | None = None
    sent_s: float = 0.0
    is_certain: bool = True


@dataclass(slots=True)
class Book:
    """What is known of one station's limits.

    ``refused`` are purposes that it refused since its last boot; ``shares``: its own
    limit is divided among its connectors; ``uses_max``: its only connector has its
    limit in the station's profile.
    """

    station: Station
    slots: dict[str, Slot] = field(default_factory=dict)
    installed: dict[Carrier, Installed] = field(default_factory=dict)
    refused: set[str] = field(default_factory=set)
    shares: bool = False
    uses_max: bool = False
    has_composite: bool = True
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    first_connected_ms: int | None = None

    def slot(self, where: str) -> Slot:
        """The slot of a place, made if there is none."""
        return self.slots.setdefault(where, Slot(where))

    def forget_refusals(self) -> None:
        """After a boot everything is tried again."""
        self.refused.clear()
        self.shares = self.uses_max = False
        self.has_composite = True

    def restore_learned(self) -> None:
        """What was found out before our restart."""
        learned = self.station.learned.get("limits", {})
        self.refused = set(learned.get("refused", ()))
        self.shares = bool(learned.get("shares"))
        self.uses_max = bool(learned.get("uses_max"))

    def learn(self) -> None:
        """Keep what was found out with the station."""
        self.station.learned["limits"] = {
            "refused": sorted(self.refused),
            "shares": self.shares,
            "uses_max": self.uses_max,
        }

    @property
    def max_stack_level(self) -> int:
        """The highest stack level that the station takes."""
        return max_stack_level(self.station.configuration)

    def has_something(self, where: str) -> bool:
        """Whether anything was ever wanted, or is installed, at a place."""
        slot = self.slots.get(where)
        wants = slot is not None and (slot.goal != Goal() or slot.owed is not None)
        return wants or any(carrier.where == where for carrier in self.installed)

    def wants_pause(self, where: str, now_ms: int) -> bool:
        """Whether nothing is to flow at a place now."""
        try:
            content = self.content(where, now_ms)
        except CannotDo:
            return False
        return content is not None and content.at(now_ms) == 0

    def check(self, where: str, goal: Goal, request: LimitRequest) -> None:
        """Whether a goal can be sent at all.

        Raises:
            CannotDo: it cannot.
        """
        plan = self.plan(where, goal)
        self.value_plan(goal.value, where, goal)
        most = (
            self.station.configuration.get("ChargingScheduleMaxPeriods") or ""
        ).strip()
        if plan is not None and most.isdecimal() and 0 < int(most) < len(plan.periods):
            raise CannotDo(f"this station takes at most {most} periods")
        if isinstance(request, Phases) and request.count is not None:
            self._check_phases()

    def _check_phases(self) -> None:
        text = self.station.configuration.get("ConnectorSwitch3to1PhaseSupported")
        if self.station.is_dc or (text or "").strip().lower() == "false":
            raise CannotDo("this station does not switch phases")

    # -- plans

    def electric(self, where: str, goal: Goal | None = None) -> Electric:
        """What is known of the place."""
        options = self.station.options
        slot = self.slots.get(where)
        goal = goal or (slot.goal if slot else Goal())
        return conversion.electric_of(
            options.voltage,
            goal.phases or options.phases,
            options.min_current_a,
            is_dc=self.station.is_dc,
        )

    @property
    def units(self) -> frozenset[str]:
        """The units that the station takes; empty is not known."""
        chosen = self.station.options.profile.unit
        if chosen is not None:
            return frozenset({chosen})
        return conversion.allowed_units(self.station.configuration.get(UNITS_KEY))

    def plan(self, where: str, goal: Goal) -> Plan | None:
        """What a goal means at a place; None is no limit.

        Raises:
            CannotDo: the station cannot.
        """
        if not goal.enabled:
            return self._made("W", ((0, 0.0),), where, goal)
        return self.value_plan(goal.value, where, goal)

    def value_plan(self, value: Value | None, where: str, goal: Goal) -> Plan | None:
        """The plan for a value, paused or not."""
        match value:
            case PowerLimit(watts=watts) if watts is not None:
                return self._made("W", ((0, watts),), where, goal)
            case CurrentLimit(amperes=amperes) if amperes is not None:
                return self._made("A", ((0, amperes),), where, goal)
            case Schedule(start_ms=start_ms, unit=unit, periods=periods):
                made = self._made(unit, periods, where, goal)
                return replace(made, start_ms=start_ms)
            case RawProfile():
                return self.asked_plan(value, where)
            case _:
                return None

    def asked_plan(self, value: Value | None, where: str) -> Plan | None:
        """A value as it was written, neither converted nor rounded."""
        electric = self.electric(where)
        is_known = electric.phases is not None
        factor = electric.watts_per_ampere(1) if is_known else None
        match value:
            case PowerLimit(watts=watts) if watts is not None:
                return Plan("W", ((0, watts),), watts_per_ampere=factor)
            case CurrentLimit(amperes=amperes) if amperes is not None:
                return Plan("A", ((0, amperes),), watts_per_ampere=factor)
            case Schedule(start_ms=start_ms, unit=unit, periods=periods):
                return Plan(unit, periods, start_ms, watts_per_ampere=factor)
            case RawProfile(profile=raw):
                return raw_plan(raw, factor)
            case _:
                return None

    def _made(self, unit: Unit, periods: Periods, where: str, goal: Goal) -> Plan:
        if any(limit < 0 for _, limit in periods):
            raise CannotDo("OCPP 1.6 knows no negative limits")
        try:
            found = conversion.convert(
                unit, periods, self.units, self.electric(where, goal)
            )
        except ValueError as problem:
            raise CannotDo(str(problem)) from None
        return Plan(
            found.unit,
            found.periods,
            phases=goal.phases,
            watts_per_ampere=found.watts_per_ampere,
            detail=found.detail,
        )

    def own(self, where: str) -> Plan | None:
        """What is to hold at a place by its own slot."""
        slot = self.slots.get(where)
        return self.plan(where, slot.goal) if slot else None

    def share(self, where: str) -> Plan | None:
        """A connector's part of what the station as a whole may take."""
        whole = self.own(STATION)
        if whole is None:
            return None
        parts = self.station.connector_count
        periods = tuple((offset, limit / parts) for offset, limit in whole.periods)
        return self._in_unit(replace(whole, periods=periods, raw=None), where, None)

    def content(self, where: str, now_ms: int) -> Plan | None:
        """What is to be sent at a connector."""
        own = self.own(where)
        if not self.shares:
            return own
        share = self.share(where)
        if own is None or share is None:
            return own or share
        return smaller(own, self._in_unit(share, where, own.unit), now_ms)

    def _in_unit(self, plan: Plan, where: str, unit: Unit | None) -> Plan:
        found = conversion.convert(
            plan.unit,
            plan.periods,
            frozenset({unit or plan.unit}),
            self.electric(where),
        )
        return replace(
            plan,
            unit=found.unit,
            periods=found.periods,
            watts_per_ampere=found.watts_per_ampere or plan.watts_per_ampere,
            detail=found.detail,
        )

    def station_content(self, now_ms: int) -> Plan | None:
        """What the profile of the whole station is to hold."""
        whole = None if self.shares else self.own(STATION)
        if not self.uses_max:
            return whole
        own = self.own("1")
        if own is None or whole is None:
            return own or whole
        return smaller(own, self._in_unit(whole, "1", own.unit), now_ms)

    def fallback_plan(self, fallback: Fallback, where: str) -> Plan:
        """The plan of a fallback.

        Raises:
            CannotDo: the station cannot.
        """
        return self._made(fallback.unit, ((0, fallback.limit),), where, Goal())

    # -- keeping

    def state(self, where: str) -> Json:
        """What is kept of a place."""
        profiles = [
            {"purpose": carrier.purpose, **asdict(held)}
            for carrier, held in self.installed.items()
            if carrier.where == where
        ]
        return {**self.slot(where).to_json(), "profiles": profiles}

    def restore_profiles(self, where: str, state: Json) -> None:
        """Note the profiles that were kept."""
        for entry in state.get("profiles", ()):
            members = {
                name: value for name, value in entry.items() if name != "purpose"
            }
            members["plan"] = plan_from_json(members["plan"])
            members["sent_s"] = 0.0
            self.installed[Carrier(entry["purpose"], where)] = Installed(**members)
