"""Secrets blanked, id tokens shortened: for logs and for the raw message database."""

from __future__ import annotations

import re
from typing import Any

import orjson

from connector.ocppj.frames import TOO_DEEP, is_too_deep

BLANK = "***"
_SECRET_MEMBER = re.compile(r"password|privatekey|secret|passphrase", re.IGNORECASE)
_SECRET_KEY = re.compile(r"authorizationkey|password|basicauth", re.IGNORECASE)
_NAMED = re.compile(
    rf"{_SECRET_MEMBER.pattern}|{_SECRET_KEY.pattern}|PRIVATE KEY", re.IGNORECASE
)
# JSON may escape slashes, and any character by its number.
_SUSPICIOUS = re.compile(
    rf"{_NAMED.pattern}|:(?:\\?/){{2}}[^/\s\"]*@|\\?/files\\?/|\\u", re.IGNORECASE
)
_PRIVATE_KEY = re.compile(
    r"-----BEGIN [A-Z ]*PRIVATE KEY-----.*?(-----END [A-Z ]*PRIVATE KEY-----|\Z)",
    re.DOTALL,
)
# Up to the last @ before the path: a password may have one, too.
_CREDENTIALS = re.compile(r"(?<=://)[^/\s\"]*(?=@)")
_ONE_TIME_NAME = re.compile(r"(?:(?<=/files/)|(?<=/files\\/))[\w-]{20,}")
"""Of our own upload and download place: who knows it may use it."""
_FEW_LEVELS = 32
_SHOWN_OF_TOKEN = 4
_KEY_NAMES = ("key", "variable", "name")
_VALUES = ("value", "attributeValue", "actualValue")


def redact(text: str) -> Any:
    """A frame as JSON without secrets; text that is no JSON is returned as text.

    Of text that names a secret and is no JSON, or that is nested without end, only the
    length is shown.
    """
    try:
        frame = orjson.loads(text)
    except orjson.JSONDecodeError:
        shown = _blank_text(text)
        return f"{len(text)} characters" if _NAMED.search(shown) else shown
    if _has_many_levels(text) and is_too_deep(frame):
        return f"{len(text)} characters, {TOO_DEEP}"
    return blank(frame) if _SUSPICIOUS.search(text) else frame


def _has_many_levels(text: str) -> bool:
    """Whether it is worth looking how deep a frame is."""
    return text.count("[") + text.count("{") > _FEW_LEVELS


def blank(value: Any) -> Any:
    """A JSON value whose secrets are blanked."""
    if isinstance(value, dict):
        return _blank_object(value)
    if isinstance(value, list):
        return [blank(item) for item in value]
    if isinstance(value, str):
        return _blank_text(_blank_json(value) or value)
    return value


def _blank_text(text: str) -> str:
    text = _ONE_TIME_NAME.sub(BLANK, text)
    return _CREDENTIALS.sub(BLANK, _PRIVATE_KEY.sub(BLANK, text))


def _blank_json(text: str) -> str | None:
    """The text of an object or list, as vendors put it into a DataTransfer."""
    if text[:1] not in ("{", "[") or not _SUSPICIOUS.search(text):
        return None
    try:
        return orjson.dumps(blank(orjson.loads(text))).decode()
    except (orjson.JSONDecodeError, RecursionError):
        return f"{len(text)} characters" if _NAMED.search(text) else None


def _blank_object(value: dict[str, Any]) -> dict[str, Any]:
    hidden = _VALUES if _names_a_secret(value) else ()
    return {
        name: BLANK if name in hidden or _SECRET_MEMBER.search(name) else blank(inner)
        for name, inner in value.items()
    }


def _names_a_secret(value: dict[str, Any]) -> bool:
    """A configuration key (1.6) or variable (2.x) whose value is one."""
    for name in _KEY_NAMES:
        named = value.get(name)
        if isinstance(named, dict):
            named = named.get("name")
        if isinstance(named, str) and _SECRET_KEY.search(named):
            return True
    return False


def shorten(id_token: str) -> str:
    """An id token as logs show it: who it is stays between those who know it."""
    if len(id_token) <= _SHOWN_OF_TOKEN:
        return BLANK
    return id_token[:_SHOWN_OF_TOKEN] + BLANK


def excerpt(text: str | bytes, length: int = 120) -> str:
    """The beginning of a message, in one line and without secrets."""
    if isinstance(text, bytes):
        return f"{len(text)} bytes"
    if _SUSPICIOUS.search(text):
        return f"{len(text)} characters"
    shown = text[:length].replace("\n", " ").replace("\r", " ")
    return repr(shown) + (f".. ({len(text)} characters)" if len(text) > length else "")
