"""Lists in pages: ``{"items": [..], "next": cursor or null}``.

A cursor is opaque to whoever pages: it holds the sort key of the last item that was
given, so that what comes or goes meanwhile shifts nothing.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Iterable
from typing import Annotated, Any, Generic, TypeVar

import orjson
from fastapi import Query
from pydantic import BaseModel, Field

from connector.web.problems import Problem, unfit

T = TypeVar("T")
Key = str | int | float
MOST = 1000

Limit = Annotated[
    int, Query(ge=1, le=MOST, description="At most so many items in one page")
]
Cursor = Annotated[
    str | None,
    Query(max_length=4096, description="`next` of the page before; none: the first"),
]
DEFAULT_LIMIT = 100


class Page(BaseModel, Generic[T]):
    """Some of a list, and how to get the next ones."""

    items: list[T]
    next: str | None = Field(
        description="`cursor` of the next page; null: this is the last one"
    )


def cursor_of(*keys: Key) -> str:
    """The cursor behind the item with this sort key."""
    return base64.urlsafe_b64encode(orjson.dumps(keys)).rstrip(b"=").decode()


def keys_of(cursor: str, *kinds: type[Any]) -> tuple[Any, ...]:
    """The sort key in a cursor, whose parts are of these types.

    Raises:
        Problem: it is no cursor of ours (422).
    """
    try:
        padded = cursor.encode() + b"=" * (-len(cursor) % 4)
        keys = orjson.loads(base64.b64decode(padded, b"-_", validate=True))
    except (binascii.Error, ValueError):
        raise _wrong() from None
    if not isinstance(keys, list) or [type(key) for key in keys] != list(kinds):
        raise _wrong()
    return tuple(keys)


def _wrong() -> Problem:
    expected = "`next` of an earlier page, as it was given"
    return unfit("cursor", expected, f"cursor: expected {expected}")


def page_of(
    found: Iterable[T], limit: int, cursor: str | None, name: Callable[[T], str]
) -> tuple[list[T], str | None]:
    """One page of what is held in memory, in the order of its names.

    Raises:
        Problem: the cursor is none of ours (422).
    """
    after = keys_of(cursor, str)[0] if cursor else None
    rest = sorted(
        (item for item in found if after is None or name(item) > after), key=name
    )
    items = rest[:limit]
    return items, cursor_of(name(items[-1])) if len(rest) > limit else None
