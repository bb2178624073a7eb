"""Bounds of one transaction beside its power: energy, time, cost, state of charge.

2.1 part 2, E16 (TransactionLimit), and what is still given to a token that turned out
to be invalid (1.6 MaxEnergyOnInvalidId, 2.x E05).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from connector.station.ports import Reading

if TYPE_CHECKING:
    from connector.station.core.session import Session

_HOUR_MS = 3_600_000
_LOOK_MS = 10_000
"""How often what cannot be foreseen is looked at: the state of charge."""
_LEAST_MS = 1000
_REASONS = {
    "EnergyLimitReached": "EnergyLimitReached",
    "TimeLimitReached": "TimeLimitReached",
    "CostLimitReached": "LocalOutOfCredit",
    "SoCLimitReached": "SOCLimitReached",
}


@dataclass(frozen=True, slots=True)
class TransactionLimit:
    """What a transaction may take; None: as much as it wants."""

    energy_wh: float | None = None
    time_s: float | None = None
    cost: float | None = None
    state_of_charge: float | None = None
    """0 to 1."""


def is_bounded(session: Session) -> bool:
    """Whether there is anything to look at."""
    return session.limit is not None or session.invalid_from_wh is not None


def reached(session: Session, reading: Reading, now_ms: int) -> str | None:
    """The TriggerReason of the limit that a transaction has come to, if it has."""
    limit = session.limit
    if limit is None or session.started_ms is None:
        return None
    now_at = (
        ("EnergyLimitReached", reading.energy_wh - session.meter_start_wh, "energy_wh"),
        ("TimeLimitReached", (now_ms - session.started_ms) / 1000, "time_s"),
        ("CostLimitReached", session.cost, "cost"),
        ("SoCLimitReached", reading.state_of_charge, "state_of_charge"),
    )
    for trigger, value, name in now_at:
        most = getattr(limit, name)
        if most is not None and value is not None and value >= most:
            return trigger
    return None


def reason(trigger: str) -> str:
    """The stoppedReason of a limit that was reached."""
    return _REASONS[trigger]


def due_ms(
    session: Session, energy_wh: float, most_invalid_wh: float, power_w: float, now: int
) -> int | None:
    """When one of the bounds may be reached at the earliest.

    Energy cannot flow faster than the power that is offered.
    """
    limit = session.limit
    due: list[float] = []
    left: list[float] = []
    if limit is not None and not session.is_exhausted:
        if limit.time_s is not None and session.started_ms is not None:
            due.append(session.started_ms + limit.time_s * 1000)
        if limit.energy_wh is not None:
            left.append(session.meter_start_wh + limit.energy_wh - energy_wh)
        if limit.state_of_charge is not None:
            due.append(now + _LOOK_MS)
    if session.invalid_from_wh is not None and not session.is_invalid:
        left.append(session.invalid_from_wh + most_invalid_wh - energy_wh)
    if power_w > 0:
        due += [now + wh / power_w * _HOUR_MS for wh in left]
    return max(now + _LEAST_MS, round(min(due))) if due else None
