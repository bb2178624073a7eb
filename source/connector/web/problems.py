"""Errors as application/problem+json (RFC 9457), with what a person can do about them.

One text stands for everything that is not there: who tries names learns nothing.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from fastapi.responses import FileResponse, JSONResponse
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.routing import compile_path
from starlette.types import Message, Receive, Scope, Send

from connector.errors import StoreError
from connector.web.heads import with_head
from connector.web.misfits import misfits

logger = logging.getLogger(__name__)

MEDIA_TYPE = "application/problem+json"
NOTHING_HERE = (
    "nothing is here: /docs tells what /api/v1 has, /health and /metrics answer, and "
    "/files/<name> with a name that get_log or update_firmware has told a station, "
    "until it is spent or expires; give the command again for a new one"
)
_MISTAKE = "a mistake of the connector: its log has more"
_RANGE = "there is no such range in the file; ask for it without Range"


PROBLEM_SCHEMA: dict[str, Any] = {
    "title": "Problem",
    "description": "RFC 9457; `detail` says what was wrong, and what to do about it",
    "type": "object",
    "required": ["type", "title", "status", "detail"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["field", "expected"],
                "properties": {
                    "field": {"type": "string"},
                    "expected": {"type": "string"},
                },
            },
        },
    },
}
_CONTENT = {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}


def errors(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """The ``responses`` of a route that may raise `Problem` with these statuses."""
    return {
        status: {"description": HTTPStatus(status).phrase, "content": _CONTENT}
        for status in statuses
    }


class Problem(Exception):
    """Raised by a route: the answer is ``status`` with a ``detail`` for people.

    ``more`` are members beside it, such as ``errors``.
    """

    def __init__(
        self,
        status: HTTPStatus,
        detail: str,
        headers: Mapping[str, str] | None = None,
        **more: Any,
    ) -> None:
        super().__init__(status, detail)
        self.status = status
        self.detail = detail
        self.headers = headers
        self.more = more

    def __str__(self) -> str:
        return f"{self.status.value}: {self.detail}"


def unfit(field: str, expected: str, detail: str) -> Problem:
    """422: one field does not fit."""
    errors = [{"field": field, "expected": expected}]
    return Problem(HTTPStatus.UNPROCESSABLE_ENTITY, detail, errors=errors)


def wrong_method(method: str, allowed: str) -> Problem:
    """405: these methods can be used, and not that one."""
    detail = f"{method} is not for this: {allowed} can be used"
    return Problem(HTTPStatus.METHOD_NOT_ALLOWED, detail, {"Allow": allowed})


def problem(
    status: HTTPStatus,
    detail: str,
    headers: Mapping[str, str] | None = None,
    **more: Any,
) -> JSONResponse:
    """The response that tells of a problem."""
    body = problem_body(status, detail) | more
    return JSONResponse(body, status, headers=headers, media_type=MEDIA_TYPE)


def problem_body(status: HTTPStatus, detail: str) -> dict[str, Any]:
    """What stands in it."""
    return {
        "type": "about:blank",
        "title": status.phrase,
        "status": status.value,
        "detail": detail,
    }


def add_to(app: FastAPI) -> None:
    """Have everything that goes wrong told so."""
    app.add_exception_handler(HTTPException, _on_http)
    app.add_exception_handler(Problem, _on_problem)
    app.add_exception_handler(RequestValidationError, _on_misfit)
    app.add_exception_handler(StoreError, _on_store)
    app.add_exception_handler(Exception, _on_mistake)


async def _on_http(request: Request, raised: Exception) -> JSONResponse:
    assert isinstance(raised, HTTPException)  # noqa: S101
    status = HTTPStatus(raised.status_code)
    detail = raised.detail
    if status == HTTPStatus.NOT_FOUND:
        detail = NOTHING_HERE
    elif status == HTTPStatus.METHOD_NOT_ALLOWED:
        allowed = await _allowed(request) or (raised.headers or {}).get("Allow", "")
        return await _on_problem(request, wrong_method(request.method, allowed))
    return problem(status, detail, raised.headers)


async def _allowed(request: Request) -> str:
    """The methods of a path, each of which has a route of its own; "" where unknown."""
    description = await asyncio.to_thread(request.app.openapi)
    for template, item in description["paths"].items():
        if compile_path(template)[0].match(request.url.path):
            return ", ".join(sorted(with_head({method.upper() for method in item})))
    return ""


async def _on_problem(request: Request, raised: Exception) -> JSONResponse:
    assert isinstance(raised, Problem)  # noqa: S101
    return problem(raised.status, raised.detail, raised.headers, **raised.more)


async def _on_misfit(request: Request, raised: Exception) -> JSONResponse:
    assert isinstance(raised, RequestValidationError)  # noqa: S101
    found = misfits(raised.errors())
    detail = "; ".join(each.text for each in found)
    errors = [{"field": each.field, "expected": each.expected} for each in found]
    return problem(HTTPStatus.UNPROCESSABLE_ENTITY, detail, errors=errors)


async def _on_store(request: Request, raised: Exception) -> JSONResponse:
    assert isinstance(raised, StoreError)  # noqa: S101
    logger.log(raised.level, "%s %s: %s", request.method, request.url.path, raised)
    detail = f"the store cannot do it now, nothing has changed: {raised}"
    return problem(HTTPStatus.SERVICE_UNAVAILABLE, detail, {"Retry-After": "5"})


async def _on_mistake(request: Request, raised: Exception) -> JSONResponse:
    return problem(HTTPStatus.INTERNAL_SERVER_ERROR, _MISTAKE)


class Download(FileResponse):
    """A file; a range that it has not is a problem like others."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send it."""
        refused: list[Message] = []

        async def send_unless_refused(message: Message) -> None:
            is_start = message["type"] == "http.response.start"
            if is_start and message["status"] >= HTTPStatus.BAD_REQUEST:
                refused.append(message)
            elif not refused:
                await send(message)

        await super().__call__(scope, receive, send_unless_refused)
        for start in refused:
            size = {"content-range": f"bytes */{_size(start)}"} if _size(start) else {}
            answer = problem(HTTPStatus(start["status"]), _RANGE, size)
            await answer(scope, receive, send)


def _size(start: Message) -> str:
    """How large the file is, where a refusal says so (RFC 9110, section 15.5.17)."""
    for name, value in start.get("headers", ()):
        if name.lower() == b"content-range":
            return str(value.decode()).rpartition("/")[2]
    return ""
