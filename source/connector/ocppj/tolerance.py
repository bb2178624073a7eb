"""What a station says is accepted where its meaning is clear (datapoints, section 2).

Values that a schema does not list, over-long text and additional members stay; an
optional member that does not fit is taken out; a required one is refused. Text without
end is cut, for it is kept and told. A whole number written as 1.0 is that number.
"""

from __future__ import annotations

import copy
from collections.abc import Iterable
from typing import Any

from connector.errors import RemoteProtocolError
from connector.ocppj.dialects import Dialect
from connector.ocppj.schemas import CUSTOM_DATA, Misfit, Schema

Json = dict[str, Any]
Path = tuple[str | int, ...]

_HARMLESS = frozenset(
    {"Enum", "MaxLength", "AdditionalProperties", "MultipleOf", "Format", "MaxItems"}
)
_MOST_REPAIRS = 3
_LARGEST_EXACT = 2**53
"""Beyond it a float is not one whole number any more."""
_LONGEST = {"Enum": 255, "MaxLength": 10_000}
"""The longest words and texts; the longest that a schema of 1.6 allows has 5,500."""


def refuse(misfits: Iterable[Misfit], dialect: Dialect) -> RemoteProtocolError:
    """The error that answers a payload which does not fit."""
    first = next(iter(misfits))
    return RemoteProtocolError(first.code(dialect), str(first))


def fit(
    payload: Json, schema: Schema, dialect: Dialect, *, keeps_enums: bool = True
) -> tuple[Json, list[str]]:
    """The payload without what does not fit, and a warning for each kind of it.

    ``keeps_enums`` says whether a value that is not listed still has a meaning.

    Raises:
        RemoteProtocolError: something required is missing or of another type.
    """
    harmless = _HARMLESS if keeps_enums else _HARMLESS - {"Enum"}
    warnings: dict[str, None] = {}
    payload = _counted(payload, schema, warnings)
    for _ in range(_MOST_REPAIRS):
        misfits = list(schema.misfits(payload))
        warnings |= dict.fromkeys(misfit.summary for misfit in misfits)
        serious = [m for m in misfits if m.kind not in harmless and not _is_vendors(m)]
        if not serious:
            return _with_ends(payload, misfits), list(warnings)
        optional: set[Path] = set()
        for misfit in serious:
            path = _nearest_optional(schema.document, misfit.path)
            if path is None:
                raise refuse([misfit], dialect)
            optional.add(path)
        payload = _without(payload, optional)
    raise refuse(serious, dialect)


def _nearest_optional(document: Json, path: Path) -> Path | None:
    """The longest beginning of ``path`` that names an optional member."""
    found, schema = None, document
    for index, step in enumerate(path):
        schema = _resolved(document, schema)
        if isinstance(step, int):
            schema = schema.get("items", {})
            continue
        if step not in schema.get("required", ()):
            found = path[: index + 1]
        schema = schema.get("properties", {}).get(step, {})
    return found


def _is_vendors(misfit: Misfit) -> bool:
    """Whether it lies within the member that belongs to a vendor, and hurts nobody."""
    return misfit.kind != "Type" and CUSTOM_DATA in misfit.path


def _resolved(document: Json, schema: Json) -> Json:
    while "$ref" in schema:
        name = schema["$ref"].removeprefix("#/definitions/")
        schema = document["definitions"][name]
    return schema


def _with_ends(payload: Json, misfits: Iterable[Misfit]) -> Json:
    """The payload, or a copy in which texts without end are cut."""
    changed = payload
    for misfit in misfits:
        most = _LONGEST.get(misfit.kind)
        text = _at(changed, misfit.path) if most else None
        if isinstance(text, str) and len(text) > (most or 0):
            changed = copy.deepcopy(changed) if changed is payload else changed
            _at(changed, misfit.path[:-1])[misfit.path[-1]] = text[:most]
    return changed


def _counted(payload: Json, schema: Schema, warnings: dict[str, None]) -> Json:
    """The payload, or a copy in which floats that stand for integers are integers."""
    changed = payload
    for misfit in schema.misfits(payload):
        if misfit.kind != "Type" or "integer" not in misfit.types:
            continue
        found = _at(payload, misfit.path)
        is_whole = type(found) is float and found.is_integer()
        if is_whole and abs(found) <= _LARGEST_EXACT:
            changed = copy.deepcopy(changed) if changed is payload else changed
            _at(changed, misfit.path[:-1])[misfit.path[-1]] = int(found)
            warnings[misfit.summary] = None
    return changed


def _at(value: Any, path: Path) -> Any:
    for step in path:
        value = value[step]
    return value


def _without(payload: Json, paths: set[Path]) -> Json:
    """A copy without these members; the inner ones go first."""
    changed = copy.deepcopy(payload)
    for path in sorted(paths, key=len, reverse=True):
        del _at(changed, path[:-1])[path[-1]]
    return changed
