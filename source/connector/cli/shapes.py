"""How members of the API's answers become cells: columns are data, see `columns`."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

Json = Any


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table: where its value is in an item, and how it is written.

    ``member`` is a path: names with dots between them; "" is the item itself.
    """

    title: str
    member: str
    write: Callable[[Json], str] | None = None
    is_number: bool = False
    has_lines: bool = False
    style: Callable[[Json], str] | None = None
    """Of an item: how rich draws its cell."""

    def shown(self, item: Json) -> str:
        """The text of the cell for one item."""
        value = member(item, self.member)
        return text_of(value) if self.write is None else self.write(value)


def member(item: Json, path: str) -> Json:
    """The member at a path; None where there is none."""
    for name in path.split(".") if path else ():
        item = item.get(name) if isinstance(item, dict) else None
    return item


def text_of(value: Json) -> str:
    """A value for people: nothing for null, yes and no for flags."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list) and not any(isinstance(v, (dict, list)) for v in value):
        return ", ".join(map(text_of, value))
    if isinstance(value, (dict, list)):
        return json.dumps(value, ensure_ascii=False)
    return f"{value:g}" if isinstance(value, float) and value < 1e6 else str(value)


def flattened(item: Json, prefix: str = "") -> Iterator[tuple[str, Json]]:
    """The members of an object, those of objects in it too; lists by number."""
    pairs = item.items() if isinstance(item, dict) else enumerate(item, 1)
    for name, value in pairs:
        path = f"{prefix}{name}"
        is_list_of_objects = isinstance(value, list) and any(
            isinstance(each, dict) for each in value
        )
        if (isinstance(value, dict) and value) or is_list_of_objects:
            yield from flattened(value, f"{path}.")
        else:
            yield path, value


def kilowatt_hours(value: Json) -> str:
    """Energy (Wh) as kWh."""
    return f"{value / 1000:.3f}" if isinstance(value, (int, float)) else ""


def minute(value: Json) -> str:
    """A time to the second, without its parts."""
    return value[:19].replace("T", " ") if isinstance(value, str) else ""
