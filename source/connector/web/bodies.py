"""Bodies of requests to the API: whole, in time, bounded, and JSON in the strict sense.

What is no JSON (NaN, Infinity, half a surrogate) never gets to a route.
"""

from __future__ import annotations

import asyncio
import json
from http import HTTPStatus

import orjson
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from connector.ocppj import exact_json
from connector.ocppj.frames import TOO_DEEP, is_too_deep
from connector.web.problems import Problem, problem, unfit

MOST_BYTES = 1_048_576
IDLE_TIMEOUT_S = 10.0
WHOLE_TIMEOUT_S = 30.0
_BELOW = "/api/"
_SHOWN = 60
_CLOSE = {"Connection": "close"}


class Bodies:
    """Reads the body before ``app`` does, and answers those that do not fit."""

    def __init__(
        self,
        app: ASGIApp,
        *,
        idle_timeout_s: float = IDLE_TIMEOUT_S,
        whole_timeout_s: float = WHOLE_TIMEOUT_S,
    ) -> None:
        self._app = app
        self._idle_timeout_s = idle_timeout_s
        self._whole_timeout_s = whole_timeout_s

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Hand the request on with a body that is JSON or empty."""
        if scope["type"] != "http" or not scope["path"].startswith(_BELOW):
            await self._app(scope, receive, send)
            return
        try:
            body = await self._read(Headers(scope=scope), receive)
            body = _strict(body)
        except Problem as refused:
            answer = problem(
                refused.status, refused.detail, refused.headers, **refused.more
            )
            await answer(scope, receive, send)
            return
        except _Gone:
            return
        if body:
            MutableHeaders(scope=scope)["content-type"] = "application/json"
        await self._app(scope, _again(body, receive), send)

    async def _read(self, headers: Headers, receive: Receive) -> bytes:
        length = headers.get("content-length", "0")
        if length.isdecimal() and (len(length) > 18 or int(length) > MOST_BYTES):
            raise _too_long()
        body = bytearray()
        try:
            async with asyncio.timeout(self._whole_timeout_s):
                is_more = True
                while is_more:
                    async with asyncio.timeout(self._idle_timeout_s):
                        message = await receive()
                    if message["type"] == "http.disconnect":
                        raise _Gone
                    body += message.get("body", b"")
                    is_more = message.get("more_body", False)
                    if len(body) > MOST_BYTES:
                        raise _too_long()
        except TimeoutError:
            detail = "the body did not come in time: send it at once"
            raise Problem(HTTPStatus.REQUEST_TIMEOUT, detail, _CLOSE) from None
        return bytes(body)


class _Gone(Exception):
    """Whoever asked has hung up."""


def _too_long() -> Problem:
    detail = f"the body is longer than {MOST_BYTES} bytes"
    return Problem(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, detail, _CLOSE)


def _strict(body: bytes) -> bytes:
    """The same as JSON that every reader understands alike; empty stays empty."""
    if not body.strip():
        return b""
    try:
        value = exact_json.loads(body)
    except orjson.JSONDecodeError as wrong:
        raise unfit("body", "JSON", f"the body is no JSON: {wrong}") from None
    if is_too_deep(value):
        text = f"{TOO_DEEP} levels"
        raise unfit("body", f"JSON that is not {text}", f"the body is {text}")
    odd = exact_json.odd_numbers_of(body, value)
    long = [number for number in odd if isinstance(number, int)]
    if long:
        text = f"a whole number of more than 64 bits: {str(long[0])[:_SHOWN]}"
        raise unfit("body", "whole numbers of at most 64 bits", text)
    # What is beyond a double is for the route to judge; there it is infinite.
    return json.dumps(value).encode() if odd else orjson.dumps(value)


def _again(body: bytes, receive: Receive) -> Receive:
    """Gives the body once, then what comes after it: that somebody hangs up."""
    waiting: list[Message] = [
        {"type": "http.request", "body": body, "more_body": False}
    ]

    async def take() -> Message:
        return waiting.pop() if waiting else await receive()

    return take
