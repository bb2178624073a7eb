"""Events of transactions as lines of a file, and back.

The line of an event has its session where that is new or has changed; whoever reads
them gives the events of one transaction the same `Session`.
"""

from __future__ import annotations

from dataclasses import MISSING, fields
from typing import Any

from connector.station.core.events import Reported, SessionEvent
from connector.station.core.session import Session
from connector.station.ports import Reading, Token

Json = dict[str, Any]
KeptEvent = SessionEvent | Reported
_LATER = frozenset({"session", "reading", "token", "measurands"})
_SESSION = tuple(
    field.name
    for field in fields(Session)
    if field.name not in ("token", "limits", "sampled_ms", "told")
)
_EVENT = tuple(f.name for f in fields(SessionEvent) if f.name not in _LATER)
_READING = tuple(fields(Reading))


def session_line(session: Session) -> Json:
    """What has to be known of a session after a restart."""
    found: Json = {
        name: value
        for name in _SESSION
        if (value := getattr(session, name)) is not None and value is not False
    }
    if session.token is not None:
        found["token"] = [session.token.id, session.token.type]
    return found


def session_of(line: Json) -> Session:
    """The session of a line.

    Raises:
        KeyError, TypeError, ValueError: it is none.
    """
    token = line.get("token")
    known = {name: line[name] for name in _SESSION if name in line}
    return Session(**known, token=Token(*token) if token else None)


def event_line(event: KeptEvent) -> Json:
    """An event; its session is named by its key."""
    if isinstance(event, Reported):
        return {"action": event.action, "details": event.details, "ms": event.time_ms}
    found: Json = {name: getattr(event, name) for name in _EVENT}
    found["key"] = event.session.key
    found["measurands"] = event.measurands
    if event.reading is not None:
        found["reading"] = _reading_line(event.reading)
    if event.token is not None:
        found["token"] = [event.token.id, event.token.type]
    return found


def event_of(line: Json, sessions: dict[str, Session]) -> KeptEvent:
    """The event of a line, with the session of its key.

    Raises:
        KeyError, TypeError, ValueError: it is none.
    """
    if "action" in line:
        return Reported(line["action"], line["details"], line["ms"])
    token, reading = line.get("token"), line.get("reading")
    return SessionEvent(
        session=sessions[line["key"]],
        reading=_reading_of(reading) if reading else None,
        token=Token(*token) if token else None,
        measurands=tuple(line["measurands"]),
        **{name: line[name] for name in _EVENT},
    )


def _reading_line(reading: Reading) -> Json:
    return {
        field.name: value
        for field in _READING
        if (value := getattr(reading, field.name))
        or (value == 0 and field.default is MISSING)
    }


def _reading_of(line: Json) -> Reading:
    known: Json = {n: tuple(v) if isinstance(v, list) else v for n, v in line.items()}
    return Reading(**known)
