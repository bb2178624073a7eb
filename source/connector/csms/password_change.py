"""How a password is set at a station (1.6: whitepaper, A01; 2.x: A01).

`AuthorizationKey` of 1.6 has hexadecimal digits: 16 to 20 bytes, of which a station
uses the bytes or the digits. `BasicAuthPassword` of 2.x is the text itself.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from connector.csms.station import Station
from connector.csms.v2.variables import Variable, of_wire, result_of
from connector.errors import LocalProtocolError, RemoteProtocolError

Json = dict[str, Any]

KEY = "AuthorizationKey"
VARIABLE = Variable("SecurityCtrlr", "BasicAuthPassword")
SHORTEST = 16
LONGEST, LONGEST_21 = 40, 64
_BYTES_OF_KEY = range(16, 21)
_DIGITS = re.compile(r"(?:[0-9a-fA-F]{2}){16,20}")
_PRINTABLE = re.compile(r"[\x20-\x7e]+")
AGREED = ("Accepted", "RebootRequired")


class UnfitPassword(LocalProtocolError):
    """A password that a station cannot be given; it is never shown."""


def longest(version: str) -> int:
    """How many characters a password has at most in a version of OCPP."""
    return LONGEST_21 if version == "2.1" else LONGEST


def check(station: Station, password: str) -> None:
    """Whether a station of this version can have a password.

    Raises:
        UnfitPassword: it cannot; the text says what is expected.
    """
    most = longest(station.spoken)
    is_fit = _PRINTABLE.fullmatch(password) is not None
    if not (is_fit and SHORTEST <= len(password) <= most):
        raise UnfitPassword(
            f"the password has {len(password)} characters: OCPP {station.spoken} takes "
            f"{SHORTEST} to {most} printable ones of ASCII"
        )


def call_of(station: Station, password: str) -> tuple[str, Json]:
    """The action and the payload that set it."""
    if station.speaks_2:
        item = {"attributeValue": password, **VARIABLE.wire()}
        return "SetVariables", {"setVariableData": [item]}
    return "ChangeConfiguration", {"key": KEY, "value": _key(password)}


def status_of(station: Station, answer: Json) -> str:
    """What a station says to it.

    Raises:
        RemoteProtocolError: it says nothing of it.
    """
    if not station.speaks_2:
        return str(answer["status"])
    result = result_of(VARIABLE, answer["setVariableResult"])
    if result is None:
        raise RemoteProtocolError("FormatViolation", f"no result for {VARIABLE}")
    return str(result["attributeStatus"])


def set_by(action: str, payload: Json, answer: Json) -> Iterator[str]:
    """The passwords that a call, whoever sent it, has set at its station."""
    if action == "ChangeConfiguration":
        is_it = payload["key"].lower() == KEY.lower()
        if is_it and answer.get("status") in AGREED:
            yield payload["value"]
    elif action == "SetVariables":
        agreed = {
            of_wire(result).folded
            for result in answer["setVariableResult"]
            if result["attributeStatus"] in AGREED
        }
        for item in payload["setVariableData"]:
            name = of_wire(item).folded
            if name == VARIABLE.folded and name in agreed:
                yield item["attributeValue"]


def _key(password: str) -> str:
    """What 1.6 is sent: text of 16 to 20 bytes becomes digits, other text stays."""
    if _DIGITS.fullmatch(password) or len(password) not in _BYTES_OF_KEY:
        return password
    return password.encode().hex()
