"""The entries of `TOKENS`, checked one member at a time."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Annotated, Literal

from pydantic import BeforeValidator

from connector.csms import token_members
from connector.csms.options import TokenOptions
from connector.csms.token_members import MOST_ACTIVE, STATUSES, Status
from connector.settings.entries import Entry, Name, member
from connector.settings.kinds import Number, OneOf, Text, wrong

IdToken = Annotated[str, BeforeValidator(Text("an id token of 1 to 255 characters"))]
AskTimeout = Annotated[
    float,
    BeforeValidator(
        Number("seconds, more than 0 and up to 60", maximum=60, above=True)
    ),
]
TokenPolicy = Annotated[
    Literal["accept", "reject", "ask"],
    BeforeValidator(OneOf(("accept", "reject", "ask"))),
]
AskDefault = Annotated[
    Literal["accept", "reject"], BeforeValidator(OneOf(("accept", "reject")))
]


def _expiry(value: object) -> str:
    expected = "a time with its zone, such as 2026-12-31T23:59:59Z"
    try:
        time = datetime.fromisoformat(str(value))
    except ValueError:
        raise wrong(expected) from None
    if time.tzinfo is None:
        raise wrong(expected)
    return time.astimezone(UTC).isoformat().replace("+00:00", "Z")


def _read(by: Callable[[str], str], expected: str) -> BeforeValidator:
    def read(value: object) -> str:
        try:
            return by(value.strip() if isinstance(value, str) else "")
        except ValueError:
            raise wrong(expected) from None

    return BeforeValidator(read)


_Active = Annotated[
    int,
    BeforeValidator(
        Number("a whole number, 1 or more", 1, maximum=MOST_ACTIVE, whole=True)
    ),
]
_Type = Annotated[str, _read(token_members.token_type, token_members.TYPE)]
_Language = Annotated[str, _read(token_members.language, token_members.LANGUAGE)]


class TokenEntry(Entry):
    """One id token; the members are those of `TokenOptions`."""

    status: Annotated[Status, BeforeValidator(OneOf(STATUSES))] = member(
        "Accepted", "`Accepted`, `Blocked`, `Expired`, `Invalid` or `ConcurrentTx`"
    )
    expiry: Annotated[str, BeforeValidator(_expiry)] | None = member(
        None, "Until when: `2026-12-31T23:59:59Z`"
    )
    group: Name | None = member(
        None, "Its parent token: whoever has the same group may stop what it started"
    )
    note: Name | None = member(None, "For people")
    type: _Type = member(
        "any",
        "`ISO14443`, `eMAID`, `KeyCode`, ..: only a token of this type (OCPP 2.x)",
    )
    language: _Language | None = member(
        None, "What the station shows to its user is in (OCPP 2.x): `de`, `en-GB`"
    )
    max_active: _Active | None = member(
        None, "How many transactions may run with it at the same time"
    )

    def options(self) -> TokenOptions:
        """The same for the central system."""
        return TokenOptions(**self.model_dump())
