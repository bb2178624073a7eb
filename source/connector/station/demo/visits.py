"""People who come to a simulated station, charge and leave, for ever.

Pure: `step` is told the time and acts on the core, as hands would on a real one.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum, auto

from connector.station.demo.core import StationCore
from connector.station.demo.vehicle import Vehicle


class _Stage(Enum):
    AWAY = auto()
    PLUGGED = auto()
    CHARGING = auto()
    LEAVING = auto()


@dataclass(frozen=True, slots=True)
class Habits:
    """How long people take, in real seconds, and which token they have."""

    id_tag: str
    arrives_after_s: float = 3.0
    swipes_after_s: float = 2.0
    leaves_after_s: float = 5.0
    returns_after_s: float = 20.0


class Visits:
    """What happens at one connector.

    A vehicle comes, its driver swipes, it charges until it is full or stopped, stands
    a moment and leaves. A remote start calls a driver; after a token was refused the
    driver swipes again after a while.
    """

    def __init__(
        self,
        core: StationCore,
        where: int,
        habits: Habits,
        new_vehicle: Callable[[random.Random], Vehicle],
        source: random.Random,
    ) -> None:
        self._core = core
        self._where = where
        self._habits = habits
        self._new_vehicle = new_vehicle
        self._source = source
        self._stage = _Stage.AWAY
        self._due_ms: int | None = None

    def step(self, now_ms: int) -> None:
        """Do what is due."""
        actions = {
            _Stage.AWAY: self._away,
            _Stage.PLUGGED: self._plugged,
            _Stage.CHARGING: self._charging,
            _Stage.LEAVING: self._leaving,
        }
        actions[self._stage](now_ms)

    def _turn(self, stage: _Stage, now_ms: int, after_s: float) -> None:
        self._stage = stage
        self._due_ms = now_ms + round(after_s * 1000)

    def _is_due(self, now_ms: int, after_s: float) -> bool:
        if self._due_ms is None:
            self._due_ms = now_ms + round(after_s * 1000)
        return now_ms >= self._due_ms

    def _away(self, now_ms: int) -> None:
        evse = self._core.evses[self._where]
        is_called = evse.id_tag is not None
        if not (self._is_due(now_ms, self._habits.arrives_after_s) or is_called):
            return
        if evse.is_operative:
            self._core.plug(self._where, self._new_vehicle(self._source), now_ms)
            self._turn(_Stage.PLUGGED, now_ms, self._habits.swipes_after_s)

    def _plugged(self, now_ms: int) -> None:
        evse = self._core.evses[self._where]
        if evse.transaction is not None or evse.is_finishing:
            self._turn(_Stage.CHARGING, now_ms, 0)
        elif self._is_due(now_ms, self._habits.swipes_after_s):
            self._core.swipe(self._where, self._habits.id_tag)
            self._turn(_Stage.PLUGGED, now_ms, self._habits.returns_after_s)

    def _charging(self, now_ms: int) -> None:
        evse = self._core.evses[self._where]
        is_full = evse.vehicle is not None and evse.vehicle.is_full
        if is_full or evse.transaction is None:
            self._turn(_Stage.LEAVING, now_ms, self._habits.leaves_after_s)

    def _leaving(self, now_ms: int) -> None:
        if not self._is_due(now_ms, self._habits.leaves_after_s):
            return
        if self._core.evses[self._where].transaction is not None:
            self._core.end(self._where, "Local", now_ms)
            self._turn(_Stage.LEAVING, now_ms, self._habits.leaves_after_s)
            return
        self._core.unplug(self._where, now_ms)
        self._turn(_Stage.AWAY, now_ms, self._habits.returns_after_s)
