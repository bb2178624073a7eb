"""Other names for id tokens, so that what was said can be shown and said again.

The same token always gets the same name; who it is stays between those who know it.
"""

from __future__ import annotations

import re
from typing import Any

import orjson

_TOKEN_MEMBERS = frozenset({"idtag", "parentidtag", "idtoken", "additionalidtoken"})
# Where vendors keep one in the configuration.
_TOKEN_KEY = re.compile(r"id_?tag$|id_?token$|plugandchargeidentifier", re.IGNORECASE)
_IN_TEXT = re.compile(
    r'("(?:idTag|parentIdTag|idToken|additionalIdToken)"\s*:\s*")([^"]*)', re.IGNORECASE
)


class Pseudonyms:
    """The names that were given in one recording: ``token-1``, ``token-2``, ..

    Tokens that differ in case alone are the same one (OCPP 1.6, CiString).
    """

    __slots__ = ("_names",)

    def __init__(self) -> None:
        self._names: dict[str, str] = {}

    def of(self, token: str) -> str:
        """The name of a token; an empty one has none."""
        if not token.strip():
            return token
        return self._names.setdefault(token.casefold(), f"token-{len(self._names) + 1}")

    def replace(self, value: Any) -> Any:
        """A JSON value (not too deep) with names for tokens."""
        if isinstance(value, list):
            return [self.replace(item) for item in value]
        if isinstance(value, dict):
            return self._replace_members(value)
        if isinstance(value, str):
            return self._replace_json(value)
        return value

    def replace_text(self, text: str) -> str:
        """Text that is no JSON, though parts of it look like some."""
        return _IN_TEXT.sub(lambda match: match[1] + self.of(match[2]), text)

    def _replace_members(self, value: dict[str, Any]) -> dict[str, Any]:
        hidden = {"value", "attributeValue"} if _names_a_token(value) else set()
        return {
            name: self.of(inner)
            if isinstance(inner, str)
            and (name in hidden or name.lower() in _TOKEN_MEMBERS)
            else self.replace(inner)
            for name, inner in value.items()
        }

    def _replace_json(self, text: str) -> str:
        """The text of an object or list, as vendors put it into a DataTransfer."""
        if text[:1] not in ("{", "["):
            return text
        try:
            value = orjson.loads(text)
            replaced = self.replace(value)
        except (orjson.JSONDecodeError, RecursionError):
            return self.replace_text(text)
        return text if replaced == value else orjson.dumps(replaced).decode()


def _names_a_token(value: dict[str, Any]) -> bool:
    """A configuration key (1.6) or variable (2.x) whose value is one."""
    named = value.get("key") or value.get("variable")
    if isinstance(named, dict):
        named = named.get("name")
    return isinstance(named, str) and _TOKEN_KEY.search(named) is not None
