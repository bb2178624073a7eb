"""IdTokens of 2.x as tokens, and what is said of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from connector.ocppj.frames import Json
from connector.station.core.limits import TransactionLimit
from connector.station.core.tokens import Entry, Verdict
from connector.station.ports import Token
from connector.station.times import epoch_ms

_TYPES_201 = frozenset(
    {
        "Central",
        "eMAID",
        "ISO14443",
        "ISO15693",
        "KeyCode",
        "Local",
        "MacAddress",
        "NoAuthorization",
    }
)
_LONGEST_ID = {"2.0.1": 36, "2.1": 255}
_LONGEST_TYPE = 20
_OTHER_TYPE = "Local"
"""2.0.1 has a closed list of types; what it does not know is the station's own."""
NO_AUTHORIZATION = "NoAuthorization"


def token_of(wire: Json) -> Token:
    """The token of an IdTokenType."""
    return Token(wire["idToken"], wire["type"])


def token_wire(token: Token, version: str) -> Json:
    """The IdTokenType of a token."""
    kind = token.type[:_LONGEST_TYPE]
    if version == "2.0.1" and kind not in _TYPES_201:
        kind = _OTHER_TYPE
    id_ = "" if kind == NO_AUTHORIZATION else token.id
    return {"idToken": id_[: _LONGEST_ID[version]], "type": kind}


def group_of(wire: Json | None) -> str | None:
    """The group of a groupIdToken."""
    return None if wire is None else str(wire["idToken"])


def verdict_of(info: Mapping[str, Any]) -> Verdict:
    """An IdTokenInfoType; an expiry that is no time is none."""
    return Verdict(
        info["status"],
        group_of(info.get("groupIdToken")),
        _expiry(info),
        tuple(info.get("evseId", ())),
    )


def _expiry(info: Mapping[str, Any]) -> int | None:
    text = info.get("cacheExpiryDateTime")
    try:
        return None if text is None else epoch_ms(text)
    except ValueError:
        return None


def entries_of(lines: Iterable[Json]) -> list[Entry]:
    """A localAuthorizationList; who has no idTokenInfo is to be removed."""
    return [
        Entry(
            token_of(line["idToken"]),
            verdict_of(line["idTokenInfo"]) if "idTokenInfo" in line else None,
        )
        for line in lines
    ]


def limit_of(wire: Mapping[str, Any]) -> TransactionLimit | None:
    """A TransactionLimitType (2.1, E16); without members it ends the limit."""
    if not wire:
        return None
    percent = wire.get("maxSoC")
    return TransactionLimit(
        wire.get("maxEnergy"),
        wire.get("maxTime"),
        wire.get("maxCost"),
        None if percent is None else percent / 100,
    )


def limit_wire(limit: TransactionLimit) -> Json:
    """The TransactionLimitType of a limit."""
    share = limit.state_of_charge
    found = {
        "maxEnergy": limit.energy_wh,
        "maxTime": None if limit.time_s is None else round(limit.time_s),
        "maxCost": limit.cost,
        "maxSoC": None if share is None else round(share * 100),
    }
    return {name: value for name, value in found.items() if value is not None}
