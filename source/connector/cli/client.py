"""The HTTP API as commands see it: its answers, or what went wrong in one line.

Everything that is not an answer is raised as a `CommandFailed` with its exit code.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import quote

import httpx

from connector.cli.problems import ConnectorRefused, Unreachable
from connector.settings.access import Access

Json = Any
PREFIX = "/api/v1"
_CONNECT_S, _READ_S = 5.0, 30.0
OUTCOME_S = 7260.0
"""For an outcome: it always comes, but a call may wait an hour, and take another."""
_PAGE = 1000
_NO_API = "what answers there is no OCPP connector"


def path_of(*parts: str) -> str:
    """A path of the API; every part as one segment, whatever is in it."""
    return "/".join([PREFIX, *(_segment(part) for part in parts)])


def _segment(part: str) -> str:
    text = quote(part, safe="")
    # A URL that has `.` or `..` as a segment means another place.
    return text.replace(".", "%2E") if text in (".", "..") else text


class Client:
    """A conversation with the connector; closed at the end of a ``with``."""

    def __init__(self, access: Access, *, wait_s: float | None = None) -> None:
        self._access = access
        headers = {"Accept": "application/json"}
        if access.token is not None:
            headers["Authorization"] = f"Bearer {access.token}"
        self._http = httpx.Client(
            base_url=access.url,
            headers=headers,
            timeout=httpx.Timeout(wait_s or _READ_S, connect=wait_s or _CONNECT_S),
            # A proxy in the environment is no way to this machine itself.
            trust_env=not access.is_local,
            # Reading all CAs of this machine takes its time.
            verify=access.url.startswith("https:"),
        )

    @property
    def is_local(self) -> bool:
        """Whether it is this machine that is asked."""
        return self._access.is_local

    def __enter__(self) -> Client:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Ask nothing more."""
        self._http.close()

    def get(self, path: str, **query: Any) -> Json:
        """What is there."""
        return self._ask("GET", path, query=query)

    def put(self, path: str, body: Json) -> Json:
        """Have it be so."""
        return self._ask("PUT", path, body=body)

    def patch(self, path: str, body: Json) -> Json:
        """Change a part of it."""
        return self._ask("PATCH", path, body=body)

    def post(self, path: str, body: Json = None, *, read_s: float = _READ_S) -> Json:
        """Have something done; ``read_s``: how long the answer may take."""
        return self._ask("POST", path, body=body, read_s=read_s)

    def delete(self, path: str) -> Json:
        """Take it away."""
        return self._ask("DELETE", path)

    def text(self, path: str) -> str:
        """What is there, where that is no JSON: a certificate."""
        with self._told_apart():
            answer = self._http.get(path)
        self._checked(answer)
        return answer.text

    def items(self, path: str, limit: int, **query: Any) -> Iterator[Json]:
        """The items of a list, page by page, at most ``limit``; 0: all of them."""
        cursor: str | None = None
        given = 0
        while True:
            size = min(limit - given, _PAGE) if limit else _PAGE
            page = self.get(path, limit=size, cursor=cursor, **query)
            yield from page["items"]
            given += len(page["items"])
            cursor = page["next"]
            if cursor is None or (limit and given >= limit):
                return

    @contextlib.contextmanager
    def stream(self, path: str, **query: Any) -> Iterator[Iterator[bytes]]:
        """A body that may be long, in parts, as it comes."""
        with self._told_apart():
            request = self._http.build_request("GET", path, params=_set(query))
            answer = self._http.send(request, stream=True)
            try:
                if not answer.is_success:
                    answer.read()
                self._checked(answer)
                yield answer.iter_bytes()
            finally:
                answer.close()

    def _ask(
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, Any] | None = None,
        body: Json = None,
        read_s: float = _READ_S,
    ) -> Json:
        with self._told_apart():
            answer = self._http.request(
                method,
                path,
                params=_set(query or {}),
                json=body,
                timeout=httpx.Timeout(read_s, connect=_CONNECT_S),
            )
        self._checked(answer)
        return self._json(answer) if answer.content else None

    @contextlib.contextmanager
    def _told_apart(self) -> Iterator[None]:
        """What httpx raises, in words."""
        url = self._access.url
        try:
            yield
        except httpx.TimeoutException as problem:
            is_connect = isinstance(problem, httpx.ConnectTimeout)
            what = "nobody answers" if is_connect else "no answer in time"
            raise Unreachable(url, what) from None
        except httpx.ConnectError as problem:
            reason = f"no connection ({problem}); does the connector run?"
            raise Unreachable(url, reason) from None
        except (httpx.TransportError, httpx.InvalidURL) as problem:
            text = str(problem) or type(problem).__name__
            raise Unreachable(url, text) from None

    def _checked(self, answer: httpx.Response) -> None:
        if answer.is_success:
            return
        if answer.is_redirect:
            place = answer.headers.get("location", "somewhere else")
            raise Unreachable(self._access.url, f"it is not here but at {place}")
        detail = self._detail(answer)
        if answer.status_code == httpx.codes.UNAUTHORIZED:
            detail = f"{detail} (the token: {self._access.origin})"
        raise ConnectorRefused(answer.status_code, detail)

    def _detail(self, answer: httpx.Response) -> str:
        """The detail of a problem; what has none is not from a connector."""
        body = self._json(answer)
        detail = body.get("detail") if isinstance(body, dict) else None
        if not isinstance(detail, str):
            raise Unreachable(self._access.url, _NO_API)
        return detail

    def _json(self, answer: httpx.Response) -> Json:
        try:
            return answer.json()
        except ValueError:
            status = answer.status_code
            text = f"{_NO_API} (its answer, {status}, is no JSON)"
            raise Unreachable(self._access.url, text) from None


def _set(query: Mapping[str, Any]) -> dict[str, Any]:
    """Without what nobody asked for."""
    return {name: value for name, value in query.items() if value is not None}
