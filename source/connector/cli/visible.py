"""Text from stations and files as a terminal may show it: no escapes, one line."""

from __future__ import annotations

import unicodedata

_HIDDEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
"""Controls, directions and invisible ones, halves of pairs, what nobody has named."""


def visible(text: str) -> str:
    """The text, with what a terminal would act on as an escape of Python."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(map(_shown, text))


def visible_lines(text: str) -> str:
    """The same, but lines stay lines, and tabs tabs."""
    parts = text.replace("\r\n", "\n").split("\n")
    return "\n".join("\t".join(map(visible, part.split("\t"))) for part in parts)


def _shown(character: str) -> str:
    if unicodedata.category(character) not in _HIDDEN:
        return character
    return character.encode("unicode_escape").decode()
