"""What may be said in one version: the one place that asks schemas and routes."""

from __future__ import annotations

from functools import cache
from typing import Any

from connector.errors import (
    LocalProtocolError,
    RemoteProtocolError,
    UnsupportedAction,
)
from connector.ocppj import earlier_version, tolerance
from connector.ocppj.dialects import DIALECTS
from connector.ocppj.frames import TOO_DEEP, Call, Send, is_too_deep
from connector.ocppj.routes import ROUTES
from connector.ocppj.schemas import CUSTOM_DATA, Schema, schemas

Json = dict[str, Any]

_OPEN_ACTION = "DataTransfer"
"""With `customData`, where a payload of 2.x holds whatever a vendor likes."""


class Rules:
    """The rules of one version for one side; ``strict`` tolerates nothing.

    ``is_station`` turns the directions round: what a station may hear and say.
    """

    def __init__(self, version: str, *, strict: bool, is_station: bool) -> None:
        self.version = version
        self.dialect = DIALECTS[version]
        self._strict = strict
        routes = ROUTES[version]
        self._routes = routes
        self._is_station = is_station
        self._heard, self._said = (
            (routes.down, routes.up) if is_station else (routes.up, routes.down)
        )
        nothing: frozenset[str] = frozenset()
        self._heard_unanswered, self._said_unanswered = (
            (nothing, routes.sent_up) if is_station else (routes.sent_up, nothing)
        )
        self._has_open_parts = version != "1.6"
        self._incoming = schemas(version, formats="all" if strict else "none")
        self._answers = schemas(version)
        # People write times, and stations answer as if they had understood them.
        self._outgoing = schemas(version, formats="none" if is_station else "times")

    def hears(self, action: str) -> bool:
        """Whether this side may be called with an action."""
        return action in self._heard

    def unhandled(self, action: str) -> RemoteProtocolError:
        """The error for an action that nobody handles (OCPP-J 1.6, table 7)."""
        is_known = self._routes.knows(action)
        dialect = self.dialect
        code = dialect.unsupported_action if is_known else dialect.unknown_action
        return RemoteProtocolError(code, "this action is not handled here")

    def take(self, call: Call) -> list[str]:
        """Check a call or a SEND that came in; gives warnings of what was tolerated.

        Raises:
            RemoteProtocolError: it cannot be taken.
        """
        heard = self._heard_unanswered if type(call) is Send else self._heard
        if call.action not in heard:
            raise self._refusal(call)
        schema = self._incoming.request(call.action)
        try:
            if not schema.is_valid(call.payload):
                return self._tolerated(call, schema)
        except ValueError as problem:  # it holds what JSON has no words for
            raise RemoteProtocolError(self.dialect.formation, str(problem)) from None
        if self._has_open_parts and _may_be_open(call) and is_too_deep(call.payload):
            raise RemoteProtocolError(self.dialect.formation, TOO_DEEP)
        return []

    def _refusal(self, call: Call) -> RemoteProtocolError:
        problem = self.unhandled(call.action)
        if problem.code == self.dialect.unknown_action:
            self._blame_version(call, problem)
        return problem

    def _tolerated(self, call: Call, schema: Schema) -> list[str]:
        if is_too_deep(call.payload):
            raise RemoteProtocolError(self.dialect.formation, TOO_DEEP)
        try:
            if self._strict:
                raise tolerance.refuse(schema.misfits(call.payload), self.dialect)
            fitted = tolerance.fit(call.payload, schema, self.dialect)
        except RemoteProtocolError as problem:
            self._blame_version(call, problem)
            raise
        call.payload, warnings = fitted
        return warnings

    def _blame_version(self, call: Call, problem: RemoteProtocolError) -> None:
        """Say so where a peer speaks 1.6 on a link of a later version."""
        if earlier_version.is_spoken(
            call.action, call.payload, self.version, is_station=self._is_station
        ):
            raise earlier_version.EarlierVersion(
                problem.code, call.action, self.version
            ) from None

    def answer_fits(self, action: str, payload: object) -> bool:
        """Whether an answer of ours is one."""
        if type(payload) is not dict:
            return False
        try:
            return self._answers.response(action).is_valid(payload)
        except ValueError:
            return False  # it holds what JSON has no words for

    def check_action(self, action: str) -> None:
        """Check whether a call may go out at all.

        Raises:
            UnsupportedAction: the version has no such action in this direction.
        """
        if action not in self._said:
            raise UnsupportedAction(action, self.version)

    def check_call(self, action: str, payload: Json) -> None:
        """Check a call that is to go out.

        Raises:
            UnsupportedAction: as `check_action`.
            LocalProtocolError: the payload does not fit.
        """
        self.check_action(action)
        self._check_outgoing(action, payload)

    def check_send(self, action: str, payload: Json) -> None:
        """Check a SEND that is to go out.

        Raises:
            UnsupportedAction: the version has no such SEND in this direction.
            LocalProtocolError: the payload does not fit.
        """
        if action not in self._said_unanswered:
            raise UnsupportedAction(action, self.version)
        self._check_outgoing(action, payload)

    def _check_outgoing(self, action: str, payload: Json) -> None:
        schema = self._outgoing.request(action)
        try:
            if schema.is_valid(payload):
                return
            first = next(iter(schema.misfits(payload)), None)
        except ValueError as problem:
            raise LocalProtocolError(f"{action}: {problem}") from None
        if first is not None:
            raise LocalProtocolError(f"{action}: {first}")

    def check_answer(self, action: str, payload: Json) -> Json:
        """The answer to a call of ours, without what does not fit.

        Raises:
            RemoteProtocolError: it means nothing; a status that does not exist is such.
        """
        schema = self._incoming.response(action)
        if schema.is_valid(payload):
            return payload
        if self._strict:
            raise tolerance.refuse(schema.misfits(payload), self.dialect)
        return tolerance.fit(payload, schema, self.dialect, keeps_enums=False)[0]


def _may_be_open(call: Call) -> bool:
    """Whether a payload may have parts without a schema; asked of every message."""
    if not call.raw:
        return True  # it came as a list
    return call.action == _OPEN_ACTION or CUSTOM_DATA in call.raw


@cache
def rules(version: str, *, strict: bool = False, is_station: bool = False) -> Rules:
    """The rules of a version, made once."""
    return Rules(version, strict=strict, is_station=is_station)
