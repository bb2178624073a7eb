"""Messages of the Josev API: `{id, name, type, data}`."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

Json = dict[str, Any]
REQUEST, RESPONSE, UPDATE = "request", "response", "update"


@dataclass(frozen=True, slots=True)
class Envelope:
    """One message."""

    name: str
    type: str
    data: Json
    id: str

    def encoded(self) -> bytes:
        """As it is published."""
        found = {"id": self.id, "name": self.name, "type": self.type, "data": self.data}
        return json.dumps(found).encode()


def new(name: str, kind: str, data: Json) -> Envelope:
    """A message with an id of its own."""
    return Envelope(name, kind, data, str(uuid4()))


def parse(body: bytes) -> Envelope:
    """What was received.

    Raises:
        ValueError: it is no such message; the text says what is wrong.
    """
    found = json.loads(body)
    if not isinstance(found, dict):
        raise ValueError("not an object")
    for member in ("id", "name", "type"):
        if not isinstance(found.get(member), str):
            raise ValueError(f"{member}: expected a text")
    data = found.get("data")
    if not isinstance(data, dict):
        raise ValueError("data: expected an object")
    return Envelope(found["name"], found["type"], data, found["id"])
