"""An identity in a path is one segment, and has the form of one.

Routes see paths decoded, where `%2F` is a slash like others: such a path would be
another one, and nothing is there.
"""

from __future__ import annotations

from http import HTTPStatus
from urllib.parse import unquote

from starlette.types import ASGIApp, Receive, Scope, Send

from connector.sessions.identity import EXPECTED, identity_of
from connector.web.problems import problem

_BELOW = b"/api/v1/stations/"
_SHOWN = 80


class Identities:
    """Refuses requests to `app` that name a station which there cannot be."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Hand it on, or answer it with 422."""
        named = _named(scope) if scope["type"] == "http" else ""
        try:
            if named:
                identity_of(named)
        except ValueError:
            shown = unquote(named)[:_SHOWN]
            detail = f"{shown!r} cannot be an identity: expected {EXPECTED}"
            errors = [{"field": "station", "expected": EXPECTED}]
            refused = problem(HTTPStatus.UNPROCESSABLE_ENTITY, detail, errors=errors)
            await refused(scope, receive, send)
            return
        await self._app(scope, receive, send)


def _named(scope: Scope) -> str:
    """The segment of a path that is an identity, as it was sent; "" where none is."""
    path: bytes = scope.get("raw_path") or b""
    if not path.startswith(_BELOW):
        return ""
    return path.removeprefix(_BELOW).partition(b"/")[0].decode("latin-1")
