"""Frames as lists, read and written by the rules of a version, without a behaviour."""

from __future__ import annotations

from typing import Any

from connector.errors import RemoteProtocolError
from connector.ocppj.dialects import DIALECTS
from connector.ocppj.frames import (
    Call,
    Frame,
    MalformedFrame,
    Send,
    members,
    read,
)
from connector.ocppj.refusals import refusal
from connector.ocppj.routes import ROUTES
from connector.ocppj.rules import rules
from connector.ocppj.typed import as_wire, kind_of

Json = dict[str, Any]


def decode(
    frame: object, version: str, *, is_station: bool | None = None, strict: bool = True
) -> Frame:
    """The frame that a list is, checked: shape, action, and schema of a request.

    ``is_station`` says who hears it; None takes requests of both directions. The
    payload of an answer is not checked, for it does not tell its action.

    Raises:
        MalformedFrame: it is none; ``reply`` is what to answer, if there is anything.
    """
    dialect = DIALECTS[version]
    heard = read(frame, dialect)
    if not isinstance(heard, Call):
        return heard
    if is_station is None:
        is_station = heard.action not in ROUTES[version].up | ROUTES[version].sent_up
    by = rules(version, strict=strict, is_station=is_station)
    try:
        by.take(heard)
    except RemoteProtocolError as problem:
        is_answered = not isinstance(heard, Send)
        reply = refusal(heard.unique_id, problem, dialect) if is_answered else None
        raise MalformedFrame(str(problem), reply) from None
    return heard


def encode(frame: Frame, version: str = "") -> list[Any]:
    """A frame as a list; with a version, a request is checked by its schema.

    Raises:
        LocalProtocolError: the request does not fit.
    """
    if version and isinstance(frame, Call):
        _check(version, frame)
    return members(frame)


def request(unique_id: str, message: Any) -> list[Any]:
    """A request of the library's classes as a list: CALL, or SEND where it is one.

    Raises:
        LocalProtocolError: it is no request, or it does not fit.
    """
    version, action, is_response = kind_of(message)
    wire = as_wire(version, action, message, is_response=is_response)
    kind = Send if action in ROUTES[version].sent_up else Call
    return encode(kind(unique_id, action, wire), version)


def _check(version: str, call: Call) -> None:
    routes = ROUTES[version]
    is_up = call.action in routes.up | routes.sent_up
    by = rules(version, is_station=is_up)
    check = by.check_send if isinstance(call, Send) else by.check_call
    check(call.action, call.payload)
