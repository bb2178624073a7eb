"""Frames in, frames out: `handle` drives a behaviour without any transport.

The rules are those of the connector's sessions. No I/O, no clock, no loop.
"""

from __future__ import annotations

import inspect
import logging
from collections.abc import Callable
from typing import Any

from connector.errors import LocalProtocolError, RemoteProtocolError
from connector.ocppj.behaviours.behaviour import Behaviour, Json, method_name
from connector.ocppj.frames import (
    Call,
    CallError,
    CallResult,
    CallResultError,
    MalformedFrame,
    Send,
    members,
    read,
)
from connector.ocppj.refusals import refusal
from connector.ocppj.routes import ROUTES
from connector.ocppj.rules import Rules, rules
from connector.ocppj.typed import as_wire, to_typed

logger = logging.getLogger(__name__)


def handle(behaviour: Behaviour, frame: object) -> list[Any] | None:
    """Give a frame to a behaviour; gives the frame to answer with, if there is one.

    Raises:
        LocalProtocolError: the behaviour has no version of OCPP.
    """
    by = _rules(behaviour)
    try:
        heard = read(frame, by.dialect)
    except MalformedFrame as problem:
        return members(problem.reply) if problem.reply is not None else None
    match heard:
        case Send():
            _take_send(behaviour, heard, by)
        case Call():
            return members(_answer(behaviour, heard, by))
        case CallResult():
            return _take_result(behaviour, heard, by)
        case CallError():
            _take_error(behaviour.handle_error, heard)
        case CallResultError():
            _take_error(behaviour.handle_call_result_error, heard)
    return None


def _rules(behaviour: Behaviour) -> Rules:
    version = getattr(behaviour, "ocpp_version", None)
    if version not in ROUTES:
        known = ", ".join(ROUTES)
        raise LocalProtocolError(
            f"{type(behaviour).__name__}.ocpp_version is {version!r}; "
            f"expected one of {known}"
        )
    strict, is_station = behaviour.is_strict, behaviour.is_station
    return rules(behaviour.ocpp_version, strict=strict, is_station=is_station)


def _answer(behaviour: Behaviour, call: Call, by: Rules) -> CallResult | CallError:
    try:
        if by.hears(call.action) and not behaviour.handles(call.action):
            raise by.unhandled(call.action)
        by.take(call)
        payload = _result(behaviour, call, by)
        if by.answer_fits(call.action, payload):
            return CallResult(call.unique_id, payload)
        logger.error("our answer to %s does not fit", call.action)
    except Exception as problem:
        return _error(call.unique_id, problem, by, call.action)
    return CallError(call.unique_id, by.dialect.internal)


def _result(behaviour: Behaviour, call: Call, by: Rules) -> Any:
    """What the method of an action gives, with wire names."""
    name = method_name(call.action)
    method = getattr(behaviour, name)
    result = method(to_typed(by.version, call.action, call.payload))
    if inspect.iscoroutine(result):
        result.close()
        raise TypeError(f"{name} may not be async: handle is synchronous")
    return as_wire(by.version, call.action, result, is_response=True)


def _error(unique_id: str, problem: Exception, by: Rules, what: str) -> CallError:
    """What an exception is told as; nothing of a failure of ours gets out."""
    error = refusal(unique_id, problem, by.dialect)
    if error is not None:
        return error
    logger.error("%s failed", what, exc_info=problem)
    return CallError(unique_id, by.dialect.internal)


def _take_result(
    behaviour: Behaviour, result: CallResult, by: Rules
) -> list[Any] | None:
    try:
        behaviour.handle_result(result.unique_id, result.payload)
    except Exception as problem:
        error = _error(result.unique_id, problem, by, "handle_result")
        if by.dialect.has_send:
            return members(
                CallResultError(
                    result.unique_id, error.code, error.description, error.details
                )
            )
        logger.warning("a result was refused: %s %s", error.code, error.description)
    return None


def _take_error(method: Callable[[str, str, str, Json], None], error: Any) -> None:
    try:
        method(error.unique_id, error.code, error.description, error.details)
    except Exception as problem:
        logger.error("%s failed", method.__name__, exc_info=problem)


def _take_send(behaviour: Behaviour, send: Send, by: Rules) -> None:
    try:
        by.take(send)
        behaviour.handle_send(send.unique_id, send.action, send.payload)
    except RemoteProtocolError as problem:
        logger.warning("a SEND was dropped: %s", problem)
    except Exception as problem:
        logger.error("handle_send failed", exc_info=problem)
