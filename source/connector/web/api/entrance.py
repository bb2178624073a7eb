"""The token of the API, the page's cookie for it, and what guessing costs."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import logging
from collections.abc import Iterable
from dataclasses import dataclass
from http.cookies import CookieError, SimpleCookie

from starlette.datastructures import Headers
from starlette.responses import Response
from starlette.types import Scope

from connector.csms.clock import Clock
from connector.csms.failures import Failures, neighbourhood
from connector.sessions.proxies import Origin, Proxies

logger = logging.getLogger(__name__)

_MOST_WAITING_PER_ADDRESS = 20


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


class Entrance:
    """Where people come in: cookies are given here, and who guesses has to wait."""

    def __init__(
        self, tokens: Tokens, counts: AuthCounts, clock: Clock, proxies: Proxies
    ) -> None:
        self.tokens = tokens
        self._counts = counts
        self._clock = clock
        self._proxies = proxies
        self._failures = Failures(clock, _MOST_WAITING_PER_ADDRESS)

    def cookie(self, headers: Headers) -> str | None:
        """What the page's cookie holds in a request; None: it has none."""
        return _cookie(headers.getlist("cookie"), self.tokens.cookie_name)

    def has_cookie(self, headers: Headers) -> bool:
        """Whether the page's cookie is there, and right."""
        cookie = self.cookie(headers)
        return cookie is not None and self.tokens.is_cookie(cookie)

    def give_cookie(self, scope: Scope, answer: Response) -> None:
        """Have a browser let in from now on."""
        answer.set_cookie(
            self.tokens.cookie_name,
            self.tokens.cookie,
            httponly=True,
            samesite="strict",
            secure=self.is_secure(scope),
        )

    def take_cookie(self, scope: Scope, answer: Response) -> None:
        """Have it asked again."""
        answer.delete_cookie(
            self.tokens.cookie_name,
            httponly=True,
            samesite="strict",
            secure=self.is_secure(scope),
        )

    async def slow_down(self, scope: Scope) -> None:
        """Have a wrong one wait, the longer the more there were."""
        self._counts.failures += 1
        address = self._origin(scope).address
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

    def is_secure(self, scope: Scope) -> bool:
        """Whether a request came by TLS, to us or to a proxy that we know."""
        return self._origin(scope).is_secure

    def _origin(self, scope: Scope) -> Origin:
        peer = (scope.get("client") or ("",))[0]
        is_secure = scope.get("scheme") == "https"
        return self._proxies.origin(peer, _All(scope), is_secure=is_secure)


class _All:
    """Headers by the name that `Proxies` has for it."""

    def __init__(self, scope: Scope) -> None:
        self._headers = Headers(scope=scope)

    def get_all(self, name: str, /) -> list[str]:
        return self._headers.getlist(name)


def _cookie(headers: Iterable[str], name: str) -> str | None:
    for header in headers:
        try:
            found = SimpleCookie(header).get(name)
        except CookieError:
            continue
        if found is not None:
            return found.value
    return None


def is_foreign(headers: Headers) -> bool:
    """Whether a page of another origin asks; ports of one host are one *site*."""
    site = headers.get("sec-fetch-site")
    if site is not None:
        return site not in ("same-origin", "none")
    origin = headers.get("origin")
    return origin is not None and origin.partition("://")[2] != headers.get("host")
