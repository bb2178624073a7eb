"""What is registered of stations at run time, by the same rules as `STATIONS`."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Any, get_args

from pydantic import BaseModel, BeforeValidator, ValidationError
from pydantic.fields import FieldInfo

from connector.csms import presets
from connector.csms.password_change import LONGEST_21, SHORTEST
from connector.csms.quirks import LONGEST_INTERVAL_S, QUIRKS, VENDOR_LIMIT_MEMBERS
from connector.csms.registering import WrongMembers
from connector.settings.kinds import Number, Text
from connector.settings.problems import wrong_member
from connector.settings.stations import ProfileEntry, StationEntry

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
_FLAG: Json = {"type": "boolean"}
_OFF: Json = {"const": False}
_QUIRK_KEY: Json = {"type": "string", "maxLength": 50, "pattern": r"\S"}
_LONGEST: Json = {"maximum": LONGEST_INTERVAL_S}
_VENDOR_LIMIT: Json = {
    "type": "object",
    "properties": {
        name: {"type": "string", "minLength": 1, "maxLength": longest}
        for name, longest in VENDOR_LIMIT_MEMBERS.items()
    },
    "required": ["vendorId", "data"],
    "additionalProperties": False,
}
_QUIRKS: dict[str, list[Json]] = {
    "no_boot_trigger": [_FLAG],
    "skip_setup": [_FLAG, {"type": "array", "items": _QUIRK_KEY, "minItems": 1}],
    "meter_interval_min_s": [{"type": "integer", "minimum": 1, **_LONGEST}, _OFF],
    "poll_s": [{"type": "number", "minimum": 1, **_LONGEST}, {"enum": [0, False]}],
    "no_change_availability": [_FLAG],
    "vendor_limit": [_VENDOR_LIMIT, _OFF],
    "free_token_key": [_QUIRK_KEY, _OFF],
    "setup_while_pending": [_FLAG],
}
"""Of `quirks`; what `connector.csms.quirks` reads."""


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
    _bound(schema["$defs"]["ProfileEntry"]["properties"], ProfileEntry)
    for name, shapes in _QUIRKS.items():
        member = schema["$defs"]["QuirksEntry"]["properties"][name]
        member["anyOf"] = [*shapes, _NULL]
    return schema


def _bound(members: Json, entry: type[BaseModel]) -> None:
    """Give members of numbers their bounds."""
    for name, field in entry.model_fields.items():
        shape = _shape(field)
        if shape is not None:
            members[name]["anyOf"] = [shape, _NULL]


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
