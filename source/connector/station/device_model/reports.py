"""GetBaseReport and GetReport (2.x part 2, B07 and B08)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

import orjson

from connector.station.device_model.layout import Placed, attribute_key
from connector.station.device_model.names import Place
from connector.station.device_model.rows import ACTUAL, READ_ONLY, WRITE_ONLY, Row
from connector.station.device_model.values import Values

Json = dict[str, Any]

BASES: Final = ("FullInventory", "ConfigurationInventory", "SummaryInventory")
_PROBLEM = "problem"
_SUMMARY = ("availabilitystate", _PROBLEM, "enabled", "available")
_PHYSICAL = ("chargingstation", "evse", "connector")
_LONGEST_LIST, _LONGEST_UNIT = 1000, 16


def of_base(values: Values, base: str) -> list[Json]:
    """The ``reportData`` of a base report."""
    tests: dict[str, Callable[[Placed], bool]] = {
        "ConfigurationInventory": _can_be_set,
        "SummaryInventory": _tells_a_state,
    }
    test = tests.get(base)
    shown = _shown(values)
    return [_data(values, placed) for placed in shown if test is None or test(placed)]


def of_criteria(
    values: Values, criteria: Sequence[str], wanted: Sequence[Mapping[str, Any]]
) -> list[Json]:
    """The ``reportData`` of what has these states, and is one of these variables.

    Nothing of either leaves all (B08).
    """
    return [
        _data(values, placed)
        for placed in _shown(values)
        if _is_wanted(placed, wanted) and _meets(values, placed.name.place, criteria)
    ]


def in_parts(data: Sequence[Json], most: int, most_bytes: int) -> Iterator[list[Json]]:
    """The same in messages that a peer can take; at least one, maybe empty."""
    part: list[Json] = []
    size = 0
    for item in data:
        more = len(orjson.dumps(item)) + 1
        if part and (len(part) >= most or size + more > most_bytes):
            yield part
            part, size = [], 0
        part.append(item)
        size += more
    yield part


def _shown(values: Values) -> Iterable[Placed]:
    return (p for p in values.layout.placed.values() if not p.row.is_hidden)


def _can_be_set(placed: Placed) -> bool:
    others = [each.mutability for each in placed.others.values()]
    return any(each != READ_ONLY for each in (placed.row.mutability, *others))


def _tells_a_state(placed: Placed) -> bool:
    """B07.FR.09: what is available, and what is wrong."""
    variable = placed.name.variable.casefold()
    is_physical = placed.name.place.name.casefold() in _PHYSICAL
    return variable == _PROBLEM or (is_physical and variable in _SUMMARY)


def _meets(values: Values, place: Place, criteria: Sequence[str]) -> bool:
    """B08.FR.07 to 10: what says nothing of a state is active, available, enabled."""
    return not criteria or any(_has_state(values, place, each) for each in criteria)


def _has_state(values: Values, place: Place, state: str) -> bool:
    component = values.layout.components[place.folded]
    found = component.get((state.casefold(), ""))
    if found is None:
        return state.casefold() != _PROBLEM
    return values.flag(found.text)


def _is_wanted(placed: Placed, wanted: Sequence[Mapping[str, Any]]) -> bool:
    return not wanted or any(matches(placed, item) for item in wanted)


def matches(placed: Placed, item: Mapping[str, Any]) -> bool:
    """Whether a variable is one of a ``componentVariable``.

    What is left out there (variable, instance, EVSE, connector) means all.
    """
    return _is_component(placed.name.place, item["component"]) and _is_variable(
        placed, item.get("variable")
    )


def _is_component(place: Place, component: Mapping[str, Any]) -> bool:
    evse = component.get("evse") or {}
    return (
        place.name.casefold() == component["name"].casefold()
        and _same(place.instance, component.get("instance"))
        and evse.get("id", place.evse) == place.evse
        and evse.get("connectorId", place.connector) == place.connector
    )


def _is_variable(placed: Placed, variable: Mapping[str, Any] | None) -> bool:
    if variable is None:
        return True
    name = placed.name
    is_named = name.variable.casefold() == variable["name"].casefold()
    return is_named and _same(name.instance, variable.get("instance"))


def _same(text: str, wanted: str | None) -> bool:
    return wanted is None or text.casefold() == wanted.casefold()


def _data(values: Values, placed: Placed) -> Json:
    kinds = (ACTUAL, *placed.others)
    return {
        **placed.name.wire(),
        "variableAttribute": [_attribute(values, placed, kind) for kind in kinds],
        "variableCharacteristics": _characteristics(placed.row),
    }


def _attribute(values: Values, placed: Placed, kind: str) -> Json:
    mutability = values.mutability(placed, kind)
    found: Json = {
        "type": kind,
        "mutability": mutability,
        "persistent": placed.row.live is None,
        "constant": placed.row.is_constant,
    }
    if mutability != WRITE_ONLY:
        size = int(values.number("DeviceDataCtrlr/ReportingValueSize"))
        found["value"] = values.text(attribute_key(placed.text, kind))[:size]
    return found


def _characteristics(row: Row) -> Json:
    found: Json = {"dataType": row.kind.value, "supportsMonitoring": row.is_monitored}
    if row.unit is not None:
        found["unit"] = row.unit[:_LONGEST_UNIT]
    if row.low is not None:
        found["minLimit"] = row.low
    if row.high is not None:
        found["maxLimit"] = row.high
    if row.values:
        found["valuesList"] = ",".join(row.values)[:_LONGEST_LIST]
    return found
