"""What is registered of stations at run time, by the same rules as `STATIONS`."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Any, get_args

from pydantic import BeforeValidator, ValidationError
from pydantic.fields import FieldInfo

from connector.csms import presets
from connector.csms.password_change import LONGEST_21, SHORTEST
from connector.csms.quirks import QUIRKS
from connector.csms.registering import WrongMembers
from connector.settings.kinds import Number, Text
from connector.settings.problems import wrong_member
from connector.settings.stations import StationEntry

Json = dict[str, Any]

_REFERENCES = "#/components/schemas/{model}"
_NULL = {"type": "null"}
_PLAIN = r"^[^\x00-\x1f\x7f-\x9f]+$"
_SHAPES: dict[str, Json] = {
    "limit_fallback": {"type": "string", "pattern": r"^(none|\d{1,6}(\.\d)?[WA])$"},
    "measurands": {
        "anyOf": [{"type": "array", "items": {"type": "string"}}, {"type": "string"}]
    },
    "password": {
        "type": "string",
        "minLength": SHORTEST,
        "maxLength": LONGEST_21,
        "pattern": _PLAIN,
    },
    "preset": {"enum": [presets.NONE, *presets.presets()]},
    "quirks": {
        "anyOf": [
            {"$ref": _REFERENCES.format(model="QuirksEntry")},
            {"type": "array", "items": {"enum": list(QUIRKS)}},
        ]
    },
}
"""Of members that are written otherwise than they are kept."""


def read_entry(members: Mapping[str, Any]) -> StationEntry:
    """The entry that these members are.

    Raises:
        WrongMembers: with what does not fit; secrets are not shown.
    """
    try:
        return StationEntry.model_validate(dict(members))
    except ValidationError as error:
        found = error.errors(include_url=False)
        raise WrongMembers([wrong_member(each) for each in found]) from None


def entry_schema() -> dict[str, Any]:
    """How the members look, as a JSON schema: null everywhere is not set."""
    schema = StationEntry.model_json_schema(ref_template=_REFERENCES)
    members = schema["properties"]
    for name, field in StationEntry.model_fields.items():
        member = members[name]
        shape = _SHAPES.get(name) or _shape(field) or member.get("anyOf", [member])[0]
        members[name] = {
            "description": member.get("description", ""),
            "anyOf": [*shape["anyOf"], _NULL] if "anyOf" in shape else [shape, _NULL],
        }
    del schema["$defs"]["Fallback"]
    return schema


def _shape(field: FieldInfo) -> Json | None:
    """What the kind of a member knows of its bounds."""
    for kind in _kinds(field.annotation):
        if isinstance(kind, Number):
            lower = "exclusiveMinimum" if kind.above else "minimum"
            upper = {} if math.isinf(kind.maximum) else {"maximum": kind.maximum}
            type_ = "integer" if kind.whole else "number"
            return {"type": type_, lower: kind.minimum, **upper}
        if isinstance(kind, Text):
            return {"type": "string", "maxLength": kind.longest, "pattern": _PLAIN}
    return None


def _kinds(annotation: Any) -> Iterator[object]:
    """What reads a member, wherever it stands in its type."""
    for each in getattr(annotation, "__metadata__", ()):
        if isinstance(each, BeforeValidator):
            yield each.func
    for inner in get_args(annotation):
        yield from _kinds(inner)
