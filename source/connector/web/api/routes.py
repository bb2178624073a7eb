"""All routers of the API, and what lies below `/api/v1`."""

from __future__ import annotations

from collections.abc import Callable

from fastapi import APIRouter
from starlette.routing import BaseRoute

from connector.web.api import (
    commands,
    configuration,
    connector,
    datapoints,
    events,
    index,
    journal,
    messages,
    passwords,
    pki,
    reservations,
    stations,
    store,
    tokens,
    transactions,
    uploads,
)
from connector.web.api.context import ApiContext

# One line for each kind; paths in them begin with `/`, below `/api/v1`.
ROUTERS: tuple[Callable[[ApiContext], APIRouter], ...] = (
    index.routes,
    stations.routes,
    configuration.routes,
    # Before commands, whose paths are as long: what a path takes is told of the first.
    uploads.routes,
    connector.routes,
    commands.routes,
    journal.routes,
    passwords.routes,
    reservations.routes,
    transactions.routes,
    tokens.routes,
    datapoints.routes,
    events.routes,
    messages.routes,
    pki.routes,
    store.routes,
)


def api_routes(context: ApiContext) -> list[BaseRoute]:
    """Everything below `/api/v1`."""
    return [route for routes in ROUTERS for route in routes(context).routes]
