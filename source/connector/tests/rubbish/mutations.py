"""Ways to spoil a payload; the result is text, for some of it has no value in Python.

A spoilt payload is a tree of plain values with `Raw` texts in it, written by `write`.
"""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from typing import Any, NamedTuple

Path = tuple[str | int, ...]


class Raw(str):
    """A text that stands in the JSON as it is."""


class Again(str):
    """A member's name that may stand beside the same name."""

    __hash__ = object.__hash__

    def __eq__(self, other: object) -> bool:
        return self is other


def _texts(*texts: str) -> list[Raw]:
    return [Raw(json.dumps(text)) for text in texts]


TIMES = _texts(
    "foo",
    "",
    "1970-01-01T00:00:00Z",
    "0001-01-01T00:00:00Z",
    "0001-01-01T00:00:00+14:00",
    "9999-12-31T23:59:59Z",
    "9999-12-31T23:59:59-14:00",
    "2026-02-30T00:00:00Z",
    "2026-01-31T12:00:00",
    "2026-01-31 12:00:00",
    "2026-01-31",
    "2026-01-31T13:00:00+01:00",
    "2026-01-31T12:00:00.123456789Z",
    "20260131T120000Z",
    "1769860800",
)
TEXTS = _texts(
    "",
    " ",
    "null",
    "x" * 300,
    "x" * 100_000,
    "Nonsense",
    "a\nb\r\x00\x7f\x85",
    "+/#$%__.",
    "\uffff\u202e\U0001f600",
    "{}",
    "%s%d{0}",
)
NUMBER_TEXTS = _texts("12", " 12 ", "12,5", "-1", "NaN", "1e400", "inf", "0x10", "1_0")
NUMBERS = [
    Raw(text)
    for text in (
        *("-1", "-2147483649", "-1e308", "-9223372036854775809"),
        *("0", "-0", "1.0", "0.5", "1e2", "65", "2147483648", "9007199254740993"),
        *("9223372036854775807", "9223372036854775808", "18446744073709551615"),
        *("18446744073709551616", "1e30", "1e308", "9" * 400),
    )
]
NO_JSON = [
    Raw(text)
    for text in (
        *("NaN", "Infinity", "-Infinity", "1e400", "-1e400", "01", "+1", ".5"),
        *('"\\ud800"', '"\\udc00x"', '"\\u12"', "'x'", "undefined", "None", "True"),
    )
]
"""What our reader does not take: most is no JSON, some has no value."""
OTHERS = [
    Raw(text)
    for text in (
        *("null", "true", "false", "[]", "{}", "[null]", '["x"]', '{"a":1}', "[[]]"),
        *("[" * 40 + "]" * 40, '{"a":' * 40 + "1" + "}" * 40),
        *("[" * 900 + "]" * 900, "[" * 20_000 + "]" * 20_000),
    )
]
VALUES = [*TIMES, *TEXTS, *NUMBER_TEXTS, *NUMBERS, *NO_JSON, *OTHERS]


class Spoilt(NamedTuple):
    """What was done, and what came of it."""

    how: str
    text: str


def write(value: Any) -> str:
    """The JSON text of a value, `Raw` texts as they are."""
    if isinstance(value, Raw):
        return str(value)
    if isinstance(value, dict):
        members = (f"{json.dumps(str(k))}:{write(v)}" for k, v in value.items())
        return "{" + ",".join(members) + "}"
    if isinstance(value, list):
        return "[" + ",".join(map(write, value)) + "]"
    return json.dumps(value)


def paths(value: Any, path: Path = ()) -> Iterator[Path]:
    """Where something can be spoilt."""
    items: Any = ()
    if isinstance(value, dict):
        items = value.items()
    elif isinstance(value, list):
        items = enumerate(value)
    for step, inner in items:
        yield (*path, step)
        yield from paths(inner, (*path, step))


def _parent(value: Any, path: Path) -> Any:
    for step in path[:-1]:
        value = value[step]
    return value


def replaced(payload: Any, path: Path, rubbish: Any) -> Any:
    """A copy with something else at a path."""
    changed = copy.deepcopy(payload)
    _parent(changed, path)[path[-1]] = rubbish
    return changed


def removed(payload: Any, path: Path) -> Any:
    """A copy without what is at a path."""
    changed = copy.deepcopy(payload)
    del _parent(changed, path)[path[-1]]
    return changed


def doubled(payload: Any, path: Path, rubbish: Any) -> Any:
    """A copy in which a member, or an item, is there twice."""
    changed = copy.deepcopy(payload)
    parent = _parent(changed, path)
    if isinstance(parent, list):
        parent.append(rubbish)
    else:
        parent[Again(path[-1])] = rubbish
    return changed


def renamed(payload: Any, path: Path, name: str) -> Any:
    """A copy in which a member has another name."""
    changed = copy.deepcopy(payload)
    parent = _parent(changed, path)
    parent[Again(name)] = parent.pop(path[-1])
    return changed


def spoilt(payload: Any) -> Iterator[Spoilt]:
    """Every payload that one step makes of this one."""
    for name in ("extra", "", "customData", "__proto__", "x" * 300):
        for rubbish in (1, {"a": [None]}, OTHERS[-2]):
            changed = {**payload, name: rubbish}
            yield Spoilt(f"with {name[:20]} {str(rubbish)[:20]}", write(changed))
    for path in paths(payload):
        where = ".".join(map(str, path))
        for rubbish in VALUES:
            how = f"{where} = {rubbish[:30]}"
            yield Spoilt(how, write(replaced(payload, path, rubbish)))
        yield Spoilt(f"no {where}", write(removed(payload, path)))
        for rubbish in ("null", "5", '"x"', "{}"):
            how = f"{where} twice, {rubbish}"
            yield Spoilt(how, write(doubled(payload, path, Raw(rubbish))))
        step = path[-1]
        if isinstance(step, str):
            for name in {step.upper(), step.lower(), step.capitalize()} - {step}:
                how = f"{where} as {name}"
                yield Spoilt(how, write(renamed(payload, path, name)))
