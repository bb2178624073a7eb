"""What the charging station has told of one EVSE, and waiting for it to change."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from v2g.envelope import Json

LINES = ("l1", "l2", "l3")
_STOPPING = frozenset(
    {"evse_shutdown", "evse_emergency_shutdown", "evse_malfunction"}
    | {"evse_utility_interrupt_event"}
)


@dataclass(frozen=True, slots=True)
class AcLimits:
    """Alternating current; A per phase, W."""

    amperes: tuple[float, ...] = (0.0,)
    nominal_voltage: float = 230.0
    rcd_error: bool = False
    discharge_w: tuple[float, ...] = (0.0,)

    @property
    def watts(self) -> tuple[float, ...]:
        """The same per phase, as power."""
        return tuple(each * self.nominal_voltage for each in self.amperes)


@dataclass(frozen=True, slots=True)
class DcLimits:
    """Direct current: what flows, and what may."""

    present_voltage: float = 0.0
    present_current: float = 0.0
    max_current: float = 0.0
    min_current: float = 0.0
    max_voltage: float = 0.0
    min_voltage: float = 0.0
    max_power: float = 0.0
    ripple: float = 1.0
    isolation: str = "invalid"
    discharge_w: float = 0.0
    discharge_a: float = 0.0


@dataclass(slots=True)
class Told:
    """One EVSE as its station describes it; unknown until it has spoken."""

    evse_id: str
    pilot: str = "A1"
    contactor: str = "opened"
    status_code: str = "evse_not_ready"
    verdict: str | None = None
    """What became of who wants to pay."""
    ac: AcLimits = field(default_factory=AcLimits)
    dc: DcLimits = field(default_factory=DcLimits)
    bound: float | None = None
    """Of smart charging, W; below 0 the vehicle is to feed back."""
    _changed: asyncio.Event = field(default_factory=asyncio.Event, compare=False)

    @property
    def is_plugged(self) -> bool:
        """Whether a cable is in."""
        return self.pilot[:1] in {"B", "C", "D"}

    @property
    def has_to_stop(self) -> bool:
        """Whether a vehicle that charges has to end it."""
        return self.verdict == "deauthorized" or self.status_code in _STOPPING

    def hear(self, name: str, data: Json) -> None:
        """An update, or the data of an answer, of this EVSE."""
        member = _MEMBERS.get(name)
        if member is not None:
            setattr(self, member, data[_KEYS[name]])
        elif name == "cs_status_and_limits":
            self._limits(data)
        was, self._changed = self._changed, asyncio.Event()
        was.set()

    def _limits(self, data: Json) -> None:
        for evse in data["evses"]:
            if evse["evse_id"] != self.evse_id:
                continue
            self.status_code = evse["status_code"]
            if "ac" in evse:
                self.ac = _ac(evse)
            if "dc" in evse:
                self.dc = _dc(evse)

    async def until(self, holds: Callable[[], bool], within_s: float) -> bool:
        """Wait for something to be so; False where it was not in time."""
        try:
            async with asyncio.timeout(within_s):
                while not holds():
                    await self._changed.wait()
        except TimeoutError:
            return holds()
        return True


_MEMBERS = {
    "cp_status": "pilot",
    "cs_contactor_status": "contactor",
    "authorization": "verdict",
    "iso15118_charge_limit": "bound",
}
_KEYS = {
    "cp_status": "state",
    "cs_contactor_status": "status",
    "authorization": "status",
    "iso15118_charge_limit": "limit",
}
"""The member that a message changes, and where it has it."""


def _lines(found: Json) -> tuple[float, ...]:
    return tuple(float(found[line]) for line in LINES if found.get(line) is not None)


def _ac(evse: Json) -> AcLimits:
    ac, bpt = evse["ac"], evse.get("ac_bpt") or {}
    most = bpt.get("evse_max_discharge_power") or {"l1": 0.0}
    volts, error = float(ac["nominal_voltage"]), bool(ac.get("rcd_error"))
    return AcLimits(_lines(ac["max_current"]), volts, error, _lines(most))


def _dc(evse: Json) -> DcLimits:
    dc, bpt = evse["dc"], evse.get("dc_bpt") or {}

    def number(source: dict[str, Any], name: str) -> float:
        return float(source.get(name) or 0.0)

    return DcLimits(
        number(dc, "present_voltage"),
        number(dc, "present_current"),
        number(dc, "max_current"),
        number(dc, "min_current"),
        number(dc, "max_voltage"),
        number(dc, "min_voltage"),
        number(dc, "max_power"),
        number(dc, "peak_current_ripple"),
        str(dc.get("isolation_status") or "no_imd"),
        number(bpt, "evse_max_discharge_power"),
        number(bpt, "evse_max_discharge_current"),
    )
