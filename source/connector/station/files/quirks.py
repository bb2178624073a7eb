"""What a file says of the quirks of its central system."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from connector.station.client.quirks import (
    FLAGS,
    LONGEST_GAP_MS,
    NAMES,
    NONE,
    PERIODIC,
    QUIRKS,
    Quirks,
    named,
    together,
)
from connector.station.files.marked import Marked, Table


def quirks_of(marked: Marked | None) -> Quirks | None:
    """A name, a list of names, or a mapping with values; None: it says nothing."""
    if marked is None:
        return None
    if marked.is_mapping:
        return _table(marked.table())
    names = marked.items() if marked.is_list else iter((marked,))
    found = NONE
    for each in names:
        found = together(found, _named(each, NAMES))
    return found


def _named(marked: Marked, names: tuple[str, ...]) -> Quirks:
    return named(marked.text(values=names)) or NONE


def _table(table: Table) -> Quirks:
    """`profile` is a named set, of which the rest may differ."""
    profile = table.get("profile")
    found = NONE if profile is None else _named(profile, tuple(QUIRKS))
    wanted: dict[str, Any] = {}
    for name, (member, value) in FLAGS.items():
        flag = table.get(name)
        if flag is not None:
            wanted[member] = value is flag.flag()
    for name, read in _VALUES.items():
        marked = table.get(name)
        if marked is not None:
            wanted[name] = read(marked)
    table.finish()
    return replace(found, **wanted)


_VALUES: dict[str, Callable[[Marked], Any]] = {
    "periodic": lambda marked: marked.text(values=PERIODIC),
    "min_gap_ms": lambda marked: marked.whole(0, LONGEST_GAP_MS),
}
