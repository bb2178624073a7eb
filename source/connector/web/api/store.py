"""`/api/v1/store`: what is kept, how much room there is, and backups of all of it."""

from __future__ import annotations

import asyncio
import logging
from http import HTTPStatus
from pathlib import Path
from typing import NamedTuple

from fastapi import APIRouter
from pydantic import BaseModel, Field

from connector.csms import times
from connector.errors import StoreError
from connector.web.api.context import ApiContext
from connector.web.api.router import api_router
from connector.web.problems import Problem, errors

logger = logging.getLogger(__name__)

_BACKUPS = "backups"
"""Below ``DATA_DIR``; see `connector.store.backup`."""
_WHEN = "2026-01-31T12:00:00Z"
_ROWS = {"transactions": 1200, "samples": 90000, "history": 500000}
_RUNNING = "a backup is being made: wait until it is done"


class Backup(BaseModel):
    """A file with all that was kept at one moment."""

    file: str = Field(
        description="On the machine of the connector",
        examples=["/data/backups/connector-20260131T120000Z.tar.gz"],
    )
    bytes: int
    made: str = Field(examples=[_WHEN])


class NewBackup(Backup):
    """A backup that was made now."""

    rows: dict[str, int] = Field(description="By table", examples=[_ROWS])


class StoreView(BaseModel):
    """How the store is."""

    backend: str = Field(examples=["sqlite"])
    location: str = Field(
        description="A path, or server and database", examples=["data/connector.sqlite"]
    )
    schema_version: str = Field(
        alias="schema", serialization_alias="schema", examples=["0005"]
    )
    writable: bool = Field(description="false from a failed write until one succeeds")
    bytes: int | None = Field(description="What it takes")
    free_bytes: int | None = Field(description="Left on its disk; null: on a server")
    rows: dict[str, int] = Field(description="By table", examples=[_ROWS])
    oldest_transaction: str | None = Field(
        description="The first start", examples=[_WHEN]
    )
    oldest_history: str | None = Field(examples=[_WHEN])
    history_dropped: int = Field(
        description="Values of the history that were lost since the start"
    )
    history_dropped_last: str | None = Field(
        description="When some of them were lost last"
    )
    backups: list[Backup] = Field(description="Those in DATA_DIR/backups, newest first")


def routes(context: ApiContext) -> APIRouter:
    """The routes."""
    router = api_router("store")
    making = asyncio.Lock()

    @router.get("/store", summary="How the store is, and its backups")
    async def show_store() -> StoreView:
        return await _view(context)

    @router.post(
        "/store/backup",
        summary="Make a backup now, while everything goes on",
        description=(
            "A new file in DATA_DIR/backups with the whole store at one moment, the "
            "API's token, the passwords' key and the certification authority. It is "
            "answered when the file is there, which takes as long as copying the "
            "store. Older backups stay: remove them yourself."
        ),
        status_code=HTTPStatus.CREATED,
        responses=errors(409),
    )
    async def make_backup() -> NewBackup:
        if making.locked():
            raise Problem(HTTPStatus.CONFLICT, _RUNNING)
        async with making:
            return await _make(context)

    return router


async def _make(context: ApiContext) -> NewBackup:
    made = await context.store.back_up(
        context.data_dir / _BACKUPS,
        data_dir=context.data_dir,
        version=context.version,
    )
    logger.info("a backup is made: %s, %d bytes", made.path, made.bytes)
    return NewBackup(
        file=str(made.path), bytes=made.bytes, made=made.made, rows=made.rows
    )


async def _view(context: ApiContext) -> StoreView:
    archive = context.store.archive
    found = await archive.status()
    files = await asyncio.to_thread(_backups, context.data_dir / _BACKUPS)
    dropped_s = archive.history_dropped_s
    return StoreView(
        backend=found.backend,
        location=context.store.shown,
        schema=found.schema or "",
        writable=context.store.is_writable,
        bytes=found.bytes,
        free_bytes=found.free_bytes,
        rows=found.rows,
        oldest_transaction=_iso(found.oldest_transaction_ms),
        oldest_history=_iso(found.oldest_history_ms),
        history_dropped=archive.history_dropped,
        history_dropped_last=_iso(None if dropped_s is None else int(dropped_s * 1000)),
        backups=[
            Backup(file=str(file.path), bytes=file.bytes, made=times.iso(file.made_ms))
            for file in files
        ],
    )


class _File(NamedTuple):
    made_ms: int
    path: Path
    bytes: int


def _backups(folder: Path) -> list[_File]:
    """Those that are there, newest first.

    Raises:
        StoreError: the folder cannot be read.
    """
    found: list[_File] = []
    try:
        for path in folder.glob("*.tar.gz"):
            stat = path.stat()
            found.append(_File(round(stat.st_mtime * 1000), path, stat.st_size))
    except OSError as problem:
        raise StoreError(f"{folder} cannot be read: {problem}") from None
    return sorted(found, reverse=True)


def _iso(time_ms: int | None) -> str | None:
    return None if time_ms is None else times.iso(time_ms)
