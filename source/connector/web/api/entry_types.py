"""Types of what is registered of stations: JSON has them, text stands for none.

Files of settings and the environment may have text for a number (`connector.settings`);
what the API keeps is told again, and is to be what its description says.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from connector.csms.registering import WrongMember, WrongMembers

Json = dict[str, Any]

_WORDS = {
    "boolean": "true or false",
    "integer": "a whole number",
    "number": "a number",
}


def check_types(schema: Json, members: Json) -> None:
    """Whether no text stands where the schema has none.

    Raises:
        WrongMembers: it does.
    """
    found = list(_texts(schema["properties"], schema["$defs"], members, ""))
    if found:
        raise WrongMembers(found)


def _texts(
    shapes: Json, definitions: Json, members: Json, path: str
) -> Iterator[WrongMember]:
    for name, value in members.items():
        branches = shapes[name]["anyOf"]
        if isinstance(value, str) and not any(map(_takes_text, branches)):
            yield _wrong(f"{path}{name}", value, branches)
        if isinstance(value, dict):
            for branch in branches:
                inner = definitions.get(branch.get("$ref", "").rpartition("/")[2])
                if inner is not None:
                    deeper = f"{path}{name}."
                    yield from _texts(inner["properties"], definitions, value, deeper)


def _takes_text(branch: Json) -> bool:
    if "enum" in branch:
        return any(isinstance(word, str) for word in branch["enum"])
    return branch.get("type") == "string"


def _wrong(name: str, value: str, branches: list[Json]) -> WrongMember:
    kinds = [_WORDS.get(branch.get("type", ""), "") for branch in branches]
    expected = f"{' or '.join(dict.fromkeys(filter(None, kinds)))}, and no text"
    return WrongMember(name, expected, f"{name} is {value!r}, expected {expected}")
