"""`/api/v1/messages`: the last frames, secrets blanked."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from http import HTTPStatus
from itertools import islice
from typing import Annotated

from fastapi import APIRouter, Depends, Query
from fastapi.responses import StreamingResponse

from connector.sessions.frame_log import Direction, FrameLog, Logged
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
from connector.web.api.times import Since, time_ms
from connector.web.messages import (
    Filter,
    Head,
    Message,
    WantedKind,
    heads,
    line,
    message,
    newest,
    said,
)
from connector.web.problems import Problem, errors

_OFF = "the frame log is off: set FRAME_LOG_BYTES to the memory that it may take"
_LINES = "application/jsonl"
_AT_ONCE = 200
_Station = Annotated[
    str | None,
    Query(
        description="Only of this identity, whether or not a station is known by it",
        examples=["CP-7"],
    ),
]
_Action = Annotated[
    str | None,
    Query(
        description="Only calls of this action, and their answers",
        examples=["MeterValues"],
    ),
]
_StationPart = Annotated[
    str | None,
    Query(
        description="Only of identities that this is a part of, in any case",
        examples=["cp"],
    ),
]
_ActionPart = Annotated[
    str | None,
    Query(
        description="Only calls of actions that this is a part of, in any case, and "
        "their answers",
        examples=["meter"],
    ),
]
_Way = Annotated[
    Direction | None, Query(description="in: only frames from stations; out: to them")
]
_Kinds = Annotated[
    list[WantedKind] | None,
    Query(
        description="Only of this kind; may be there several times. NOTED: frames of "
        "any kind with a note on what is wrong"
    ),
]
_Text = Annotated[
    str | None,
    Query(
        description="Only those in which this stands, in any case and with any spaces: "
        "in the frame as it is shown here, or in the note; what is not seen may be "
        "written as JSON has it (`\\u202e`)",
        examples=["TAG1"],
    ),
]


def _filter(
    *,
    station: _Station = None,
    action: _Action = None,
    since: Since = None,
    station_part: _StationPart = None,
    action_part: _ActionPart = None,
    direction: _Way = None,
    kind: _Kinds = None,
    text: _Text = None,
) -> Filter:
    return Filter(
        station,
        action,
        time_ms("since", since),
        station_part=station_part,
        action_part=action_part,
        direction=direction,
        kinds=frozenset(kind or ()),
        text=text,
    )


_Filter = Annotated[Filter, Depends(_filter)]


def routes(context: ApiContext) -> APIRouter:
    """The routes."""
    router = api_router("messages")

    @router.get(
        "/messages",
        summary="The last frames, the newest last",
        description=(
            "Kept in memory (`FRAME_LOG_BYTES`): the oldest go first. Beside frames: "
            "who connected, who was refused and why. The first page has the newest "
            "ones; `next` leads to older ones."
        ),
        responses=errors(404),
    )
    async def list_messages(
        wanted: _Filter, limit: Limit = DEFAULT_LIMIT, cursor: Cursor = None
    ) -> Page[Message]:
        log = _log(context)
        before = keys_of(cursor, int)[0] if cursor else None
        asked = replace(wanted, before=before)
        found = log.since(0)
        # Thousands are looked at: stations go on meanwhile.
        return await asyncio.to_thread(_page, *found, asked, limit)

    @router.get(
        "/messages.jsonl",
        summary="All of them, one JSON object in a line, the newest last",
        response_class=StreamingResponse,
        responses=errors(404)
        | {200: {"content": {_LINES: {"schema": {"type": "string"}}}}},
    )
    async def export_messages(wanted: _Filter) -> StreamingResponse:
        found = said(heads(*_log(context).since(0), wanted), wanted)
        return StreamingResponse(
            _pieces(found),
            media_type=_LINES,
            headers={"Content-Disposition": 'attachment; filename="messages.jsonl"'},
        )

    return router


def _log(context: ApiContext) -> FrameLog:
    if context.frames is None:
        raise Problem(HTTPStatus.NOT_FOUND, _OFF)
    return context.frames


def _page(
    first: int, records: list[Logged], asked: Filter, limit: int
) -> Page[Message]:
    found = newest(first, records, asked, limit + 1)
    items = found[-limit:]
    after = cursor_of(items[0].number) if len(found) > limit else None
    return Page(items=[message(head) for head in items], next=after)


async def _pieces(found: Iterator[Head]) -> AsyncIterator[bytes]:
    while piece := await asyncio.to_thread(_piece, found):
        yield piece


def _piece(found: Iterator[Head]) -> bytes:
    return b"".join(line(head) + b"\n" for head in islice(found, _AT_ONCE))
