"""The frames of OCPP-J, read from text and written as text (OCPP-J, section 4).

Reading fails with `MalformedFrame` alone, which says what to answer.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, NoReturn

import orjson

from connector.errors import ConnectorError, LocalProtocolError
from connector.ocppj.dialects import Dialect

Json = dict[str, Any]

LONGEST_ID = 36
"""OCPP-J 1.6 and 2.x, section 4.1.4."""
_LONGEST_ECHOED_ID = 255
_DEEPEST = 32
TOO_DEEP = f"nested deeper than {_DEEPEST}"
_UNREADABLE_ID = "-1"
"""OCPP-J 2.0.1, section 4.2.3: the id of an error about an id that was unreadable."""
_CALL, _CALL_RESULT, _CALL_ERROR = 2, 3, 4
_ANSWERS = (_CALL_RESULT, _CALL_ERROR)
_SHOWN = 80
_BEGINNING = re.compile(r'\s*\[\s*([234])\s*,\s*"([^"\\\x00-\x1f]{1,255})"\s*[,\]]')
"""How a frame begins whose rest may be none: type and id."""


@dataclass(slots=True)
class Call:
    """A request; ``raw`` is its text as it came."""

    unique_id: str
    action: str
    payload: Json
    raw: str = ""
    received_ms: int = 0


@dataclass(slots=True)
class CallResult:
    """An answer."""

    unique_id: str
    payload: Json


@dataclass(slots=True)
class CallError:
    """An answer that is an error."""

    unique_id: str
    code: str
    description: str = ""
    details: Json = field(default_factory=dict)


Frame = Call | CallResult | CallError


class MalformedFrame(ConnectorError):
    """Text that is no frame; ``reply`` is the CALLERROR to send, if there is one.

    ``answers`` is the id of our call that it was meant to answer, as far as it can be
    read; else it is empty.
    """

    def __init__(
        self, reason: str, reply: CallError | None = None, answers: str = ""
    ) -> None:
        super().__init__(reason, reply, answers)
        self.reason = reason
        self.reply = reply
        self.answers = answers

    def __str__(self) -> str:
        return self.reason


def decode(text: str | bytes, dialect: Dialect) -> Frame:
    """The frame that ``text`` is.

    Raises:
        MalformedFrame: it is none.
    """
    if isinstance(text, bytes):
        raise MalformedFrame("a binary message; OCPP-J sends text")
    try:
        parts = orjson.loads(text)
    except orjson.JSONDecodeError as problem:
        _refuse(f"not JSON ({problem})", dialect, _beginning(text) or None)
    if not isinstance(parts, list) or len(parts) < 3:
        _refuse("no list of at least 3 members", dialect, _id_of(parts))
    kind, unique_id = parts[0], parts[1]
    if type(unique_id) is not str or not 0 < len(unique_id) <= LONGEST_ID:
        _refuse(f"the id is no text of 1 to {LONGEST_ID} characters", dialect, parts)
    if kind == _CALL:
        return _call(parts, text, dialect)
    if is_too_deep(parts):
        _refuse(TOO_DEEP, dialect, parts)
    if kind == _CALL_RESULT and isinstance(parts[2], dict):
        return CallResult(unique_id, parts[2])
    if kind == _CALL_ERROR:
        return _call_error(parts)
    if kind == _CALL_RESULT:
        _refuse("a CALLRESULT whose payload is no object", dialect, parts)
    raise MalformedFrame(
        f"unknown message type {str(kind)[:_SHOWN]}",
        CallError(unique_id, dialect.unknown_type) if dialect.unknown_type else None,
    )


def _call(parts: list[Any], text: str, dialect: Dialect) -> Call:
    if len(parts) != 4 or type(parts[2]) is not str or type(parts[3]) is not dict:
        description = "expected [2, id, action, payload]"
        reply = CallError(parts[1], dialect.formation, description)
        raise MalformedFrame("a CALL that is not " + description[9:], reply)
    return Call(parts[1], parts[2], parts[3], text)


def _call_error(parts: list[Any]) -> CallError:
    description = parts[3] if len(parts) > 3 else ""
    details = parts[4] if len(parts) > 4 else {}
    return CallError(
        parts[1],
        str(parts[2])[:_SHOWN],
        description if isinstance(description, str) else "",
        details if isinstance(details, dict) else {},
    )


def _id_of(parts: object) -> list[Any] | None:
    return parts if isinstance(parts, list) and len(parts) > 1 else None


def _refuse(reason: str, dialect: Dialect, parts: list[Any] | None = None) -> NoReturn:
    """Answer what can be answered: 1.6 has no words for a frame without an id."""
    unique_id: object = parts[1] if parts else None
    is_call = parts is not None and parts[0] == _CALL
    if isinstance(unique_id, str) and 0 < len(unique_id) <= _LONGEST_ECHOED_ID:
        reply = CallError(unique_id, dialect.formation, reason) if is_call else None
    elif dialect.unreadable:
        reply = CallError(_UNREADABLE_ID, dialect.unreadable, reason)
    else:
        reply = None
    is_answer = parts is not None and parts[0] in _ANSWERS
    answers = unique_id if is_answer and isinstance(unique_id, str) else ""
    raise MalformedFrame(reason, reply, answers)


def _beginning(text: str) -> list[Any]:
    """Type and id of a whole text that is no JSON further on, or holds no values.

    Stations write NaN, 1e400, halves of characters: they get an answer all the same.
    """
    found = _BEGINNING.match(text)
    is_whole = found is not None and text.rstrip().endswith("]")
    return [int(found[1]), found[2]] if found is not None and is_whole else []


def _children(value: object) -> Iterator[object]:
    if isinstance(value, dict):
        yield from value.values()
    elif isinstance(value, list):
        yield from value


def is_too_deep(value: object) -> bool:
    """Whether a value is nested deeper than any message of OCPP, without recursion.

    A call that fits its schema is not: it is only asked where one does not.
    """
    depth, level = 0, [value]
    while level and depth <= _DEEPEST:
        depth += 1
        level = [
            child
            for parent in level
            for child in _children(parent)
            if isinstance(child, dict | list)
        ]
    return depth > _DEEPEST


def encode_call(unique_id: str, action: str, payload: Json) -> str:
    """The text of a CALL.

    Raises:
        LocalProtocolError: the payload cannot be written as JSON.
    """
    try:
        return orjson.dumps([_CALL, unique_id, action, payload]).decode()
    except TypeError as problem:
        raise LocalProtocolError(f"{action}: {problem}") from None


def encode_result(unique_id: str, payload: Json) -> str:
    """The text of a CALLRESULT."""
    return orjson.dumps([_CALL_RESULT, unique_id, payload]).decode()


def encode_error(error: CallError) -> str:
    """The text of a CALLERROR; its description is cut to 255 characters."""
    parts = [error.unique_id, error.code, error.description[:255], error.details]
    return orjson.dumps([_CALL_ERROR, *parts]).decode()
