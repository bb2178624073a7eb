"""What a station knows of its transactions: the truth that the store is held against."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

Json = dict[str, Any]
_NUMBERS = count(1)


@dataclass(slots=True)
class StationClock:
    """What a station thinks the time is."""

    offset_s: float = 0.0

    def now(self) -> str:
        """A timestamp as stations send it."""
        time = datetime.now(UTC) + timedelta(seconds=self.offset_s)
        return time.strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"


@dataclass(slots=True, eq=False)
class Charge:
    """One transaction, from the register's start to its stop."""

    station: str
    where: int
    tag: str
    meter_start_wh: int
    started: str
    transaction_id: str = ""
    """Our own in 2.x; in 1.6 what the central system said, once it did."""
    meter_wh: int = 0
    meter_stop_wh: int | None = None
    is_told: bool = False
    """Whether its end was acknowledged."""
    ids: set[str] = field(default_factory=set)
    """Every id that the central system gave it: one, or a start was taken for two."""
    _seq_nos: count[int] = field(default_factory=count)

    def next_seq_no(self) -> int:
        """The number of its next event."""
        return next(self._seq_nos)

    @property
    def energy_wh(self) -> int | None:
        """What was charged; None while it runs."""
        stop_wh = self.meter_stop_wh
        return None if stop_wh is None else stop_wh - self.meter_start_wh


@dataclass(slots=True, eq=False)
class Message:
    """Something a station has to say; ``make`` gets whether it was kept offline."""

    action: str
    make: Callable[[bool], Json]
    heard: Callable[[Json], None] = lambda _: None
    is_kept: bool = False
    """Kept, and said again, until it was answered: it belongs to a transaction."""
    unique_id: str = field(default_factory=lambda: f"m{next(_NUMBERS)}")
    is_offline: bool = False
    register_wh: int | None = None
    """What the meter shows, where it is a sample."""
    attempts: int = 0

    def renew(self) -> None:
        """Be a new message with the same words."""
        self.unique_id = f"m{next(_NUMBERS)}"
