"""What a station reports by itself, as the calls of a version.

The details are in the words of 2.1 and go out as they are, as far as the version has
them (`fitting`); where one needs more than that there is a function here.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from connector.ocppj.frames import Json
from connector.ocppj.routes import ROUTES
from connector.station.client.messages import Message
from connector.station.client.v2.desk import known_desk
from connector.station.core.events import Reported
from connector.station.times import iso

if TYPE_CHECKING:
    from connector.station.client.client import Client


def write(client: Client, event: Reported, version: str) -> Message | None:
    """The message of a report; None where the version has none, or nothing is left."""
    if event.action not in ROUTES[version].up:
        return None
    details: Json | None = dict(event.details)
    shape = _SHAPES.get(event.action)
    if shape is not None:
        details = shape(client, event, version)
    if details is None:
        return None
    took = _TAKERS.get(event.action)
    if took is None:
        return Message(event.action, details)
    return Message(
        event.action,
        details,
        lambda answer: took(client, answer["status"]),
        lambda _: took(client, "Rejected"),
    )


def _event(client: Client, event: Reported, version: str) -> Json | None:
    """NotifyEvent without what goes through streams (2.1, N11)."""
    details = dict(event.details)
    desk = known_desk(client)
    if version != "2.0.1" and desk is not None and desk.has("streams"):
        details["eventData"] = desk.streams.take(details["eventData"])
    details.setdefault("generatedAt", iso(event.time_ms))
    details.setdefault("seqNo", 0)
    return details if details["eventData"] else None


def _security(_client: Client, event: Reported, _version: str) -> Json:
    return {"timestamp": iso(event.time_ms), **event.details}


_SHAPES: Mapping[str, Callable[[Client, Reported, str], Json | None]] = (
    MappingProxyType(
        {
            "NotifyEvent": _event,
            "SecurityEventNotification": _security,
        }
    )
)


def _signing(client: Client, status: str) -> None:
    if status != "Accepted":
        client.parts.maintenance.own_certificate.refused()


_TAKERS: Mapping[str, Callable[[Any, str], None]] = MappingProxyType(
    {"SignCertificate": _signing}
)
