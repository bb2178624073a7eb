"""What a message on MQTT looks like: ``{"id", "name", "type", "data"}``.

Pure. Whatever cannot be understood raises `Refused`, which says what was wrong and what
was expected, and becomes the reply where there is somebody to answer.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import orjson

REQUEST, RESPONSE, UPDATE = "request", "response", "update"
TYPES = (REQUEST, RESPONSE, UPDATE)
LONGEST_BYTES = 65_536
_LONGEST_ID, _LONGEST_NAME = 255, 64


@dataclass(frozen=True, slots=True)
class Envelope:
    """One message; a response has ``id`` and ``name`` of its request."""

    id: str
    name: str
    type: str
    data: Any


class Refused(Exception):
    """What somebody wanted cannot be: why, and what was expected."""

    def __init__(self, error: str, expected: str = "") -> None:
        super().__init__(error)
        self.error = error
        self.expected = expected
        self.id = ""
        """Of the message, as far as it could be read."""
        self.name = ""
        self.type = ""

    @property
    def data(self) -> dict[str, str]:
        """The data of the response."""
        found = {"status": "rejected", "error": self.error}
        return found | ({"expected": self.expected} if self.expected else {})


def parse(body: bytes) -> Envelope:
    """The message in a payload.

    Raises:
        Refused: it is none.
    """
    if len(body) > LONGEST_BYTES:
        raise Refused(f"{len(body)} bytes", f"at most {LONGEST_BYTES} bytes")
    try:
        found = orjson.loads(body)
    except orjson.JSONDecodeError as problem:
        raise Refused(f"no JSON: {problem}", "a JSON object in UTF-8") from None
    if not isinstance(found, dict):
        raise Refused(f"a JSON {shown(found)}", "an object with id, name, type, data")
    try:
        return _checked(found)
    except Refused as refused:
        refused.id = _text(found.get("id"), _LONGEST_ID)
        refused.name = _text(found.get("name"), _LONGEST_NAME)
        refused.type = _text(found.get("type"), _LONGEST_NAME)
        raise


def _text(value: Any, longest: int) -> str:
    return value if isinstance(value, str) and len(value) <= longest else ""


def _checked(found: dict[str, Any]) -> Envelope:
    for member, longest in (("id", _LONGEST_ID), ("name", _LONGEST_NAME)):
        if not _text(found.get(member), longest):
            wrong = shown(found.get(member))
            raise Refused(f"{member}: {wrong}", f"a text of 1 to {longest} characters")
    kind = found.get("type")
    if kind not in TYPES:
        raise Refused(f"type: {shown(kind)}", "one of " + ", ".join(TYPES))
    if found.get("data") is None:
        raise Refused("data: missing or null", "the argument, {} where there is none")
    return Envelope(found["id"], found["name"], kind, found["data"])


def shown(value: Any) -> str:
    """A value of somebody else's as words of an error, not at full length."""
    match value:
        case None:
            return "missing or null"
        case dict():
            return "object"
        case list():
            return "array"
        case str():
            return repr(value[:40])
        case _:
            return repr(value)


def dump(envelope: Envelope) -> bytes:
    """The payload of a message."""
    return orjson.dumps(
        {
            "id": envelope.id,
            "name": envelope.name,
            "type": envelope.type,
            "data": envelope.data,
        }
    )
