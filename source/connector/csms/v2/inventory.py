"""What a report of the device model tells of EVSEs and connectors. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from connector.csms.v2.device_model import actual
from connector.csms.v2.variables import Variable, of_wire

Json = dict[str, Any]

_DC_CONNECTORS = frozenset({"ccs1", "ccs2", "g105", "chaoji", "mcs"})
"""Connector types of direct current (2.x part 2 appendix, ConnectorEnumType)."""


@dataclass(slots=True)
class Inventory:
    """The EVSEs with their numbers of connectors, and what they bear."""

    connectors: dict[int, int] = field(default_factory=dict)
    is_dc: bool | None = None
    phases: int | None = None
    max_w: float | None = None
    """Of one EVSE, the smallest that is told."""


def inventory(items: Iterable[Json]) -> Inventory:
    """What these items of a report tell."""
    found = Inventory()
    for item in items:
        variable = of_wire(item).folded
        if not variable.evse:
            continue
        known = found.connectors.get(variable.evse, 1)
        found.connectors[variable.evse] = max(known, variable.connector or 1)
        _note(found, variable, item)
    return found


def _note(found: Inventory, variable: Variable, item: Json) -> None:
    text = (actual(item) or "").strip()
    match variable.component, variable.variable:
        case "connector", ("connectortype" | "type"):
            kind = text.lower().removeprefix("c")
            found.is_dc = bool(found.is_dc) or kind in _DC_CONNECTORS
        case "evse", "supplyphases":
            found.phases = {"1": 1, "3": 3}.get(text, found.phases)
        case "evse", "power":
            limit = item.get("variableCharacteristics", {}).get("maxLimit")
            if isinstance(limit, int | float) and limit > 0:
                found.max_w = min(found.max_w or limit, float(limit))
        case _:
            return
