"""What the API and the store say to programs, in the words of the command line.

Their texts tell what to do about a problem: a request to send, a parameter to set. Here
it is a command to type.
"""

from __future__ import annotations

import re
from collections.abc import Callable

_SAY = "ocpp-connector"
_WORD = re.compile(r"[A-Za-z0-9][\w.:-]*")
"""What a shell takes as it is, and no command as an option."""


def _word(shown: str, otherwise: str) -> str:
    """What to type for something that a text has in quotes."""
    plain = shown.strip("'\"")
    return plain if _WORD.fullmatch(plain) else otherwise


def _unknown_station(found: re.Match[str]) -> str:
    add = f"{_SAY} stations add {_word(found[1], 'STATION')}"
    return f"{found[1]}: `{add}` registers it, `{_SAY} stations list` shows"


def _not_adopted(found: re.Match[str]) -> str:
    station = _word(found[1], "STATION")
    say = f"{_SAY} stations"
    return (
        f"{found[1]} is not adopted: `{say} add {station}` registers it, "
        f"`{say} adopt {station}` lets it in"
    )


def _unknown_token(found: re.Match[str]) -> str:
    token = _word(found[1], "TOKEN")
    kind = "" if found[2] == "any" else f" --type {found[2]}"
    given = f"{_SAY} tokens set {token}{kind}"
    return (
        f"{found[1]} of type {found[2]} is registered: `{given}` registers it, "
        f"`{_SAY} tokens list` shows"
    )


def _plain(text: str) -> Callable[[re.Match[str]], str]:
    return lambda _: text


_WORDS: tuple[tuple[str, Callable[[re.Match[str]], str]], ...] = (
    (
        r"(\S+|'.*'): PUT /api/v1/stations/\{station\} registers it, "
        r"GET /api/v1/stations lists",
        _unknown_station,
    ),
    (r"(.+) is not adopted: PUT registers it, adopt lets it in", _not_adopted),
    (
        r"('.*'|\S+) of type (\S+) is registered: PUT registers it, "
        r"GET /api/v1/tokens lists",
        _unknown_token,
    ),
    (
        r"GET /api/v1/transactions lists",
        _plain(f"`{_SAY} transactions list` shows"),
    ),
    (
        r"send the header Authorization: Bearer <API_TOKEN>; where none is set, the "
        r"connector keeps",
        _plain(
            "expected API_TOKEN, or --token-file with a file that has it; where none "
            "is set, the connector keeps"
        ),
    ),
    (r"say so with force", _plain("say so with --force")),
)


def to_type(text: str) -> str:
    """A text with what to type in it, where it has what to send."""
    for pattern, put in _WORDS:
        text = re.sub(pattern, put, text)
    return text
