"""`/api/v1/stations/{station}/uploads`: what a station has sent to `/files`."""

from __future__ import annotations

import asyncio
import os
import re
from contextlib import suppress
from datetime import UTC, datetime
from http import HTTPStatus
from pathlib import Path
from stat import S_ISREG
from typing import Annotated

from fastapi import APIRouter
from fastapi import Path as InPath
from fastapi.responses import FileResponse
from pydantic import BaseModel, Field

from connector.csms import times
from connector.csms.file_places import UPLOADS
from connector.ocppj.escaping import file_name
from connector.web.api.context import ApiContext
from connector.web.api.pages import (
    DEFAULT_LIMIT,
    Cursor,
    Limit,
    Page,
    cursor_of,
    keys_of,
)
from connector.web.api.router import api_router
from connector.web.api.stations import StationId, known
from connector.web.api.times import EXAMPLE
from connector.web.problems import Download, Problem, errors

_NAME = "20260131T120000Z-diag.zip"
_OURS = re.compile(r"[0-9]{8}T[0-9]{6}Z-[A-Za-z0-9._-]+")
"""As `Upload.keep` names them; nothing else is shown, and none leads elsewhere."""
_BYTES = "application/octet-stream"
_Name = Annotated[str, InPath(description="As the list has it", examples=[_NAME])]


class UploadedFile(BaseModel):
    """A log, or what else a station put at the place that it was told."""

    name: str = Field(
        description="When it came, and what the station calls it", examples=[_NAME]
    )
    size: int = Field(description="Bytes", examples=[48_213])
    time: str = Field(description="When it came", examples=[EXAMPLE])


def routes(context: ApiContext) -> APIRouter:
    """The routes."""
    router = api_router("stations")

    @router.get(
        "/stations/{station}/uploads",
        summary="The files that a station has sent, the newest first",
        description=(
            "Logs and diagnostics that came to the connector's own place (`get_log` "
            "without an address); they are in `DATA_DIR/uploads`, for `RETENTION_DAYS`."
        ),
        responses=errors(404),
    )
    async def list_uploads(
        station: StationId, limit: Limit = DEFAULT_LIMIT, cursor: Cursor = None
    ) -> Page[UploadedFile]:
        folder = _folder(context, station)
        before = keys_of(cursor, str)[0] if cursor else None
        return await asyncio.to_thread(_page, folder, limit, before)

    @router.get(
        "/stations/{station}/uploads/{name}",
        summary="One of them, to be saved",
        response_class=FileResponse,
        responses=errors(404)
        | {200: {"content": {_BYTES: {"schema": {"type": "string"}}}}},
    )
    async def download_upload(station: StationId, name: _Name) -> FileResponse:
        folder = _folder(context, station)
        found = await asyncio.to_thread(_status, folder, name)
        if found is None:
            raise Problem(HTTPStatus.NOT_FOUND, _gone(station, name))
        return Download(
            folder / name, media_type=_BYTES, filename=name, stat_result=found
        )

    return router


def _folder(context: ApiContext, station: str) -> Path:
    known(context, station)
    return context.data_dir / UPLOADS / file_name(station)


def _page(folder: Path, limit: int, before: str | None) -> Page[UploadedFile]:
    names = (name for name in _names(folder) if before is None or name < before)
    # They begin with the time.
    ordered = sorted(names, reverse=True)
    items, rest = ordered[:limit], ordered[limit:]
    return Page(
        items=[each for each in (_shown(folder, name) for name in items) if each],
        next=cursor_of(items[-1]) if rest else None,
    )


def _names(folder: Path) -> list[str]:
    with suppress(FileNotFoundError):
        return [name for name in os.listdir(folder) if _OURS.fullmatch(name)]
    return []


def _shown(folder: Path, name: str) -> UploadedFile | None:
    """None: it is gone meanwhile, or is not one that a station has sent."""
    status, time = _status(folder, name), _time(name)
    if status is None or time is None:
        return None
    return UploadedFile(name=name, size=status.st_size, time=time)


def _status(folder: Path, name: str) -> os.stat_result | None:
    """Of a file that a station has sent; links lead out of here."""
    if not _OURS.fullmatch(name):
        return None
    try:
        status = (folder / name).lstat()
    except OSError:
        return None
    return status if S_ISREG(status.st_mode) else None


def _time(name: str) -> str | None:
    try:
        came = datetime.strptime(name.partition("-")[0], "%Y%m%dT%H%M%SZ")
    except ValueError:
        return None
    return times.iso(round(came.replace(tzinfo=UTC).timestamp() * 1000))


def _gone(station: str, name: str) -> str:
    return (
        f"{station[:80]} has sent no {name[:80]!r}, or it was removed since: "
        "GET /api/v1/stations/{station}/uploads lists what is there"
    )
