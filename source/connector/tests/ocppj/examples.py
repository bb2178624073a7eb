"""Valid payloads of every message of every version, made from the schemas."""

from __future__ import annotations

from collections.abc import Iterator
from importlib.resources import files
from typing import Any, Literal, NamedTuple

from connector.ocppj.routes import ROUTES
from connector.ocppj.schemas import FOLDERS, load_document

Json = dict[str, Any]
Size = Literal["minimal", "full"]

VERSIONS = tuple(ROUTES)
SIZES: tuple[Size, ...] = ("minimal", "full")
TIME = "2026-01-31T12:00:00Z"
CUSTOM_DATA: Json = {"vendorId": "V", "my_key": 1, "KWh": {"innerName": [None]}}
"""What belongs to a vendor: names that any conversion would spoil."""


class Message(NamedTuple):
    """One schema of one version."""

    version: str
    action: str
    is_response: bool

    @property
    def document(self) -> Json:
        suffix = "Response" if self.is_response else ""
        return load_document(self.version, self.action, suffix)

    def __str__(self) -> str:
        return f"{self.version} {self.action}{' answered' * self.is_response}"


def messages(version: str) -> Iterator[Message]:
    """Every message of a version that the library has a schema for."""
    folder = files("ocpp") / FOLDERS[version] / "schemas"
    for name in sorted(entry.name for entry in folder.iterdir()):
        stem = name.removesuffix(".json")
        action = stem.removesuffix("Response").removesuffix("Request")
        yield Message(version, action, stem.endswith("Response"))


def all_messages() -> list[Message]:
    """Every message of every version."""
    return [message for version in VERSIONS for message in messages(version)]


def payload(message: Message, size: Size = "minimal") -> Json:
    """A payload with the required members alone, or with all there are."""
    made: Json = _example(message.document, message.document, size)
    return made


def request(version: str, action: str, size: Size = "minimal") -> Json:
    """The payload of a request."""
    return payload(Message(version, action, False), size)


def response(version: str, action: str, size: Size = "minimal") -> Json:
    """The payload of an answer."""
    return payload(Message(version, action, True), size)


def _example(document: Json, schema: Json, size: Size) -> Any:
    if "$ref" in schema:
        name = schema["$ref"].removeprefix("#/definitions/")
        return _example(document, document["definitions"][name], size)
    if "enum" in schema:
        return schema["enum"][-1 if size == "full" else 0]
    match schema.get("type"):
        case "object":
            return _object(document, schema, size)
        case "array":
            many = min(2, schema.get("maxItems", 2)) if size == "full" else 1
            return [_example(document, schema["items"], size)] * many
        case "string":
            return _text(schema, size)
        case "integer":
            return int(_number(schema, 1))
        case "number":
            return _number(schema, 1.5)
        case "boolean":
            return size == "full"
        case _:
            return {"my_key": 1, "KWh": 2}


def _object(document: Json, schema: Json, size: Size) -> Json:
    members = schema.get("properties", {})
    named = members if size == "full" else schema.get("required", ())
    return {
        name: CUSTOM_DATA
        if name == "customData"
        else _example(document, members[name], size)
        for name in members
        if name in named
    }


def _number(schema: Json, usual: float) -> float:
    at_most: float = min(usual, schema.get("maximum", usual))
    return max(at_most, schema.get("minimum", at_most))


def _text(schema: Json, size: Size) -> str:
    match schema.get("format"):
        case "date-time":
            return TIME
        case "uri":
            return "https://example.com/x"
    return "x" * min(3, schema.get("maxLength", 3)) if size == "full" else "x"
