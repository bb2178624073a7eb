"""What a local authorization list holds, and what differs between two. Pure.

An entry is one of SendLocalList (1.6, section 7.1; 2.x, AuthorizationData): a token and
what holds for it; in a differential update one without the latter is to be removed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import orjson

from connector.csms.token_verdicts import has_room, info, longest
from connector.csms.tokens import Tokens
from connector.csms.v2.id_tokens import CARD
from connector.store.records import TokenRecord

Json = dict[str, Any]
Entries = list[Json]

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
    most = longest(spoken)
    found: Entries = []
    left_out = 0
    for record in tokens.registry.records():
        verdict = tokens.verdict_of(record)
        if has_room(record, spoken) and len(verdict.group or "") <= most:
            if _is_first(tokens, record, spoken):
                found.append(_entry(record, info(verdict, spoken), spoken))
        else:
            left_out += 1
    return Registered(found, left_out, most)


def _is_first(tokens: Tokens, record: TokenRecord, spoken: str) -> bool:
    """Whether nothing that is registered comes before it for such a station."""
    type_ = tokens.ANY_TYPE if spoken == "1.6" else _type_of(record)
    return tokens.registry.find(record.id_token, type_) is record


def _type_of(record: TokenRecord) -> str:
    return _USUAL_TYPE if record.type == Tokens.ANY_TYPE else record.type


def _entry(record: TokenRecord, said: Json, spoken: str) -> Json:
    if spoken == "1.6":
        return {"idTag": record.id_token, "idTagInfo": said}
    token = {"idToken": record.id_token, "type": _type_of(record)}
    return {"idToken": token, "idTokenInfo": said}


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
