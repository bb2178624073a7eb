"""Stations by what people call them."""

from __future__ import annotations

from collections.abc import Iterable
from http import HTTPStatus

from connector.csms.station import Station
from connector.web.problems import Problem

MOST = 10_000
"""A query of the store takes no more: SQLite has an end of parameters."""


def named(stations: Iterable[Station], part: str) -> tuple[str, ...]:
    """The identities of those whose name has the part in it, in any case.

    Raises:
        Problem: they are too many.
    """
    part = part.lower()
    found = [s.identity for s in stations if part in (s.options.name or "").lower()]
    if len(found) > MOST:
        detail = f"{len(found)} stations have that in their names: ask for more of one"
        raise Problem(HTTPStatus.UNPROCESSABLE_ENTITY, detail)
    return tuple(found)
