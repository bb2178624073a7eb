"""Wire names and the snake_case names of the library's dataclasses, both ways.

Built from the schemas, so that every name comes back as it was. Members of `customData`
and of objects without a schema belong to vendors and stay as they are.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any

from ocpp.charge_point import camel_to_snake_case

from connector.ocppj.schemas import load_document

Json = dict[str, Any]

_UNTOUCHED = frozenset({"customData"})


@cache
def snake_name(wire_name: str) -> str:
    """The name that the library gives a member."""
    [name] = camel_to_snake_case({wire_name: None})  # type: ignore[no-untyped-call]
    return str(name)


class Names:
    """The names of one message, as a tree of those of its members."""

    __slots__ = ("_members",)

    def __init__(self, document: Json, schema: Json) -> None:
        self._members = dict(_members(document, schema))

    def to_snake(self, value: Any) -> Any:
        """A payload with snake_case names; members that came with one are left out."""
        if isinstance(value, list):
            return [self.to_snake(item) for item in value]
        if not isinstance(value, dict):
            return value
        by_wire = {wire: (snake, n) for snake, (wire, n) in self._members.items()}
        return {
            snake: names.to_snake(value[wire])
            for wire in value
            if wire in by_wire or wire not in self._members
            for snake, names in [by_wire.get(wire, (wire, _NO_NAMES))]
        }

    def to_wire(self, value: Any) -> Any:
        """A payload with wire names; members that are None are left out."""
        if isinstance(value, list):
            return [self.to_wire(item) for item in value]
        if not isinstance(value, dict):
            return value
        return {
            wire: names.to_wire(value[snake])
            for snake in value
            if value[snake] is not None
            for wire, names in [self._members.get(snake, (snake, _NO_NAMES))]
        }


def _members(document: Json, schema: Json) -> Iterator[tuple[str, tuple[str, Names]]]:
    for wire, member in schema.get("properties", {}).items():
        inner = _inner(document, member)
        has_names = wire not in _UNTOUCHED and "properties" in inner
        names = Names(document, inner) if has_names else _NO_NAMES
        yield snake_name(wire), (wire, names)


def _inner(document: Json, schema: Json) -> Json:
    """The schema of an object, or of what a list holds."""
    while "$ref" in schema or "items" in schema:
        if "items" in schema:
            schema = schema["items"]
        else:
            name = schema["$ref"].removeprefix("#/definitions/")
            schema = document["definitions"][name]
    return schema


class _NoNames(Names):
    __slots__ = ()

    def __init__(self) -> None:
        self._members = {}

    def to_snake(self, value: Any) -> Any:
        return value

    def to_wire(self, value: Any) -> Any:
        return value


_NO_NAMES = _NoNames()


@cache
def names(version: str, action: str, *, is_response: bool) -> Names:
    """The names of one message of a version."""
    document = load_document(version, action, "Response" if is_response else "")
    return Names(document, document)
