"""Names of the device model as one text: `Component#instance@evse.connector/Variable`.

A variable may have an instance, too: `TxCtrlr/EVConnectionTimeOut#x`. Characters that
mean something here are written as `%XX` inside a part.
"""

from __future__ import annotations

import re
from typing import Any, NamedTuple
from urllib.parse import unquote

Json = dict[str, Any]

EXPECTED = "a name such as SmartChargingCtrlr/LimitChangeSignificance or EVSE@1/Power"
_SPECIAL = re.compile(r"[%#@/]")
_FORM = re.compile(
    r"""(?P<component>[^#@/]+)(?:\#(?P<instance>[^#@/]+))?
        (?:@(?P<evse>\d{1,9})(?:\.(?P<connector>\d{1,9}))?)?
        /(?P<variable>[^#@/]+)(?:\#(?P<variable_instance>[^#@/]+))?""",
    re.VERBOSE,
)


class Variable(NamedTuple):
    """One variable of one component; empty texts and None where there is no such part.

    Compared as it is written; the specification compares names without case, and so
    does `folded`.
    """

    component: str
    variable: str
    instance: str = ""
    evse: int | None = None
    connector: int | None = None
    variable_instance: str = ""

    @property
    def folded(self) -> Variable:
        """The same for comparing: names are case-insensitive (2.x part 1, 4.1)."""
        return Variable(
            self.component.lower(),
            self.variable.lower(),
            self.instance.lower(),
            self.evse,
            self.connector,
            self.variable_instance.lower(),
        )

    def __str__(self) -> str:
        place = "" if self.evse is None else f"@{self.evse}"
        if place and self.connector is not None:
            place += f".{self.connector}"
        component = _with(self.component, self.instance)
        return f"{component}{place}/{_with(self.variable, self.variable_instance)}"

    def wire(self) -> Json:
        """The members `component` and `variable` of a message."""
        component = _named(self.component, self.instance)
        if self.evse is not None:
            component["evse"] = {"id": self.evse}
            if self.connector is not None:
                component["evse"]["connectorId"] = self.connector
        variable = _named(self.variable, self.variable_instance)
        return {"component": component, "variable": variable}


def parse(text: str) -> Variable:
    """The variable that a text names.

    Raises:
        ValueError: it names none.
    """
    found = _FORM.fullmatch(text)
    if found is None:
        raise ValueError(f"{text[:80]!r} is not {EXPECTED}")
    evse, connector = found["evse"], found["connector"]
    return Variable(
        unquote(found["component"]),
        unquote(found["variable"]),
        unquote(found["instance"] or ""),
        None if evse is None else int(evse),
        None if connector is None else int(connector),
        unquote(found["variable_instance"] or ""),
    )


def of_wire(item: Json) -> Variable:
    """The variable that an item of a message speaks of."""
    component, variable = item["component"], item.get("variable") or {}
    evse = component.get("evse") or {}
    return Variable(
        component["name"],
        variable.get("name", ""),
        component.get("instance", ""),
        evse.get("id"),
        evse.get("connectorId"),
        variable.get("instance", ""),
    )


def result_of(variable: Variable, results: list[Json]) -> Json | None:
    """What is said of the one variable that was asked for.

    A single result is about it, however the station spells its name.
    """
    if len(results) == 1:
        return results[0]
    return next((r for r in results if of_wire(r).folded == variable.folded), None)


def _with(name: str, instance: str) -> str:
    return f"{_escaped(name)}#{_escaped(instance)}" if instance else _escaped(name)


def _escaped(text: str) -> str:
    return _SPECIAL.sub(lambda found: f"%{ord(found[0]):02X}", text)


def _named(name: str, instance: str) -> Json:
    return {"name": name, "instance": instance} if instance else {"name": name}
