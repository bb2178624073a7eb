"""The frames of OCPP-J, read and written, as text and as lists (OCPP-J, section 4).

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
_CALL_RESULT_ERROR, _SEND = 5, 6
"""OCPP-J 2.1, section 4.2: they are in no version before."""
_SHOWN = 80
_LONGEST_DESCRIPTION = 255
"""OCPP-J 1.6 and 2.x, section 4.2.3."""
_BEGINNING = re.compile(r'\s*\[\s*([2-6])\s*,\s*"([^"\\\x00-\x1f]{1,255})"\s*,')
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
    """An answer that is an error; the id is a number where that of the call was one."""

    unique_id: str | int
    code: str
    description: str = ""
    details: Json = field(default_factory=dict)


@dataclass(slots=True)
class CallResultError:
    """What an answer is answered with that cannot be taken (2.1)."""

    unique_id: str
    code: str
    description: str = ""
    details: Json = field(default_factory=dict)


@dataclass(slots=True)
class Send(Call):
    """A request that nobody answers, whatever is in it (2.1)."""


Frame = Call | CallResult | CallError | CallResultError


class MalformedFrame(ConnectorError):
    """What is no frame; ``reply`` is the error to send, if there is one.

    ``answers`` is the id of the call that it was to answer; empty where it was none.
    """

    def __init__(
        self,
        reason: str,
        reply: CallError | CallResultError | None = None,
        *,
        answers: str = "",
    ) -> None:
        super().__init__(reason, reply)
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
        _refuse(f"not JSON ({problem})", dialect, _beginning(text))
    return read(parts, dialect, text)


def read(parts: object, dialect: Dialect, text: str = "") -> Frame:
    """The frame that a list is; ``text`` is what it was read from.

    Raises:
        MalformedFrame: it is none.
    """
    if not isinstance(parts, list) or len(parts) < 3:
        _refuse("no list of at least 3 members", dialect, parts)
    kind, unique_id = parts[0], parts[1]
    if type(unique_id) is not str or not 0 < len(unique_id) <= LONGEST_ID:
        _refuse(_wrong_id(unique_id), dialect, parts)
    if kind == _CALL:
        return _call(parts, text, dialect)
    if _may_be_deep(text) and is_too_deep(parts):
        _refuse(TOO_DEEP, dialect, parts)
    if kind == _CALL_RESULT:
        return _call_result(parts, dialect)
    if kind == _CALL_ERROR:
        return CallError(*_error_members(parts))
    if dialect.has_send and kind == _SEND:
        return _send(parts, text)
    if dialect.has_send and kind == _CALL_RESULT_ERROR:
        return CallResultError(*_error_members(parts))
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


def _call_result(parts: list[Any], dialect: Dialect) -> CallResult:
    if not isinstance(parts[2], dict):
        _refuse("a CALLRESULT whose payload is no object", dialect, parts)
    return CallResult(parts[1], parts[2])


def _send(parts: list[Any], text: str) -> Send:
    if len(parts) != 4 or type(parts[2]) is not str or type(parts[3]) is not dict:
        raise MalformedFrame("a SEND that is not [6, id, action, payload]")
    return Send(parts[1], parts[2], parts[3], text)


def _error_members(parts: list[Any]) -> tuple[str, str, str, Json]:
    description = parts[3] if len(parts) > 3 else ""
    details = parts[4] if len(parts) > 4 else {}
    return (
        parts[1],
        str(parts[2])[:_SHOWN],
        description[:_LONGEST_DESCRIPTION] if isinstance(description, str) else "",
        details if isinstance(details, dict) else {},
    )


def _beginning(text: str) -> object:
    """Type and id of a frame whose rest is no JSON; None where it has none."""
    found = _BEGINNING.match(text)
    return [int(found[1]), found[2]] if found else None


def _refuse(reason: str, dialect: Dialect, parts: object) -> NoReturn:
    """Answer what can be answered: 1.6 has no words for a frame without an id."""
    kind, unique_id = _head(parts)
    if not isinstance(unique_id, str) or not 0 < len(unique_id) <= _LONGEST_ECHOED_ID:
        raise MalformedFrame(
            reason, _reply_without_id(kind, unique_id, reason, dialect)
        )
    if kind == _CALL:
        raise MalformedFrame(reason, CallError(unique_id, dialect.formation, reason))
    if kind == _CALL_RESULT and dialect.has_send:
        error = CallResultError(unique_id, dialect.formation, reason)
        raise MalformedFrame(reason, error, answers=unique_id)
    if kind in (_CALL_RESULT, _CALL_ERROR):
        raise MalformedFrame(reason, answers=unique_id)
    if kind == _CALL_RESULT_ERROR and dialect.has_send:
        raise MalformedFrame(reason)
    raise MalformedFrame(reason, _reply_without_id(kind, None, reason, dialect))


def _wrong_id(unique_id: object) -> str:
    expected = f"text of 1 to {LONGEST_ID} characters"
    if type(unique_id) is int:
        return f"the id {unique_id}, a number; expected a {expected}"
    return f"the id is no {expected}"


def _reply_without_id(
    kind: object, unique_id: object, reason: str, dialect: Dialect
) -> CallError | None:
    """What can be said where there is no id to answer to, or nothing that has one.

    Some chargers number their calls: 1.6 has no word for an id that is none, but who
    sends a number may understand it, too, and its owner sees that something is wrong.
    """
    if dialect.unreadable:
        is_send = dialect.has_send and kind == _SEND
        return (
            None if is_send else CallError(_UNREADABLE_ID, dialect.unreadable, reason)
        )
    if kind == _CALL and type(unique_id) is int:
        return CallError(unique_id, dialect.formation, reason)
    return None


def _head(parts: object) -> tuple[object, object]:
    """The type and the id of what may be no frame."""
    found = parts[:2] if isinstance(parts, list) else []
    kind, unique_id = [*found, None, None][:2]
    return kind, unique_id


def _children(value: object) -> Iterator[object]:
    if isinstance(value, dict):
        yield from value.values()
    elif isinstance(value, list):
        yield from value


def _may_be_deep(text: str) -> bool:
    """Whether there are brackets enough; it saves looking at most answers."""
    return not text or text.count("{") + text.count("[") > _DEEPEST


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
    return _text_of(_CALL, unique_id, action, payload)


def encode_send(unique_id: str, action: str, payload: Json) -> str:
    """The text of a SEND.

    Raises:
        LocalProtocolError: as `encode_call`.
    """
    return _text_of(_SEND, unique_id, action, payload)


def _text_of(kind: int, unique_id: str, action: str, payload: Json) -> str:
    try:
        return orjson.dumps([kind, unique_id, action, payload]).decode()
    except TypeError as problem:
        raise LocalProtocolError(f"{action}: {problem}") from None


def encode_result(unique_id: str, payload: Json) -> str:
    """The text of a CALLRESULT."""
    return orjson.dumps([_CALL_RESULT, unique_id, payload]).decode()


def encode_error(error: CallError | CallResultError) -> str:
    """The text of an error; its description is cut to 255 characters."""
    return orjson.dumps(members(error)).decode()


def members(frame: Frame) -> list[Any]:
    """A frame as the list that is sent; the description of an error is cut."""
    match frame:
        case Send(unique_id, action, payload):
            return [_SEND, unique_id, action, payload]
        case Call(unique_id, action, payload):
            return [_CALL, unique_id, action, payload]
        case CallResult(unique_id, payload):
            return [_CALL_RESULT, unique_id, payload]
    kind = _CALL_ERROR if isinstance(frame, CallError) else _CALL_RESULT_ERROR
    text = frame.description[:_LONGEST_DESCRIPTION]
    return [kind, frame.unique_id, frame.code, text, frame.details]
