"""`/api/v1/transactions`: energy records, one by one, in pages, as CSV."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from http import HTTPStatus
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Query
from fastapi.responses import StreamingResponse
from pydantic import BaseModel, Field

from connector.csms import energy_records, exports
from connector.csms.facts import Scalar
from connector.store.records import SampleRecord, TransactionQuery, TransactionRecord
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
from connector.web.api.station_view import UNCONFIRMED
from connector.web.api.times import EXAMPLE, Since, Until, time_ms
from connector.web.problems import Problem, errors
from connector.web.station_names import named

Json = dict[str, Any]
_KEY = "01KFQ5T6V7W8X9Y0Z1A2B3C4D5"
_Key = Annotated[str, Path(description="Ours, a ULID", examples=[_KEY])]
_LONGEST = 255
"""No name and no token is longer."""
_Station = Annotated[
    str | None, Query(description="Only those of this station", examples=["CP-7"])
]
_Token = Annotated[
    str | None, Query(description="Only those of this id token, in any case")
]
_StationPart = Annotated[
    str | None,
    Query(
        description="Only those of stations whose name or identity this is a part of, "
        "in any case",
        max_length=_LONGEST,
        examples=["cp"],
    ),
]
_TokenPart = Annotated[
    str | None,
    Query(
        description="Only those of id tokens that this is a part of, in any case",
        max_length=_LONGEST,
        examples=["a2b3"],
    ),
]
_Active = Annotated[
    bool | None, Query(description="Only those that run, or that have ended")
]


class Transaction(BaseModel):
    """A transaction; energies in Wh, null is not known."""

    key: str = Field(description="Ours, a ULID", examples=[_KEY])
    id: str = Field(description="OCPP's, as text", examples=["17"])
    station: str = Field(examples=["CP-7"])
    where: str = Field(description="Connector (1.6) or EVSE (2.x)", examples=["1"])
    token: str | None = Field(description="Who charged", examples=["04A2B3C4"])
    token_type: str | None = Field(description="In OCPP 2.x")
    start: str = Field(examples=[EXAMPLE])
    stop: str | None = Field(description="null while it runs", examples=[EXAMPLE])
    reason: str | None = Field(
        description="Of the end: as OCPP names it, `ClosedByOperator`, or null where "
        "the station never told",
        examples=["EVDisconnected"],
    )
    meter_start: float | None = Field(description="The register then, Wh")
    meter_stop: float | None = Field(description="The register then, Wh")
    energy: float | None = Field(
        description="Wh; of one that runs by its newest value, as `session_energy`"
    )
    unconfirmed_since: str | None = Field(description=UNCONFIRMED, examples=[EXAMPLE])


class Sample(BaseModel):
    """Values of a transaction at one time."""

    timestamp: str = Field(examples=[EXAMPLE])
    values: dict[str, Scalar] = Field(
        description="By measurand, as the datapoints name them",
        examples=[{"Power.Active.Import": 7400.0}],
    )


class WholeTransaction(Transaction):
    """A transaction with what was measured."""

    samples: list[Sample]


def _query(
    *,
    station: _Station = None,
    token: _Token = None,
    active: _Active = None,
    since: Since = None,
    until: Until = None,
    station_part: _StationPart = None,
    token_part: _TokenPart = None,
) -> TransactionQuery:
    return TransactionQuery(
        station,
        token,
        active,
        time_ms("since", since),
        until_ms=time_ms("until", until),
        station_part=station_part,
        token_part=token_part,
    )


_Query = Annotated[TransactionQuery, Depends(_query)]


def routes(context: ApiContext) -> APIRouter:
    """The routes."""
    router = api_router("transactions")
    records = _Records(context)

    @router.get(
        "/transactions",
        summary="The newest first; `since` and `until` are about their start",
    )
    async def list_transactions(
        query: _Query, limit: Limit = DEFAULT_LIMIT, cursor: Cursor = None
    ) -> Page[Transaction]:
        return await records.page(query, limit, cursor)

    @router.get(
        "/transactions.csv",
        summary="All of them as CSV, newest first",
        description=(
            "RFC 4180, UTF-8, with a header. A text that a spreadsheet would take for "
            "a formula begins with an apostrophe."
        ),
        response_class=StreamingResponse,
        responses={200: {"content": {"text/csv": {"schema": {"type": "string"}}}}},
    )
    async def export_transactions(query: _Query) -> StreamingResponse:
        return await records.export(query)

    @router.get(
        "/transactions/{key}", summary="One, with its samples", responses=errors(404)
    )
    async def show_transaction(key: _Key) -> WholeTransaction:
        record = _known(key, await context.store.transaction(key))
        samples = await context.store.samples(key)
        shown = records.shown(records.reads.newest(record), samples)
        values = energy_records.shown_samples(samples)
        return WholeTransaction.model_validate(shown | {"samples": values})

    @router.post(
        "/transactions/{key}/close",
        summary="Close a record that nobody will stop any more",
        description=(
            "It ends with its last values, and now where it runs at a station with a "
            "link and nothing speaks against it (`unconfirmed_since`); the reason is "
            "`ClosedByOperator`. If the station stops it after all, that counts. One "
            "that has ended stays as it is."
        ),
        responses=errors(404),
    )
    async def close_transaction(key: _Key) -> Transaction:
        return await records.close(key)

    return router


class _Records:
    """What the routes have in common."""

    def __init__(self, context: ApiContext) -> None:
        self._context = context
        self.reads = energy_records.NewestReads(
            context.store.archive, context.central_system.stations
        )

    async def page(
        self, query: TransactionQuery, limit: int, cursor: str | None
    ) -> Page[Transaction]:
        before = keys_of(cursor, str)[0] if cursor else None
        asked = replace(self._named(query), before_key=before, limit=limit + 1)
        found = await energy_records.page(self.reads, asked)
        items, rest = found[:limit], found[limit:]
        return Page(
            items=[Transaction(**self._confirmed(item)) for item in items],
            next=cursor_of(items[-1]["key"]) if rest else None,
        )

    async def export(self, query: TransactionQuery) -> StreamingResponse:
        pieces = exports.pieces(self.reads, self._named(query), "csv")
        # What fails at once is a problem like others; later the answer is cut off.
        first = await anext(pieces)
        name = 'attachment; filename="transactions.csv"'
        return StreamingResponse(
            _all(first, pieces),
            media_type="text/csv; charset=utf-8; header=present",
            headers={"Content-Disposition": name},
        )

    def _named(self, query: TransactionQuery) -> TransactionQuery:
        """The store knows no names."""
        if query.station_part is None:
            return query
        stations = self._context.central_system.stations.values()
        found = named(stations, query.station_part)
        return replace(query, named_stations=found)

    async def close(self, key: str) -> Transaction:
        central = self._context.central_system
        closing = central.blocks.transactions.closing
        record = _known(key, await closing.close(central.stations, key))
        samples = await self._context.store.samples(key, energy_records.LAST_SAMPLES)
        return Transaction(**self.shown(record, samples))

    def shown(self, record: TransactionRecord, samples: list[SampleRecord]) -> Json:
        """One as it is told."""
        return self._confirmed(energy_records.shown(record, samples))

    def _confirmed(self, shown: Json) -> Json:
        stations = self._context.central_system.stations
        return energy_records.with_confirmation(stations, shown)


async def _all(first: bytes, rest: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    yield first
    async for piece in rest:
        yield piece


def _known(key: str, record: TransactionRecord | None) -> TransactionRecord:
    if record is None:
        detail = (
            f"there is no transaction {key[:80]!r}: GET /api/v1/transactions lists "
            "their keys (not OCPP's ids)"
        )
        raise Problem(HTTPStatus.NOT_FOUND, detail)
    return record
