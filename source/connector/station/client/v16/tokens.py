"""Id tags of 1.6 as tokens, and what is said of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from connector.station.core.tokens import Entry, Verdict
from connector.station.ports import Token
from connector.station.times import epoch_ms

Json = dict[str, Any]
LONGEST_TAG = 20
"""1.6, section 7.28: IdToken is a CiString20Type."""


def tag_of(token: Token | None) -> str:
    """The idTag of a token; empty where nobody showed one."""
    return token.id[:LONGEST_TAG] if token is not None else ""


def token_of(tag: str) -> Token:
    """The token of an idTag."""
    return Token(tag)


def verdict_of(info: Mapping[str, Any]) -> Verdict:
    """An IdTagInfo; an expiryDate that is no time is none."""
    return Verdict(info["status"], info.get("parentIdTag"), _expiry(info))


def _expiry(info: Mapping[str, Any]) -> int | None:
    try:
        return epoch_ms(info["expiryDate"]) if "expiryDate" in info else None
    except ValueError:
        return None


def wrong_list(entries: Sequence[Entry], *, is_full: bool) -> str:
    """What is wrong with a list by itself (1.6, 5.15 and 7.8); empty: nothing."""
    if len({entry.token.id.casefold() for entry in entries}) < len(entries):
        return "an idTag is there twice"
    if is_full and any(entry.verdict is None for entry in entries):
        return "an idTag has no idTagInfo"
    return ""


def entries_of(lines: Iterable[Mapping[str, Any]]) -> list[Entry]:
    """A localAuthorizationList; who has no idTagInfo is to be removed."""
    return [
        Entry(
            token_of(line["idTag"]),
            verdict_of(line["idTagInfo"]) if "idTagInfo" in line else None,
        )
        for line in lines
    ]
