"""The monitors of a station (2.x part 2, block N); without any nothing is done.

Values that are set are seen at once, those that are measured when somebody looks:
`step` says when to come again.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Protocol

from connector.station.core.session import Session
from connector.station.device_model.layout import Placed, attribute_key
from connector.station.device_model.monitor import (
    CUSTOM,
    DELTA,
    NUMBERS,
    PERIODS,
    PRECONFIGURED,
    TARGET_DELTA,
    TARGET_RELATIVE,
    THRESHOLDS,
    Monitor,
    Sight,
)
from connector.station.device_model.names import Name, place_of
from connector.station.device_model.reports import matches
from connector.station.device_model.rows import Kind
from connector.station.device_model.values import Values
from connector.station.device_model.wire import status_info
from connector.station.times import iso

Json = dict[str, Any]

logger = logging.getLogger(__name__)

LOOK_EVERY_MS = 10_000
"""While there are monitors on what is measured."""
_KEPT = "monitors"
_MOST = 200
_LEVEL = "MonitoringCtrlr/ActiveMonitoringLevel"
_BASE = "MonitoringCtrlr/ActiveMonitoringBase"
_OFFLINE = "MonitoringCtrlr/OfflineQueuingSeverity"
_CRITERIA = {
    "ThresholdMonitoring": THRESHOLDS,
    "DeltaMonitoring": (DELTA,),
    "PeriodicMonitoring": PERIODS,
}
_MEMBERS = ("type", "severity", "component", "variable")


class Core(Protocol):
    """What is used of a `StationCore`."""

    is_online: bool

    def report(self, action: str, details: dict[str, object], now_ms: int) -> None:
        """Have the client tell something."""

    def all_running(self) -> Iterable[Session]:
        """The sessions whose transactions run."""


class Monitors:
    """Sets, clears, reports and heeds them.

    ``preconfigured`` are those of the station's file, as items of
    SetVariableMonitoring.
    """

    __slots__ = (
        "_core",
        "_events",
        "_monitors",
        "_next_id",
        "_now_ms",
        "_preconfigured",
        "_values",
    )

    def __init__(
        self,
        values: Values,
        core: Core,
        now_ms: Callable[[], int],
        preconfigured: Sequence[Mapping[str, Any]] = (),
    ) -> None:
        self._values = values
        self._core = core
        self._now_ms = now_ms
        self._preconfigured = preconfigured
        self._monitors: dict[int, Monitor] = {}
        self._next_id = 1
        self._events = 0
        kept = values.remembered(_KEPT)
        if isinstance(kept, list):
            self._restore(kept)
        else:
            self._install(preconfigured)

    # -- SetVariableMonitoring and ClearVariableMonitoring

    def set(self, items: Iterable[Mapping[str, Any]]) -> list[Json]:
        """The ``setMonitoringResult`` of ``setMonitoringData``."""
        results = [self._set(item) for item in items]
        self._keep()
        return results

    def _set(self, item: Mapping[str, Any]) -> Json:
        answer = {name: item[name] for name in _MEMBERS}
        placed = self._find(item)
        if isinstance(placed, str):
            return answer | {"status": placed}
        status, reason, info = self._check(item, placed)
        if reason:
            answer["statusInfo"] = status_info(reason, info)
        if status == "Accepted":
            answer["id"] = self._add(item, placed, CUSTOM)
        elif "id" in item:
            answer["id"] = item["id"]
        return answer | {"status": status}

    def _find(self, item: Mapping[str, Any]) -> Placed | str:
        variable = item["variable"]
        place = place_of(item["component"])
        name = Name(place, variable["name"], variable.get("instance", ""))
        found = self._values.layout.find(name)
        if found is not None and not found.row.is_hidden:
            return found
        is_there = self._values.layout.has(place)
        return "UnknownVariable" if is_there else "UnknownComponent"

    def _check(self, item: Mapping[str, Any], placed: Placed) -> tuple[str, str, str]:
        kind, value = item["type"], float(item["value"])
        if not _is_supported(kind, placed):
            return "UnsupportedMonitorType", "UnsupportedParam", ""
        if not 0 <= item["severity"] <= 9:
            return "Rejected", "ValueOutOfRange", "severity: expected 0 to 9"
        known = self._monitors.get(item.get("id", -1))
        if "id" in item and (known is None or known.placed is not placed):
            return "Rejected", "NotFound", "there is no such monitor on this variable"
        wrong = _wrong_value(kind, value, placed)
        if wrong:
            return "Rejected", "ValueOutOfRange", wrong
        same = (placed, kind, item["severity"])
        for each in self._monitors.values():
            if (each.placed, each.kind, each.severity) == same and each is not known:
                return "Duplicate", "", ""
        if known is None and len(self._monitors) >= _MOST:
            return "Rejected", "TooManyElements", f"at most {_MOST} monitors"
        return "Accepted", "", ""

    def _add(self, item: Mapping[str, Any], placed: Placed, origin: str) -> int:
        number = item.get("id", self._next_id)
        self._next_id = max(self._next_id, number + 1)
        monitor = Monitor(
            number,
            placed,
            item["type"],
            float(item["value"]),
            item["severity"],
            bool(item.get("transaction", False)),
            origin,
        )
        self._monitors[number] = monitor
        self._values.watcher = self._changed
        if monitor.kind == DELTA:
            monitor.last = self._values.text(placed.text)
        return monitor.id

    def clear(self, ids: Iterable[int]) -> list[Json]:
        """The ``clearMonitoringResult``."""
        results = []
        for number in ids:
            found = self._monitors.pop(number, None)
            status = "NotFound" if found is None else "Accepted"
            results.append({"id": number, "status": status})
        self._keep()
        return results

    # -- base and level

    def set_base(self, base: str) -> str:
        """SetMonitoringBase (N05); gives its status."""
        if base not in ("All", "FactoryDefault", "HardWiredOnly"):
            return "NotSupported"
        left = {n: m for n, m in self._monitors.items() if m.origin == CUSTOM}
        self._monitors = left if base == "All" else {}
        if base != "HardWiredOnly":
            self._install(self._preconfigured)
        self._keep()
        return "Accepted" if self._is_kept(_BASE, base) else "Rejected"

    def set_level(self, severity: int) -> str:
        """SetMonitoringLevel: what is less severe is not told; gives its status."""
        if not 0 <= severity <= 9:
            return "Rejected"
        return "Accepted" if self._is_kept(_LEVEL, str(severity)) else "Rejected"

    def _is_kept(self, name: str, text: str) -> bool:
        try:
            self._values.override(name, text)
        except OSError as problem:
            logger.error("%s: %s: %s", self._values.model.identity, name, problem)
            return False
        return True

    # -- GetMonitoringReport

    def report(
        self,
        criteria: Iterable[str] = (),
        wanted: Sequence[Mapping[str, Any]] = (),
        *,
        version: str = "2.0.1",
    ) -> list[Json]:
        """The ``monitor`` of NotifyMonitoringReport; nothing: EmptyResultSet."""
        kinds = {kind for each in criteria for kind in _CRITERIA[each]}
        found: dict[str, Json] = {}
        for monitor in self._monitors.values():
            placed = monitor.placed
            is_kind = not kinds or monitor.kind in kinds
            if is_kind and (not wanted or any(matches(placed, w) for w in wanted)):
                entry = found.setdefault(
                    placed.text, {**placed.name.wire(), "variableMonitoring": []}
                )
                wire = monitor.wire(with_origin=version == "2.1")
                entry["variableMonitoring"].append(wire)
        return list(found.values())

    # -- heeding

    def step(self, now_ms: int) -> int | None:
        """Look at what is measured, and at the time; gives when to come again."""
        if not self._monitors or not self._values.flag("MonitoringCtrlr/Enabled"):
            return None
        events = []
        for monitor in self._monitors.values():
            sight = self._look(monitor, now_ms)
            if sight is not None:
                events.append((monitor, sight))
        self._tell(events, now_ms)
        return self._next_ms(now_ms)

    def _look(self, monitor: Monitor, now_ms: int) -> Sight | None:
        if monitor.is_of_transaction and not self._runs(monitor):
            monitor.forget()
            return None
        text = self._values.text(monitor.placed.text)
        if monitor.is_watching:
            return monitor.see(text, self._target(monitor))
        return Sight("Periodic", text) if monitor.is_due(now_ms) else None

    def _next_ms(self, now_ms: int) -> int | None:
        due = [m.due_ms for m in self._monitors.values() if m.due_ms]
        if any(m.is_watching and m.placed.row.live for m in self._monitors.values()):
            due.append(now_ms + LOOK_EVERY_MS)
        return min(due, default=None)

    def _changed(self, placed: Placed, text: str) -> None:
        """A value was set."""
        now_ms = self._now_ms()
        if not self._values.flag("MonitoringCtrlr/Enabled"):
            return
        events = []
        for monitor in self._monitors.values():
            if monitor.placed is placed and monitor.is_watching:
                sight = self._look(monitor, now_ms)
                if sight is not None:
                    events.append((monitor, sight))
        self._tell(events, now_ms)

    def _target(self, monitor: Monitor) -> str:
        return self._values.text(attribute_key(monitor.placed.text, "Target"))

    def _runs(self, monitor: Monitor) -> str | None:
        """The transaction at the EVSE of a monitor, or any of the station."""
        number = monitor.placed.name.place.evse
        for session in self._core.all_running():
            if number in (0, session.evse):
                return session.key
        return None

    def _tell(self, events: Sequence[tuple[Monitor, Sight]], now_ms: int) -> None:
        told = [self._event(m, s, now_ms) for m, s in events if self._is_told(m)]
        if told:
            details = {
                "generatedAt": iso(now_ms),
                "seqNo": 0,
                "tbc": False,
                "eventData": told,
            }
            self._core.report("NotifyEvent", details, now_ms)

    def _is_told(self, monitor: Monitor) -> bool:
        most = self._values.number(_LEVEL)
        if not self._core.is_online:
            most = min(most, self._values.number(_OFFLINE))
        return monitor.severity <= most

    def _event(self, monitor: Monitor, sight: Sight, now_ms: int) -> Json:
        self._events += 1
        event = {
            "eventId": self._events,
            "timestamp": iso(now_ms),
            "trigger": sight.trigger,
            "actualValue": sight.value,
            "eventNotificationType": monitor.origin,
            "variableMonitoringId": monitor.id,
            "severity": monitor.severity,
            **monitor.placed.name.wire(),
        }
        if sight.trigger == "Alerting":
            event["cleared"] = sight.is_cleared
        key = self._runs(monitor) if monitor.is_of_transaction else None
        return event | {"transactionId": key} if key else event

    # -- keeping

    def _install(self, items: Iterable[Mapping[str, Any]]) -> None:
        for item in items:
            placed = self._find(item)
            if isinstance(placed, Placed):
                self._add(item, placed, PRECONFIGURED)

    def _keep(self) -> None:
        """A monitor that cannot be kept still works until a restart."""
        kept = [_kept(each) for each in self._monitors.values()]
        try:
            self._values.remember(_KEPT, kept)
        except OSError as problem:
            identity = self._values.model.identity
            logger.error("%s: monitors are not kept: %s", identity, problem)

    def _restore(self, kept: list[Json]) -> None:
        for item in kept:
            placed = self._values.layout.placed.get(str(item.get("of")))
            if placed is not None:
                self._add(item, placed, str(item.get("origin", CUSTOM)))


def _kept(monitor: Monitor) -> Json:
    wire = monitor.wire(with_origin=False)
    return {**wire, "of": monitor.placed.text, "origin": monitor.origin}


def _is_supported(kind: str, placed: Placed) -> bool:
    row = placed.row
    if kind in (TARGET_DELTA, TARGET_RELATIVE) and "Target" not in placed.others:
        return False
    if kind in THRESHOLDS:
        return row.kind in NUMBERS
    return row.is_monitored or (kind in PERIODS and row.kind is not Kind.STRING)


def _wrong_value(kind: str, value: float, placed: Placed) -> str:
    low, high = placed.row.low, placed.row.high
    if kind in PERIODS:
        return "" if 1 <= value <= 86_400 * 31 else "expected 1 s to 31 days"
    if kind not in ("UpperThreshold", "LowerThreshold"):
        return "" if value >= 0 else "expected 0 or more"
    if low is not None and value < low:
        return f"expected at least {low:g}"
    if high is not None and value > high:
        return f"expected at most {high:g}"
    return ""
