"""Wire names and the snake_case names of the library's dataclasses, both ways.

Built from the schemas, so that every name comes back as it was. Members of `customData`
and of objects without a schema belong to vendors and stay as they are.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from enum import Enum
from functools import cache
from typing import Any

from ocpp.charge_point import camel_to_snake_case

from connector.ocppj.schemas import CUSTOM_DATA, load_document

Json = dict[str, Any]

_OF_CLASSES = {
    "2.0.1": {"language1": "language_1", "language2": "language_2"},
    "2.1": {
        "iso15118CertificateHashData": "iso_15118_certificate_hash_data",
        "iso15118SchemaVersion": "iso_15118_schema_version",
        "prioritizedEMAIDs": "prioritized_emaids",
    },
}
"""Where the library's classes do not follow the library's own conversion."""


@cache
def snake_name(wire_name: str) -> str:
    """The name that the library's conversion gives a member, or an action."""
    [name] = camel_to_snake_case({wire_name: None})  # type: ignore[no-untyped-call]
    return str(name)


class Names:
    """The names of one message, as a tree of those of its members."""

    __slots__ = ("_by_snake", "_by_wire")

    def __init__(self, version: str, document: Json, schema: Json) -> None:
        self._by_snake: dict[str, tuple[str, Names]] = {}
        self._by_wire: dict[str, tuple[str, Names]] = {}
        exceptions = _OF_CLASSES.get(version, {})
        for wire, names in _members(version, document, schema):
            usual = snake_name(wire)
            snake = exceptions.get(wire, usual)
            self._by_wire[wire] = snake, names
            self._by_snake[usual] = self._by_snake[snake] = wire, names

    def to_snake(self, value: Any) -> Any:
        """A payload with snake_case names; members that came with one are left out."""
        if isinstance(value, list):
            return [self.to_snake(item) for item in value]
        if not isinstance(value, dict):
            return value
        by_wire = self._by_wire
        return {
            snake: names.to_snake(value[wire])
            for wire in value
            if wire in by_wire or wire not in self._by_snake
            for snake, names in [by_wire.get(wire, (wire, _NO_NAMES))]
        }

    def to_wire(self, value: Any) -> Any:
        """What has snake_case names, dataclasses included, with wire names.

        Members that are None are left out.
        """
        if isinstance(value, list | tuple):
            return [self.to_wire(item) for item in value]
        if is_instance_of_dataclass(value):
            return self._object_to_wire(self._of_class(value))
        return self._object_to_wire(value) if isinstance(value, dict) else plain(value)

    def _object_to_wire(self, value: Json) -> Json:
        return {
            wire: names.to_wire(value[snake])
            for snake in value
            if value[snake] is not None
            for wire, names in [self._by_snake.get(snake) or (snake, self.inner(snake))]
        }

    def parts_to_wire(self, value: Any) -> Any:
        """What has wire names already; only dataclasses within are converted."""
        if isinstance(value, list | tuple):
            return [self.parts_to_wire(item) for item in value]
        if not isinstance(value, dict):
            return self.to_wire(value)
        return {
            wire: self.inner(wire).parts_to_wire(item) for wire, item in value.items()
        }

    def _of_class(self, value: Any) -> Json:
        # Not `asdict`: classes of 2.0.1 have no field for the customData of their
        # parts, which are attributes all the same.
        return {n: item for n, item in vars(value).items() if n in self._by_snake}

    def fields(self) -> Iterator[tuple[str, str]]:
        """Every wire name, with that of the library's class."""
        for wire, (snake, _) in self._by_wire.items():
            yield wire, snake

    def inner(self, wire: str) -> Names:
        """The names within a member."""
        return self._by_wire.get(wire, ("", _NO_NAMES))[1]


def is_instance_of_dataclass(value: object) -> bool:
    """Whether it is one, and no class."""
    return dataclasses.is_dataclass(value) and not isinstance(value, type)


def plain(value: Any) -> Any:
    """A value as JSON has it."""
    return value.value if isinstance(value, Enum) else value


def _members(version: str, document: Json, schema: Json) -> Iterator[tuple[str, Names]]:
    for wire, member in schema.get("properties", {}).items():
        inner = resolved(document, member)
        if "properties" not in inner:
            yield wire, _NO_NAMES
        elif wire == CUSTOM_DATA:
            yield wire, _VendorNames(version, document, inner)
        else:
            yield wire, Names(version, document, inner)


def resolved(document: Json, schema: Json) -> Json:
    """The schema of an object, or of what a list holds."""
    while "$ref" in schema or "items" in schema:
        if "items" in schema:
            schema = schema["items"]
        else:
            name = schema["$ref"].removeprefix("#/definitions/")
            schema = document["definitions"][name]
    return schema


class _VendorNames(Names):
    """Of what belongs to a vendor; the library's class for it is converted."""

    __slots__ = ()

    def to_snake(self, value: Any) -> Any:
        return value

    def to_wire(self, value: Any) -> Any:
        if isinstance(value, list):
            return [self.to_wire(item) for item in value]
        if self._by_snake and is_instance_of_dataclass(value):
            return super().to_wire(value)
        return plain(value)

    def parts_to_wire(self, value: Any) -> Any:
        return self.to_wire(value)


_NO_NAMES = _VendorNames("", {}, {})


@cache
def names(version: str, action: str, *, is_response: bool) -> Names:
    """The names of one message of a version."""
    document = load_document(version, action, "Response" if is_response else "")
    return Names(version, document, document)
