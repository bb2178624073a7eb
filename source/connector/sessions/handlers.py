"""What handlers of calls take and give."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from connector.ocppj.frames import Call, Json


class Answer:
    """A payload, and what to do once it is on its way (or can no longer be)."""

    __slots__ = ("after", "payload")

    def __init__(
        self, payload: Json, after: Callable[[], Awaitable[None] | None]
    ) -> None:
        self.payload = payload
        self.after = after


Handler = Callable[[Any, Call], Any]
"""Takes the session's owner and a call; gives a payload, an `Answer`, or an awaitable.

A `RemoteProtocolError` becomes a CALLERROR, any other exception an InternalError.
"""
