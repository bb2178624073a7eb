"""Secrets that were told lately, so that they are blanked where they come back.

Stations repeat what they are sent: in errors, in reasons, as names of files. There a
secret has no name by which `redaction` would find it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

import orjson

from connector.ocppj import redaction
from connector.ocppj.redaction import BLANK, blank

_SHORTEST = 4
"""A shorter one would be found in any text."""
_WORDS = frozenset({"true", "false", "none", "null"})
"""What an AuthorizationKeyEnabled has is no secret wherever else it stands."""
_MOST = 64
_FEW_DIGITS = 8
"""So many are in times and numbers, too: fewer are hidden where they stand alone."""


class KnownSecrets:
    """The last ones of one peer; few have any, so an empty one is small."""

    __slots__ = ("_longest_first", "_texts")

    def __init__(self, texts: Sequence[str] = ()) -> None:
        self._texts = tuple(texts)
        self._longest_first = _longest_first(self._texts)

    @property
    def texts(self) -> Sequence[str]:
        """Those that are known now; later ones are in another sequence."""
        return self._longest_first

    def note(self, value: Any) -> bool:
        """Note the secrets in a JSON value; whether there are any."""
        found = list(dict.fromkeys(_differences(value, blank(value))))
        if found:
            kept = [text for text in self._texts if text not in found]
            self._texts = (*kept, *found)[-_MOST:]
            self._longest_first = _longest_first(self._texts)
        return bool(found)

    def hide_in(self, text: str) -> str:
        """Any text, without those that are known."""
        for secret in self._longest_first:
            if secret in text:
                text = _without(secret, text)
        return text

    def hide_in_json(self, text: str) -> str:
        """The same of text that may be JSON, which writes some characters otherwise."""
        is_json = text.lstrip()[:1] in redaction.JSON_BEGINS
        is_known = is_json and bool(self._texts)
        return self.hide_in_frame(text) if is_known else self.hide_in(text)

    def hide(self, value: Any) -> Any:
        """A JSON value likewise; a status is a word of the specification."""
        if isinstance(value, str):
            return self.hide_in_json(value)
        if isinstance(value, list):
            return [self.hide(item) for item in value]
        if isinstance(value, dict):
            return {
                self.hide_in(name): inner
                if name.lower().endswith("status") and isinstance(inner, str)
                else self.hide(inner)
                for name, inner in value.items()
            }
        return value

    def hide_in_frame(self, text: str) -> str:
        """The text of a frame likewise; JSON writes some characters otherwise."""
        try:
            value = orjson.loads(text)
            hidden = self.hide(value)
            # What nothing is hidden in stays as it was written.
            return text if hidden == value else orjson.dumps(hidden).decode()
        except (orjson.JSONDecodeError, RecursionError, TypeError):
            return self.hide_in(text)


def _longest_first(texts: Sequence[str]) -> Sequence[str]:
    """One may be a part of another."""
    return tuple(sorted(texts, key=len, reverse=True))


def _without(secret: str, text: str) -> str:
    if len(secret) >= _FEW_DIGITS or not secret.isdecimal():
        return text.replace(secret, BLANK)
    alone = rf"(?<!\w)(?<!\d[.:-]){secret}(?!\w)(?![.:-]\d)"
    return re.sub(alone, BLANK, text)


def _differences(value: Any, shown: Any) -> Iterator[str]:
    """The texts in ``value`` that are not in what is shown of it."""
    if isinstance(value, dict) and isinstance(shown, dict):
        for name, inner in value.items():
            yield from _differences(inner, shown[name])
    elif isinstance(value, list) and isinstance(shown, list):
        for inner, of_it in zip(value, shown, strict=True):
            yield from _differences(inner, of_it)
    elif value != shown:
        yield from _texts(value) if shown == BLANK else _parts(str(value))


def _texts(value: Any) -> Iterator[str]:
    """All texts and numbers of a value that is a secret as a whole."""
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list):
        for inner in value:
            yield from _texts(inner)
    elif value is not None and not isinstance(value, bool):
        yield from _long_enough(str(value))


def _parts(text: str) -> Iterator[str]:
    """The secrets within a text."""
    if text.lstrip()[:1] in redaction.JSON_BEGINS:
        try:
            value = orjson.loads(text)
        except orjson.JSONDecodeError:
            return
        yield from _differences(value, blank(value))
        return
    for secret in redaction.secrets_in(text):
        yield from _long_enough(secret)


def _long_enough(text: str) -> Iterator[str]:
    if len(text) >= _SHORTEST and text.lower() not in _WORDS:
        yield text
