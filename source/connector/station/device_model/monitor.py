"""A monitor on a variable: when its value is worth an event (2.x part 2, N07, N08)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final, NamedTuple

from connector.station.device_model.layout import Placed
from connector.station.device_model.rows import Kind

UPPER: Final = "UpperThreshold"
LOWER: Final = "LowerThreshold"
DELTA: Final = "Delta"
PERIODIC: Final = "Periodic"
ALIGNED: Final = "PeriodicClockAligned"
TARGET_DELTA: Final = "TargetDelta"
TARGET_RELATIVE: Final = "TargetDeltaRelative"
THRESHOLDS = (UPPER, LOWER, TARGET_DELTA, TARGET_RELATIVE)
PERIODS = (PERIODIC, ALIGNED)
CUSTOM: Final = "CustomMonitor"
PRECONFIGURED: Final = "PreconfiguredMonitor"
NUMBERS = (Kind.DECIMAL, Kind.INTEGER)
_DAY_MS = 86_400_000


class Sight(NamedTuple):
    """What is worth an event."""

    trigger: str
    value: str
    is_cleared: bool = False


@dataclass(slots=True)
class Monitor:
    """A monitor; what it has seen last decides what is new."""

    id: int
    placed: Placed
    kind: str
    value: float
    severity: int
    is_of_transaction: bool = False
    origin: str = CUSTOM
    last: str | None = None
    """Delta: the value that was told last."""
    is_alerting: bool = False
    due_ms: int = 0

    def wire(self, *, with_origin: bool) -> dict[str, Any]:
        """A VariableMonitoringType; 2.1 tells where it comes from."""
        found = {
            "id": self.id,
            "transaction": self.is_of_transaction,
            "value": self.value,
            "type": self.kind,
            "severity": self.severity,
        }
        return found | {"eventNotificationType": self.origin} if with_origin else found

    @property
    def is_watching(self) -> bool:
        """Whether it is about a value, and not about time."""
        return self.kind not in PERIODS

    def forget(self) -> None:
        """What was seen counts no more, as when a transaction has ended."""
        self.last, self.is_alerting, self.due_ms = None, False, 0

    # -- values

    def see(self, text: str, target: str) -> Sight | None:
        """A value, and the target of the same variable."""
        if self.kind == DELTA:
            return self._see_change(text)
        number, aim = _number(text), _number(target)
        if number is None:
            return None
        is_beyond = self._is_beyond(number, aim if aim is not None else 0.0)
        if is_beyond == self.is_alerting:
            return None
        self.is_alerting = is_beyond
        return Sight("Alerting", text, is_cleared=not is_beyond)

    def _is_beyond(self, number: float, target: float) -> bool:
        match self.kind:
            case "UpperThreshold":
                return number > self.value
            case "LowerThreshold":
                return number < self.value
            case "TargetDelta":
                return abs(number - target) > self.value
        return abs(number - target) > self.value * abs(target)

    def _see_change(self, text: str) -> Sight | None:
        """What is no number is told whenever it is another (N07.FR.18)."""
        before = self.last
        if before is None:
            self.last = text
        if before is None or before == text:
            return None
        is_number = self.placed.row.kind in NUMBERS
        now, then = _number(text), _number(before)
        if is_number and now is not None and then is not None:
            if abs(now - then) < self.value:
                return None
        self.last = text
        return Sight("Delta", text)

    # -- time

    def is_due(self, now_ms: int) -> bool:
        """Whether its period is over; begins the next one."""
        is_first = self.due_ms == 0
        if now_ms < self.due_ms:
            return False
        period_ms = max(1, round(self.value * 1000))
        if self.kind == ALIGNED:
            self.due_ms = now_ms - now_ms % _DAY_MS % period_ms + period_ms
        elif is_first:
            self.due_ms = now_ms + period_ms
        else:
            missed = (now_ms - self.due_ms) // period_ms
            self.due_ms += (missed + 1) * period_ms
        return not is_first


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None
