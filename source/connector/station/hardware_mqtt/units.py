"""Numbers on MQTT: SI units, or those of the tux-evse binding (``compat``).

There, what a meter shows is whole thousandths in sets of ``{tag, total, l1, l2, l3}``,
and limits are whole amperes and kilowatts.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from connector.station.hardware_mqtt.arguments import number
from connector.station.hardware_mqtt.envelope import Refused, shown

SI, TUX_EVSE = "", "tux-evse"
COMPATS = (SI, TUX_EVSE)
_MILLI = 1000.0
_LINES = ("l1", "l2", "l3")
TAGS = {
    "current": "Current",
    "tension": "Tension",
    "power": "Power",
    "energy": "Energy",
    "over-limit": "OverCurrent",
}


@dataclass(frozen=True, slots=True)
class PhaseSet:
    """A value in all and per phase; lines that were not named are missing."""

    total: float | None
    lines: tuple[float, ...] = ()

    @property
    def sum(self) -> float:
        """The total, or what the lines add up to."""
        return math.fsum(self.lines) if self.total is None else self.total


@dataclass(frozen=True, slots=True)
class Units:
    """How numbers are written and read."""

    compat: str = SI

    def __post_init__(self) -> None:
        """Raises ValueError: a compat that nobody knows."""
        if self.compat not in COMPATS:
            raise ValueError(
                f"compat {self.compat!r}: expected {TUX_EVSE!r} or nothing"
            )

    @property
    def is_si(self) -> bool:
        """Whether numbers are in W, Wh, A and V."""
        return self.compat == SI

    def value(self, data: Any, name: str, **bounds: float) -> float:
        """One measured number, in SI."""
        return number(data, name, **bounds) / (1.0 if self.is_si else _MILLI)

    def phases(self, data: Any, name: str) -> PhaseSet:
        """A measured set, or a bare number, which is the total.

        Raises:
            Refused: it is neither, or is a set of something else.
        """
        if not isinstance(data, dict):
            return PhaseSet(self.value(data, name))
        self._check_tag(data, name)
        lines = [self.value(data[li], f"{name}.{li}") for li in _LINES if li in data]
        total = data.get("total")
        if total is None and not lines:
            raise Refused(f"{name}: {shown(data)}", "total, l1, l2, l3")
        found = None if total is None else self.value(total, f"{name}.total")
        return PhaseSet(found, tuple(lines))

    @staticmethod
    def _check_tag(data: Mapping[str, Any], name: str) -> None:
        tag, expected = data.get("tag"), TAGS.get(name)
        if tag is None or expected is None:
            return
        if not isinstance(tag, str) or tag.lower() != expected.lower():
            raise Refused(f"{name}.tag: {shown(tag)}", expected)

    def config(self, amperes: float, watts: float) -> dict[str, float]:
        """A limit; whole numbers are rounded down, a limit is never exceeded."""
        kilowatts = watts / 1000
        if self.is_si:
            return {"imax": round(amperes, 3), "pmax": round(kilowatts, 6)}
        return {"imax": math.floor(amperes), "pmax": math.floor(kilowatts)}

    def bound_w(self, data: Mapping[str, Any], volts: float) -> float | None:
        """What ``imax`` (A) and ``pmax`` (kW) leave, in W; None: neither is there.

        ``volts`` are those of all phases together.
        """
        found = []
        if data.get("imax") is not None:
            found.append(number(data["imax"], "imax", least=0) * volts)
        if data.get("pmax") is not None:
            found.append(number(data["pmax"], "pmax", least=0) * 1000)
        return min(found, default=None)
