"""Who may use the API: whoever has its token, as a bearer or in the page's cookie.

Wrong ones are answered slowly, more so the more an address sends; a right one is let
in at once, wherever it comes from.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import logging
from collections.abc import Iterable
from dataclasses import dataclass
from http import HTTPStatus
from http.cookies import CookieError, SimpleCookie
from urllib.parse import parse_qsl, urlencode

from starlette.datastructures import Headers
from starlette.responses import RedirectResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from connector.csms.clock import Clock
from connector.csms.failures import Failures, neighbourhood
from connector.sessions.proxies import Origin, Proxies
from connector.web.problems import problem

logger = logging.getLogger(__name__)

OPEN = frozenset({"/health", "/health/live", "/metrics"})
OPEN_BELOW = "/files/"
"""Its names are secrets themselves."""
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
_MOST_WAITING_PER_ADDRESS = 20
_CHALLENGE = {"WWW-Authenticate": 'Bearer realm="OCPP connector"'}


class Tokens:
    """Compares what is presented with the one token, in constant time."""

    def __init__(self, token: str) -> None:
        key = token.encode()
        self._digest = _digest(token)
        self.cookie = hmac.new(key, b"cookie", hashlib.sha256).hexdigest()
        """What the page's cookie holds: not the token itself."""
        name = hmac.new(key, b"name", hashlib.sha256).hexdigest()[:8]
        # Cookies know no ports: several connectors may run on one host.
        self.cookie_name = f"ocpp_connector_{name}"

    def is_token(self, text: str) -> bool:
        """Whether it is the token."""
        return hmac.compare_digest(_digest(text), self._digest)

    def is_cookie(self, text: str) -> bool:
        """Whether it is what the cookie holds."""
        return hmac.compare_digest(_digest(text), _digest(self.cookie))


def _digest(text: str) -> bytes:
    return hashlib.sha256(text.encode(errors="surrogateescape")).digest()


@dataclass(slots=True)
class AuthCounts:
    """What is counted, for `/metrics`."""

    failures: int = 0


@dataclass(frozen=True, slots=True)
class _Refused:
    status: HTTPStatus
    detail: str
    is_wrong: bool = False


class Guard:
    """Lets requests through to ``app`` whose sender knows the token."""

    def __init__(
        self,
        app: ASGIApp,
        *,
        tokens: Tokens,
        counts: AuthCounts,
        clock: Clock,
        proxies: Proxies,
    ) -> None:
        self._proxies = proxies
        self._app = app
        self._tokens = tokens
        self._counts = counts
        self._failures = Failures(clock, _MOST_WAITING_PER_ADDRESS)
        self._clock = clock

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
        cookie = _cookie(headers.getlist("cookie"), self._tokens.cookie_name)
        if cookie is None:
            return _Refused(HTTPStatus.UNAUTHORIZED, _NEEDED, is_wrong=bool(kind))
        if not self._tokens.is_cookie(cookie):
            return _Refused(HTTPStatus.UNAUTHORIZED, _WRONG, is_wrong=True)
        if scope["method"] not in _READS and _is_foreign(headers):
            return _Refused(HTTPStatus.FORBIDDEN, _FOREIGN)
        return None

    async def _enter(self, scope: Scope, token: str) -> Response:
        """The page's way in: a cookie for the token in the URL, and out of it again."""
        if not self._tokens.is_token(token):
            wrong = _Refused(HTTPStatus.UNAUTHORIZED, _WRONG, is_wrong=True)
            return await self._refuse(scope, wrong)
        answer = RedirectResponse(_without_token(scope), HTTPStatus.SEE_OTHER)
        answer.headers["Cache-Control"] = "no-store"
        answer.headers["Referrer-Policy"] = "no-referrer"
        answer.set_cookie(
            self._tokens.cookie_name,
            self._tokens.cookie,
            httponly=True,
            samesite="strict",
            secure=self._origin(scope).is_secure,
        )
        return answer

    async def _refuse(self, scope: Scope, refused: _Refused) -> Response:
        if refused.is_wrong:
            await self._slow_down(self._origin(scope).address)
        is_401 = refused.status == HTTPStatus.UNAUTHORIZED
        return problem(refused.status, refused.detail, _CHALLENGE if is_401 else None)

    def _origin(self, scope: Scope) -> Origin:
        peer = (scope.get("client") or ("",))[0]
        is_secure = scope.get("scheme") == "https"
        return self._proxies.origin(peer, _All(scope), is_secure=is_secure)

    async def _slow_down(self, address: str) -> None:
        """Have a wrong one wait, the longer the more there were."""
        self._counts.failures += 1
        place = neighbourhood(address)
        delay_s = self._failures.note(place, place)
        if not delay_s:
            return
        logger.warning("wrong tokens for the API from %s", address or "somewhere")
        over = asyncio.Event()
        timer = self._clock.call_later(delay_s, over.set)
        self._failures.hold(place)
        try:
            await over.wait()
        finally:
            self._failures.release(place)
            timer.cancel()


class _All:
    """Headers by the name that `Proxies` has for it."""

    def __init__(self, scope: Scope) -> None:
        self._headers = Headers(scope=scope)

    def get_all(self, name: str, /) -> list[str]:
        return self._headers.getlist(name)


def is_open(path: str) -> bool:
    """Whether anybody may ask for it."""
    return path in OPEN or path.startswith(OPEN_BELOW)


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


def _cookie(headers: Iterable[str], name: str) -> str | None:
    for header in headers:
        try:
            found = SimpleCookie(header).get(name)
        except CookieError:
            continue
        if found is not None:
            return found.value
    return None


def _is_foreign(headers: Headers) -> bool:
    """Whether a page of another origin asks; ports of one host are one *site*."""
    site = headers.get("sec-fetch-site")
    if site is not None:
        return site not in ("same-origin", "none")
    origin = headers.get("origin")
    return origin is not None and origin.partition("://")[2] != headers.get("host")
