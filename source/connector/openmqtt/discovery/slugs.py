"""Names as Home Assistant takes them in topics and ids: letters, digits, ``_``, ``-``.

Where a slug loses something it ends in six hexadecimal digits of a hash of the whole,
so that two names never share one; the full key stands in the `unique_id`.
"""

from __future__ import annotations

import hashlib
import re

_FORBIDDEN = re.compile(r"[^A-Za-z0-9_-]+")
_NOT_OF_AN_ENTITY = re.compile(r"[^a-z0-9]+")
_HARMLESS = re.compile(r"[A-Za-z0-9_.-]+")
_LONGEST = 100


def slug(key: str) -> str:
    """A level of a discovery topic for a key; the same for ever."""
    text = _FORBIDDEN.sub("_", key)
    if text == key and len(key) <= _LONGEST:
        return key
    return f"{text[:_LONGEST]}_{_hash(key)}"


def entity_part(name: str) -> str:
    """A part of an entity id (small letters, digits, ``_``) for an identity."""
    text = _NOT_OF_AN_ENTITY.sub("_", name.lower()).strip("_")
    if _HARMLESS.fullmatch(name) and text and len(name) <= _LONGEST:
        return text
    return f"{text[:_LONGEST].strip('_')}_{_hash(name)}".strip("_")


def words(name: str) -> str:
    """A name of the catalogue as a part of an entity id."""
    return _NOT_OF_AN_ENTITY.sub("_", name.lower()).strip("_")


def literal(text: str) -> str:
    """Text as a string inside a template: nothing in it can end the string."""
    return "'" + "".join(map(_escaped, text)) + "'"


def _escaped(character: str) -> str:
    if character.isascii() and character.isalnum():
        return character
    return f"\\U{ord(character):08x}"


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:6]
