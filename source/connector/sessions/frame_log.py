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
_LONGEST_NOTE = 300
_LOOKED_THROUGH = 1000
"""Others may have spoken since a frame came in, but not for long."""
_BEGINNING = 80
"""In so much of a frame its id is: 36 characters are the most."""
_MOST_NOTED = 1000
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
        self._noted: deque[int] = deque(maxlen=_MOST_NOTED)

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

    def note_heard(self, station: str, unique_id: str, problem: str) -> None:
        """What came in a moment ago, with this id, is a frame, but a wrong one."""
        if (number := self._heard(station, unique_id)) is not None:
            self.note(number, problem)

    def note(self, number: int, problem: str) -> None:
        """What is wrong with a frame; nothing where it is no longer kept."""
        at = number - self.end + len(self._records)
        if not 0 <= at < len(self._records):
            return
        before = self._records[at]
        record = (*before[:6], problem[:_LONGEST_NOTE])
        self._records[at] = record
        self.bytes += _size(record) - _size(before)
        self._noted.append(number)

    def take_noted(self) -> set[int]:
        """The numbers of the frames that were noted since it was asked last."""
        numbers = set(self._noted)
        self._noted.clear()
        return numbers

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

    def _heard(self, station: str, unique_id: str) -> int | None:
        sought = f'"{unique_id}"'
        newest = islice(reversed(self._records), _LOOKED_THROUGH)
        for back, (_, of, direction, text, *_rest) in enumerate(newest, 1):
            if (
                of == station
                and direction == IN
                and sought in (text or "")[:_BEGINNING]
            ):
                return self.end - back
        return None

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
    size = (record[3] or "").__sizeof__() + _OF_A_RECORD_BYTES
    return size if record[6] is None else size + record[6].__sizeof__()
