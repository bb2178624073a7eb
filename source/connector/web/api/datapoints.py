"""`/api/v1/datapoints`: present values, and what became of them over time."""

from __future__ import annotations

from http import HTTPStatus
from typing import Annotated, NamedTuple

from fastapi import APIRouter, Depends, Path, Query
from pydantic import BaseModel, Field

from connector.csms import times
from connector.csms.facts import Scalar
from connector.datapoints.history import PLOTTED, shape_of
from connector.datapoints.keys import parse_key
from connector.datapoints.present import Asked, PresentValue
from connector.store.spans import Grid, Point, floor
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
from connector.web.api.stations import known
from connector.web.api.times import Since, Until, time_ms
from connector.web.problems import Problem, errors

_EARLIEST_MS, _LATEST_MS = 0, 4_102_444_800_000
"""1970 and 2100: the history has no others."""
_MOST_STEPS = 10_000
_LONGEST_STEP_S = 366 * 86_400
_KEY = "CP-7__1__Power.Active.Import"
_WHEN = "2026-01-31T12:00:00.000Z"
_Key = Annotated[
    str, Path(description="Of a datapoint, percent-encoded", examples=[_KEY])
]
_Station = Annotated[
    str | None, Query(description="Only those of this station", examples=["CP-7"])
]
_Names = Annotated[
    list[str],
    Query(
        description="Only those of this name, in all phases and locations; one "
        "parameter for each",
        max_length=100,
        examples=[["Power.Active.Import"]],
    ),
]
_Step = Annotated[
    int | None,
    Query(
        ge=1,
        le=_LONGEST_STEP_S,
        description="Seconds; without it every value that is kept",
        examples=[900],
    ),
]
_Points = Annotated[
    int, Query(ge=1, le=_MOST_STEPS, description="At most so many in one page")
]
_DEFAULT_POINTS = 1000


class Datapoint(BaseModel):
    """The newest value of a key."""

    key: str = Field(examples=[_KEY])
    value: Scalar = Field(examples=[7400.0])
    timestamp: str | None = Field(
        description="null: no value since the connector started", examples=[_WHEN]
    )
    unit: str | None = Field(examples=["W"])


class PastValue(BaseModel):
    """A value at a time, or of the step that begins then."""

    timestamp: str = Field(examples=[_WHEN])
    value: float | str | None = Field(examples=[7400.0])


class _Times(NamedTuple):
    """From when until before when, as far as it was said."""

    since_ms: int | None
    until_ms: int | None

    def between(self, now_ms: int) -> tuple[int, int]:
        """The same; from the oldest value until now, where nothing was said."""
        until_ms = now_ms + 1 if self.until_ms is None else _bounded(self.until_ms)
        since_ms = _EARLIEST_MS if self.since_ms is None else _bounded(self.since_ms)
        return since_ms, until_ms


def _times(since: Since = None, until: Until = None) -> _Times:
    return _Times(time_ms("since", since), time_ms("until", until))


def routes(context: ApiContext) -> APIRouter:
    """The routes."""
    router = api_router("datapoints")

    @router.get(
        "/datapoints",
        summary="Present values, in the order of their keys",
        responses=errors(404),
    )
    async def list_datapoints(
        station: _Station = None,
        name: _Names = [],  # noqa: B006
        limit: Limit = DEFAULT_LIMIT,
        cursor: Cursor = None,
    ) -> Page[Datapoint]:
        if station is not None:
            known(context, station)
        after = keys_of(cursor, str)[0] if cursor else None
        asked = Asked(station, frozenset(name) or None)
        found = await _present(context, asked, after, limit + 1)
        items, rest = found[:limit], found[limit:]
        return Page(
            items=[_shown(each) for each in items],
            next=cursor_of(items[-1].key) if rest else None,
        )

    @router.get(
        "/datapoints/{key}/history",
        summary="What became of a value, the oldest first",
        description=(
            "Without `since` from the oldest one that is kept. "
            "Without `step` each value that is kept: it holds until the next. null: it "
            "was not known from then on, or the connector did not run. With "
            "`step` one value for each step, from the first one that is known: powers, "
            "currents and the state of charge by their mean, weighed by how long each "
            "value held; limits, registers, energies and text by the last one."
        ),
        responses=errors(404),
    )
    async def show_history(
        key: _Key,
        times_asked: Annotated[_Times, Depends(_times)],
        step: _Step = None,
        limit: _Points = _DEFAULT_POINTS,
        cursor: Cursor = None,
    ) -> Page[PastValue]:
        history = _History(context, key)
        await history.check()
        since_ms, until_ms = times_asked.between(context.clock.now_ms())
        if cursor:
            since_ms = max(since_ms, _bounded(keys_of(cursor, int)[0]))
        if step is None:
            return await history.values(since_ms, until_ms, limit)
        if not cursor:
            since_ms = await history.begin(since_ms, until_ms)
        return await history.steps(since_ms, until_ms, step * 1000, limit)

    return router


async def _present(
    context: ApiContext, asked: Asked, after: str | None, limit: int
) -> list[PresentValue]:
    try:
        return await context.present.values(asked, after, limit)
    except TimeoutError:
        detail = "the values cannot be told now; come again later"
        raise Problem(HTTPStatus.SERVICE_UNAVAILABLE, detail) from None


def _shown(found: PresentValue) -> Datapoint:
    time = found.time_ms
    return Datapoint(
        key=found.key,
        value=found.value,
        timestamp=None if time is None else times.iso_ms(time),
        unit=found.unit,
    )


class _History:
    """That of one key."""

    def __init__(self, context: ApiContext, key: str) -> None:
        self._context = context
        self._archive = context.store.archive
        self._key = key

    async def check(self) -> None:
        """Whether there is, or may be, a history of the key.

        Raises:
            Problem: there is none (404).
            StoreError: it cannot be read.
        """
        await self._archive.flush_history()
        if not (self._is_plotted() or await self._archive.has_history(self._key)):
            detail = (
                f"there is no history of {self._key[:200]!r}: it is kept of "
                f"{', '.join(sorted(PLOTTED))} of adopted stations"
            )
            raise Problem(HTTPStatus.NOT_FOUND, detail)

    def _is_plotted(self) -> bool:
        try:
            station, datum = parse_key(self._key)
        except ValueError:
            return False
        is_known = station in self._context.central_system.stations
        return is_known and datum.name in PLOTTED and not datum.suffix

    async def values(self, since_ms: int, until_ms: int, limit: int) -> Page[PastValue]:
        """Every value that is kept."""
        found = await self._archive.history(
            self._key,
            shape_of(self._key),
            since_ms=since_ms,
            until_ms=until_ms,
            limit=limit + 1,
        )
        points = [Point(record.time_ms, record.value) for record in found]
        after = cursor_of(points[limit].time_ms) if len(points) > limit else None
        return _page(points[:limit], after)

    async def begin(self, since_ms: int, until_ms: int) -> int:
        """Where to begin, so that no steps come before the first value."""
        found = await self._archive.history_begins_ms(self._key, since_ms)
        return until_ms if found is None else found

    async def steps(
        self, since_ms: int, until_ms: int, step_ms: int, limit: int
    ) -> Page[PastValue]:
        """One value for each step."""
        if since_ms >= until_ms:
            return _page([], None)
        since_ms = floor(since_ms, step_ms)
        end_ms = min(until_ms, since_ms + limit * step_ms)
        grid = Grid(since_ms, end_ms, step_ms)
        points = await self._archive.steps(self._key, grid, shape_of(self._key))
        return _page(points, cursor_of(end_ms) if end_ms < until_ms else None)


def _bounded(time_ms: int) -> int:
    return min(max(time_ms, _EARLIEST_MS), _LATEST_MS)


def _page(points: list[Point], after: str | None) -> Page[PastValue]:
    items = [PastValue(timestamp=times.iso_ms(t), value=v) for t, v in points]
    return Page(items=items, next=after)
