"""HEAD is GET without a body (RFC 9110, section 9.3.2).

Routes of FastAPI know GET alone; the others, of pages and files, know both themselves.
"""

from __future__ import annotations

from starlette.types import ASGIApp, Message, Receive, Scope, Send

HEAD, GET = "HEAD", "GET"
_BELOW = ("/api/", "/health", "/metrics")
_ASKED = "connector.method"


def method_of(scope: Scope) -> str:
    """What was asked with, where a route may think that it was GET."""
    return str(scope.get(_ASKED, scope["method"]))


def with_head(methods: set[str]) -> set[str]:
    """These, with HEAD where there is GET."""
    return methods | {HEAD} if GET in methods else methods


class Heads:
    """Has ``app`` answer HEAD as it answers GET."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Hand it on, and only the headers back."""
        is_head = scope["type"] == "http" and scope["method"] == HEAD
        if not (is_head and scope["path"].startswith(_BELOW)):
            await self._app(scope, receive, send)
            return

        async def send_head(message: Message) -> None:
            if message["type"] == "http.response.body":
                message = {**message, "body": b""}
            await send(message)

        await self._app({**scope, "method": GET, _ASKED: HEAD}, receive, send_head)
