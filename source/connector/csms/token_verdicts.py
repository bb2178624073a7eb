"""What is said about id tokens, and how the versions of OCPP write it. Pure."""

from __future__ import annotations

from enum import Enum
from typing import Any, NamedTuple

from connector.csms import times
from connector.csms.station import Station
from connector.csms.token_registry import ANY_TYPE
from connector.csms.v2.id_tokens import CENTRAL
from connector.store.records import TokenRecord

Json = dict[str, Any]

ACCEPTED, INVALID, UNKNOWN = "Accepted", "Invalid", "Unknown"
CONCURRENT = "ConcurrentTx"
LONGEST = {"1.6": 20, "2.0.1": 36, "2.1": 255}
"""Characters of an id token and of a group, by version."""
_TYPES_201 = frozenset(
    {
        "any",
        "Central",
        "eMAID",
        "ISO14443",
        "ISO15693",
        "KeyCode",
        "Local",
        "MacAddress",
    }
)
"""IdTokenEnumType of 2.0.1, and what stands for each; 2.1 has room for any word."""


class Showing(Enum):
    """What an id token is in a message for: whether somebody held it there for it."""

    ASKED = "asked about"
    USED = "used, perhaps after it was asked about"
    NAMED = "named for what was done with it"


class Presented(NamedTuple):
    """An id token in a message of a station; in 1.6 it has no type."""

    station: Station
    where: str
    id_token: str
    type: str = ANY_TYPE
    showing: Showing = Showing.USED


class Verdict(NamedTuple):
    """What is said about a token: a status in the words of 2.x."""

    status: str
    expiry_ms: int | None = None
    group: str | None = None
    language: str | None = None
    max_active: int | None = None
    """Of transactions that may run with it at a time; None: any number."""

    @property
    def is_accepted(self) -> bool:
        """Whether it may charge."""
        return self.status == ACCEPTED


def longest(version: str) -> int:
    """How many characters an id token of a version has at most."""
    return LONGEST.get(version, LONGEST["1.6"])


def has_room(record: TokenRecord, version: str) -> bool:
    """Whether a message of a version can name it, by its length and type."""
    is_named = version != "2.0.1" or record.type in _TYPES_201
    return is_named and 0 < len(record.id_token) <= longest(version)


def info(verdict: Verdict, version: str) -> Json:
    """The IdTagInfo of 1.6, or the IdTokenInfo of 2.x."""
    return _info_16(verdict) if version == "1.6" else _info_2(verdict, version)


def _info_16(verdict: Verdict) -> Json:
    # 1.6 has one word for a token that is unknown or wrong.
    status = INVALID if verdict.status == UNKNOWN else verdict.status
    found: Json = {"status": status}
    if verdict.expiry_ms is not None:
        found["expiryDate"] = times.iso(verdict.expiry_ms)
    if _fits(verdict.group, "1.6"):
        found["parentIdTag"] = verdict.group
    return found


def _info_2(verdict: Verdict, version: str) -> Json:
    found: Json = {"status": verdict.status}
    if verdict.expiry_ms is not None:
        found["cacheExpiryDateTime"] = times.iso(verdict.expiry_ms)
    if _fits(verdict.group, version):
        found["groupIdToken"] = {"idToken": verdict.group, "type": CENTRAL}
    if verdict.language is not None:
        found["language1"] = verdict.language
    return found


def _fits(group: str | None, version: str) -> bool:
    """A group that is too long for a version has no member to be in."""
    return bool(group) and len(group or "") <= longest(version)
