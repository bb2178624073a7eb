"""Monitors as a report lists them, by variable, and what changes them. Pure.

They are kept beside the device model, under a name that no variable has.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import Any

from connector.csms.v2.variables import of_wire

Json = dict[str, Any]
Items = dict[str, Json]
"""By the variable's name: `component`, `variable`, `variableMonitoring`."""

ALL = "All"
_SUFFIX = "/monitoring"
_LIST, _KIND, _OURS = "variableMonitoring", "eventNotificationType", "CustomMonitor"
_ACCEPTED = "Accepted"
_GONE = frozenset({_ACCEPTED, "NotFound"})
_SET = ("id", "type", "severity", "value", "transaction")


def of_kept(kept: Mapping[str, Json]) -> Items:
    """Those in what is kept of a device model."""
    return {
        name.removesuffix(_SUFFIX): item
        for name, item in kept.items()
        if name.endswith(_SUFFIX) and item[_LIST]
    }


def to_keep(before: Items, after: Items) -> Items:
    """What has to be written; nothing is deleted, a list may be empty."""
    gone = {name: _with(before[name], []) for name in before.keys() - after.keys()}
    new = {name: item for name, item in after.items() if before.get(name) != item}
    return {f"{name}{_SUFFIX}": item for name, item in (gone | new).items()}


def reported(known: Items, found: list[Json]) -> Items:
    """After a report: it holds for each variable that it names."""
    return known | {str(of_wire(item)): item for item in found}


def set_by(asked: Json, answer: Json) -> list[Json]:
    """The monitors that a station agreed to set."""
    wanted = {_key(data): data for data in asked["setMonitoringData"]}
    added = []
    for result in answer["setMonitoringResult"]:
        if result["status"] != _ACCEPTED or "id" not in result:
            continue
        told = wanted.get(_key(result), {}) | result
        monitor = {name: told[name] for name in _SET if name in told} | {_KIND: _OURS}
        monitor.setdefault("transaction", False)
        named = {name: result[name] for name in ("component", "variable")}
        added.append({**named, _LIST: [monitor]})
    return added


def added(known: Items, items: list[Json]) -> Items:
    """With these; one of the same id takes the place of that."""
    ids = {monitor["id"] for item in items for monitor in item[_LIST]}
    found = without(known, ids)
    for item in items:
        name = str(of_wire(item))
        before = found.get(name, {}).get(_LIST, [])
        found[name] = _with(item, [*before, *item[_LIST]])
    return found


def cleared_by(answer: Json) -> set[int]:
    """The ids of monitors that are no more."""
    results = answer["clearMonitoringResult"]
    return {result["id"] for result in results if result["status"] in _GONE}


def without(known: Items, ids: Collection[int]) -> Items:
    """Without the monitors of these ids."""
    return _only(known, lambda monitor: monitor["id"] not in ids)


def without_ours(known: Items) -> Items:
    """Without those that did not come with the station."""
    return _only(known, lambda monitor: monitor.get(_KIND) != _OURS)


def _only(known: Items, test: Callable[[Json], bool]) -> Items:
    left = {n: _with(i, [m for m in i[_LIST] if test(m)]) for n, i in known.items()}
    return {name: item for name, item in left.items() if item[_LIST]}


def _with(item: Json, monitors: list[Json]) -> Json:
    return {**item, _LIST: monitors}


def _key(item: Json) -> tuple[object, str]:
    return of_wire(item).folded, item["type"]
