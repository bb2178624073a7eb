"""Payloads that fit, made from the schemas; of OCPP 1.6 where no version is named."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from connector.ocppj.routes import ROUTES
from connector.ocppj.schemas import load_document

Json = dict[str, Any]

VERSION = "1.6"
UP = sorted(ROUTES[VERSION].up)
DOWN = sorted(ROUTES[VERSION].down)
RESPONSE = "Response"
_TEXTS = {"date-time": "2026-01-31T12:00:00Z", "uri": "ftp://host/file"}
_CHARACTERS = st.characters(codec="utf-8", exclude_characters="\x00")


def smallest(action: str, suffix: str = "", *, version: str = VERSION) -> Json:
    """Required members alone."""
    return _made(load_document(version, action, suffix), is_full=False)


def full(action: str, suffix: str = "", *, version: str = VERSION) -> Json:
    """Every member."""
    return _made(load_document(version, action, suffix), is_full=True)


def fitting(action: str, suffix: str = "") -> SearchStrategy[Json]:
    """Any payload that fits."""
    document = load_document(VERSION, action, suffix)
    return _strategy(document, document)


def statuses(action: str) -> list[str]:
    """The statuses that an answer to an action may have."""
    document = load_document(VERSION, action, RESPONSE)
    status = document.get("properties", {}).get("status", {})
    return list(_resolved(document, status).get("enum", ()))


def _resolved(document: Json, schema: Json) -> Json:
    name = schema.get("$ref", "").removeprefix("#/definitions/")
    found: Json = document["definitions"][name] if name else schema
    return found


def _made(document: Json, *, is_full: bool) -> Json:
    def make(schema: Json) -> Any:
        schema = _resolved(document, schema)
        if "enum" in schema:
            return schema["enum"][0]
        match schema.get("type", "string"):
            case "object":
                required = schema.get("required", ())
                return {
                    name: make(member)
                    for name, member in schema.get("properties", {}).items()
                    if is_full or name in required
                }
            case "array":
                return [make(schema["items"])]
            case "string":
                return _TEXTS.get(schema.get("format", ""), "1")
            case kind:
                number = min(6.1, schema.get("maximum", 6.1))
                return {"integer": 1, "number": number, "boolean": True}[kind]

    found: Json = make(document)
    return found


def _strategy(document: Json, schema: Json) -> SearchStrategy[Any]:
    schema = _resolved(document, schema)
    if "enum" in schema:
        return st.sampled_from(schema["enum"])
    match schema["type"]:
        case "object":
            members = {
                name: _strategy(document, member)
                for name, member in schema.get("properties", {}).items()
            }
            required = schema.get("required", ())
            return st.fixed_dictionaries(
                {name: members[name] for name in members if name in required},
                optional={n: members[n] for n in members if n not in required},
            )
        case "array":
            items = _strategy(document, schema["items"])
            return st.lists(items, min_size=schema.get("minItems", 0), max_size=2)
        case "string":
            return _texts(schema)
        case "integer":
            return st.integers(-(2**31), 2**31 - 1)
        case "number":
            return st.integers(0, 10**6).map(lambda tenths: tenths / 10)
        case _:
            return st.booleans()


def _texts(schema: Json) -> SearchStrategy[str]:
    if schema.get("format") == "date-time":
        return st.datetimes().map(lambda time: time.isoformat() + "Z")
    if schema.get("format") == "uri":
        return st.just(_TEXTS["uri"])
    return st.text(_CHARACTERS, max_size=min(20, schema.get("maxLength", 20)))
