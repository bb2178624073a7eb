"""The queue of what belongs to transactions: in order, on disk, until it is answered.

A file that is only appended to: an event when it happens, a line when its answer is
there. Whatever moment the process ends at, the rest is sent by the next one, with its
own times. What is answered is sent no second time.

There is an end to it: from ``limit`` events on, the oldest intermediate one (a sample,
a change of state) gives way to each new one; starts and ends of transactions never do.
"""

from __future__ import annotations

import logging
import os
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import orjson

from connector.station.client.kept import (
    KeptEvent,
    event_line,
    event_of,
    session_line,
    session_of,
)
from connector.station.core.events import SessionEvent
from connector.station.core.session import Session
from connector.station.ports import Reading

logger = logging.getLogger(__name__)

Json = dict[str, Any]
NAME = "queue.jsonl"
_STARTED, _UPDATED, _ENDED = "Started", "Updated", "Ended"
_COMPACT_FROM = 500
"""Lines that are over, before a file is written anew."""


@dataclass(slots=True)
class Entry:
    """An event that waits; ``order`` tells what came before what in this process."""

    number: int
    event: KeptEvent
    order: int = 0
    attempts: int = 0

    @property
    def is_intermediate(self) -> bool:
        """Whether it may give way."""
        return isinstance(self.event, SessionEvent) and self.event.kind == _UPDATED


@dataclass(slots=True)
class OpenTransaction:
    """One that has begun and not ended, as it was told last."""

    session: Session
    number: int
    time_ms: int
    energy_wh: float

    def last_reading(self, energy_wh: float) -> Reading:
        """What is known of its meter after a restart."""
        return Reading(max(energy_wh, self.energy_wh))


class Journal:
    """The events that wait; without a path they are kept in memory alone."""

    def __init__(
        self, path: Path | None, *, limit: int = 10_000, is_durable: bool = True
    ) -> None:
        self._path = path
        self._limit = limit
        self._is_durable = is_durable
        self._waiting: dict[int, Entry] = {}
        self._intermediate: deque[int] = deque()
        self._open: dict[str, OpenTransaction] = {}
        self._written: dict[str, Json] = {}
        """Sessions as they stand in the file."""
        self._file: int | None = None
        self._next = 1
        self._over = 0
        self._is_torn = False
        self._has_failed = False
        self.dropped = 0
        """Intermediate events that gave way."""

    # -- what waits

    def __len__(self) -> int:
        return len(self._waiting)

    @property
    def head(self) -> Entry | None:
        """The oldest, which is sent next."""
        for entry in self._waiting.values():
            return entry
        return None

    def count_transactions(self) -> int:
        """How many of them are of transactions."""
        entries = self._waiting.values()
        return sum(isinstance(each.event, SessionEvent) for each in entries)

    def entries(self) -> tuple[Entry, ...]:
        """All of them, in their order."""
        return tuple(self._waiting.values())

    def open_transactions(self) -> list[OpenTransaction]:
        """Those that have not ended."""
        return list(self._open.values())

    def adopt(self, session: Session) -> None:
        """Go on with another object for a session: the one that its EVSE has."""
        known = self._open.get(session.key)
        if known is None:
            return
        if known.session.id_16 is not None:
            session.id_16 = known.session.id_16
        known.session = session
        for entry in self._waiting.values():
            event = entry.event
            if isinstance(event, SessionEvent) and event.session.key == session.key:
                entry.event = replace(event, session=session)

    def put(self, event: KeptEvent, order: int = 0) -> Entry:
        """Keep an event until it is done."""
        entry = Entry(self._next, event, order)
        self._next += 1
        self._waiting[entry.number] = entry
        if entry.is_intermediate:
            self._intermediate.append(entry.number)
        if self._path is not None:
            line: Json = {"n": entry.number, "e": event_line(event)}
            if isinstance(event, SessionEvent):
                self._with_session(line, event)
            # Samples, too: their numbers must never be used again (2.x, E01 seqNo).
            self._append(line, is_pressing=True)
        self._make_room()
        return entry

    def _with_session(self, line: Json, event: SessionEvent) -> None:
        session = event.session
        found = session_line(session)
        if self._written.get(session.key) != found:
            self._written[session.key] = line["s"] = found
        self._note(event)

    def _note(self, event: SessionEvent) -> None:
        """What would have to be told if the process ended now."""
        key = event.session.key
        if event.kind == _ENDED:
            self._open.pop(key, None)
            return
        before = self._open.get(key)
        energy_wh = before.energy_wh if before else event.session.meter_start_wh
        if event.reading is not None:
            energy_wh = event.reading.energy_wh
        self._open[key] = OpenTransaction(
            event.session, event.number, event.time_ms, energy_wh
        )

    def _make_room(self) -> None:
        while len(self._waiting) > self._limit:
            number = self._oldest_intermediate()
            if number is None:
                return
            self.dropped += 1
            self._end(number, {"d": number})

    def _oldest_intermediate(self) -> int | None:
        # The head may be on its way: it is left where it is.
        head = self.head
        kept: list[int] = []
        found = None
        while self._intermediate and found is None:
            number = self._intermediate.popleft()
            if head is not None and number == head.number:
                kept.append(number)
            elif number in self._waiting:
                found = number
        self._intermediate.extendleft(kept)
        return found

    def done(self, entry: Entry) -> None:
        """It was answered, or given up; the id that 1.6 gave goes with it."""
        line: Json = {"d": entry.number}
        event = entry.event
        if isinstance(event, SessionEvent):
            line |= self._new_id(event)
        self._end(entry.number, line)

    def _new_id(self, event: SessionEvent) -> Json:
        session = event.session
        written = self._written.get(session.key, {})
        if event.kind == _ENDED:
            self._written.pop(session.key, None)
        if session.id_16 is None or written.get("id_16") == session.id_16:
            return {}
        written["id_16"] = session.id_16
        return {"k": session.key, "id": session.id_16}

    def _end(self, number: int, line: Json) -> None:
        if self._waiting.pop(number, None) is None:
            return
        self._over += 1
        self._append(line, is_pressing=False)
        if self._over >= max(_COMPACT_FROM, 2 * len(self._waiting)):
            self._compact()

    # -- the file

    def load(self) -> None:
        """Read what an earlier process left.

        Raises:
            OSError: the file cannot be read or written.
        """
        if self._path is None:
            return
        self._path.parent.mkdir(parents=True, exist_ok=True)
        if self._path.exists():
            self._replay(self._path.read_bytes())
            self._compact()

    def _replay(self, text: bytes) -> None:
        sessions: dict[str, Session] = {}
        for place, line in enumerate(text.split(b"\n"), 1):
            try:
                if line:
                    self._take(orjson.loads(line), sessions)
            except (KeyError, TypeError, ValueError, AttributeError) as problem:
                # The last line of a process that was killed is often half a line.
                logger.warning("%s, line %d: %r", self._path, place, problem)

    def _take(self, line: Json, sessions: dict[str, Session]) -> None:
        if "s" in line:
            self._restore_session(session_of(line["s"]), sessions)
        if "o" in line:
            open_ = line["o"]
            session = sessions[open_["key"]]
            found = OpenTransaction(session, open_["n"], open_["ms"], open_["wh"])
            self._open[session.key] = found
        if "e" in line:
            entry = Entry(line["n"], event_of(line["e"], sessions))
            self._waiting[entry.number] = entry
            if isinstance(entry.event, SessionEvent):
                self._note(entry.event)
        if "d" in line:
            self._waiting.pop(line["d"], None)
        if "id" in line:
            sessions[line["k"]].id_16 = line["id"]
        self._next = max(self._next, line.get("next", 0), line.get("n", 0) + 1)

    @staticmethod
    def _restore_session(found: Session, sessions: dict[str, Session]) -> None:
        known = sessions.setdefault(found.key, found)
        if known is not found:
            known.token, known.group = found.token, found.group
            known.remote_start_id = found.remote_start_id
            known.is_over = found.is_over
            known.id_16 = found.id_16 if found.id_16 is not None else known.id_16

    def _append(self, line: Json, *, is_pressing: bool) -> None:
        if self._path is None:
            return
        text = orjson.dumps(line) + b"\n"
        try:
            self._write(b"\n" + text if self._is_torn else text)
            self._is_torn = False
            if is_pressing and self._is_durable and self._file is not None:
                os.fdatasync(self._file)
            self._has_failed = False
        except OSError as problem:
            self._is_torn = True
            if not self._has_failed:
                logger.error("%s: %s: kept in memory alone", self._path, problem)
            self._has_failed = True

    def _write(self, text: bytes) -> None:
        if self._file is None:
            assert self._path is not None  # noqa: S101
            flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC
            self._file = os.open(self._path, flags, 0o600)
        if os.write(self._file, text) != len(text):
            raise OSError("the disk took half a line")

    def _compact(self) -> None:
        """Write the file anew, with what still waits."""
        self._over = 0
        self._intermediate = deque(
            e.number for e in self._waiting.values() if e.is_intermediate
        )
        if self._path is None:
            return
        part = self._path.with_suffix(".part")
        try:
            with part.open("wb") as file:
                os.fchmod(file.fileno(), 0o600)
                file.writelines(orjson.dumps(line) + b"\n" for line in self._lines())
                file.flush()
                if self._is_durable:
                    os.fsync(file.fileno())
            part.replace(self._path)
        except OSError as problem:
            logger.error("%s: %s: the file is left as it is", self._path, problem)
            return
        self.close()
        self._is_torn = False

    def _lines(self) -> Iterator[Json]:
        sessions = {each.session.key: each.session for each in self._open.values()}
        for entry in self._waiting.values():
            if isinstance(entry.event, SessionEvent):
                sessions[entry.event.session.key] = entry.event.session
        self._written = {key: session_line(s) for key, s in sessions.items()}
        yield from ({"s": line} for line in self._written.values())
        for entry in self._waiting.values():
            yield {"n": entry.number, "e": event_line(entry.event)}
        for key, each in self._open.items():
            told = {"n": each.number, "ms": each.time_ms, "wh": each.energy_wh}
            yield {"o": {"key": key, **told}}
        yield {"next": self._next}

    def close(self) -> None:
        """Let go of the file; it is opened again when there is something to keep."""
        if self._file is not None:
            os.close(self._file)
            self._file = None
