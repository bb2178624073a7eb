"""The router of each kind of thing below `/api/v1`."""

from __future__ import annotations

from fastapi import APIRouter, Depends

from connector.web.api.queries import known_queries

PREFIX = "/api/v1"


def api_router(tag: str, below: str = "") -> APIRouter:
    """A router whose routes are whole, with their prefix and what holds for all.

    So they can be served as they are: FastAPI would resolve routes of a router that
    is included into another once more, which is most of what an API costs to make.
    """
    return APIRouter(
        prefix=f"{PREFIX}{below}", tags=[tag], dependencies=[Depends(known_queries)]
    )
