"""Records of the frame log as people read them: named, matched, without secrets."""

from __future__ import annotations

import re
import unicodedata
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any, Literal, NamedTuple

import orjson
from pydantic import BaseModel, Field

from connector.csms import times
from connector.ocppj.known_secrets import KnownSecrets
from connector.ocppj.redaction import blank_text, redact
from connector.sessions.frame_log import IN, MALFORMED, OUT, Direction, Logged

Kind = Literal[
    "CALL",
    "CALLRESULT",
    "CALLERROR",
    "CALLRESULTERROR",
    "SEND",
    "MALFORMED",
    "CONNECTED",
    "DISCONNECTED",
    "REFUSED",
]
WantedKind = Literal[Kind, "NOTED"]
"""`NOTED`: a frame of any kind with which something is wrong."""
_KINDS: dict[str, Kind] = {
    "2": "CALL",
    "3": "CALLRESULT",
    "4": "CALLERROR",
    "5": "CALLRESULTERROR",
    "6": "SEND",
}
_CALL, _SEND = "2", "6"
_ANSWERS = frozenset({"3", "4"})
_TEXT = r'"((?:[^"\\]|\\.)*)"'
# A charger that numbers its calls is answered with the number.
_ID = rf"(?:{_TEXT}|(-?\d+))"
_HEAD = re.compile(rf"\s*\[\s*([2-6])\s*,\s*{_ID}\s*,\s*(?:{_TEXT})?")
_SPACES = re.compile(r"[ \t\n\r\f\v]+")
_ESCAPE = "\\u"
_UNSEEN = frozenset({"Cc", "Cf", "Zl", "Zp"})
_MOST_OPEN = 20_000
_OTHER_WAY = {IN: OUT, OUT: IN}
_WHEN = "2026-01-31T12:00:00.000Z"


class Message(BaseModel):
    """A frame, or what became of a connection."""

    number: int = Field(description="Rises with time; begins anew with the connector")
    time: str = Field(examples=[_WHEN])
    station: str | None = Field(
        description="null: nobody knows who it was", examples=["CP-7"]
    )
    direction: Literal["in", "out"] | None = Field(
        description="in: from the station; null: no frame", examples=["in"]
    )
    kind: Kind = Field(
        description="As OCPP-J names it; MALFORMED: no frame, though it was to be one; "
        "CONNECTED, DISCONNECTED, REFUSED (at the door): of connections",
        examples=["CALL"],
    )
    action: str | None = Field(
        description="Of a call, and of its answer where the call is still here",
        examples=["Heartbeat"],
    )
    id: str | None = Field(description="Of the message", examples=["19223201"])
    latency_ms: int | None = Field(
        description="Of an answer: the time since its call", examples=[12]
    )
    frame: Any = Field(
        description="JSON, secrets blanked; what is no JSON, as text; null: no frame",
        examples=[[2, "19223201", "Heartbeat", {}]],
    )
    note: str | None = Field(
        description="What is wrong with it, or why a connection was refused or ended; "
        "a frame may get one later, as a call that is not answered",
        examples=[None],
    )


class Head(NamedTuple):
    """What a record is, without reading all of it."""

    number: int
    record: Logged
    kind: Kind
    action: str | None = None
    id: str | None = None
    latency_ms: int | None = None

    @property
    def kinds(self) -> frozenset[WantedKind]:
        """What it may be looked for as."""
        record = self.record
        is_wrong = record.direction is not None and record.note is not None
        return frozenset((self.kind, "NOTED")) if is_wrong else frozenset((self.kind,))


@dataclass(frozen=True, slots=True)
class Filter:
    """Which records are wanted; None stands for all."""

    station: str | None = None
    action: str | None = None
    since_ms: int | None = None
    before: int | None = None
    """A number."""
    station_part: str | None = None
    action_part: str | None = None
    direction: Direction | None = None
    kinds: frozenset[WantedKind] = frozenset()
    """Empty: all."""
    text: str | None = None
    """In what is shown of it, without regard to case and spaces."""

    def is_of(self, record: Logged) -> bool:
        """Whether it is of a station that is wanted."""
        return (self.station is None or record.station == self.station) and _has(
            record.station, self.station_part
        )

    def has(self, head: Head) -> bool:
        """Whether it is one of them, as far as the text is not asked for."""
        record = head.record
        return (
            (self.action is None or head.action == self.action)
            and (self.since_ms is None or record.time_ms >= self.since_ms)
            and (self.before is None or head.number < self.before)
            and (self.direction is None or record.direction == self.direction)
            and (not self.kinds or not head.kinds.isdisjoint(self.kinds))
            and _has(head.action, self.action_part)
        )

    def says(self, head: Head) -> bool:
        """Whether the text is in what is shown of it: no secret can be guessed."""
        if self.text is None:
            return True
        sought = _compact(self.text)
        shown = _compact(_text(message(head)))
        if sought in shown:
            return True
        return _ESCAPE in sought and sought in _compact(_legible(shown))


class Conversations:
    """Gives answers the names of their calls; records have to come in their order."""

    def __init__(self) -> None:
        self._open: dict[tuple[str, str | None, str], tuple[str | None, int]] = {}

    def head(self, number: int, record: Logged) -> Head:
        """What a record is; one that is malformed may have type, id and action, too."""
        found = _HEAD.match(record.text or "")
        if found is None:
            return Head(number, record, record.kind or MALFORMED)  # type: ignore[arg-type]
        kind, unique_id = found[1], found[3] or _unescaped(found[2])
        action = _unescaped(found[4]) if found[4] and kind in (_CALL, _SEND) else None
        latency_ms = None
        if kind == _CALL:
            self._note(record, unique_id, action)
        elif kind in _ANSWERS:
            action, latency_ms = self._answered(record, unique_id)
        shown: Kind = record.kind or _KINDS[kind]  # type: ignore[assignment]
        return Head(number, record, shown, action, unique_id, latency_ms)

    def _note(self, record: Logged, unique_id: str, action: str | None) -> None:
        if len(self._open) >= _MOST_OPEN:
            self._open.clear()
        key = (record.station, record.direction, unique_id)
        self._open[key] = (action, record.time_ms)

    def _answered(
        self, record: Logged, unique_id: str
    ) -> tuple[str | None, int | None]:
        way = _OTHER_WAY[record.direction] if record.direction else None
        found = self._open.pop((record.station, way, unique_id), None)
        if found is None:
            return None, None
        action, asked_ms = found
        return action, max(0, record.time_ms - asked_ms)


def heads(first: int, records: Iterable[Logged], wanted: Filter) -> Iterator[Head]:
    """Those that are wanted, in their order."""
    conversations = Conversations()
    for number, record in enumerate(records, first):
        if not wanted.is_of(record):
            continue
        head = conversations.head(number, record)
        if wanted.has(head):
            yield head


def said(found: Iterable[Head], wanted: Filter) -> Iterator[Head]:
    """Those in which the wanted text is."""
    return filter(wanted.says, found)


def newest(
    first: int, records: Iterable[Logged], wanted: Filter, limit: int
) -> list[Head]:
    """The last ones of those that are wanted, in their order."""
    if wanted.text is None:
        return list(deque(heads(first, records, wanted), maxlen=limit))
    # From the end: all of a frame is read to look for a text in it.
    backwards = reversed(list(heads(first, records, wanted)))
    return list(islice(said(backwards, wanted), limit))[::-1]


def message(head: Head) -> Message:
    """The record for people."""
    record = head.record
    return Message(
        number=head.number,
        time=times.iso_ms(record.time_ms),
        station=record.station or None,
        direction=record.direction,
        kind=head.kind,
        action=head.action,
        id=head.id,
        latency_ms=head.latency_ms,
        frame=None if record.text is None else _shown(record),
        note=None if record.note is None else _shown_note(record),
    )


def line(head: Head) -> bytes:
    """The same as JSON in one line."""
    return message(head).model_dump_json().encode()


def _text(shown: Message) -> str:
    """Note and frame in one line, as pages show them."""
    is_text = isinstance(shown.frame, str)
    frame = shown.frame if is_text else orjson.dumps(shown.frame).decode()
    said = "" if shown.frame is None else frame
    return " · ".join(filter(None, (shown.note, said)))


def _compact(text: str) -> str:
    """To compare: pages break frames into lines, and people write spaces."""
    return _SPACES.sub("", text).lower()


def _legible(text: str) -> str:
    """With what is not seen as JSON has it, which is how pages show it."""
    return "".join(
        _escaped(each) if unicodedata.category(each) in _UNSEEN else each
        for each in text
    )


def _escaped(character: str) -> str:
    units = character.encode("utf-16-be").hex()
    return "".join(f"\\u{units[at : at + 4]}" for at in range(0, len(units), 4))


def _has(text: str | None, part: str | None) -> bool:
    return part is None or part.lower() in (text or "").lower()


def _shown(record: Logged) -> Any:
    text = record.text or ""
    if record.secrets:
        hide: Callable[[str], str] = KnownSecrets(record.secrets).hide_in_frame
        text = hide(text)
    return redact(text)


def _shown_note(record: Logged) -> str:
    return blank_text(KnownSecrets(record.secrets or ()).hide_in(record.note or ""))


def _unescaped(text: str) -> str:
    if "\\" not in text:
        return text
    try:
        return str(orjson.loads(f'"{text}"'))
    except orjson.JSONDecodeError:
        return text
