"""A recording read as a script: what the station says, and what it was asked.

A call and its answer belong together by their id; the script says where each stands.
"""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from connector.sessions.recordings import STATION, Command, Frame, Recording

Json = dict[str, Any]
Parts = list[Any]

CALL, RESULT, ERROR = 2, 3, 4


@dataclass(slots=True)
class Reply:
    """How the station answered a call of the central system.

    Neither parts nor text: what it said cannot be said again.
    """

    parts: Parts | None
    text: str | None
    delay_s: float
    asked_id: str


@dataclass(slots=True)
class Asked:
    """A call of the central system; one without a reply was not answered."""

    position: int
    line: int
    t: float
    action: str
    payload: Json
    reply: Reply | None = None


@dataclass(slots=True)
class Said:
    """A message of the station that answers nothing.

    ``unique_id`` is None for what is no call; ``answer`` and ``answered_at`` are those
    of the recording.
    """

    position: int
    line: int
    t: float
    parts: Parts | None
    text: str | None
    unique_id: str | None = None
    action: str = ""
    answer: Parts | None = None
    answered_at: int | None = None


Step = Said | Asked | Command


@dataclass(slots=True)
class Script:
    """The steps of a recording in their order."""

    steps: list[Step]
    duration_s: float
    strays: set[str] = field(default_factory=set)
    """Ids that the central system answered though no call had them."""

    @property
    def asked(self) -> Iterator[Asked]:
        """All calls of the central system."""
        return (step for step in self.steps if isinstance(step, Asked))


def script(recording: Recording) -> Script:
    """The script of a recording."""
    reader = _Reader()
    for position, entry in enumerate(recording.entries):
        if isinstance(entry, Command):
            reader.steps.append(entry)
        elif entry.sender == STATION:
            reader.said(position, entry)
        else:
            reader.heard(position, entry)
    return Script(reader.steps, recording.duration_s, reader.strays)


def kind_and_id(parts: Parts | None) -> tuple[int, str] | None:
    """The type of a message and its id, where it has both."""
    if parts is None or len(parts) < 2:
        return None
    kind, unique_id = parts[0], parts[1]
    if kind not in (CALL, RESULT, ERROR) or not isinstance(unique_id, str):
        return None
    return kind, unique_id


class _Reader:
    def __init__(self) -> None:
        self.steps: list[Step] = []
        self.strays: set[str] = set()
        self._asked: dict[str, Asked] = {}
        self._calls: defaultdict[str, deque[Said]] = defaultdict(deque)

    def said(self, position: int, frame: Frame) -> None:
        """The station answers something, or says something of its own."""
        asked_id = self._answered_by(frame)
        if asked_id is not None:
            asked = self._asked.pop(asked_id)
            delay_s = frame.t - asked.t
            asked.reply = Reply(frame.parts, frame.text, delay_s, asked_id)
            return
        said = Said(position, frame.line, frame.t, frame.parts, frame.text)
        known = kind_and_id(frame.parts)
        if known is not None and known[0] == CALL and frame.parts is not None:
            said.unique_id = known[1]
            said.action = str(frame.parts[2]) if len(frame.parts) > 2 else ""
            self._calls[said.unique_id].append(said)
        self.steps.append(said)

    def _answered_by(self, frame: Frame) -> str | None:
        """The id of the call that a message answers; text may be a broken answer."""
        if frame.text is not None:
            text = frame.text
            return next((known for known in self._asked if known in text), None)
        known = kind_and_id(frame.parts)
        if known is None or known[0] == CALL:
            return None
        return known[1] if known[1] in self._asked else None

    def heard(self, position: int, frame: Frame) -> None:
        """The central system asks or answers."""
        parts, known = frame.parts, kind_and_id(frame.parts)
        if parts is None or known is None:
            return
        kind, unique_id = known
        if kind == CALL:
            if len(parts) > 3 and isinstance(parts[3], dict):
                asked = Asked(position, frame.line, frame.t, str(parts[2]), parts[3])
                self._asked[unique_id] = asked
                self.steps.append(asked)
            return
        waiting = self._calls.get(unique_id)
        if not waiting:
            self.strays.add(unique_id)
            return
        said = waiting.popleft()
        said.answer, said.answered_at = parts, position
