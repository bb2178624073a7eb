"""Who may use the API: whoever has its token, as a bearer or in the page's cookie.

Wrong ones are answered slowly, more so the more an address sends; a right one is let
in at once, wherever it comes from.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import logging
from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass
from http import HTTPStatus
from http.cookies import CookieError, SimpleCookie
from urllib.parse import parse_qsl, urlencode

from starlette.datastructures import Headers
from starlette.responses import RedirectResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from connector.csms.clock import Clock
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
_TOO_MANY = "too many wrong tokens wait for their answer; come again later"
_CHALLENGE = {"WWW-Authenticate": 'Bearer realm="OCPP connector"'}


class Failures:
    """Counts wrong tokens by address, and says how long the answer has to wait."""

    _FIRST_S, _LONGEST_S = 0.25, 8.0
    _FORGOTTEN_AFTER_S = 900.0
    _MOST_ADDRESSES = 1000

    def __init__(self, clock: Clock) -> None:
        self.total = 0
        self._clock = clock
        self._by_address: OrderedDict[str, tuple[int, float]] = OrderedDict()

    def note(self, address: str) -> float:
        """One more from here; the seconds that its answer waits."""
        self.total += 1
        now_s = self._clock.monotonic()
        count, last_s = self._by_address.pop(address, (0, now_s))
        if now_s - last_s > self._FORGOTTEN_AFTER_S:
            count = 0
        self._by_address[address] = (count + 1, now_s)
        if len(self._by_address) > self._MOST_ADDRESSES:
            self._by_address.popitem(last=False)
        return float(min(self._FIRST_S * 2 ** min(count, 16), self._LONGEST_S))


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


@dataclass(frozen=True, slots=True)
class _Refused:
    status: HTTPStatus
    detail: str
    is_wrong: bool = False


class Guard:
    """Lets requests through to ``app`` whose sender knows the token."""

    _MOST_WAITING = 64

    def __init__(
        self, app: ASGIApp, *, tokens: Tokens, failures: Failures, clock: Clock
    ) -> None:
        self._app = app
        self._tokens = tokens
        self._failures = failures
        self._clock = clock
        self._waiting = 0

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
            secure=scope.get("scheme") == "https",
        )
        return answer

    async def _refuse(self, scope: Scope, refused: _Refused) -> Response:
        if refused.is_wrong:
            address = (scope.get("client") or ("",))[0]
            delay_s = self._failures.note(address)
            logger.warning("a wrong API token from %s", address or "somewhere")
            if self._waiting >= self._MOST_WAITING:
                later = {"Retry-After": str(round(Failures._LONGEST_S))}
                return problem(HTTPStatus.TOO_MANY_REQUESTS, _TOO_MANY, later)
            await self._pause(delay_s)
        is_401 = refused.status == HTTPStatus.UNAUTHORIZED
        return problem(refused.status, refused.detail, _CHALLENGE if is_401 else None)

    async def _pause(self, delay_s: float) -> None:
        over = asyncio.Event()
        timer = self._clock.call_later(delay_s, over.set)
        self._waiting += 1
        try:
            await over.wait()
        finally:
            self._waiting -= 1
            timer.cancel()


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
    origin = headers.get("origin")
    return origin is not None and origin.partition("://")[2] != headers.get("host")
