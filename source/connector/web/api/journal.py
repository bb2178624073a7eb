"""`/api/v1/stations/{station}/commands`: the last that were given, by whom ever."""

from __future__ import annotations

from math import inf
from typing import Any

import orjson
from fastapi import APIRouter
from pydantic import BaseModel, Field

from connector.csms import times
from connector.web.api.context import ApiContext
from connector.web.api.outcomes import OutcomeView
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
from connector.web.events.journal import MOST_OF_STATION, Entry
from connector.web.problems import errors

_WHEN = "2026-01-31T12:00:00.000Z"
_ABOUT = f"""\
The newest first, at most {MOST_OF_STATION}, since the connector started: over MQTT,
over this API, and by the connector itself. It is what `outcome` events told of them."""


class MeasuredFlow(BaseModel):
    """A value that shows that a limit is kept."""

    name: str = Field(examples=["Power.Active.Import"])
    value: float = Field(examples=[4100.0])
    unit: str = Field(examples=["W"])


class GivenCommand(BaseModel):
    """A command or a call, and how far it has come."""

    station: str = Field(examples=["CP-7"])
    where: str = Field(examples=["1"])
    command: str = Field(
        description="One of docs/reference/datapoints.md; call: any action",
        examples=["power_limit"],
    )
    action: str | None = Field(description="Of a call")
    value: Any = Field(description="As it came, without secrets", examples=[4140])
    correlation: str = Field(examples=["0f8fad5bd9cb469f"])
    stage: str = Field(
        description="The last that it came to: asked, sent, the word of its outcome, "
        "in_force (it is seen to take effect), failed (it was accepted, and then not "
        "carried out)",
        examples=["accepted"],
    )
    times: dict[str, str] = Field(
        description="When it came to each stage", examples=[{"asked": _WHEN}]
    )
    outcome: OutcomeView | None = Field(description="null: it has not ended")
    seen: str | None = Field(
        description="What shows that it took effect, or that it failed",
        examples=["Firmware update: Installed"],
    )
    measured: MeasuredFlow | None = Field(
        description="Of a limit that is kept: the same in its parts"
    )
    was_above: bool | None = Field(
        description="Of a limit that is kept: whether what flows was above it before; "
        "null: not known"
    )
    failed: bool = Field(
        description="Whether the station told of a failure after it had accepted it"
    )
    file: str | None = Field(
        description="Of a log that has come: its name in "
        "GET /api/v1/stations/{station}/uploads",
        examples=["20260131T120000Z-diag.zip"],
    )


def routes(context: ApiContext) -> APIRouter:
    """The route."""
    router = api_router("commands")

    @router.get(
        "/stations/{station}/commands",
        summary="The last commands given to a station, and how far each has come",
        description=_ABOUT,
        responses=errors(404),
    )
    async def list_commands(
        station: StationId, limit: Limit = DEFAULT_LIMIT, cursor: Cursor = None
    ) -> Page[GivenCommand]:
        known(context, station)
        before = keys_of(cursor, int)[0] if cursor else inf
        found = [each for each in context.journal.of(station) if each.number < before]
        items, rest = found[:limit], found[limit:]
        return Page(
            items=[_shown(each) for each in items],
            next=cursor_of(items[-1].number) if rest else None,
        )

    return router


def _shown(entry: Entry) -> GivenCommand:
    return GivenCommand(
        station=entry.station,
        where=entry.where,
        command=entry.command,
        action=entry.action,
        value=orjson.loads(entry.value),
        correlation=entry.correlation,
        stage=entry.stage,
        times={stage: times.iso_ms(at_ms) for stage, at_ms in entry.times.items()},
        outcome=_outcome(entry.result),
        seen=entry.seen,
        measured=entry.measured and MeasuredFlow(**entry.measured._asdict()),
        was_above=entry.was_above,
        failed=entry.has_failed,
        file=entry.file,
    )


def _outcome(text: str | None) -> OutcomeView | None:
    return OutcomeView.model_validate_json(text) if text else None
