"""Times in queries: ISO 8601, UTC where no zone is given."""

from __future__ import annotations

from typing import Annotated

from fastapi import Query

from connector.csms import times
from connector.web.problems import unfit

EXAMPLE = "2026-01-31T12:00:00Z"
_SCHEMA = {"format": "date-time"}
Since = Annotated[
    str | None,
    Query(
        description="ISO 8601, from this time on; UTC where there is no zone",
        examples=[EXAMPLE],
        json_schema_extra=_SCHEMA,
    ),
]
Until = Annotated[
    str | None,
    Query(description="Likewise, until before", json_schema_extra=_SCHEMA),
]


def time_ms(name: str, text: str | None) -> int | None:
    """The time that a query names.

    Raises:
        Problem: it is none (422).
    """
    if text is None:
        return None
    # A plus sign in a query that was not encoded arrives as a space.
    found = times.parse(text.replace(" ", "+") if "T" in text else text)
    if found is None:
        expected = f"ISO 8601, such as {EXAMPLE}"
        raise unfit(name, expected, f"{name} is {text[:80]!r}, expected {expected}")
    return found
