"""Drivers who come to a station, charge and leave, for ever (`--auto`).

Nothing runs between two of them: each EVSE has one timer at most.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum, auto
from random import Random

from connector.station.assembly.station import Station
from connector.station.client.clock import Clock, Timer
from connector.station.core.evse import Evse
from connector.station.ports import Token
from connector.station.simulated import (
    NotPossible,
    SimulatedHardware,
    Vehicle,
    VehicleModel,
    tapered,
)

logger = logging.getLogger(__name__)

_KINDS = (
    VehicleModel(40_000.0, tapered(46_000.0), phases=1, max_current_a=32.0),
    VehicleModel(58_000.0, tapered(100_000.0), phases=3, max_current_a=16.0),
    VehicleModel(77_000.0, tapered(150_000.0), phases=3, max_current_a=16.0),
    VehicleModel(82_000.0, tapered(170_000.0), phases=3, max_current_a=32.0),
)
"""Vehicles as they come, with what they take at DC and AC."""
_LOOKS_EVERY_S = 5.0
_MOST_TRIES = 3
_CARD_FIRST, _STOPS_BY_CARD = 0.3, 0.7
"""So often a card is shown before the vehicle is plugged in, and at the end."""


class _Stage(Enum):
    AWAY = auto()
    COMES = auto()
    WAITS = auto()
    CHARGES = auto()
    LEAVES = auto()


@dataclass(frozen=True, slots=True)
class Habits:
    """How long drivers take, in s, on average; ``id_tag`` is their card."""

    id_tag: str = "TAG1"
    stays_s: float = 1800.0
    away_s: float = 300.0
    acts_within_s: float = 3.0
    """Between two things that they do at the station."""
    first_within_s: float = 30.0
    """The first comes so soon."""


class Visits:
    """What happens at one EVSE of a simulated station."""

    __slots__ = (
        "_clock",
        "_habits",
        "_leaves_s",
        "_source",
        "_stage",
        "_station",
        "_timer",
        "_tries",
        "_unwatch",
        "_where",
    )

    def __init__(self, station: Station, where: int, habits: Habits) -> None:
        self._station = station
        self._where = where
        self._habits = habits
        self._clock: Clock = station.clock
        self._source: Random = station.source
        self._stage = _Stage.AWAY
        self._leaves_s = 0.0
        self._tries = 0
        self._timer: Timer | None = None
        self._unwatch: Callable[[], None] = _nothing

    def start(self) -> None:
        """Somebody will come."""
        self._unwatch = self._station.watch(self._come_if_called)
        self._turn(_Stage.AWAY, self._source.uniform(0, self._habits.first_within_s))

    def stop(self) -> None:
        """Nobody does anything any more."""
        self._unwatch()
        self._unwatch = _nothing
        if self._timer is not None:
            self._timer.cancel()

    def _come_if_called(self) -> None:
        """A remote start has made somebody's place."""
        if self._stage is _Stage.AWAY and self._evse.awaited is not None:
            if self._timer is not None:
                self._timer.cancel()
            self._turn(_Stage.COMES, self._soon_s())

    def _turn(self, stage: _Stage, after_s: float) -> None:
        self._stage = stage
        self._timer = self._clock.call_later(after_s, self._act)

    def _soon_s(self) -> float:
        return self._source.uniform(0.3, 1.7) * self._habits.acts_within_s

    def _about(self, mean_s: float) -> float:
        return self._source.uniform(0.5, 1.5) * mean_s

    def _act(self) -> None:
        try:
            _ACTS[self._stage](self)
        except NotPossible as problem:
            # Somebody else drives this station, too: by hand.
            logger.debug("%s: %s", self._station.identity, problem)
            self._turn(_Stage.LEAVES, self._soon_s())
        self._station.touch()

    # -- what they do

    @property
    def _hardware(self) -> SimulatedHardware:
        hardware = self._station.plant.hardware
        assert isinstance(hardware, SimulatedHardware)  # noqa: S101
        return hardware

    @property
    def _evse(self) -> Evse:
        return self._station.core.evses[self._where]

    def _away(self) -> None:
        """Somebody comes, if the EVSE is of use."""
        self._tries = 0
        if self._hardware.outlets[self._where].vehicle is not None:
            self._turn(_Stage.WAITS, self._soon_s())
        elif not self._evse.may_begin():
            self._turn(_Stage.AWAY, self._about(self._habits.away_s))
        elif self._source.random() < _CARD_FIRST:
            self._swipe()
            self._turn(_Stage.COMES, self._soon_s())
        else:
            self._comes()

    def _comes(self) -> None:
        model = self._source.choice(_KINDS)
        charge = self._source.uniform(0.1, 0.6)
        target = self._source.choice((0.8, 0.9, 1.0))
        stays_s = self._about(self._habits.stays_s)
        self._leaves_s = self._clock.monotonic() + stays_s
        departure_ms = self._clock.now_ms() + round(stays_s * 1000)
        vehicle = Vehicle(model, charge, target, departure_ms)
        self._hardware.plug(self._where, vehicle)
        self._turn(_Stage.WAITS, self._soon_s())

    def _waits(self) -> None:
        """Nobody charges yet: a card, unless somebody else has started it."""
        if self._is_authorized:
            self._turn(_Stage.CHARGES, _LOOKS_EVERY_S)
        elif self._tries >= _MOST_TRIES:
            self._turn(_Stage.LEAVES, self._soon_s())
        else:
            self._tries += 1
            self._swipe()
            self._turn(_Stage.WAITS, _LOOKS_EVERY_S + self._soon_s())

    def _charges(self) -> None:
        """Until it is full, somebody stops it, or it is time."""
        outlet = self._hardware.outlets[self._where]
        is_time = self._clock.monotonic() >= self._leaves_s
        is_full = outlet.vehicle is None or outlet.vehicle.is_full
        if not (is_time or is_full) and self._is_authorized:
            self._turn(_Stage.CHARGES, _LOOKS_EVERY_S)
            return
        if self._is_authorized and self._source.random() < _STOPS_BY_CARD:
            self._swipe()
        self._turn(_Stage.LEAVES, self._soon_s())

    def _leaves(self) -> None:
        if self._hardware.outlets[self._where].vehicle is not None:
            self._hardware.unplug(self._where)
        self._turn(_Stage.AWAY, self._about(self._habits.away_s))

    def _swipe(self) -> None:
        self._hardware.swipe(Token(self._habits.id_tag), self._where)

    @property
    def _is_authorized(self) -> bool:
        session = self._evse.session
        return session is not None and session.is_authorized


def _nothing() -> None:
    """There is nothing to end."""


_ACTS = {
    _Stage.AWAY: Visits._away,
    _Stage.COMES: Visits._comes,
    _Stage.WAITS: Visits._waits,
    _Stage.CHARGES: Visits._charges,
    _Stage.LEAVES: Visits._leaves,
}


def visits_of(station: Station, habits: Habits) -> list[Visits]:
    """Drivers for every EVSE of a station."""
    return [Visits(station, number, habits) for number in station.core.evses]
