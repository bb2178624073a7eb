"""Values that people plot, on their way to the store: what changed, and signs of life.

Owned by the flow thread, which notes them in passing; once a second it takes them out.
A station that says nothing new costs nothing, and leaves nothing in memory.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from connector.csms.clock import Clock
from connector.csms.facts import Datum, Facts, Scalar
from connector.datapoints.keys import parse_key
from connector.datapoints.sensors import SensorValue, StationSensors, Update
from connector.store.records import HistoryRecord
from connector.store.spans import Shape

PLOTTED = frozenset(
    {
        "Power.Active.Import",
        "Power.Active.Export",
        "Power.Offered",
        "Current.Import",
        "Current.Export",
        "Current.Offered",
        "Energy.Active.Import.Register",
        "Energy.Active.Export.Register",
        "session_energy",
        "SoC",
        "status",
        "power_limit",
        "current_limit",
        "power_limit_asked",
        "current_limit_asked",
        "power_limit_effective",
    }
)
"""Names; every place, location and phase of them is kept."""
AGAIN_MS = 300_000
"""A value that stays the same is kept so often, as long as it is told."""
TAKEN_EVERY_S = 1.0
_APART_MS = 1000
_FORGOTTEN_EVERY_S = 60.0
_MOST = 50_000
"""That wait to be taken."""


class _Kept:
    """The value that was kept last, or is about to be."""

    __slots__ = ("key", "time_ms", "turn", "value")

    def __init__(self, key: str, time_ms: int, value: Scalar, turn: int) -> None:
        self.key = key
        self.time_ms = time_ms
        self.value = value
        self.turn = turn


_NEVER = _Kept("", 0, None, 0)
"""In `SensorValue.kept`: nobody plots it."""


class History:
    """Notes the values of adopted stations, and has them kept by ``keep``."""

    def __init__(
        self, clock: Clock, keep: Callable[[list[HistoryRecord]], None]
    ) -> None:
        self._clock = clock
        self._keep = keep
        self._kept: dict[str, list[SensorValue]] = {}
        """By station: those that know what was kept of them."""
        self._new: list[_Kept] = []
        self._turn = 0
        self._taken_s = self._forgotten_s = clock.monotonic()
        self.dropped = 0

    def note(
        self, station: StationSensors, facts: Facts, updates: list[Update]
    ) -> None:
        """Note what was published of ``facts``, and what came too late for that."""
        if not station.is_adopted or facts.is_recalled:
            return
        for datum, value in updates:
            kept = value.kept
            if kept is _NEVER:
                continue
            if kept is None:
                self._begin(station, datum, value)
            elif value.value != kept.value or value.time_ms - kept.time_ms >= AGAIN_MS:
                self._renew(value, kept)
        if facts.queued and len(updates) < len(facts.values):
            self._note_late(station, facts, {datum for datum, _ in updates})

    def _note_late(
        self, station: StationSensors, facts: Facts, published: set[Datum]
    ) -> None:
        """What a station kept while it had no link is no news, but is history."""
        for datum, value in facts.values.items():
            if datum not in published and _is_plotted(datum):
                self._add(station.key(datum), facts.time_ms, value)

    def _begin(self, station: StationSensors, datum: Datum, value: SensorValue) -> None:
        if not _is_plotted(datum):
            value.kept = _NEVER
            return
        value.kept = self._add(station.key(datum), value.time_ms, value.value)
        if value.kept is not None:
            self._kept.setdefault(station.station, []).append(value)

    def _renew(self, value: SensorValue, kept: _Kept) -> None:
        if kept.turn == self._turn and value.time_ms - kept.time_ms < _APART_MS:
            kept.time_ms, kept.value = value.time_ms, value.value
        else:
            value.kept = self._add(kept.key, value.time_ms, value.value) or kept

    def note_all(self, stations: Iterable[StationSensors]) -> None:
        """Note what is known now: the history broke off while we were there.

        The clock jumped ahead, or stood still with the machine.
        """
        now_ms = self._clock.now_ms()
        for station in stations:
            if station.is_adopted:
                for datum, value in station:
                    if value.value is not None and _may_break_off(datum):
                        self._note_again(station, datum, value, now_ms)

    def _note_again(
        self, station: StationSensors, datum: Datum, value: SensorValue, now_ms: int
    ) -> None:
        kept = self._add(station.key(datum), now_ms, value.value)
        if kept is not None:
            if value.kept is None:
                self._kept.setdefault(station.station, []).append(value)
            value.kept = kept

    def _add(self, key: str, time_ms: int, value: Scalar) -> _Kept | None:
        if len(self._new) >= _MOST:
            self.dropped += 1
            return None
        added = _Kept(key, time_ms, value, self._turn)
        self._new.append(added)
        return added

    def is_due(self) -> bool:
        """Whether there is something to be taken, a second after the last time."""
        now_s = self._clock.monotonic()
        return bool(self._new) and now_s - self._taken_s >= TAKEN_EVERY_S

    def hand_over(self) -> None:
        """Have kept what is new."""
        self._keep(self.take())

    def take(self) -> list[HistoryRecord]:
        """What is new."""
        self._taken_s = now_s = self._clock.monotonic()
        self._turn += 1
        new, self._new = self._new, []
        if now_s - self._forgotten_s >= _FORGOTTEN_EVERY_S:
            self._forgotten_s = now_s
            self._forget()
        return [
            HistoryRecord(kept.key, kept.time_ms, _plain(kept.value)) for kept in new
        ]

    def _forget(self) -> None:
        """What is so old that the same value would be kept anew."""
        oldest_ms = self._clock.now_ms() - AGAIN_MS
        for station, values in list(self._kept.items()):
            if all(value.time_ms < oldest_ms for value in values):
                for value in values:
                    value.kept = None
                del self._kept[station]


def _is_plotted(datum: Datum) -> bool:
    return datum.name in PLOTTED and not datum.suffix


def _may_break_off(datum: Datum) -> bool:
    return _is_plotted(datum) and datum.name not in _COUNTERS


def _plain(value: Scalar) -> float | str | None:
    return float(value) if isinstance(value, bool | int) else value


_COUNTERS = frozenset(
    {
        "Energy.Active.Import.Register",
        "Energy.Active.Export.Register",
        "session_energy",
    }
)
_LIMITS = frozenset(
    {
        "power_limit",
        "current_limit",
        "power_limit_asked",
        "current_limit_asked",
        "power_limit_effective",
    }
)
_FLOWS = ("Power.Active.", "Current.Import", "Current.Export")
_FLOW_HOLDS_MS = 3_600_000
"""Meter values come at least so often."""


def shape_of(key: str) -> Shape:
    """How the values of a key are gathered into steps."""
    try:
        _, datum = parse_key(key)
    except ValueError:
        # One that is too long for the store is cut there.
        return Shape()
    is_flow, is_counter = datum.name.startswith(_FLOWS), datum.name in _COUNTERS
    return Shape(
        # Between two limits lies none that anybody set.
        is_mean=not (is_counter or datum.name in _LIMITS),
        holds_ms=_FLOW_HOLDS_MS if is_flow else None,
        outlasts=is_counter,
    )
