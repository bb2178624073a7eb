"""The slot of one place: what was asked, what is to hold, what the station accepted."""

from __future__ import annotations

import asyncio
from dataclasses import asdict, dataclass, field, replace
from typing import Any, NamedTuple

from connector.csms.clock import Timer
from connector.datapoints.limits.plans import Plan
from connector.datapoints.limits.requests import (
    COMMANDS,
    CurrentLimit,
    Enabled,
    LimitRequest,
    Phases,
    PowerLimit,
    RawProfile,
    Schedule,
)
from connector.datapoints.outcomes import Outcome

Json = dict[str, Any]
Value = PowerLimit | CurrentLimit | Schedule | RawProfile
"""The requests that replace each other; a release is a limit of None."""

_KINDS: dict[str, type[Any]] = {
    COMMANDS[kind]: kind for kind in (PowerLimit, CurrentLimit, Schedule, RawProfile)
}


@dataclass(slots=True)
class Goal:
    """What is to hold: a value, unless it is paused, on so many phases."""

    value: Value | None = None
    enabled: bool = True
    phases: int | None = None

    def with_request(self, request: LimitRequest, now_ms: int) -> Goal:
        """The goal after a request; a schedule without a start begins now."""
        match request:
            case Enabled(on=on):
                return replace(self, enabled=on)
            case Phases(count=count):
                return replace(self, phases=count)
            case Schedule(start_ms=None):
                return replace(self, value=replace(request, start_ms=now_ms))
            case PowerLimit(watts=None) | CurrentLimit(amperes=None):
                return replace(self, value=None)
            case _:
                return replace(self, value=request)


class Write(NamedTuple):
    """A request that waits for its turn, and who waits for its outcome."""

    request: LimitRequest
    outcome: asyncio.Future[Outcome]


@dataclass(slots=True)
class Slot:
    """One place of a station; what is below the line is not kept."""

    where: str
    goal: Goal = field(default_factory=Goal)
    asked: Value | None = None
    in_force: Plan | None = None
    is_known: bool = True
    """False: nobody can say what holds."""
    written_ms: int | None = None
    is_fallback: bool = False
    owed: str | None = None
    """The command whose outcome is still to be told, once the limit applies."""
    # ----
    needs_sending: bool = False
    is_busy: bool = False
    waiting: Write | None = None
    sent_s: float | None = None
    retries: int = 0
    turn: Timer | None = None
    retry: Timer | None = None
    watchdog: Timer | None = None
    change: Timer | None = None
    composite: Timer | None = None
    effective_w: float | None = None

    def cancel_timers(self) -> None:
        """Nothing happens by itself any more."""
        for timer in (
            self.turn,
            self.retry,
            self.watchdog,
            self.change,
            self.composite,
        ):
            if timer is not None:
                timer.cancel()

    def to_json(self) -> Json:
        """What is kept."""
        return {
            "goal": {
                "value": _value_to_json(self.goal.value),
                "enabled": self.goal.enabled,
                "phases": self.goal.phases,
            },
            "asked": _value_to_json(self.asked),
            "in_force": asdict(self.in_force) if self.in_force else None,
            "is_known": self.is_known,
            "written_ms": self.written_ms,
            "is_fallback": self.is_fallback,
            "owed": self.owed,
        }


def slot_from_json(where: str, state: Json) -> Slot:
    """The slot that `Slot.to_json` wrote."""
    goal = state["goal"]
    return Slot(
        where,
        Goal(_value_from_json(goal["value"]), goal["enabled"], goal["phases"]),
        _value_from_json(state["asked"]),
        plan_from_json(state["in_force"]) if state["in_force"] else None,
        state["is_known"],
        state["written_ms"],
        state["is_fallback"],
        state["owed"],
    )


def plan_from_json(state: Json) -> Plan:
    """The plan that `dataclasses.asdict` wrote."""
    return Plan(**state | {"periods": _periods(state["periods"])})


def _periods(wire: list[list[float]]) -> tuple[tuple[int, float], ...]:
    return tuple((int(offset), float(limit)) for offset, limit in wire)


def _value_to_json(value: Value | None) -> Json | None:
    return None if value is None else {"kind": COMMANDS[type(value)], **asdict(value)}


def _value_from_json(state: Json | None) -> Value | None:
    if state is None:
        return None
    members = {name: member for name, member in state.items() if name != "kind"}
    if "periods" in members:
        members["periods"] = _periods(members["periods"])
    value: Value = _KINDS[state["kind"]](**members)
    return value
