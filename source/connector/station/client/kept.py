"""Events of transactions as lines of a file, and back.

The line of an event has its session where that is new or has changed; whoever reads
them gives the events of one transaction the same `Session`.
"""

from __future__ import annotations

from dataclasses import MISSING, fields
from typing import Any, TypeGuard

from connector.station.client.security_events import is_critical
from connector.station.core.events import CoreEvent, Reported, SessionEvent
from connector.station.core.session import Sample, Session
from connector.station.ports import Reading, Token

Json = dict[str, Any]
KeptEvent = SessionEvent | Reported
FIRMWARE, INSTALLED = "FirmwareStatusNotification", "Installed"
_PARTS = frozenset({"session", "reading", "token", "measurands", "samples"})
_EVENT = tuple(f.name for f in fields(SessionEvent) if f.name not in _PARTS)
_READING = tuple(fields(Reading))
_SESSION = (
    "key",
    "evse",
    "connector",
    "group",
    "started_ms",
    "begun_ms",
    "meter_start_wh",
    "id_16",
    "remote_start_id",
    "reservation_id",
    "payment",
    "protocol",
    "is_over",
    "was_plugged",
)
"""What has to be known of a session to tell of it after a restart."""


def is_kept(event: CoreEvent) -> TypeGuard[KeptEvent]:
    """Whether a restart must not swallow it.

    Beside transactions: critical events of security (2.x part 2, A04.FR.02), and the
    end of a firmware update, which is told after a restart.
    """
    if not isinstance(event, Reported):
        return isinstance(event, SessionEvent)
    is_installed = event.action == FIRMWARE and event.details["status"] == INSTALLED
    return is_installed or is_critical(event)


def session_line(session: Session) -> Json:
    """What has to be known of a session after a restart."""
    found: Json = {
        name: value
        for name in _SESSION
        if (value := getattr(session, name)) is not None and value is not False
    }
    if session.token is not None:
        found["token"] = _token_line(session.token)
    return found


def session_of(line: Json) -> Session:
    """The session of a line.

    Raises:
        KeyError, TypeError, ValueError: it is none.
    """
    known = {name: line[name] for name in _SESSION if name in line}
    return Session(**known, token=_token_of(line.get("token")))


def event_line(event: KeptEvent) -> Json:
    """An event; its session is named by its key."""
    if isinstance(event, Reported):
        return {"action": event.action, "details": event.details, "ms": event.time_ms}
    found: Json = {
        name: value for name in _EVENT if (value := getattr(event, name)) is not None
    }
    found["key"] = event.session.key
    if event.measurands:
        found["measurands"] = event.measurands
    if event.reading is not None:
        found["reading"] = _reading_line(event.reading)
    if event.token is not None:
        found["token"] = _token_line(event.token)
    if event.samples:
        found["samples"] = [_sample_line(each) for each in event.samples]
    return found


def event_of(line: Json, sessions: dict[str, Session]) -> KeptEvent:
    """The event of a line, with the session of its key.

    Raises:
        KeyError, TypeError, ValueError: it is none.
    """
    if "action" in line:
        return Reported(line["action"], line["details"], line["ms"])
    reading = line.get("reading")
    return SessionEvent(
        session=sessions[line["key"]],
        reading=_reading_of(reading) if reading else None,
        token=_token_of(line.get("token")),
        measurands=tuple(line.get("measurands", ())),
        samples=tuple(_sample_of(each) for each in line.get("samples", ())),
        **{name: line[name] for name in _EVENT if name in line},
    )


def _token_line(token: Token) -> list[str]:
    return [token.id, token.type]


def _token_of(line: list[str] | None) -> Token | None:
    return Token(*line) if line else None


def _sample_line(sample: Sample) -> list[Any]:
    reading = _reading_line(sample.reading)
    return [sample.time_ms, reading, sample.measurands, sample.context]


def _sample_of(line: list[Any]) -> Sample:
    time_ms, reading, measurands, context = line
    return Sample(time_ms, _reading_of(reading), tuple(measurands), context)


def _reading_line(reading: Reading) -> Json:
    found: Json = {
        field.name: value
        for field in _READING
        if (value := getattr(reading, field.name))
        or (value == 0 and field.default is MISSING)
    }
    if reading.signed:
        # Signed by now at the latest: nobody signs anew what was told.
        found["signed"] = {name: dict(each) for name, each in reading.signed.items()}
    return found


def _reading_of(line: Json) -> Reading:
    known: Json = {n: tuple(v) if isinstance(v, list) else v for n, v in line.items()}
    return Reading(**known)
