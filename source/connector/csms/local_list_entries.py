"""What a local authorization list holds, and what differs between two. Pure.

An entry is one of SendLocalList (1.6, section 7.1): ``idTag`` and its ``idTagInfo``; in
a differential update one without ``idTagInfo`` is to be removed.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from connector.csms.tokens import Tokens

Json = dict[str, Any]
Entries = list[Json]

LONGEST_TOKEN = 20
"""A CiString20Type; what is longer is nobody's id tag."""


def registered(tokens: Tokens) -> tuple[Entries, int]:
    """The entries of the token registry, and how many tokens no list can hold."""
    found, left_out = [], 0
    for id_token in tokens.ids():
        info = tokens.info(id_token)
        if _fits(id_token) and _fits(info.get("parentIdTag", id_token)):
            found.append({"idTag": id_token, "idTagInfo": info})
        else:
            left_out += 1
    return found, left_out


def _fits(id_token: str) -> bool:
    return 0 < len(id_token) <= LONGEST_TOKEN


def difference(old: Entries, new: Entries) -> Entries:
    """What makes the new list of the old one; removals first, for they make room.

    Id tags are compared without case (1.6, section 3.15). One that only changed its
    case stays as the station knows it, for not every station compares so.
    """
    before, after = _by_tag(old), _by_tag(new)
    removed = [{"idTag": e["idTag"]} for tag, e in before.items() if tag not in after]
    changed = [
        {"idTag": before.get(tag, entry)["idTag"], "idTagInfo": entry["idTagInfo"]}
        for tag, entry in after.items()
        if tag not in before or before[tag]["idTagInfo"] != entry["idTagInfo"]
    ]
    return removed + changed


def applied(entries: Entries, change: Iterable[Json]) -> Entries:
    """The list after a differential update."""
    found = _by_tag(entries)
    for entry in change:
        tag = entry["idTag"].lower()
        if "idTagInfo" in entry:
            found[tag] = entry
        else:
            found.pop(tag, None)
    return list(found.values())


def parts(entries: Entries, most: int | None) -> list[Entries]:
    """Entries in messages that a station can take; an empty list is one message."""
    if not most or len(entries) <= most:
        return [entries]
    return [entries[at : at + most] for at in range(0, len(entries), most)]


def _by_tag(entries: Iterable[Json]) -> dict[str, Json]:
    return {entry["idTag"].lower(): entry for entry in entries}
