"""The one message of OCPP 2.1 for which the library has no class."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass
class StreamDataElementType:
    """A value ``v``, ``t`` seconds after the message's ``basetime``."""

    t: float
    v: str
    custom_data: dict[str, Any] | None = None


@dataclass
class NotifyPeriodicEventStream:
    """Values of a stream; sent as SEND, and never answered."""

    id: int
    pending: int
    basetime: str
    data: list[StreamDataElementType]
    custom_data: dict[str, Any] | None = None
