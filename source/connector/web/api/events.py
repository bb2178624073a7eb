"""`/api/v1/events`: what happens, as it happens."""

from __future__ import annotations

from collections.abc import Iterator
from http import HTTPStatus
from typing import Annotated, Any

from fastapi import APIRouter, Query
from fastapi.responses import StreamingResponse
from starlette.requests import Request
from starlette.responses import Response

from connector.csms import times
from connector.datapoints.live import Want
from connector.web.api.context import ApiContext
from connector.web.api.router import api_router
from connector.web.api.stations import known
from connector.web.events.feed import feed
from connector.web.events.reader import KINDS, Wish
from connector.web.events.response import MEDIA_TYPE, EventHead, EventStream
from connector.web.heads import HEAD, method_of
from connector.web.problems import Problem, errors, unfit

_USUAL = tuple(kind for kind in KINDS if kind != "message")
_MOST_PARAMETERS = 1000
_FULL = "there are as many readers of events as there may be; close one, or come later"
_ABOUT = """\
Server-sent events ([HTML, section 9.2](https://html.spec.whatwg.org/multipage/\
server-sent-events.html)), a few times a second. First `hello` (`version`, `started`,
`now`): ask for the lists you show after it, then go on with what comes. A line with a
colon comes where nothing happens, at least every 15 s. Whoever does not read for long
enough is dropped. Events have no ids: whoever comes back begins anew.

| event | data |
|---|---|
| `station` | as in `GET /api/v1/stations/{station}`; one that is forgotten: \
`{"station", "removed": true}` |
| `datapoint` | `key`, `value`, `timestamp`, `unit`, `station`, `where`, `name` (the \
key behind its place); only the newest value of a key |
| `transaction` | as in `GET /api/v1/transactions` |
| `outcome` | `station`, `where`, `command`, `action` (of a call), `value`, \
`correlation`, `time`, `stage`: `asked`, `sent`, then how it ended (`accepted`, \
`rejected`, ..), then `in_force` where it is seen to take effect, or `failed` where \
firmware or a log that was accepted came to nothing; `outcome`: the outcome object, \
once there is one; `seen`: what shows that it is in force, or failed; \
`measured`: of a limit then, the same as `name`, `value` and `unit`; \
`was_above`: of a limit then, whether what flows was above it before (false: the limit \
does not show; null: not known); `failed`: whether it failed after it was accepted; \
`file`: of a log that has come, its name in `GET /api/v1/stations/{station}/uploads` |
| `message` | as in `GET /api/v1/messages`; only where `types` names it; one that \
gets a `note` later comes again |
"""
_EXAMPLE = (
    'event: hello\ndata: {"version":"0.12.0","started":"2026-01-31T12:00:00Z",'
    '"now":"2026-01-31T12:34:56Z"}\n\nevent: datapoint\ndata: {"key":'
    '"CP-7__1__Power.Active.Import","station":"CP-7","where":"1","name":'
    '"Power.Active.Import","unit":"W","value":7400.0,"timestamp":'
    '"2026-01-31T12:34:56.789Z"}\n\n'
)
_STREAM: dict[int | str, dict[str, Any]] = {
    200: {
        "content": {MEDIA_TYPE: {"schema": {"type": "string"}, "example": _EXAMPLE}},
    }
}
_Types = Annotated[
    list[str],
    Query(
        description=f"Some of {', '.join(KINDS)}, with commas or one parameter for "
        "each; else all but message",
        max_length=_MOST_PARAMETERS,
        examples=[["station", "outcome"]],
    ),
]
_Stations = Annotated[
    list[str],
    Query(
        description="Only of these stations, one parameter for each",
        max_length=_MOST_PARAMETERS,
        examples=[["CP-7"]],
    ),
]
_Names = Annotated[
    list[str],
    Query(
        description="Only datapoints of these names, in any place and phase, with "
        "commas or one parameter for each; other events come as they do",
        max_length=_MOST_PARAMETERS,
        examples=[["Power.Active.Import"]],
    ),
]


def routes(context: ApiContext) -> APIRouter:
    """The route."""
    router = api_router("events")
    hub = feed(context)

    @router.get(
        "/events",
        summary="What happens, as it happens",
        description=_ABOUT,
        response_class=StreamingResponse,
        responses=errors(404, 429) | _STREAM,
    )
    async def show_events(
        request: Request,
        types: _Types = [],  # noqa: B006
        station: _Stations = [],  # noqa: B006
        name: _Names = [],  # noqa: B006
    ) -> Response:
        for identity in station:
            _known(context, identity)
        want = Want(frozenset(station), frozenset((*name, *_parts(name))))
        wish = Wish(_kinds(types), want)
        if method_of(request.scope) == HEAD:
            return EventHead()
        reader = hub.open(wish, _hello(context))
        if reader is None:
            raise Problem(HTTPStatus.TOO_MANY_REQUESTS, _FULL, {"Retry-After": "5"})
        return EventStream(reader)

    return router


def _hello(context: ApiContext) -> dict[str, object]:
    return {
        "version": context.version,
        "started": times.iso(context.started_ms),
        "now": times.iso(context.clock.now_ms()),
    }


def _known(context: ApiContext, identity: str) -> None:
    """A comma may be part of an identity: it never separates them."""
    try:
        known(context, identity)
    except Problem as problem:
        if "," not in identity:
            raise
        hint = "for more than one station, repeat the parameter: station=A&station=B"
        raise Problem(HTTPStatus.NOT_FOUND, f"{problem.detail}; {hint}") from None


def _kinds(types: list[str]) -> frozenset[str]:
    if not types:
        return frozenset(_USUAL)
    named = list(_parts(types))
    unknown = [each for each in named if each not in KINDS]
    if unknown:
        known = ", ".join(KINDS)
        detail = f"types: {unknown[0][:80]!r} is none of {known}"
        raise unfit("types", f"some of {known}, with commas", detail)
    return frozenset(named)


def _parts(values: list[str]) -> Iterator[str]:
    """What stands in parameters, each of which may have several with commas."""
    return (part.strip() for value in values for part in value.split(","))
