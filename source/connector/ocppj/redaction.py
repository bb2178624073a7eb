"""Secrets blanked, id tokens shortened: for results, logs, raw messages, recordings.

What is a secret's name stands in `secret_names`; beside those, credentials in URLs and
in their queries, private keys and the one-time names of our own `/files` are blanked in
any text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import orjson

from connector.ocppj import secret_names
from connector.ocppj.frames import TOO_DEEP, is_too_deep
from connector.ocppj.secret_names import is_secret

BLANK = "***"
_NAMED = re.compile(
    r"PRIVATE KEY|vpn[\\\"]+\s*:|name[\\\"]+\s*:[\s\\\"]+(?:auth|code|key|token)",
    re.IGNORECASE,
)
"""Beside names of secrets; the last is a variable's that its component makes one."""
# ?token=x, &X-Amz-Signature=x
_QUERY = re.compile(
    r"([?&#;][\w.%-]{0,40}(?:auth|code|credentials?|hmac|jwt|key|pass|pin|pwd?|sas"
    r"|secret|sig|signature|token)=)([^&#;\s\"'<>\\]+)",
    re.IGNORECASE,
)
# JSON may escape slashes, and any character by its number.
_MARKS = re.compile(
    rf"{_NAMED.pattern}|:(?:\\?/){{2}}[^/\s\"]*@|\\?/files\\?/|\\u|{_QUERY.pattern}",
    re.IGNORECASE,
)
_PRIVATE_KEY = re.compile(
    r"-----BEGIN [A-Z ]*PRIVATE KEY-----.*?(-----END [A-Z ]*PRIVATE KEY-----|\Z)",
    re.DOTALL,
)
# Up to the last @ before the path: a password may have one, too.
_CREDENTIALS = re.compile(r"(?<=://)[^/\s\"]*(?=@)|(?<=:\\/\\/)[^/\s\"]*(?=@)")
_ONE_TIME_NAME = re.compile(r"(?:(?<=/files/)|(?<=/files\\/))[\w-]{20,}")
"""Of our own upload and download place: who knows it may use it."""
_CUT_OFF = re.compile(r"(?:(?<=://)|(?<=:\\/\\/))(?!\*{3}@)[^/\s\"]+\Z")
"""What may be credentials, where the @ behind them is missing."""
# password=x, "password": "x", --psk x
_ASSIGNED = re.compile(
    rf"((?:{secret_names.NAME}\w{{0,40}}|{secret_names.LONE})"
    r"\\?[\"']?\s{0,9}[=:]\s{0,9})"
    r"(\\?\"(?:[^\"\\]|\\.)*\\?(?:\"|\Z)|'[^']*(?:'|\Z)|[^\s\"',;&}\])]+)",
    re.IGNORECASE,
)
# AuthorizationKey,x or AuthorizationKey x, but not: the password is wrong
_FOLLOWED = re.compile(
    rf"({secret_names.NAME}\w{{0,40}}(?:[,;|]|\s(?:(?:is|now|to|was)\s)?"
    r"(?!(?-i:[A-Z]?[a-z]+)(?:[\s.,;:!?)\]\"']|\Z))))"
    r"([^\s,;|\"'&})\]=:]{3,})",
    re.IGNORECASE,
)
_SEPARATOR = re.compile(r"[=:,;|\s]")
JSON_BEGINS = ("{", "[", '"')
"""How texts begin that are looked into; an empty one does not."""
_FEW_LEVELS = 32
_SHOWN_OF_TOKEN = 4
_KEY_NAMES = frozenset(
    {
        "component",
        "key",
        "messageid",
        "name",
        "param",
        "parameter",
        "setting",
        "type",
        "variable",
    }
)
"""What has the name of a value, in small letters, as all names are compared."""
_VALUES = frozenset(
    {"value", "val", "attributevalue", "actualvalue", "newvalue", "oldvalue", "data"}
)
_NO_VALUES: frozenset[str] = frozenset()
_COMPONENT, _VARIABLE = "component", "variable"
_ATTRIBUTES = "variableattribute"
"""The values of a variable, in NotifyReport (2.x)."""
_SHORTEST_OF_QUERY = 8
"""What is shorter, or but a word, is no secret wherever else it stands."""
_VPN, _VPN_SECRETS = "vpn", frozenset({"key"})
"""Its shared secret (2.x, VPNType), which has the name of what is no secret."""


def redact(text: str) -> Any:
    """A frame as JSON without secrets; text that is no JSON is returned as text.

    Of text that names a secret and is no JSON, or that is nested without end, only the
    length is shown.
    """
    try:
        frame = orjson.loads(text)
    except orjson.JSONDecodeError:
        shown = _CUT_OFF.sub(BLANK, blank_text(text))
        return f"{len(text)} characters" if _names_one(shown) else shown
    if _has_many_levels(text) and is_too_deep(frame):
        return f"{len(text)} characters, {TOO_DEEP}"
    return blank(frame)


def _is_suspicious(text: str) -> bool:
    """Whether there is something to blank."""
    return secret_names.is_in(text) or _MARKS.search(text) is not None


def _names_one(text: str) -> bool:
    return _NAMED.search(text) is not None or secret_names.is_in(text)


def _has_many_levels(text: str) -> bool:
    """Whether it is worth looking how deep a frame is."""
    return text.count("[") + text.count("{") > _FEW_LEVELS


def blank(value: Any) -> Any:
    """A JSON value whose secrets are blanked."""
    if isinstance(value, dict):
        return _blank_object(value, _NO_VALUES)
    if isinstance(value, list):
        return [blank(item) for item in value]
    if isinstance(value, str):
        return _blank_json(value) or blank_text(value)
    return value


def blank_text(text: str) -> str:
    """Text of people or stations, without what is a secret wherever it stands."""
    if "/" in text:
        text = _ONE_TIME_NAME.sub(BLANK, _CREDENTIALS.sub(BLANK, text))
    if "PRIVATE KEY" in text:
        text = _PRIVATE_KEY.sub(BLANK, text)
    if "=" in text:
        text = _QUERY.sub(rf"\1{BLANK}", text)
    if not (_SEPARATOR.search(text) and secret_names.has_stem(text)):
        return text
    return _FOLLOWED.sub(rf"\1{BLANK}", _ASSIGNED.sub(rf"\1{BLANK}", text))


def secrets_in(text: str) -> Iterator[str]:
    """What `blank_text` takes out, as somebody else would repeat it."""
    for credentials in _CREDENTIALS.findall(text):
        _, colon, password = credentials.partition(":")
        if colon:
            yield credentials
            yield password
    yield from _ONE_TIME_NAME.findall(text)
    for _, secret in _ASSIGNED.findall(text) + _FOLLOWED.findall(text):
        yield secret.strip("\\\"'")
    for _, secret in _QUERY.findall(text):
        if len(secret) >= _SHORTEST_OF_QUERY and not secret.isalpha():
            yield secret


def _blank_json(text: str) -> str | None:
    """The text of JSON, as vendors put it into a DataTransfer."""
    if text.lstrip()[:1] not in JSON_BEGINS or not _is_suspicious(text):
        return None
    try:
        return orjson.dumps(blank(orjson.loads(text))).decode()
    except (orjson.JSONDecodeError, RecursionError):
        return f"{len(text)} characters" if _names_one(text) else None


def _blank_object(value: dict[str, Any], hidden: frozenset[str]) -> dict[str, Any]:
    """An object; members that are ``hidden`` are secrets whatever they are called."""
    is_named = names_a_secret(value)
    if is_named:
        hidden = hidden | _VALUES
    return {
        name: BLANK
        if is_secret(name) or (hidden and name.lower() in hidden)
        else _blank_member(name, inner, is_named)
        for name, inner in value.items()
    }


def _blank_member(name: str, value: Any, of_secret: bool) -> Any:
    if name.lower() == _VPN and isinstance(value, dict):
        return _blank_object(value, _VPN_SECRETS)
    if of_secret and name.lower() == _ATTRIBUTES and isinstance(value, list):
        return [
            _blank_object(item, _VALUES) if isinstance(item, dict) else BLANK
            for item in value
        ]
    return blank(value)


def names_a_secret(value: dict[str, Any]) -> bool:
    """A configuration key (1.6) or variable (2.x) whose value is one."""
    found: dict[str, Any] = {}
    for name, inner in value.items():
        folded = name.lower()
        if folded in _KEY_NAMES:
            if isinstance(inner, str) and is_secret(inner):
                return True
            found[folded] = inner
    return any(isinstance(each, dict) for each in found.values()) and (
        _is_of_secret(found)
    )


def _is_of_secret(found: dict[str, Any]) -> bool:
    """Whether components and variables name one (2.x); of VPN/Key neither does."""
    component = _called(found.pop(_COMPONENT, None))
    names = {name: _called(named)[::-1] for name, named in found.items()}
    if _VARIABLE in names:
        names[_VARIABLE] = component + names[_VARIABLE]
    return any(is_secret("/".join(parts)) for parts in names.values())


def _called(named: Any) -> list[str]:
    """The name of a component or variable, and its instance."""
    if not isinstance(named, dict):
        return [named] if isinstance(named, str) else []
    parts = {name.lower(): part for name, part in named.items()}
    found = (parts.get("name"), parts.get("instance"))
    return [part for part in found if isinstance(part, str)]


def blanked_json(value: Any) -> str:
    """The text of a JSON value whose secrets are blanked."""
    return orjson.dumps(blank(value)).decode()


def shown_value(name: str, value: Any) -> Any:
    """The value of a key or variable, for a line of the log."""
    return BLANK if is_secret(name) else blank(value)


def shorten(id_token: str) -> str:
    """An id token as logs show it: who it is stays between those who know it."""
    if len(id_token) <= _SHOWN_OF_TOKEN:
        return BLANK
    return id_token[:_SHOWN_OF_TOKEN] + BLANK


def excerpt(text: str | bytes, length: int = 120) -> str:
    """The beginning of a message, in one line and without secrets."""
    if isinstance(text, bytes):
        return f"{len(text)} bytes"
    if _is_suspicious(text):
        return f"{len(text)} characters"
    shown = text[:length].replace("\n", " ").replace("\r", " ")
    return repr(shown) + (f".. ({len(text)} characters)" if len(text) > length else "")
