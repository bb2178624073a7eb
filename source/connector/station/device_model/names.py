"""Names of variables: `Component#instance@evse.connector/Variable#instance`.

Characters that mean something here are written as `%XX` inside a part.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, NamedTuple
from urllib.parse import unquote

Json = dict[str, Any]

EXPECTED = "a name such as TxCtrlr/EVConnectionTimeOut or EVSE@1/Power"
LONGEST = 50
"""2.x part 2, ComponentType and VariableType."""
_SPECIAL = re.compile(r"[%#@/]")
_FORM = re.compile(
    r"""(?P<component>[^#@/]+)(?:\#(?P<instance>[^#@/]+))?
        (?:@(?P<evse>\d{1,9})(?:\.(?P<connector>\d{1,9}))?)?
        /(?P<variable>[^#@/]+)(?:\#(?P<variable_instance>[^#@/]+))?""",
    re.VERBOSE,
)


class Place(NamedTuple):
    """A component: its name, its instance, and where it is (0: not there)."""

    name: str
    instance: str = ""
    evse: int = 0
    connector: int = 0

    @property
    def folded(self) -> Place:
        """The same for comparing: names are case-insensitive (2.x part 1, 4.1)."""
        return self._replace(
            name=self.name.casefold(), instance=self.instance.casefold()
        )

    def __str__(self) -> str:
        where = f"@{self.evse}" if self.evse else ""
        if where and self.connector:
            where += f".{self.connector}"
        return _joined(self.name, self.instance) + where

    def wire(self) -> Json:
        """A ComponentType."""
        found = _named(self.name, self.instance)
        if self.evse:
            found["evse"] = {"id": self.evse}
            if self.connector:
                found["evse"]["connectorId"] = self.connector
        return found


class Name(NamedTuple):
    """A variable of a component."""

    place: Place
    variable: str
    instance: str = ""

    def __str__(self) -> str:
        return f"{self.place}/{_joined(self.variable, self.instance)}"

    def wire(self) -> Json:
        """The members `component` and `variable` of a message."""
        return {
            "component": self.place.wire(),
            "variable": _named(self.variable, self.instance),
        }


def parse(text: str) -> Name:
    """The variable that a text names.

    Raises:
        ValueError: it names none; the text says what is expected.
    """
    found = _FORM.fullmatch(text)
    if found is None:
        raise ValueError(f"{text[:80]!r} is not {EXPECTED}")
    place = Place(
        unquote(found["component"]),
        unquote(found["instance"] or ""),
        int(found["evse"] or 0),
        int(found["connector"] or 0),
    )
    instance = unquote(found["variable_instance"] or "")
    return Name(place, unquote(found["variable"]), instance)


def place_of(component: Mapping[str, Any]) -> Place:
    """The component of a message."""
    evse = component.get("evse") or {}
    return Place(
        str(component["name"]),
        str(component.get("instance", "")),
        int(evse.get("id", 0)),
        int(evse.get("connectorId", 0)),
    )


def _joined(name: str, instance: str) -> str:
    return f"{_escaped(name)}#{_escaped(instance)}" if instance else _escaped(name)


def _escaped(text: str) -> str:
    return _SPECIAL.sub(lambda found: f"%{ord(found[0]):02X}", text)


def _named(name: str, instance: str) -> Json:
    return {"name": name, "instance": instance} if instance else {"name": name}
