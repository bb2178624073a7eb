"""What can be asked of the slot of a place."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

Unit = Literal["W", "A"]
Periods = tuple[tuple[int, float], ...]


@dataclass(frozen=True, slots=True)
class PowerLimit:
    """So much power, in W; None releases."""

    watts: float | None


@dataclass(frozen=True, slots=True)
class CurrentLimit:
    """So much current per phase, in A; None releases."""

    amperes: float | None


@dataclass(frozen=True, slots=True)
class Schedule:
    """Limits over time: (offset in s, limit); without a start it begins now."""

    start_ms: int | None
    unit: Unit
    periods: Periods


@dataclass(frozen=True, slots=True)
class RawProfile:
    """A complete charging profile of OCPP, sent as it is."""

    profile: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Enabled:
    """False pauses, true goes back to what was asked."""

    on: bool


@dataclass(frozen=True, slots=True)
class Phases:
    """How many phases may be used; None leaves it to the station."""

    count: int | None


LimitRequest = PowerLimit | CurrentLimit | Schedule | RawProfile | Enabled | Phases

COMMANDS: dict[type[LimitRequest], str] = {
    PowerLimit: "power_limit",
    CurrentLimit: "current_limit",
    Schedule: "charging_schedule",
    RawProfile: "send_charging_profile",
    Enabled: "enabled",
    Phases: "phases",
}
"""The command that each request comes from."""


_FAMILIES: dict[type[LimitRequest], str] = {Enabled: "enabled", Phases: "phases"}


def family(request: LimitRequest) -> str:
    """Requests of one family replace each other: values, pauses, phases."""
    return _FAMILIES.get(type(request), "value")


def rivals(command: str) -> frozenset[str]:
    """The commands of the family that a command belongs to."""
    families = {name: _FAMILIES.get(kind, "value") for kind, name in COMMANDS.items()}
    return frozenset(n for n, found in families.items() if found == families[command])
