"""Whether something is as a scenario expects it: a subset of it, with `*` for anything.

Texts may say more: `> 5`, `>= 5`, `< 5`, `<= 5`, `A | B`; `${name}` stands for what is
known under a name, and takes what is found where nothing is yet.
"""

from __future__ import annotations

import math
import operator
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from connector.errors import ConnectorError
from connector.station.times import iso

_ANY = "*"
_COMPARED = re.compile(r"(>=|<=|>|<)\s*(-?\d+(?:\.\d+)?)")
_OPERATORS: Mapping[str, Callable[[float, float], bool]] = {
    ">": operator.gt,
    ">=": operator.ge,
    "<": operator.lt,
    "<=": operator.le,
}
_NAME = re.compile(r"\$\{(\w+)([+-]\d+)?\}")
_LONGEST_SHOWN = 80
BUILT_IN = frozenset({"now", "now_s"})
"""Names that are always known."""


class UnknownName(ConnectorError):
    """Nothing is known under a name."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name

    def __str__(self) -> str:
        return f"nothing is known under ${{{self.name}}} yet"


class Names:
    """What is known under names; ``now_ms`` gives `${now}` and `${now+60}`."""

    def __init__(self, known: Mapping[str, Any], now_ms: Callable[[], int]) -> None:
        self.known = dict(known)
        self.now_ms = now_ms

    def filled(self, value: Any) -> Any:
        """A value with every name replaced.

        Raises:
            UnknownName: nothing is known under one.
        """
        if isinstance(value, dict):
            return {name: self.filled(each) for name, each in value.items()}
        if isinstance(value, list):
            return [self.filled(each) for each in value]
        if not isinstance(value, str):
            return value
        whole = _NAME.fullmatch(value)
        if whole is not None:
            return self._value(whole)
        return _NAME.sub(lambda found: str(self._value(found)), value)

    def _value(self, found: re.Match[str]) -> Any:
        name, offset = found[1], int(found[2] or 0)
        if name == "now":
            return iso(self.now_ms() + offset * 1000)
        if name == "now_s":
            return self.now_ms() // 1000 + offset
        if name not in self.known:
            raise UnknownName(name)
        value = self.known[name]
        return value + offset if offset else value

    def unknown(self, value: Any) -> str | None:
        """The name that a value is, where nothing is known under it."""
        name = whole_name(value)
        return None if name in BUILT_IN or name in self.known else name


def whole_name(value: Any) -> str | None:
    """The name of a value that is nothing else than `${name}`."""
    whole = _NAME.fullmatch(value) if isinstance(value, str) else None
    return None if whole is None else whole[1]


def names_in(value: Any) -> Iterator[str]:
    """Every name in a value, wherever it stands."""
    if isinstance(value, dict | list):
        for each in value.values() if isinstance(value, dict) else value:
            yield from names_in(each)
    elif isinstance(value, str):
        yield from (found[1] for found in _NAME.finditer(value))


class Match:
    """One attempt; ``found`` are the names that it has learnt."""

    def __init__(self, names: Names) -> None:
        self._names = names
        self.learnt: dict[str, Any] = {}

    def mismatch(self, expected: Any, found: Any, path: str = "") -> str | None:
        """What is not as expected; None: all is."""
        unknown = self._names.unknown(expected)
        if unknown is not None and unknown not in self.learnt:
            self.learnt[unknown] = found
            return None
        expected = self.learnt[unknown] if unknown else expected
        if isinstance(expected, dict):
            return self._object(expected, found, path)
        if isinstance(expected, list):
            return self._list(expected, found, path)
        expected = self._names.filled(expected)
        if expected == _ANY or _is_same(expected, found):
            return None
        return f"{path or 'it'} is {_shown(found)}, expected {_shown(expected)}"

    def _object(self, expected: dict[str, Any], found: Any, path: str) -> str | None:
        if not isinstance(found, dict):
            return f"{path or 'it'} is {_shown(found)}, expected an object"
        for name, each in expected.items():
            inner = f"{path}.{name}" if path else name
            if name not in found:
                return f"{inner} is missing, expected {_shown(each)}"
            problem = self.mismatch(each, found[name], inner)
            if problem is not None:
                return problem
        return None

    def _list(self, expected: list[Any], found: Any, path: str) -> str | None:
        """Every item is there, in this order; there may be others between them."""
        if not isinstance(found, list):
            return f"{path or 'it'} is {_shown(found)}, expected a list"
        rest = iter(enumerate(found))
        for wanted in expected:
            problems = []
            for place, each in rest:
                problem = self.mismatch(wanted, each, f"{path}[{place}]")
                if problem is None:
                    break
                problems.append(problem)
            else:
                if len(problems) == 1:
                    return problems[0]
                return f"{path or 'it'} has no item {_shown(wanted)}"
        return None


def _is_same(expected: Any, found: Any) -> bool:
    if isinstance(expected, bool) or expected is None or isinstance(found, bool):
        return expected is found
    if isinstance(expected, int | float):
        number = _number(found)
        return number is not None and math.isclose(expected, number, rel_tol=1e-9)
    compared = _COMPARED.fullmatch(expected)
    if compared is not None:
        number = _number(found)
        return number is not None and _OPERATORS[compared[1]](
            number, float(compared[2])
        )
    return str(found) in (expected, *(each.strip() for each in expected.split(" | ")))


def _number(found: Any) -> float | None:
    """Values of meters are texts."""
    try:
        return float(found)
    except (TypeError, ValueError):
        return None


def _shown(value: Any) -> str:
    text = repr(value)
    if len(text) > _LONGEST_SHOWN:
        return f"{text[:_LONGEST_SHOWN]}.."
    return text
