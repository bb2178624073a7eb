"""The last commands of each station, and how far each has come: in memory, bounded.

Whoever opens a page finds what was told as events before.
"""

from __future__ import annotations

from collections import OrderedDict, deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import count

import orjson

from connector.datapoints.commands import Order, Stage, shown_order_value
from connector.web.events.effects import Measured, Seen

IN_FORCE, FAILED = "in_force", "failed"
MOST_OF_STATION = 50
MOST_BYTES = 8_388_608
_CALL = "call"
_ABOUT_BYTES = 1000
"""What an entry takes beside its value and its outcome."""


@dataclass(slots=True)
class Entry:
    """A command that somebody gave."""

    number: int
    """Rises with each."""
    station: str
    where: str
    command: str
    action: str | None
    """Of a call."""
    value: bytes
    """As it may be shown, as JSON."""
    correlation: str
    times: dict[str, int] = field(default_factory=dict)
    """When it came to each stage, ms; the last is how far it is."""
    result: str | None = None
    """The outcome as JSON text, once there is one."""
    seen: str | None = None
    """What shows that it took effect, or did not."""
    measured: Measured | None = None
    was_above: bool | None = None
    has_failed: bool = False
    file: str | None = None
    """As in `Seen`."""

    @property
    def stage(self) -> str:
        """How far it has come."""
        return next(reversed(self.times))

    @property
    def size(self) -> int:
        """The memory that it takes, about."""
        return _ABOUT_BYTES + len(self.value) + len(self.result or "")


def _entry(number: int, stage: Stage) -> Entry:
    order = stage.order
    is_call = order.name == _CALL and isinstance(order.value, dict)
    action = order.value.get("action") if is_call else None  # type: ignore[attr-defined]
    return Entry(
        number=number,
        station=order.station,
        where=order.where,
        command=order.name,
        action=action if isinstance(action, str) else None,
        value=_shown(order),
        correlation=stage.correlation,
    )


def _name(stage: Stage, seen: Seen | None) -> str:
    if seen is None:
        return stage.stage
    return FAILED if seen.has_failed else IN_FORCE


def _shown(order: Order) -> bytes:
    try:
        return _json(shown_order_value(order))
    except RecursionError:
        return orjson.dumps("nested too deeply to be shown")


def _json(value: object) -> bytes:
    """What no JSON can be made of (half a surrogate, 1 and 30 zeros) as a text."""
    try:
        return orjson.dumps(value)
    except TypeError:
        return orjson.dumps(ascii(value))


class Journal:
    """Notes how far commands come; the oldest go where there are too many."""

    def __init__(
        self, most_of_station: int = MOST_OF_STATION, most_bytes: int = MOST_BYTES
    ) -> None:
        self._most_of_station = most_of_station
        self._most_bytes = most_bytes
        self._bytes = 0
        self._numbers = count()
        self._entries: OrderedDict[str, Entry] = OrderedDict()
        self._of_station: dict[str, deque[str]] = {}

    def of(self, station: str) -> Iterator[Entry]:
        """Those of a station, the newest first."""
        of_station = self._of_station.get(station, ())
        return (self._entries[each] for each in reversed(of_station))

    def note(self, stage: Stage, seen: Seen | None = None) -> Entry:
        """A command has come so far; ``seen``: it took effect, or failed."""
        entry = self._entries.get(stage.correlation) or self._begin(stage)
        self._bytes -= entry.size
        entry.times[_name(stage, seen)] = stage.time_ms
        entry.result = stage.result or entry.result
        if seen is not None:
            entry.seen, entry.measured = seen.what, seen.measured
            entry.was_above, entry.has_failed = seen.was_above, seen.has_failed
            entry.file = seen.file
        self._bytes += entry.size
        self._make_room()
        return entry

    def forget(self, station: str) -> None:
        """Let go all of a station."""
        for correlation in tuple(self._of_station.get(station, ())):
            self._drop(correlation)

    def _begin(self, stage: Stage) -> Entry:
        entry = _entry(next(self._numbers), stage)
        self._entries[stage.correlation] = entry
        self._bytes += entry.size
        of_station = self._of_station.setdefault(entry.station, deque())
        of_station.append(stage.correlation)
        if len(of_station) > self._most_of_station:
            self._drop(of_station[0])
        return entry

    def _make_room(self) -> None:
        while self._bytes > self._most_bytes:
            self._drop(next(iter(self._entries)))

    def _drop(self, correlation: str) -> None:
        entry = self._entries.pop(correlation)
        self._bytes -= entry.size
        of_station = self._of_station[entry.station]
        of_station.remove(correlation)
        if not of_station:
            del self._of_station[entry.station]
