"""The README's tables of settings, made from the code.

``python -m connector.settings.reference ../README.md`` rewrites them between their
marks; a test fails while the two differ.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from connector.settings.connecting import ConnectionSettings
from connector.settings.model import Settings
from connector.settings.station_side import StationSettings, station_fields
from connector.settings.stations import (
    ProfileEntry,
    QuirksEntry,
    StationEntry,
)
from connector.settings.tokens import TokenEntry
from connector.settings.tree import TreeSettings
from connector.settings.unbuilt import UNBUILT, UNBUILT_PREFIX

_BEGIN = "<!-- {}: made by connector.settings.reference -->"
_END = "<!-- {}: end -->"
_REFUSED = "Not in this version, and refused when set to anything but the default: "


def settings_table() -> str:
    """All settings of this version as a Markdown table, then those it refuses."""
    rows = {name.upper(): Settings.model_fields[name] for name in _names()}
    refused = [*UNBUILT, f"{UNBUILT_PREFIX}*"]
    return f"{_table('variable', rows)}\n\n{_REFUSED}{_list(refused)}."


def _names() -> list[str]:
    """Those of connections behind the broker's, those of the tree before the store."""
    of_connections = list(ConnectionSettings.model_fields)
    of_tree = list(TreeSettings.model_fields)
    taken = {*of_connections, *of_tree}
    names = [name for name in Settings.model_fields if name not in taken]
    for before, moved in (("unknown_stations", of_connections), ("data_dir", of_tree)):
        place = names.index(before)
        names[place:place] = moved
    return names


def stations_table() -> str:
    """The members of an entry of `STATIONS`."""
    fields = StationEntry.model_fields
    rows = {name: field for name, field in fields.items() if field.description}
    rows |= {f"profile.{name}": f for name, f in ProfileEntry.model_fields.items()}
    rows |= {f"quirks.{name}": f for name, f in QuirksEntry.model_fields.items()}
    return _table("member", rows)


def tokens_table() -> str:
    """The members of an entry of `TOKENS`."""
    return _table("member", TokenEntry.model_fields)


def station_table() -> str:
    """The settings of a station."""
    fields = StationSettings.model_fields
    return _table("variable", {n.upper(): fields[n] for n in station_fields()})


TABLES: dict[str, Callable[[], str]] = {
    "settings": settings_table,
    "station": station_table,
    "stations": stations_table,
    "tokens": tokens_table,
}


def replace_tables(text: str) -> str:
    """`text` with every table between its marks brought up to date.

    Raises:
        ValueError: the marks of one are not there.
    """
    for name, make in TABLES.items():
        begin, end = _BEGIN.format(name), _END.format(name)
        head, found, rest = text.partition(begin)
        _, closed, tail = rest.partition(end)
        if not found or not closed:
            raise ValueError(f"there is no {begin} .. {end} in it")
        text = f"{head}{begin}\n{make()}\n{end}{tail}"
    return text


def _table(first: str, rows: Mapping[str, FieldInfo]) -> str:
    lines = [f"| {first} | default | meaning |", "|---|---|---|"]
    lines += [_row(name, field) for name, field in rows.items()]
    return "\n".join(lines)


def _list(names: Sequence[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)


def _row(name: str, field: FieldInfo) -> str:
    return f"| `{name}` | {_default(field)} | {field.description} |"


def _default(field: FieldInfo) -> str:
    value = field.default
    if field.title:
        return field.title
    if value is None or isinstance(value, BaseModel):
        return "none"
    if isinstance(value, bool):
        return f"`{str(value).upper()}`"
    return f"`{value:g}`" if isinstance(value, float) else f"`{value}`"


def main(arguments: Sequence[str] | None = None) -> int:
    """Rewrite the tables of the file named as the only argument."""
    [path] = map(Path, sys.argv[1:] if arguments is None else arguments)
    path.write_text(replace_tables(path.read_text("utf-8")), "utf-8")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
