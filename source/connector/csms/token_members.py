"""What the members of a registered id token may be, wherever they are written."""

from __future__ import annotations

import re
from typing import Literal, get_args

from connector.csms.token_registry import ANY_TYPE
from connector.csms.v2.id_tokens import NO_AUTHORIZATION

Status = Literal["Accepted", "Blocked", "Expired", "Invalid", "ConcurrentTx"]
STATUSES: tuple[str, ...] = get_args(Status)

TYPES = (
    ANY_TYPE,
    "Central",
    "DirectPayment",
    "eMAID",
    "EVCCID",
    "ISO14443",
    "ISO15693",
    "KeyCode",
    "Local",
    "MacAddress",
    "VIN",
)
"""Those that OCPP names (2.1 has room for others); `any` stands for each."""
LONGEST_ID = 255
MOST_ACTIVE = 2**31 - 1

_OTHER_TYPE = re.compile(r"[A-Za-z0-9*\-_=:+|@.]{1,20}")
"""An identifierString of 20 characters (2.1, IdTokenType)."""
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8})*")
_LONGEST_LANGUAGE = 8
_KNOWN = {name.lower(): name for name in TYPES}

TYPE = f"{', '.join(TYPES)}, or another word of at most 20 characters"
LANGUAGE = "a language such as de or en-GB, at most 8 characters"
ID = f"an id token of 1 to {LONGEST_ID} characters that can be printed"


def token_type(text: str) -> str:
    """A type of id tokens, as OCPP spells it.

    Raises:
        ValueError: it is none; the text says what is expected.
    """
    found = _KNOWN.get(text.lower())
    if found is not None:
        return found
    if text.lower() == NO_AUTHORIZATION.lower() or not _OTHER_TYPE.fullmatch(text):
        raise ValueError(TYPE)
    return text


def language(text: str) -> str:
    """A language (RFC 5646) that stations take.

    Raises:
        ValueError: it is none; the text says what is expected.
    """
    if len(text) > _LONGEST_LANGUAGE or not _LANGUAGE.fullmatch(text):
        raise ValueError(LANGUAGE)
    return text


def is_id(text: str) -> bool:
    """Whether an id token may be registered by this id."""
    return 0 < len(text) <= LONGEST_ID and text.isprintable()
