"""`/`, `/assets/`, `/login` and `/logout`: the page, and the way in and out.

All URLs in it are relative: a proxy may put it below a path of its own.
"""

from __future__ import annotations

import asyncio
from http import HTTPStatus
from urllib.parse import parse_qs

from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from connector.web.api.entrance import Entrance, is_foreign
from connector.web.dashboard.assets import Asset, Assets, Page
from connector.web.problems import Problem, problem

_FOR_EVER = "public, max-age=31536000, immutable"
_ASK_AGAIN = "no-cache"
_SAFE = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
}
_MOST_BYTES = 8192
_BODY_TIMEOUT_S = 10.0
_WRONG = "this is not the API's token (API_TOKEN, else DATA_DIR/api.token)"
_PLACES = frozenset({"docs"})
"""Where else one may be led after logging in."""
_FOREIGN = "another page may not log you in or out"


def page_routes(entrance: Entrance) -> list[BaseRoute]:
    """The routes of the page."""
    page = _Dashboard(entrance)
    return [
        Route("/", page.show, methods=["GET"], include_in_schema=False),
        Route("/favicon.ico", page.icon, methods=["GET"], include_in_schema=False),
        Route(
            "/assets/{path:path}", page.asset, methods=["GET"], include_in_schema=False
        ),
        Route("/login", page.log_in, methods=["POST"], include_in_schema=False),
        Route("/login", page.back, methods=["GET"], include_in_schema=False),
        Route("/logout", page.log_out, methods=["POST"], include_in_schema=False),
    ]


class _Dashboard:
    def __init__(self, entrance: Entrance) -> None:
        self._entrance = entrance
        self._assets: Assets | None = None
        self._reading = asyncio.Lock()

    async def _read(self) -> Assets:
        """All files; at the first request, so that no start waits for them."""
        async with self._reading:
            if self._assets is None:
                self._assets = await asyncio.to_thread(Assets)
            return self._assets

    async def show(self, request: Request) -> Response:
        """The page, or the form that asks for the token."""
        assets = await self._read()
        is_in = self._entrance.has_cookie(request.headers) or _bears(request)
        return _document(assets.page("index.html" if is_in else "login.html"))

    async def asset(self, request: Request) -> Response:
        """A file of the page."""
        found, is_for_ever = (await self._read()).find(request.path_params["path"])
        if found is None:
            raise HTTPException(HTTPStatus.NOT_FOUND)
        keep = _FOR_EVER if is_for_ever else _ASK_AGAIN
        return await _sent(request, found, keep)

    async def icon(self, request: Request) -> Response:
        """What browsers ask for by themselves, on pages that name none."""
        found, _ = (await self._read()).find("icon.svg")
        assert found is not None  # noqa: S101
        return await _sent(request, found, _ASK_AGAIN)

    async def log_in(self, request: Request) -> Response:
        """Give the cookie for the token; a program is told by the status."""
        is_program = "application/json" in request.headers.get("accept", "")
        if is_foreign(request.headers):
            return problem(HTTPStatus.FORBIDDEN, _FOREIGN, _SAFE)
        try:
            token, place = await _typed(request)
        except Problem as wrong:
            return problem(wrong.status, wrong.detail, _SAFE)
        if not self._entrance.tokens.is_token(token):
            await self._entrance.slow_down(request.scope)
            if is_program:
                return problem(HTTPStatus.UNAUTHORIZED, _WRONG, _SAFE)
            return _to(f"./?refused=1&to={place}" if place else "./?refused=1")
        answer = _to(f"./{place}")
        if is_program:
            answer = Response(status_code=HTTPStatus.NO_CONTENT)
        self._entrance.give_cookie(request.scope, answer)
        return answer

    async def back(self, _: Request) -> Response:
        """Who reloads it is brought to the form."""
        return _to("./")

    async def log_out(self, request: Request) -> Response:
        """Take the cookie back; `Guard` has seen that it is our page who asks."""
        answer = _to("./")
        self._entrance.take_cookie(request.scope, answer)
        return answer


def _bears(request: Request) -> bool:
    """A token in the header has been found right, or it would not be here."""
    return request.headers.get("authorization", "").lower().startswith("bearer ")


def _to(place: str) -> Response:
    return RedirectResponse(
        place, HTTPStatus.SEE_OTHER, _SAFE | {"Cache-Control": "no-store"}
    )


def _document(page: Page) -> Response:
    headers = _SAFE | {
        "Cache-Control": "no-store",
        "Content-Security-Policy": page.policy,
    }
    return Response(page.content, media_type="text/html", headers=headers)


async def _sent(request: Request, asset: Asset, keep: str) -> Response:
    headers = _SAFE | {
        "Cache-Control": keep,
        "ETag": asset.etag,
        "Vary": "Accept-Encoding",
    }
    if _matches(request.headers.get("if-none-match", ""), asset.etag):
        return Response(status_code=HTTPStatus.NOT_MODIFIED, headers=headers)
    headers["Content-Type"] = asset.media_type
    if not _takes_gzip(request.headers.get("accept-encoding", "")):
        return Response(asset.content, headers=headers)
    packed = await asyncio.to_thread(lambda: asset.packed)
    return Response(packed, headers=headers | {"Content-Encoding": "gzip"})


def _matches(asked: str, etag: str) -> bool:
    """RFC 9110, section 13.1.2: compared weakly."""
    opaque = etag.removeprefix("W/")
    tags = (tag.strip().removeprefix("W/") for tag in asked.split(","))
    return any(tag in ("*", opaque) for tag in tags)


def _takes_gzip(accepted: str) -> bool:
    for each in accepted.lower().split(","):
        coding, _, quality = each.partition(";")
        if coding.strip() == "gzip":
            return quality.replace(" ", "") not in ("q=0", "q=0.0", "q=0.00", "q=0.000")
    return False


async def _typed(request: Request) -> tuple[str, str]:
    """The token that was typed into the form, and where to go then.

    Raises:
        Problem: it is too long (413), or did not come in time (408).
    """
    body = bytearray()
    try:
        async with asyncio.timeout(_BODY_TIMEOUT_S):
            async for piece in request.stream():
                body += piece
                if len(body) > _MOST_BYTES:
                    detail = f"the form is longer than {_MOST_BYTES} bytes"
                    raise Problem(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, detail)
    except (TimeoutError, ClientDisconnect):
        detail = "the form did not come in time: send it again"
        raise Problem(HTTPStatus.REQUEST_TIMEOUT, detail) from None
    fields = parse_qs(body.decode(errors="replace"), max_num_fields=None)
    place = fields.get("to", [""])[0]
    token = fields.get("token", [""])[0].strip()
    return token, place if place in _PLACES else ""
