"""Headers that keep browsers from doing more with our answers than is meant."""

from __future__ import annotations

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_ALWAYS = {
    "Content-Security-Policy": (
        "default-src 'none'; base-uri 'none'; form-action 'none'; "
        "frame-ancestors 'none'"
    ),
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    # For browsers that do not know frame-ancestors.
    "X-Frame-Options": "DENY",
}
"""Unless a route says otherwise: a page has a policy of its own."""
_BELOW = "/api/"
_NEVER_KEPT = "no-store"


class SafeHeaders:
    """Puts them on every answer of ``app``, those to requests that fail included."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Hand it on."""
        is_of_api = scope["type"] == "http" and scope["path"].startswith(_BELOW)

        async def send_safely(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in _ALWAYS.items():
                    headers.setdefault(name, value)
                if is_of_api:
                    headers.setdefault("Cache-Control", _NEVER_KEPT)
            await send(message)

        await self._app(scope, receive, send_safely)
