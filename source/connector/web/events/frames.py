"""Frames as they go in and out, for those who asked for them."""

from __future__ import annotations

from connector.sessions.frame_log import FrameLog
from connector.web.events.hub import Hub
from connector.web.messages import Conversations, line

KIND = "message"
_AT_ONCE = 250
"""Of one turn; the others come with the next ones, unless the log drops them."""
_BEFORE = 500
"""So many are looked at for the calls that are still to be answered."""


class Frames:
    """Tells of what is new in the frame log."""

    kinds = frozenset({KIND})

    def __init__(self, log: FrameLog, hub: Hub) -> None:
        self._log = log
        self._hub = hub
        self._next = 0
        self._conversations = Conversations()

    def begin(self) -> None:
        """Somebody reads."""
        self._next = self._log.end
        self._log.take_noted()
        self._conversations = Conversations()
        first, records = self._log.since(self._next - _BEFORE)
        for number, record in enumerate(records, first):
            self._conversations.head(number, record)

    def end(self) -> None:
        """Nobody does."""

    def gather(self) -> None:
        """Tell what is new; only what is wanted is looked into."""
        self._tell_again(self._log.take_noted())
        first, records = self._log.since(self._next)
        for number, record in enumerate(records[:_AT_ONCE], first):
            head = self._conversations.head(number, record)
            if self._hub.is_wanted(KIND, record.station):
                self._hub.publish(KIND, record.station, line(head))
        self._next = first + min(len(records), _AT_ONCE)

    def _tell_again(self, noted: set[int]) -> None:
        """Tell what has got a note since it was told, as one that was not answered."""
        told = {number for number in noted if number < self._next}
        if not told:
            return
        conversations = Conversations()
        first, records = self._log.since(max(0, min(told) - _BEFORE))
        for number, record in enumerate(records[: max(told) + 1 - first], first):
            head = conversations.head(number, record)
            if number in told and self._hub.is_wanted(KIND, record.station):
                self._hub.publish(KIND, record.station, line(head))
