"""How commands end: exactly one outcome each (contract: datapoints, section 3)."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

import orjson

from connector.errors import (
    CallErrorReceived,
    CommandRejected,
    CommandTimeout,
    ConnectorError,
    LinkClosed,
    LocalProtocolError,
    OutboxFull,
    RemoteProtocolError,
    ReportIncomplete,
    StationNotConnected,
    UnsupportedAction,
)
from connector.ocppj.known_secrets import KnownSecrets
from connector.ocppj.redaction import blank, blank_text

logger = logging.getLogger(__name__)

Json = dict[str, Any]


class OutcomeName(StrEnum):
    """The words of the contract."""

    ACCEPTED = "accepted"
    REJECTED = "rejected"
    ERROR = "error"
    TIMEOUT = "timeout"
    DISCONNECTED = "disconnected"
    SUPERSEDED = "superseded"
    QUEUE_FULL = "queue_full"
    INVALID = "invalid"
    UNSUPPORTED = "unsupported"


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a command ended; ``kept``: it is applied when the station can take it.

    ``detail`` may be text of people or stations: what is a secret in it is blanked.
    """

    outcome: OutcomeName
    detail: str = ""
    response: Any = None
    kept: bool = False

    def __post_init__(self) -> None:
        if self.detail:
            object.__setattr__(self, "detail", blank_text(self.detail))

    @property
    def is_accepted(self) -> bool:
        """Whether the station agreed."""
        return self.outcome is OutcomeName.ACCEPTED


def without_secrets(outcome: Outcome, known: KnownSecrets) -> Outcome:
    """The same without those that the station was sent before, wherever it has them."""
    if not known.texts:
        return outcome
    detail, response = known.hide_in(outcome.detail), known.hide(outcome.response)
    return replace(outcome, detail=detail, response=response)


# The first that fits counts: a class stands before those that it is derived from.
_OF_EXCEPTION: tuple[tuple[type[Exception], OutcomeName], ...] = (
    (StationNotConnected, OutcomeName.DISCONNECTED),
    (LinkClosed, OutcomeName.DISCONNECTED),
    (CommandTimeout, OutcomeName.TIMEOUT),
    (ReportIncomplete, OutcomeName.TIMEOUT),
    (OutboxFull, OutcomeName.QUEUE_FULL),
    (UnsupportedAction, OutcomeName.UNSUPPORTED),
    (LocalProtocolError, OutcomeName.INVALID),
    (CommandRejected, OutcomeName.REJECTED),
    (ConnectorError, OutcomeName.ERROR),
)


_UNREADABLE = "an answer that cannot be understood"


def outcome_of(problem: Exception) -> Outcome:
    """The outcome that an exception means."""
    for kind, name in _OF_EXCEPTION:
        if isinstance(problem, kind):
            return Outcome(name, _told(problem), _details(problem))
    logger.error("a command failed", exc_info=problem)
    return Outcome(OutcomeName.ERROR, "internal error")


def done_in_part(
    problem: Exception, response: Json, what: str, left: Iterable[str]
) -> Outcome:
    """The outcome of something in several calls, of which a later one failed.

    ``response`` is what the calls before it gave.

    Raises:
        Exception: the problem itself, where it was the first.
    """
    if not response:
        raise problem
    outcome = outcome_of(problem)
    detail = f"{outcome.detail}; not {what}: {', '.join(left)}"
    return Outcome(outcome.outcome, detail, response)


def _told(problem: Exception) -> str:
    """A CALLERROR's code is the station's; that of an answer that is none is ours."""
    is_unreadable = isinstance(problem, RemoteProtocolError)
    return f"{_UNREADABLE}: {problem}" if is_unreadable else str(problem)


def _details(problem: Exception) -> Any:
    if isinstance(problem, CallErrorReceived) and problem.details:
        return blank(problem.details)
    return None


EMPTY = "EmptyResultSet"
"""What a station says that has nothing to report on."""
_AGREED = frozenset(
    {
        EMPTY,
        "Accepted",
        "Scheduled",
        "RebootRequired",
        "Unlocked",
        "AcceptedCanceled",
        "Unpublished",
    }
)
_STATUSES = ("status", "attributeStatus")


def of_response(action: str, payload: Json) -> Outcome:
    """The outcome that an answer means: every status in it has to be a yes."""
    agreed = _AGREED | {"Unknown"} if action.startswith("Clear") else _AGREED
    statuses = list(_statuses(payload, ""))
    refused = [text for text, status in statuses if status not in agreed]
    if refused:
        return Outcome(OutcomeName.REJECTED, ", ".join(refused), blank(payload))
    empty = [text for text, status in statuses if status == EMPTY]
    return Outcome(OutcomeName.ACCEPTED, ", ".join(empty), blank(payload))


def _statuses(payload: Json, name: str) -> Iterable[tuple[str, str]]:
    """Statuses of an answer and of its items, each with a text that names it."""
    for member in _STATUSES:
        status = payload.get(member)
        if isinstance(status, str):
            yield f"{name}: {status}" if name else status, status
    for member, value in payload.items():
        if isinstance(value, list) and member.lower().endswith("result"):
            for index, item in enumerate(value):
                if isinstance(item, dict):
                    yield from _statuses(item, _name(item, index))


def _name(item: Json, index: int) -> str:
    variable = item.get("variable")
    if isinstance(variable, dict):
        return str(variable.get("name", index))
    return str(item.get("id", item.get("tariffId", index)))


_LONGEST_DETAIL = 700
"""With an identity of 255 bytes before it, a line of the log stays below 1000."""


def told(detail: str) -> str:
    """A detail as it is told: text that JSON has words for, and not without end."""
    text = detail.encode(errors="replace").decode()
    return text if len(text) <= _LONGEST_DETAIL else text[:_LONGEST_DETAIL] + ".."


def result_json(
    outcome: Outcome, correlation: str, timestamp_ms: int, duration_ms: int
) -> str:
    """An outcome as the text of a ``__result``."""
    result: Json = {
        "outcome": outcome.outcome.value,
        "detail": told(outcome.detail),
        "response": outcome.response,
        "correlation": correlation,
        "timestamp": timestamp_ms,
        "duration_ms": duration_ms,
    }
    if outcome.kept:
        result["kept"] = True
    return orjson.dumps(result).decode()
