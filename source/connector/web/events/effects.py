"""What a command that was accepted is to bring about, and whether that is seen.

A station that agreed has not done it yet: a limit is seen to be kept where what is
measured afterwards is below it, a start where a transaction begins, and so on. What is
not seen within a while is not told of. A limit shows only where more flowed before.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import orjson

from connector.csms.clock import Clock
from connector.csms.events import (
    Booted,
    Event,
    EventBus,
    StatusChanged,
    TransactionEnded,
    TransactionStarted,
)
from connector.csms.facts import Datum, Scalar
from connector.datapoints.commands import Stage
from connector.datapoints.live import LiveValue

WITHIN_S = 600.0
_MOST = 1000
_SLACK = 1.05
_FLOWS = {
    "Power.Active.Import": ("power_limit", 100.0, "W"),
    "Current.Import": ("current_limit", 0.5, "A"),
}
"""Measurands, the limits that they are held against, and what meters may be off."""
MEASURED = frozenset(_FLOWS)
_LIMITS = frozenset({"power_limit", "current_limit", "charging_schedule"})
_UNAVAILABLE = "Unavailable"
_ON_ITS_WAY = frozenset({"asked", "sent"})
_YES = (True, "true", "ON")


class Measured(NamedTuple):
    """What flows, as it was told."""

    name: str
    value: float
    unit: str


class Seen(NamedTuple):
    """What shows that a command took effect."""

    time_ms: int
    what: str
    measured: Measured | None = None
    """The same of a limit, for who writes it in other words."""
    was_above: bool | None = None
    """Of a limit: whether what flows was above it before; None: not known."""
    has_failed: bool = False
    """It shows that what was accepted was not carried out after all."""
    file: str | None = None
    """What the station has sent, as `/uploads` of it lists it."""


class _Awaited(NamedTuple):
    stage: Stage
    until_s: float
    before: Mapping[Datum, Scalar]
    """What flowed when it was sent."""


Tell = Callable[[Stage, Seen], None]
Shown = Callable[[str, str], Mapping[str, Scalar]]
"""The limit sensors of a station at a place."""
Runs = Callable[[str, str], bool]
"""Whether a transaction runs at a place of a station."""
Flows = Callable[[str, str], Mapping[Datum, Scalar]]
"""The powers and currents of a station at a place, as they were told last."""


class Effects:
    """Waits for what accepted commands are to bring about."""

    def __init__(
        self, events: EventBus, clock: Clock, limits: Shown, runs: Runs, flows: Flows
    ) -> None:
        self._events = events
        self._clock = clock
        self._limits = limits
        self._runs = runs
        self._flows = flows
        self._awaited: dict[tuple[str, str, str], _Awaited] = {}
        self._before: dict[str, Mapping[Datum, Scalar]] = {}
        """What flowed as those that have not ended were sent, by correlation."""
        self._tell: Tell = lambda stage, seen: None

    def begin(self, tell: Tell) -> None:
        """Look out; what is measured is looked into only while somebody reads."""
        self._tell = tell
        self._events.subscribe(TransactionStarted, self._on_started)
        self._events.subscribe(TransactionEnded, self._on_ended)
        self._events.subscribe(StatusChanged, self._on_status)
        self._events.subscribe(Booted, self._on_booted)

    # -- what is waited for

    def expect(self, stage: Stage) -> None:
        """A command has come so far; a newer one of its kind overtakes it."""
        order = stage.order
        kind = _kind(order.name, order.value)
        if kind is None:
            return
        key = (order.station, order.where, _family(kind))
        self._awaited.pop(key, None)
        before = self._flows_before(stage)
        if stage.stage != "accepted":
            return
        until_s = self._clock.monotonic() + WITHIN_S
        self._awaited[key] = _Awaited(stage, until_s, before)
        if len(self._awaited) > _MOST:
            del self._awaited[next(iter(self._awaited))]

    def _flows_before(self, stage: Stage) -> Mapping[Datum, Scalar]:
        """A station may tell what flows then before it answers."""
        found = self._before.pop(stage.correlation, None)
        if found is None or stage.stage in _ON_ITS_WAY:
            found = dict(self._flows(stage.order.station, stage.order.where))
        if stage.stage in _ON_ITS_WAY:
            self._before[stage.correlation] = found
            if len(self._before) > _MOST:
                del self._before[next(iter(self._before))]
        return found

    def _seen(self, station: str, where: str, kind: str, what: str) -> None:
        """Something that a command of this kind brings about has happened."""
        found = self._found(station, where, kind)
        if found is not None:
            self._done(found.stage, Seen(self._clock.now_ms(), what))

    def _found(self, station: str, where: str, kind: str) -> _Awaited | None:
        key = (station, where, _family(kind))
        found = self._awaited.get(key)
        if found is None:
            return None
        if self._clock.monotonic() > found.until_s:
            del self._awaited[key]
            return None
        order = found.stage.order
        return found if _kind(order.name, order.value) == kind else None

    def _done(self, stage: Stage, seen: Seen) -> None:
        order = stage.order
        kind = _kind(order.name, order.value) or ""
        del self._awaited[order.station, order.where, _family(kind)]
        self._tell(stage, seen)

    # -- what happens

    def take(self, value: LiveValue) -> None:
        """A value is new: of what flows, it may show that a limit is kept."""
        if not self._awaited or value.datum.name not in _FLOWS:
            return
        if not isinstance(value.value, int | float):
            return
        for kind, is_seen in (("limit", self._is_kept), ("resume", self._flows_again)):
            awaited = self._found(value.station, value.datum.where, kind)
            if awaited is not None and value.time_ms > _ended_ms(awaited.stage):
                is_seen(awaited, value, value.value)

    def _is_kept(self, awaited: _Awaited, value: LiveValue, flow: float) -> None:
        where = value.datum.where
        limit_name, slack, _ = _FLOWS[value.datum.name]
        limit = self._limits(value.station, where).get(limit_name)
        if not isinstance(limit, int | float) or flow > limit * _SLACK + slack:
            return
        # Nothing flows without a transaction, whatever the limit is.
        if flow > slack or self._runs(value.station, where):
            most = max(limit, flow) + slack
            was_above = _is_above(awaited.before.get(value.datum), most)
            self._measured(awaited, value, flow, was_above)

    def _flows_again(self, awaited: _Awaited, value: LiveValue, flow: float) -> None:
        _, slack, _ = _FLOWS[value.datum.name]
        if flow > slack:
            self._measured(awaited, value, flow)

    def _measured(
        self,
        awaited: _Awaited,
        value: LiveValue,
        flow: float,
        was_above: bool | None = None,
    ) -> None:
        name, unit = value.datum.name, _FLOWS[value.datum.name][2]
        what, measured = f"{name} is {flow:g} {unit}", Measured(name, flow, unit)
        self._done(awaited.stage, Seen(value.time_ms, what, measured, was_above))

    def _on_started(self, event: TransactionStarted) -> None:
        record = event.transaction
        what = f"transaction {record.ocpp_id} runs"
        self._seen(record.station, record.where, "start", what)

    def _on_ended(self, event: TransactionEnded) -> None:
        record = event.transaction
        what = f"transaction {record.ocpp_id} has ended"
        self._seen(record.station, record.where, "stop", what)

    def _on_status(self, event: StatusChanged) -> None:
        is_out = event.status == _UNAVAILABLE
        kind = "unavailable" if is_out else "available"
        what = f"the status is {event.status}"
        self._seen(event.station.identity, event.where, kind, what)

    def _on_booted(self, event: Event) -> None:
        self._seen(event.station.identity, "0", "reset", "it has booted")


def _kind(name: str, value: Any) -> str | None:
    """What a command is to bring about; None: nothing that can be seen."""
    match name:
        case "charge":
            return "start" if value in _YES else "stop"
        case "start" | "reset":
            return name
        case "available":
            return "available" if value in _YES else "unavailable"
        case "enabled":
            return "resume" if value in _YES else "limit"
        case _:
            return "limit" if name in _LIMITS else None


_FAMILIES = {"resume": "limit", "stop": "start", "unavailable": "available"}


def _family(kind: str) -> str:
    """Commands that overtake each other."""
    return _FAMILIES.get(kind, kind)


def _is_above(flow: Scalar, most: float) -> bool | None:
    return flow > most if isinstance(flow, int | float) else None


def _ended_ms(stage: Stage) -> int:
    result = orjson.loads(stage.result or "{}")
    return int(result.get("timestamp", 0))
