"""What may be said in one version: the one place that asks schemas and routes."""

from __future__ import annotations

from functools import cache
from typing import Any

from connector.errors import (
    LocalProtocolError,
    RemoteProtocolError,
    UnsupportedAction,
)
from connector.ocppj import tolerance
from connector.ocppj.dialects import DIALECTS
from connector.ocppj.frames import TOO_DEEP, Call, is_too_deep
from connector.ocppj.routes import ROUTES
from connector.ocppj.schemas import schemas

Json = dict[str, Any]


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
        self._heard, self._said = (
            (routes.down, routes.up) if is_station else (routes.up, routes.down)
        )
        self._incoming = schemas(version, with_formats=strict)
        self._outgoing = schemas(version)

    def unhandled(self, action: str) -> RemoteProtocolError:
        """The error for an action that nobody handles (OCPP-J 1.6, table 7)."""
        is_known = self._routes.knows(action)
        dialect = self.dialect
        code = dialect.unsupported_action if is_known else dialect.unknown_action
        return RemoteProtocolError(code, "this action is not handled here")

    def take(self, call: Call) -> list[str]:
        """Check a call that came in; gives warnings about what was tolerated.

        Raises:
            RemoteProtocolError: it cannot be taken.
        """
        if call.action not in self._heard:
            raise self.unhandled(call.action)
        schema = self._incoming.request(call.action)
        if schema.is_valid(call.payload):
            return []
        if is_too_deep(call.payload):
            raise RemoteProtocolError(self.dialect.formation, TOO_DEEP)
        if self._strict:
            raise tolerance.refuse(schema.misfits(call.payload), self.dialect)
        call.payload, warnings = tolerance.fit(call.payload, schema, self.dialect)
        return warnings

    def answer_fits(self, action: str, payload: object) -> bool:
        """Whether an answer of ours is one."""
        if type(payload) is not dict:
            return False
        try:
            return self._outgoing.response(action).is_valid(payload)
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
        schema = self._outgoing.request(action)
        try:
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


@cache
def rules(version: str, *, strict: bool = False, is_station: bool = False) -> Rules:
    """The rules of a version, made once."""
    return Rules(version, strict=strict, is_station=is_station)
