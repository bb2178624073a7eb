"""The file of a recorded connection: JSON lines, one for each thing that happened.

First the header; then frames (``{"t", "from", "frame"}``, the time in seconds since the
connection began), commands of people in written recordings, and at last why it ended.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

import orjson

from connector.errors import RecordingError
from connector.ocppj.frames import TOO_DEEP, is_too_deep
from connector.ocppj.known_secrets import KnownSecrets
from connector.ocppj.pseudonyms import Pseudonyms
from connector.ocppj.redaction import blank, redact

Json = dict[str, Any]
Sender = Literal["station", "csms"]

FORMAT = 1
STATION: Sender = "station"
CSMS: Sender = "csms"


@dataclass(frozen=True, slots=True)
class Header:
    """Whose connection it was, and when it began (epoch, UTC).

    ``subprotocol`` is what the station offered, and we took; ``is_written``: made from
    public knowledge (``about`` and ``sources`` say which), not captured.
    """

    station: str
    started_ms: int
    subprotocol: str | None = "ocpp1.6"
    connector: str = ""
    is_written: bool = False
    about: str = ""
    sources: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Frame:
    """What one end sent: a JSON array, or text that is none.

    Of binary messages only their size was kept: both are None.
    """

    line: int
    t: float
    sender: Sender
    parts: list[Any] | None
    text: str | None = None


@dataclass(frozen=True, slots=True)
class Command:
    """What somebody wanted of the station at that time."""

    line: int
    t: float
    where: str
    name: str
    value: Any


@dataclass(frozen=True, slots=True)
class Recording:
    """One connection of one station."""

    header: Header
    entries: tuple[Frame | Command, ...]
    ended_s: float | None = None
    end: str = ""

    @property
    def duration_s(self) -> float:
        """From the beginning to the last thing that is known."""
        last = self.entries[-1].t if self.entries else 0.0
        return max(last, self.ended_s or 0.0)


# -- writing


def header_line(header: Header) -> bytes:
    """The first line of a file."""
    started = datetime.fromtimestamp(header.started_ms / 1000, UTC)
    return _line(
        {
            "format": FORMAT,
            "connector": header.connector,
            "station": header.station,
            "subprotocol": header.subprotocol,
            "started": _text(started),
        }
    )


def _text(time: datetime) -> str:
    return time.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def frame_line(
    t: float,
    sender: Sender,
    text: str | bytes,
    pseudonyms: Pseudonyms,
    secrets: KnownSecrets | None = None,
) -> bytes:
    """A frame without secrets, with other names for id tokens.

    ``secrets`` are those of the same connection, and learn of those that we send.
    """
    secrets = secrets or KnownSecrets()
    shown = _shown(text, pseudonyms, secrets, is_ours=sender == CSMS)
    return _line({"t": t, "from": sender, "frame": shown})


def dropped_line(t: float, count: int) -> bytes:
    """Frames came faster than they could be written."""
    return _line({"t": t, "dropped": count})


def end_line(t: float, reason: str) -> bytes:
    """Why nothing follows."""
    return _line({"t": t, "end": reason})


def _line(value: Json) -> bytes:
    return orjson.dumps(value, option=orjson.OPT_APPEND_NEWLINE)


def _shown(
    text: str | bytes, pseudonyms: Pseudonyms, secrets: KnownSecrets, *, is_ours: bool
) -> list[Any] | Json:
    if isinstance(text, bytes):
        return {"bytes": len(text)}
    try:
        value = orjson.loads(text)
    except orjson.JSONDecodeError:
        # A lone surrogate cannot be written as JSON.
        shown = str(redact(text)).encode("utf-8", "replace").decode()
        return {"text": pseudonyms.replace_text(secrets.hide_in(shown))}
    if is_too_deep(value):
        return {"text": f"{len(text)} characters, {TOO_DEEP}"}
    if is_ours:
        secrets.note(value)
    shown = pseudonyms.replace(secrets.hide(blank(value)))
    if isinstance(shown, list):
        return shown
    return {"text": orjson.dumps(shown).decode()}


# -- reading


def read(path: Path) -> Recording:
    """The recording in a file.

    Raises:
        RecordingError: it cannot be read, or is none.
    """
    try:
        with path.open("rb") as file:
            return parse(file, str(path))
    except OSError as problem:
        reason = problem.strerror or str(problem)
        raise RecordingError(str(path), 0, f"cannot be read: {reason}") from None


def parse(lines: Iterable[bytes], name: str = "recording") -> Recording:
    """The recording in lines of JSON; a last one that was cut off is left out.

    Raises:
        RecordingError: a line is not what it should be.
    """
    reader = _Reader(name)
    for number, line in enumerate(lines, 1):
        reader.number = number
        if line.strip():
            reader.take(line)
    return reader.recording()


class _Reader:
    def __init__(self, name: str) -> None:
        self._name = name
        self.number = 0
        self._header: Header | None = None
        self._entries: list[Frame | Command] = []
        self._ended_s: float | None = None
        self._end = ""

    def take(self, line: bytes) -> None:
        try:
            value = orjson.loads(line)
        except orjson.JSONDecodeError as problem:
            if self._header is not None and not line.endswith(b"\n"):
                return  # cut off: the disk was full, or we were
            raise self._wrong(f"is no JSON ({problem})") from None
        if not isinstance(value, dict):
            raise self._wrong("is no JSON object")
        if self._header is None:
            self._header = self._read_header(value)
        else:
            self._take_entry(value)

    def recording(self) -> Recording:
        if self._header is None:
            raise RecordingError(self._name, 0, "is empty, expected a recording")
        return Recording(self._header, tuple(self._entries), self._ended_s, self._end)

    def _wrong(self, problem: str) -> RecordingError:
        return RecordingError(self._name, self.number, problem)

    def _member(
        self, value: Json, name: str, kind: type | tuple[type, ...], expected: str
    ) -> Any:
        found = value.get(name)
        if not isinstance(found, kind) or isinstance(found, bool):
            raise self._wrong(f"{name} is {found!r}, expected {expected}")
        return found

    def _read_header(self, value: Json) -> Header:
        if value.get("format") != FORMAT:
            raise self._wrong(
                f"format is {value.get('format')!r}, expected the header of a "
                f"recording with format {FORMAT}"
            )
        subprotocol = value.get("subprotocol")
        if subprotocol is not None:
            subprotocol = self._member(value, "subprotocol", str, "text or null")
        return Header(
            self._member(value, "station", str, "text"),
            self._read_time(self._member(value, "started", str, "a time with a zone")),
            subprotocol,
            str(value.get("connector", "")),
            value.get("written") is True,
            str(value.get("about", "")),
            tuple(map(str, value.get("sources", ()))),
        )

    def _read_time(self, text: str) -> int:
        try:
            time = datetime.fromisoformat(text)
        except ValueError:
            time = None
        if time is None or time.tzinfo is None:
            raise self._wrong(f"started is {text!r}, expected a time with a zone")
        return round(time.timestamp() * 1000)

    def _take_entry(self, value: Json) -> None:
        t = float(self._member(value, "t", (int, float), "seconds"))
        if "frame" in value:
            self._entries.append(self._read_frame(value, t))
        elif "command" in value:
            self._entries.append(self._read_command(value, t))
        elif "end" in value:
            self._ended_s, self._end = t, str(value["end"])
        elif "dropped" not in value:
            raise self._wrong("expected frame, command, dropped or end beside t")

    def _read_frame(self, value: Json, t: float) -> Frame:
        sender = value.get("from")
        if sender not in (STATION, CSMS):
            raise self._wrong(f"from is {sender!r}, expected {STATION} or {CSMS}")
        match value["frame"]:
            case list() as parts:
                return Frame(self.number, t, sender, parts)
            case {"text": str() as text}:
                return Frame(self.number, t, sender, None, text)
            case {"bytes": int()}:
                return Frame(self.number, t, sender, None)
        raise self._wrong("frame is neither a JSON array nor an object with its text")

    def _read_command(self, value: Json, t: float) -> Command:
        command = self._member(value, "command", dict, "an object")
        where = self._member(command, "where", str, "a place as text")
        name = self._member(command, "name", str, "the name of a command")
        return Command(self.number, t, where, name, command.get("value"))
