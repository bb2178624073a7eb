"""What leaves for Josev."""

from __future__ import annotations

import uuid
from collections import deque
from dataclasses import dataclass, field
from typing import Any, Protocol

from connector.station.hardware_mqtt.envelope import (
    REQUEST,
    RESPONSE,
    UPDATE,
    Envelope,
    dump,
)
from connector.station.josev.topics import Topics

Json = dict[str, Any]
_OWN = 64


class Wire(Protocol):
    """How messages leave (`JosevBus` is one)."""

    def publish(self, topic: str, body: bytes) -> None:
        """Lost without a connection."""


@dataclass(slots=True)
class Telling:
    """Writes messages of one station."""

    wire: Wire
    topics: Topics
    own: deque[str] = field(default_factory=lambda: deque(maxlen=_OWN))
    """Ids of what we say where we listen, too."""

    def update(self, name: str, data: Json) -> None:
        """News."""
        self._send(Envelope(str(uuid.uuid4()), name, UPDATE, data))

    def reply(self, request: Envelope, data: Json) -> None:
        """The answer to a request."""
        self._send(Envelope(request.id, request.name, RESPONSE, data))

    def ask(self, name: str, data: Json) -> str:
        """A question; gives its id."""
        id_ = str(uuid.uuid4())
        self._send(Envelope(id_, name, REQUEST, data))
        return id_

    def charge_limit(self, evse_id: str, limit: float) -> None:
        """As a smart-charging service: what a vehicle is to take, or to feed back."""
        id_ = str(uuid.uuid4())
        self.own.append(id_)
        name = "iso15118_charge_limit"
        message = Envelope(id_, name, UPDATE, {"evse_id": evse_id, "limit": limit})
        self.wire.publish(self.topics.of_limits(name), dump(message))

    def _send(self, message: Envelope) -> None:
        self.wire.publish(self.topics.to_josev(message.name), dump(message))
