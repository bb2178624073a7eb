"""What stands in the query of a request is known to its route, or is refused.

One that is passed over in silence misleads: whoever sends what another route has would
wait for what never happens.
"""

from __future__ import annotations

from http import HTTPStatus

from starlette.requests import Request

from connector.web.description import description_of
from connector.web.problems import Problem

_SHOWN = 80


async def known_queries(request: Request) -> None:
    """A dependency of all routes: let the request through.

    Raises:
        Problem: there is a parameter that the route does not have (422).
    """
    if not request.query_params:
        return
    known = await _known(request)
    unknown = [name for name in request.query_params if name not in known]
    if unknown:
        raise _problem(unknown, known)


async def _known(request: Request) -> list[str]:
    paths = (await description_of(request.app))["paths"]
    operation = paths[request.scope["route"].path_format][request.method.lower()]
    found = operation.get("parameters", ())
    return [each["name"] for each in found if each["in"] == "query"]


def _problem(unknown: list[str], known: list[str]) -> Problem:
    there = f"there are {', '.join(known)}" if known else "there are none"
    names = ", ".join(repr(name[:_SHOWN]) for name in unknown)
    return Problem(
        HTTPStatus.UNPROCESSABLE_ENTITY,
        f"there is no query parameter {names} here; {there}",
        errors=[{"field": name, "expected": "not to be there"} for name in unknown],
    )
