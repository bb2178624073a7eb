"""The data of a message, read member by member; both spellings of names are known."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import Any

from connector.station.hardware_mqtt.envelope import Refused, shown


def _folded(name: str) -> str:
    return name.replace("_", "").lower()


class Fields:
    """An object; what nobody asks for is nobody's business."""

    __slots__ = ("_found", "_path")

    def __init__(self, data: Any, path: str = "data") -> None:
        """Raises Refused: it is no object."""
        if not isinstance(data, dict):
            raise Refused(f"{path}: {shown(data)}", "an object")
        self._found: Mapping[str, Any] = {_folded(n): v for n, v in data.items()}
        self._path = path

    def get(self, name: str) -> Any:
        """What stands there; null is nothing."""
        return self._found.get(_folded(name))

    def _wrong(self, name: str, expected: str) -> Refused:
        return Refused(f"{self._path}.{name}: {shown(self.get(name))}", expected)

    def text(self, name: str, *, longest: int = 255) -> str:
        """A text that has to be there.

        Raises:
            Refused: it is none, like all below.
        """
        found = self.get(name)
        if not isinstance(found, str) or not 0 < len(found) <= longest:
            raise self._wrong(name, f"a text of 1 to {longest} characters")
        return found

    def maybe_text(self, name: str, *, longest: int = 255) -> str | None:
        """A text, if there is one."""
        found = self.get(name)
        return None if found in (None, "") else self.text(name, longest=longest)

    def word(self, name: str, expected: Iterable[str]) -> str:
        """One of some words, in any case and with any underscores."""
        words = {_folded(each): each for each in expected}
        found = self.get(name)
        word = words.get(_folded(found)) if isinstance(found, str) else None
        if word is None:
            raise self._wrong(name, "one of " + ", ".join(words.values()))
        return word

    def flag(self, name: str, default: bool | None = None) -> bool:
        """True or false."""
        found = self.get(name)
        if found is None and default is not None:
            return default
        if not isinstance(found, bool):
            raise self._wrong(name, "true or false")
        return found

    def number(self, name: str, *, least: float = -math.inf) -> float:
        """A finite number."""
        found = self.get(name)
        is_number = isinstance(found, int | float) and not isinstance(found, bool)
        if not is_number or not math.isfinite(found) or found < least:
            bound = "" if math.isinf(least) else f", {least:g} or more"
            raise self._wrong(name, f"a number{bound}")
        return float(found)

    def maybe_number(self, name: str, *, least: float = -math.inf) -> float | None:
        """A number, if there is one."""
        return None if self.get(name) is None else self.number(name, least=least)

    def inner(self, name: str) -> Fields:
        """An object that has to be there."""
        return Fields(self.get(name), f"{self._path}.{name}")

    def maybe_inner(self, name: str) -> Fields | None:
        """An object, if there is one."""
        return None if self.get(name) is None else self.inner(name)
