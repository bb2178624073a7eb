"""What waits to be told, beside what belongs to transactions.

- *asked*: what the central system has just asked for; it may be sent while a boot is
  pending (2.x part 2, B02; 1.6, 4.2), and is forgotten with the link.
- *urgent*: somebody stands at the station with a card.
- *usual*: statuses and values of the moment, in their order; forgotten with the link,
  for statuses are told anew. Reports (firmware, logs, ..) wait for the next link.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable

from connector.station.client.messages import Message
from connector.station.core.events import (
    AuthorizeWanted,
    CoreEvent,
    Reported,
    StatusChanged,
)

MOST_REPORTS = 500
MOST_ASKED = 2_000
Written = Callable[[], Iterable[Message]]


class Lanes:
    """In memory; made of the order in which things happened."""

    __slots__ = ("_asked", "_urgent", "_usual")

    def __init__(self) -> None:
        self._asked: deque[Message] | None = None
        self._urgent: deque[AuthorizeWanted] | None = None
        self._usual: deque[tuple[int, CoreEvent | Message]] | None = None

    # -- asked

    def ask(self, message: Message) -> bool:
        """Have it sent soon; False where too much waits already."""
        if self._asked is None:
            self._asked = deque()
        if len(self._asked) >= MOST_ASKED:
            return False
        self._asked.append(message)
        return True

    def asked(self) -> Message | None:
        """Take the first."""
        return self._asked.popleft() if self._asked else None

    @property
    def is_asked(self) -> bool:
        """Whether anything was asked for."""
        return bool(self._asked)

    # -- facts

    def put(self, order: int, event: CoreEvent | Message) -> None:
        """A fact that is to be told, or a call of our own."""
        if isinstance(event, AuthorizeWanted):
            self._urgent = self._urgent or deque()
            self._urgent.append(event)
            return
        if self._usual is None:
            self._usual = deque()
        self._usual.append((order, event))
        if len(self._usual) > MOST_REPORTS:
            self._usual.popleft()

    @property
    def urgent(self) -> AuthorizeWanted | None:
        """The first card; it stays until `is_told`."""
        return self._urgent[0] if self._urgent else None

    @property
    def usual(self) -> tuple[int, CoreEvent | Message] | None:
        """The first fact; it stays until `is_told`."""
        return self._usual[0] if self._usual else None

    def is_told(self, event: CoreEvent | Message) -> None:
        """It is no more to be told."""
        if self._urgent and self._urgent[0] is event:
            self._urgent.popleft()
        elif self._usual and self._usual[0][1] is event:
            self._usual.popleft()

    @property
    def waits(self) -> bool:
        """Whether anything does, that is not asked for."""
        return bool(self._urgent or self._usual)

    # -- the link ends

    def forget(self) -> list[AuthorizeWanted]:
        """Nobody listens any more: gives the cards that nobody has judged."""
        self._asked = None
        cards = list(self._urgent or ())
        self._urgent = None
        kept = [each for each in self._usual or () if _outlives_link(each[1])]
        self._usual = deque(kept) if kept else None
        return cards

    def forget_statuses(self) -> None:
        """They are about to be told anew."""
        kept = [e for e in self._usual or () if not isinstance(e[1], StatusChanged)]
        self._usual = deque(kept) if kept else None


def _outlives_link(event: CoreEvent | Message) -> bool:
    return isinstance(event, Reported | StatusChanged | Message)
