"""The last frames of all sessions, in memory, for whoever looks what is said.

A frame costs one entry of a queue; it is read, matched with its call and rid of its
secrets when somebody asks for it. It holds so many bytes, and the oldest go first.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from itertools import islice
from typing import Literal, NamedTuple

from connector.errors import LinkClosed

MOST_RECORDS = 20_000
_OF_A_RECORD_BYTES = 200
"""About what one takes beside its text."""
Direction = Literal["in", "out"]
IN: Direction = "in"
OUT: Direction = "out"
MALFORMED, CONNECTED, DISCONNECTED, REFUSED = (
    "MALFORMED",
    "CONNECTED",
    "DISCONNECTED",
    "REFUSED",
)
"""Kinds of records that are no messages; `MALFORMED` was to be one."""


class Logged(NamedTuple):
    """One record: a frame, or (``kind``) what became of a connection.

    ``secrets`` are those that were sent in this session before.
    """

    time_ms: int
    station: str
    direction: Direction | None
    text: str | None
    secrets: Sequence[str] | None = None
    kind: str | None = None
    note: str | None = None


Record = tuple[
    int,
    str,
    Direction | None,
    str | None,
    Sequence[str] | None,
    str | None,
    str | None,
]
"""The same without names: one of those takes six times as long to make."""


class FrameLog:
    """Used on one loop; ``most_bytes`` is about what it may take."""

    def __init__(
        self,
        now_ms: Callable[[], int],
        most_bytes: int,
        most_records: int = MOST_RECORDS,
    ) -> None:
        self._now_ms = now_ms
        self._most_bytes = most_bytes
        self._most_records = most_records
        self._records: deque[Record] = deque()
        self.bytes = 0
        """What it takes, about."""
        self.end = 0
        """The number of the next record; they are counted from 0."""

    def __len__(self) -> int:
        return len(self._records)

    def add(
        self,
        station: str,
        direction: Direction,
        text: str,
        secrets: Sequence[str] | None = None,
    ) -> None:
        """A frame went in or out."""
        self._append((self._now_ms(), station, direction, text, secrets, None, None))

    def malformed(
        self,
        station: str,
        text: str | bytes,
        problem: str,
        secrets: Sequence[str] | None = None,
    ) -> None:
        """What came in was no frame."""
        kept = text if isinstance(text, str) else None
        self._append((self._now_ms(), station, IN, kept, secrets, MALFORMED, problem))

    def connected(self, station: str, note: str) -> None:
        """A link is up."""
        self._note(station, CONNECTED, note)

    def disconnected(self, station: str, reason: LinkClosed) -> None:
        """A link has ended."""
        self._note(station, DISCONNECTED, str(reason))

    def refused(self, station: str, note: str) -> None:
        """Somebody was not let in, or not listened to."""
        self._note(station, REFUSED, note)

    def _note(self, station: str, kind: str, note: str) -> None:
        self._append((self._now_ms(), station, None, None, None, kind, note))

    def _append(self, record: Record) -> None:
        records = self._records
        records.append(record)
        self.end += 1
        self.bytes += _size(record)
        while records and (
            self.bytes > self._most_bytes or len(records) > self._most_records
        ):
            self.bytes -= _size(records.popleft())

    def since(self, number: int) -> tuple[int, list[Logged]]:
        """The records from a number on, and the number of the first of them."""
        count = min(max(self.end - number, 0), len(self._records))
        newest = list(islice(reversed(self._records), count))
        return self.end - count, [Logged._make(each) for each in reversed(newest)]


def _size(record: Record) -> int:
    text = record[3] or record[6] or ""
    return text.__sizeof__() + _OF_A_RECORD_BYTES
