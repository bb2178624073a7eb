"""What a local authorization list holds, and what differs between two. Pure.

An entry is one of SendLocalList (1.6, section 7.1; 2.x, AuthorizationData): a token and
what holds for it; in a differential update one without the latter is to be removed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import orjson

from connector.csms.tokens import Tokens
from connector.csms.v2.id_tokens import CARD

Json = dict[str, Any]
Entries = list[Json]

LONGEST_TOKEN = 20
"""A CiString20Type; what is longer is nobody's id tag."""
_LONGEST_TOKEN_2 = {"2.0.1": 36, "2.1": 255}
_USUAL_TYPE = CARD
"""Of a token without one: lists are for when there is no link, and so are cards."""
_ENVELOPE_BYTES = 200
"""Of a message, beside its entries."""


@dataclass(frozen=True, slots=True)
class Wire:
    """What a version calls the members of a list, and which token an entry is of."""

    version: str
    token: str
    info: str
    key: Callable[[Json], str]


def _key_16(entry: Json) -> str:
    """Id tags are compared without case (1.6, section 3.15)."""
    return str(entry["idTag"]).lower()


def _key_2(entry: Json) -> str:
    token = entry["idToken"]
    return f"{token['type']} {token['idToken']}".lower()


OF_16 = Wire("listVersion", "idTag", "idTagInfo", _key_16)
OF_2 = Wire("versionNumber", "idToken", "idTokenInfo", _key_2)


@dataclass(frozen=True, slots=True)
class Registered:
    """The entries of the token registry, and those that no list can hold."""

    entries: Entries
    left_out: int
    longest: int
    """Characters that a token may have."""


def registered(tokens: Tokens, spoken: str = "1.6") -> Registered:
    """What a list for a station of this version is to hold."""
    longest = _LONGEST_TOKEN_2.get(spoken, LONGEST_TOKEN)
    make = _entry_16 if spoken == "1.6" else _entry_2
    found, left_out = [], 0
    for id_token in tokens.ids():
        group = tokens.verdict(id_token, tokens.type_of(id_token)).group
        if all(0 < len(text) <= longest for text in (id_token, group or id_token)):
            found.append(make(tokens, id_token))
        else:
            left_out += 1
    return Registered(found, left_out, longest)


def _entry_16(tokens: Tokens, id_token: str) -> Json:
    return {"idTag": id_token, "idTagInfo": tokens.info(id_token)}


def _entry_2(tokens: Tokens, id_token: str) -> Json:
    type_ = tokens.type_of(id_token)
    token = {
        "idToken": id_token,
        "type": _USUAL_TYPE if type_ == tokens.ANY_TYPE else type_,
    }
    return {"idToken": token, "idTokenInfo": tokens.info_2(token)}


def difference(old: Entries, new: Entries, wire: Wire = OF_16) -> Entries:
    """What makes the new list of the old one; removals first, for they make room.

    One that only changed its case stays as the station knows it, for not every station
    compares without.
    """
    before, after = _by_token(old, wire), _by_token(new, wire)
    gone = [entry for key, entry in before.items() if key not in after]
    removed = [{wire.token: entry[wire.token]} for entry in gone]
    changed = [
        {
            wire.token: before.get(key, entry)[wire.token],
            wire.info: entry[wire.info],
        }
        for key, entry in after.items()
        if key not in before or before[key][wire.info] != entry[wire.info]
    ]
    return removed + changed


def applied(entries: Entries, change: Iterable[Json], wire: Wire = OF_16) -> Entries:
    """The list after a differential update."""
    found = _by_token(entries, wire)
    for entry in change:
        if wire.info in entry:
            found[wire.key(entry)] = entry
        else:
            found.pop(wire.key(entry), None)
    return list(found.values())


def parts(
    entries: Entries, most: int | None, most_bytes: int | None = None
) -> list[Entries]:
    """Entries in messages that a station can take; an empty list is one message."""
    found: list[Entries] = [[]]
    used = _ENVELOPE_BYTES
    for entry in entries:
        size = len(orjson.dumps(entry)) + 1 if most_bytes else 0
        is_full = most and len(found[-1]) >= most
        is_long = most_bytes and used + size > most_bytes
        if found[-1] and (is_full or is_long):
            found.append([])
            used = _ENVELOPE_BYTES
        found[-1].append(entry)
        used += size
    return found


def _by_token(entries: Iterable[Json], wire: Wire) -> dict[str, Json]:
    return {wire.key(entry): entry for entry in entries}
