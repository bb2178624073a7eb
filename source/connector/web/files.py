"""`/files/<one-time name>`: where stations put logs and get firmware.

Knowing the name is the permission. A name that opens nothing is 404 like any other
path; nothing is listed.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from http import HTTPStatus

from fastapi import APIRouter
from fastapi.responses import JSONResponse, Response
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.routing import Route, request_response
from starlette.types import Receive, Scope, Send

from connector.csms.file_places import FilePlace, FilePlaces, Kind
from connector.csms.uploads import Upload, UploadRefused
from connector.web.form_file import FormFile, boundary_of
from connector.web.problems import NOTHING_HERE, Download, wrong_method
from connector.web.problems import problem as refusal

logger = logging.getLogger(__name__)

IDLE_TIMEOUT_S = 60.0
_FORM_OVERHEAD_BYTES = 65_536
_METHODS: dict[Kind, tuple[str, ...]] = {
    "download": ("GET", "HEAD"),
    "upload": ("PUT", "POST"),
}
_HEADERS = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}


def file_routes(
    places: FilePlaces, *, idle_timeout_s: float = IDLE_TIMEOUT_S
) -> APIRouter:
    """The routes; a station that sends nothing for ``idle_timeout_s`` is given up."""
    router = APIRouter()
    files = _Files(places, idle_timeout_s)
    # Stations put a file name of their own behind the URL that they are told.
    for path in ("/files/{name}", "/files/{name}/{file_name:path}"):
        router.routes.append(Route(path, files))
    return router


class _Files:
    def __init__(self, places: FilePlaces, idle_timeout_s: float) -> None:
        self._places = places
        self._idle_timeout_s = idle_timeout_s

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer whatever method comes: which there are is up to the name."""
        await request_response(self._answer)(scope, receive, send)

    async def _answer(self, request: Request) -> Response:
        place = self._places.find(request.path_params["name"])
        is_right = place is not None and request.method in _METHODS[place.kind]
        if place is None or (place.is_spent and not is_right):
            raise HTTPException(HTTPStatus.NOT_FOUND)
        if not is_right:
            raise wrong_method(request.method, ", ".join(_METHODS[place.kind]))
        serve = self._download if place.kind == "download" else self._upload
        return await serve(request, place)

    async def _download(self, request: Request, place: FilePlace) -> Response:
        """GET and HEAD, with ranges: stations go on where they were cut off."""
        path = await asyncio.to_thread(self._places.firmware, place)
        if path is None:
            logger.warning("%s: %s is not there any more", place.station, place.file)
            raise HTTPException(HTTPStatus.NOT_FOUND)
        if request.method == "GET" and "range" not in request.headers:
            logger.info("%s: downloads %s", place.station, place.file)
        return Download(
            path,
            media_type="application/octet-stream",
            filename=path.name,
            headers=_HEADERS,
        )

    async def _upload(self, request: Request, place: FilePlace) -> Response:
        """PUT and POST, the file itself or a form with it."""
        name = request.path_params["name"]
        upload = self._places.begin_upload(name, place)
        try:
            called = await self._receive(request, upload)
            await self._places.finish_upload(name, upload, called)
        except UploadRefused as problem:
            return _refused(place.station, problem)
        except (ClientDisconnect, TimeoutError):
            reason = f"it ended after {upload.received} bytes"
            cut = UploadRefused(HTTPStatus.REQUEST_TIMEOUT, reason)
            return _refused(place.station, cut)
        except OSError as problem:
            logger.error("%s: its upload: %s", place.station, problem)
            detail = f"it cannot be kept in DATA_DIR: {problem.strerror or problem}"
            return refusal(HTTPStatus.INSUFFICIENT_STORAGE, detail, _HEADERS)
        finally:
            await self._places.end_upload(name, upload)
        return JSONResponse({"detail": "kept"}, headers=_HEADERS)

    async def _receive(self, request: Request, upload: Upload) -> str:
        """Take the body; gives what the station calls the file."""
        headers = request.headers
        if "content-range" in headers:
            # RFC 9110, section 14.4: a part would be taken for the whole.
            raise UploadRefused(HTTPStatus.BAD_REQUEST, "the whole file is expected")
        boundary = boundary_of(headers.get("content-type", ""))
        called: str = request.path_params.get("file_name", "")
        if boundary is None:
            upload.check_size(_length(headers.get("content-length", "")))
            await asyncio.to_thread(upload.open)
            async for data in self._body(request):
                await upload.write(data)
            return called
        form = FormFile(boundary)
        await asyncio.to_thread(upload.open)
        taken = 0
        async for data in self._body(request):
            taken += len(data)
            upload.check_size(taken - _FORM_OVERHEAD_BYTES)
            await upload.write(form.feed(data))
        form.finish()
        return form.name or called

    async def _body(self, request: Request) -> AsyncIterator[bytes]:
        """The pieces of the body; bounded by the time between them."""
        stream = request.stream()
        while True:
            async with asyncio.timeout(self._idle_timeout_s):
                data = await anext(stream, None)
            if data is None:
                return
            if data:
                yield data


def _length(text: str) -> int:
    return int(text) if text.isdecimal() and len(text) < 20 else 0


def _refused(station: str, problem: UploadRefused) -> Response:
    logger.warning("%s: its upload is not taken: %s", station, problem)
    if problem.status == HTTPStatus.NOT_FOUND:
        return refusal(problem.status, NOTHING_HERE, _HEADERS)
    return refusal(problem.status, str(problem), _HEADERS)
