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


class KnownQueries:
    """A dependency of all routes, which are below ``prefix``."""

    def __init__(self, prefix: str) -> None:
        self._prefix = prefix

    async def __call__(self, request: Request) -> None:
        """Let it through.

        Raises:
            Problem: there is a parameter that the route does not have (422).
        """
        if not request.query_params:
            return
        known = await self._known(request)
        unknown = [name for name in request.query_params if name not in known]
        if unknown:
            raise _problem(unknown, known)

    async def _known(self, request: Request) -> list[str]:
        paths = (await description_of(request.app))["paths"]
        # Some versions of FastAPI have the prefix in it, others have not.
        path = request.scope["route"].path_format.removeprefix(self._prefix)
        operation = paths[self._prefix + path][request.method.lower()]
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
