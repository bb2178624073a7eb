"""What `/health` shows, and where the facts come from."""

from __future__ import annotations

from typing import Literal, Protocol

from fastapi import APIRouter, Response
from pydantic import BaseModel, Field

OK: Literal["ok"] = "ok"
DEGRADED: Literal["degraded"] = "degraded"
DOWN: Literal["down"] = "down"


class HealthFacts(Protocol):
    """What the web room asks the rest of the connector; each costs nothing."""

    @property
    def broker_connected(self) -> bool:
        """The MQTT broker answers."""

    @property
    def store_works(self) -> bool:
        """The store kept or gave what it was last asked to."""

    @property
    def stations_connected(self) -> int:
        """How many stations have a link."""


class Health(BaseModel):
    """How the parts are doing."""

    status: Literal["ok", "degraded", "down"]
    broker: Literal["connected", "disconnected"]
    store: Literal["ok", "failing"]
    stations: int = Field(description="That have a link")


class Live(BaseModel):
    """The loop that serves the stations turns."""

    status: Literal["ok"]


def health(facts: HealthFacts) -> tuple[int, Health]:
    """HTTP status and body.

    Degraded is no reason to restart anything: without a broker stations are still
    answered, without a store they keep their transactions. So 503 is for both at once.
    """
    broker, store = facts.broker_connected, facts.store_works
    status = OK if broker and store else DEGRADED if broker or store else DOWN
    return 503 if status == DOWN else 200, Health(
        status=status,
        broker="connected" if broker else "disconnected",
        store="ok" if store else "failing",
        stations=facts.stations_connected,
    )


def health_routes(facts: HealthFacts) -> APIRouter:
    """`/health` and `/health/live`."""
    router = APIRouter(tags=["health"])

    @router.get(
        "/health",
        summary="How the parts are doing",
        responses={503: {"model": Health, "description": "None of them works"}},
    )
    async def show_health(response: Response) -> Health:
        response.status_code, body = health(facts)
        return body

    @router.get("/health/live", summary="Whether the connector lives")
    async def show_life() -> Live:
        return Live(status="ok")

    return router
