"""All routers of the API, and what lies below `/api/v1`."""

from __future__ import annotations

from collections.abc import Callable

from fastapi import APIRouter, Depends

from connector.web.api import (
    commands,
    datapoints,
    index,
    passwords,
    pki,
    reservations,
    stations,
    store,
    tokens,
    transactions,
)
from connector.web.api.context import ApiContext
from connector.web.api.queries import KnownQueries

PREFIX = "/api/v1"

# One line for each kind; paths in them begin with `/`, below `PREFIX`.
ROUTERS: tuple[Callable[[ApiContext], APIRouter], ...] = (
    index.routes,
    stations.routes,
    commands.routes,
    passwords.routes,
    reservations.routes,
    transactions.routes,
    tokens.routes,
    datapoints.routes,
    pki.routes,
    store.routes,
)


def api_routes(context: ApiContext) -> APIRouter:
    """Everything below `/api/v1`."""
    router = APIRouter(dependencies=[Depends(KnownQueries(PREFIX))])
    for routes in ROUTERS:
        router.include_router(routes(context), prefix=PREFIX)
    return router
