"""What of a request does not fit: each field with what was expected, for people."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from connector.ocppj.secret_names import is_secret

_SHOWN = 80
_MOST = 20
_HIDDEN = "(hidden)"
_NO_OBJECT = frozenset({"dict_type", "model_type", "model_attributes_type"})
_WORDS = {
    "bool_parsing": "true or false",
    "bool_type": "true or false",
    "int_parsing": "a whole number",
    "int_type": "a whole number",
    "int_from_float": "a whole number",
    "float_parsing": "a number",
    "float_type": "a number",
    "string_type": "text",
}
"""What pydantic says for programmers, by the type of its error."""
_WHERE = frozenset({"body", "query", "path", "header", "cookie"})
"""The first part of a location, which people can tell for themselves."""


@dataclass(frozen=True, slots=True)
class Misfit:
    """A field that does not fit; ``text`` says it in one sentence."""

    field: str
    expected: str
    text: str


def misfits(errors: Iterable[Any]) -> list[Misfit]:
    """Those of pydantic's list of errors, at most so many as a person reads."""
    return [_misfit(error) for error in list(errors)[:_MOST]]


def _misfit(error: Mapping[str, Any]) -> Misfit:
    path = [str(part) for part in error["loc"]]
    where, names = path[0], path[1:] if path[0] in _WHERE else path
    field = ".".join(names) or where
    expected = _expected(error)
    if error["type"] == "missing":
        return Misfit(field, "to be there", f"{field} is missing")
    if error["type"] == "extra_forbidden":
        return Misfit(field, "not to be there", f"there is no {field!r}")
    value = _shown(field, error)
    return Misfit(field, expected, f"{field} is {value}, expected {expected}")


def _expected(error: Mapping[str, Any]) -> str:
    """Our own words where there are some, else those of pydantic."""
    expected = (error.get("ctx") or {}).get("expected")
    if error["type"] == "expected" and expected is not None:
        return str(expected)
    if error["type"] in _NO_OBJECT:
        return "a JSON object"
    if error["type"] in _WORDS:
        return _WORDS[error["type"]]
    text = str(error["msg"]).removeprefix("Input should be ")
    return text.removeprefix("Value error, ")


def _shown(field: str, error: Mapping[str, Any]) -> str:
    value = error.get("input")
    if isinstance(value, (dict, list)):
        return "an object" if isinstance(value, dict) else "a list"
    if is_secret(field) or field.endswith("token"):
        return _HIDDEN
    text = repr(value)
    return text if len(text) <= _SHOWN else f"{text[: _SHOWN - 4]} .."
