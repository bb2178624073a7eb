"""Who may use the API: whoever has its token, as a bearer or in the page's cookie.

Wrong ones are answered slowly, more so the more an address sends; a right one is let
in at once, wherever it comes from.
"""

from __future__ import annotations

from dataclasses import dataclass
from http import HTTPStatus
from urllib.parse import parse_qsl, urlencode

from starlette.datastructures import Headers
from starlette.responses import RedirectResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from connector.web.api.entrance import Entrance, is_foreign
from connector.web.problems import problem

OPEN = frozenset({"/health", "/health/live", "/metrics", "/login", "/favicon.ico"})
OPEN_BELOW = ("/files/", "/assets/")
"""Names of files are secrets themselves; assets are the same everywhere."""
DOCS = "/docs"
"""A page as well, for people: they are led to that form."""
PAGE = "/"
"""Shows a form to those who are not let in."""
_READS = frozenset({"GET", "HEAD", "OPTIONS"})
_NEEDED = (
    "the API's token is needed: send the header Authorization: Bearer <API_TOKEN>; "
    "where none is set, the connector keeps the one it made in DATA_DIR/api.token"
)
_WRONG = "this is not the API's token (API_TOKEN, else DATA_DIR/api.token)"
_FOREIGN = (
    "another page may not do this with your cookie; programs send the header "
    "Authorization: Bearer <API_TOKEN>"
)
_CHALLENGE = {"WWW-Authenticate": 'Bearer realm="OCPP connector"'}


@dataclass(frozen=True, slots=True)
class _Refused:
    status: HTTPStatus
    detail: str
    is_wrong: bool = False


class Guard:
    """Lets requests through to ``app`` whose sender knows the token."""

    def __init__(self, app: ASGIApp, *, entrance: Entrance) -> None:
        self._app = app
        self._entrance = entrance
        self._tokens = entrance.tokens

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let it through, or answer it."""
        if scope["type"] != "http" or is_open(scope["path"]):
            await self._app(scope, receive, send)
            return
        offered = _token_in_query(scope)
        if offered is not None and scope["method"] in _READS:
            await (await self._enter(scope, offered))(scope, receive, send)
            return
        refused = self._judge(scope)
        if refused is None:
            await self._app(scope, receive, send)
        else:
            await (await self._refuse(scope, refused))(scope, receive, send)

    def _judge(self, scope: Scope) -> _Refused | None:
        headers = Headers(scope=scope)
        kind, _, token = headers.get("authorization", "").partition(" ")
        if kind.lower() == "bearer":
            if self._tokens.is_token(token.strip()):
                return None
            return _Refused(HTTPStatus.UNAUTHORIZED, _WRONG, is_wrong=True)
        if scope["path"] == PAGE and scope["method"] in _READS:
            return None
        cookie = self._entrance.cookie(headers)
        if cookie is None:
            return _Refused(HTTPStatus.UNAUTHORIZED, _NEEDED, is_wrong=bool(kind))
        if not self._tokens.is_cookie(cookie):
            return _Refused(HTTPStatus.UNAUTHORIZED, _WRONG, is_wrong=True)
        if scope["method"] not in _READS and is_foreign(headers):
            return _Refused(HTTPStatus.FORBIDDEN, _FOREIGN)
        return None

    async def _enter(self, scope: Scope, token: str) -> Response:
        """The page's way in: a cookie for the token in the URL, and out of it again."""
        if not self._tokens.is_token(token):
            wrong = _Refused(HTTPStatus.UNAUTHORIZED, _WRONG, is_wrong=True)
            answer = await self._refuse(scope, wrong)
            return _to(_form(scope)) if _is_browser(scope) else answer
        answer = _to(_without_token(scope))
        self._entrance.give_cookie(scope, answer)
        return answer

    async def _refuse(self, scope: Scope, refused: _Refused) -> Response:
        if refused.is_wrong:
            await self._entrance.slow_down(scope)
        is_401 = refused.status == HTTPStatus.UNAUTHORIZED
        if is_401 and _is_visit(scope):
            return _to("./?to=docs")
        return problem(refused.status, refused.detail, _CHALLENGE if is_401 else None)


def is_open(path: str) -> bool:
    """Whether anybody may ask for it."""
    return path in OPEN or path.startswith(OPEN_BELOW)


def _is_browser(scope: Scope) -> bool:
    """Whether a person looks at the answer."""
    return "text/html" in Headers(scope=scope).get("accept", "").lower()


def _is_visit(scope: Scope) -> bool:
    """Whether a person opens the reference; a program is told what is missing."""
    is_read = scope["path"] == DOCS and scope["method"] in _READS
    has_header = "authorization" in Headers(scope=scope)
    return is_read and not has_header and _is_browser(scope)


def _to(place: str) -> Response:
    headers = {"Cache-Control": "no-store", "Referrer-Policy": "no-referrer"}
    return RedirectResponse(place, HTTPStatus.SEE_OTHER, headers)


def _form(scope: Scope) -> str:
    """Where the token is asked for, and that this one is wrong; relative as below."""
    depth = scope.get("raw_path", b"").count(b"/") - 1
    return ("../" * depth or "./") + "?refused=1"


def _query(scope: Scope) -> list[tuple[str, str]]:
    return parse_qsl(scope["query_string"].decode("latin-1"), keep_blank_values=True)


def _token_in_query(scope: Scope) -> str | None:
    if b"token" not in scope["query_string"] or scope["path"].startswith("/api/"):
        # There it is a filter of lists: an id token.
        return None
    return next((value for name, value in _query(scope) if name == "token"), None)


def _without_token(scope: Scope) -> str:
    """The same place without its token; relative, for proxies that cut a prefix."""
    rest = [(name, value) for name, value in _query(scope) if name != "token"]
    last = scope.get("raw_path", b"").decode("latin-1").rpartition("/")[2]
    return f"./{last}" + (f"?{urlencode(rest)}" if rest else "")
