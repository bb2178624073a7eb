"""The slot of one place: what was asked, what is to hold, and what waits."""

from __future__ import annotations

import asyncio
from dataclasses import asdict, dataclass, field, replace
from typing import Any, NamedTuple

from connector.csms.clock import Timer
from connector.csms.facts import Datum, Scalar
from connector.csms.when_sent import Listener
from connector.datapoints.limits.plans import Plan, periods_from_json, plan_from_json
from connector.datapoints.limits.requests import (
    COMMANDS,
    CurrentLimit,
    Enabled,
    LimitRequest,
    Phases,
    PowerLimit,
    RawProfile,
    Schedule,
    rivals,
)
from connector.datapoints.outcomes import Outcome

Json = dict[str, Any]
Value = PowerLimit | CurrentLimit | Schedule | RawProfile
"""The requests that replace each other; a release is a limit of None."""

_KINDS: dict[str, type[Any]] = {
    COMMANDS[kind]: kind for kind in (PowerLimit, CurrentLimit, Schedule, RawProfile)
}


@dataclass(frozen=True, slots=True)
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

    def without_value(self) -> Goal:
        """No limit, otherwise the same."""
        return replace(self, value=None)


class Write(NamedTuple):
    """A request that waits for its turn, and who waits for its outcome."""

    request: LimitRequest
    outcome: asyncio.Future[Outcome]
    listeners: tuple[Listener, ...] = ()
    """Who wants to know when it goes out."""


@dataclass(slots=True)
class Slot:
    """One place of a station; what is below the line is not kept.

    ``shared`` is the limit of the station that its connectors hold in parts; ``owed``
    are the commands whose outcome is still to be told, once the limit applies.
    ``is_refused``: what was asked is not what is to hold, the station did not take it.
    """

    where: str
    goal: Goal = field(default_factory=Goal)
    asked: Value | None = None
    shared: Plan | None = None
    written_ms: int | None = None
    is_fallback: bool = False
    is_refused: bool = False
    owed: tuple[str, ...] = ()
    # ----
    is_busy: bool = False
    is_unsettled: bool = False
    """A new limit is on its way, and not kept yet."""
    waiting: dict[str, Write] = field(default_factory=dict)
    sent_s: float | None = None
    retries: int = 0
    timers: dict[str, Timer] = field(default_factory=dict)
    effective_w: float | None = None
    shown: dict[Datum, Scalar] = field(default_factory=dict)
    saved: Json | None = None

    def set_timer(self, name: str, timer: Timer | None) -> None:
        """Wait for one thing of a name, in the place of what was waited for."""
        before = self.timers.pop(name, None)
        if before is not None:
            before.cancel()
        if timer is not None:
            self.timers[name] = timer

    def cancel_timers(self) -> None:
        """Nothing happens by itself any more."""
        for name in tuple(self.timers):
            self.set_timer(name, None)

    def owe(self, command: str) -> None:
        """The outcome of a command is told later; that of its rivals never."""
        self.overtake(command)
        self.owed = (*self.owed, command)

    def overtake(self, command: str) -> None:
        """A newer command replaces what was kept of its family."""
        self.owed = tuple(name for name in self.owed if name not in rivals(command))

    def to_json(self) -> Json:
        """What is kept."""
        return {
            "value": _value_to_json(self.goal.value),
            "enabled": self.goal.enabled,
            "phases": self.goal.phases,
            "asked": _value_to_json(self.asked),
            "shared": asdict(self.shared) if self.shared else None,
            "written_ms": self.written_ms,
            "is_fallback": self.is_fallback,
            "is_refused": self.is_refused,
            "owed": list(self.owed),
        }


def slot_from_json(where: str, state: Json) -> Slot:
    """The slot that `Slot.to_json` wrote.

    Raises:
        KeyError, TypeError, ValueError: it did not.
    """
    return Slot(
        where,
        Goal(_value_from_json(state["value"]), state["enabled"], state["phases"]),
        _value_from_json(state["asked"]),
        plan_from_json(state["shared"]) if state["shared"] else None,
        state["written_ms"],
        state["is_fallback"],
        state.get("is_refused", False),
        tuple(state["owed"]),
    )


def _value_to_json(value: Value | None) -> Json | None:
    return None if value is None else {"kind": COMMANDS[type(value)], **asdict(value)}


def _value_from_json(state: Json | None) -> Value | None:
    if state is None:
        return None
    members = {name: member for name, member in state.items() if name != "kind"}
    if "periods" in members:
        members["periods"] = periods_from_json(members["periods"])
    value: Value = _KINDS[state["kind"]](**members)
    return value
