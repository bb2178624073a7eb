"""A line of text as a deed: `plug 1 soc=80`, `@CP-2 swipe TAG 1`."""

from __future__ import annotations

import json
import math
import shlex
from collections.abc import Callable, Sequence
from typing import Any

from connector.errors import ConnectorError
from connector.station.driving.verbs import VERBS, Argument, Deed, Verb

_LONGEST = 65_536
_SHOWN = 60


class WrongLine(ConnectorError):
    """A line that is no deed; ``reason`` names what was found and expected."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason

    def __str__(self) -> str:
        return self.reason


def parse(line: str) -> Deed | None:
    """The deed of a line; None where nothing, or a comment, stands there.

    Raises:
        WrongLine: it is none.
    """
    text = line.strip()
    if not text or text.startswith("#"):
        return None
    if len(text) > _LONGEST:
        raise WrongLine(
            f"a line of {len(text)} characters, expected at most {_LONGEST}"
        )
    station = None
    if text.startswith("@"):
        station, _, text = text[1:].partition(" ")
    name, _, rest = text.strip().partition(" ")
    verb = VERBS.get(name.lower())
    if verb is None:
        known = ", ".join(VERBS)
        raise WrongLine(f"{_shown(name)}: unknown command, expected one of {known}")
    return Deed(verb, _values(verb, _words(verb, rest)), station)


def _words(verb: Verb, rest: str) -> list[str]:
    """Words, with quotes as in a shell; JSON is the rest of the line as it stands."""
    if verb.arguments and verb.arguments[-1].kind == "json":
        return rest.split(maxsplit=len(verb.arguments) - 1)
    try:
        return shlex.split(rest)
    except ValueError as problem:
        raise WrongLine(f"{verb.name}: {problem}".lower()) from None


def _values(verb: Verb, words: Sequence[str]) -> dict[str, Any]:
    named = {each.name: each for each in verb.arguments if each.named}
    placed = [each for each in verb.arguments if not each.named]
    values: dict[str, Any] = {}
    for word in words:
        name, is_named, text = word.partition("=")
        if is_named and name in named:
            values[name] = value_of(verb, named[name], text)
        elif not placed:
            raise WrongLine(f"{_shown(word)}: too much, expected: {verb.usage()}")
        else:
            argument = placed.pop(0)
            values[argument.name] = value_of(verb, argument, word)
    return completed(verb, values)


def completed(verb: Verb, values: dict[str, Any]) -> dict[str, Any]:
    """With the defaults of what was not given.

    Raises:
        WrongLine: something is missing.
    """
    missing = [a.name for a in verb.arguments if a.is_required and a.name not in values]
    if missing:
        lacks = ", ".join(missing)
        raise WrongLine(f"{verb.name}: {lacks} is missing, expected: {verb.usage()}")
    return {a.name: values.get(a.name, a.default) for a in verb.arguments}


def value_of(verb: Verb, argument: Argument, found: Any) -> Any:
    """What was given for an argument, as text or (from YAML) as a value.

    Raises:
        WrongLine: it is not what is expected.
    """
    try:
        return _READERS[argument.kind](argument, found)
    except ValueError:
        expected = _EXPECTED[argument.kind](argument)
        place = f"{verb.name}: {argument.name}"
        raise WrongLine(f"{place} is {_shown(found)}, expected {expected}") from None


def _whole(argument: Argument, found: Any) -> int:
    number = _number(argument, found)
    if number != int(number):
        raise ValueError
    return int(number)


def _number(argument: Argument, found: Any) -> float:
    if isinstance(found, bool) or not isinstance(found, int | float | str):
        raise ValueError
    number = float(found)
    if not math.isfinite(number) or not argument.low <= number <= argument.high:
        raise ValueError
    return number


def _text(_: Argument, found: Any) -> str:
    if isinstance(found, dict | list) or found is None:
        raise ValueError
    text = str(found).lower() if isinstance(found, bool) else str(found)
    if not text.isprintable():
        raise ValueError
    return text


def _word(argument: Argument, found: Any) -> str:
    text = str(found).lower()
    if text not in argument.words:
        raise ValueError
    return text


def _flag(_: Argument, found: Any) -> bool:
    text = str(found).lower()
    if text not in ("true", "false"):
        raise ValueError
    return text == "true"


def _json(_: Argument, found: Any) -> Any:
    try:
        value = json.loads(found) if isinstance(found, str) else found
    except RecursionError:
        raise ValueError from None
    if not isinstance(value, dict):
        raise ValueError
    return value


_READERS: dict[str, Callable[[Argument, Any], Any]] = {
    "whole": _whole,
    "number": _number,
    "text": _text,
    "word": _word,
    "flag": _flag,
    "json": _json,
}
_EXPECTED: dict[str, Callable[[Argument], str]] = {
    "whole": lambda a: f"a whole number from {a.low:g} to {a.high:g}",
    "number": lambda a: f"a number from {a.low:g} to {a.high:g}",
    "text": lambda a: "a text",
    "word": lambda a: " or ".join(a.words),
    "flag": lambda a: "true or false",
    "json": lambda a: "a JSON object",
}


def _shown(found: Any) -> str:
    text = found if isinstance(found, str) else json.dumps(found, default=str)
    return repr(text[:_SHOWN])
