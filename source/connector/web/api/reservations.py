"""`/api/v1/reservations`: connectors that are kept free for somebody, or were."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from connector.csms import times
from connector.store.records import ReservationRecord, ReservationStatus
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

_Station = Annotated[
    str | None, Query(description="Only those of this station", examples=["CP-7"])
]
_WHEN = "2026-01-31T12:00:00.000Z"


class Reservation(BaseModel):
    """A reservation that a station accepted."""

    id: int = Field(description="OCPP's, of the station")
    station: str = Field(examples=["CP-7"])
    where: str = Field(description="0: any connector", examples=["1"])
    token: str
    token_type: str = Field(description="any in OCPP 1.6", examples=["any"])
    group: str | None = Field(description="Its parent, or group, token")
    made: str = Field(examples=[_WHEN])
    expiry: str = Field(examples=[_WHEN])
    status: ReservationStatus = Field(
        description="Accepted while it holds, else how it ended"
    )
    ended: str | None = Field(examples=[_WHEN])


def routes(context: ApiContext) -> APIRouter:
    """The route."""
    router = api_router("reservations")

    @router.get(
        "/reservations",
        summary="The newest first; of those that ended a station's last 50",
    )
    async def list_reservations(
        station: _Station = None,
        limit: Limit = DEFAULT_LIMIT,
        cursor: Cursor = None,
    ) -> Page[Reservation]:
        before = keys_of(cursor, str)[0] if cursor else None
        found = await context.store.reservations(station, limit + 1, before)
        items, rest = found[:limit], found[limit:]
        after = cursor_of(items[-1].key) if rest else None
        return Page(items=[_shown(each) for each in items], next=after)

    return router


def _shown(record: ReservationRecord) -> Reservation:
    ended_ms = record.ended_ms
    return Reservation(
        id=record.reservation_id,
        station=record.station,
        where=record.where,
        token=record.id_token,
        token_type=record.type,
        group=record.group,
        made=times.iso(record.made_ms),
        expiry=times.iso(record.expiry_ms),
        status=record.status,
        ended=None if ended_ms is None else times.iso(ended_ms),
    )
