"""JSON schemas as people read them: what a member is, and what it means."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from html import escape
from typing import Any

import orjson

Json = dict[str, Any]

_DEEPEST = 3
_BOUNDS = (
    ("minimum", "at least {}"),
    ("exclusiveMinimum", "more than {}"),
    ("maximum", "at most {}"),
    ("maxLength", "at most {} characters"),
)


@dataclass(frozen=True, slots=True)
class Shape:
    """What a value is, in words."""

    kind: str
    text: str
    schema: Json

    @classmethod
    def of(cls, schema: Mapping[str, Any]) -> Shape:
        """The shape that a schema describes."""
        return cls(_kind(schema), str(schema.get("description", "")), dict(schema))

    def meaning(self, text: str = "") -> str:
        """The description, its bounds and its default, as HTML."""
        own = [text or self.text]
        own += [
            words.format(v) for k, words in _BOUNDS if (v := _bound(self.schema, k))
        ]
        default = self.schema.get("default")
        if default is not None and not isinstance(default, dict):
            own.append(f"default {orjson.dumps(default).decode()}")
        return marked("; ".join(part for part in own if part))


def marked(text: str) -> str:
    """Text as HTML, with its `names` as code."""
    parts = escape(text).split("`")
    return "".join(
        f"<code>{part}</code>" if number % 2 else part
        for number, part in enumerate(parts)
    )


def resolve(description: Mapping[str, Any], schema: Mapping[str, Any]) -> Json:
    """The schema itself, where it is named; of null or something, the something."""
    found = dict(schema)
    for each in found.get("anyOf", ()):
        if each.get("type") != "null":
            return resolve(description, each)
    if "$ref" in found:
        name = found["$ref"].rpartition("/")[2]
        found = description["components"]["schemas"][name]
    return found


def members_of(
    description: Mapping[str, Any], schema: Mapping[str, Any], path: str = ""
) -> Iterator[tuple[str, Shape]]:
    """All members by their path, those of members and items, too."""
    whole = resolve(description, schema)
    if whole.get("type") == "array":
        yield from members_of(description, whole["items"], f"{path}[].".lstrip("."))
        return
    if path.count(".") >= _DEEPEST:
        return
    for name, member in whole.get("properties", {}).items():
        inner = resolve(description, member)
        shape = Shape.of(inner)
        text = member.get("description", shape.text)
        yield f"{path}{name}", Shape(_kind(member, inner), text, {**inner, **member})
        deeper = inner.get("items") if inner.get("type") == "array" else inner
        mark = "[]" if inner.get("type") == "array" else ""
        if deeper:
            yield from members_of(description, deeper, f"{path}{name}{mark}.")


def example_of(description: Mapping[str, Any], content: Mapping[str, Any]) -> Any:
    """An example of a body: one that is given, else of its members."""
    if "example" in content:
        return content["example"]
    schema = resolve(description, content["schema"])
    if "example" in schema:
        return schema["example"]
    return {
        name: _value(resolve(description, member) | member)
        for name, member in schema.get("properties", {}).items()
        if name in schema.get("required", ()) or "examples" in member
    }


def _value(schema: Mapping[str, Any]) -> Any:
    for name in ("examples", "enum"):
        if schema.get(name):
            return schema[name][0]
    return {"integer": 1, "number": 1.0, "boolean": True, "object": {}}.get(
        schema.get("type", ""), "text"
    )


def _kind(schema: Mapping[str, Any], inner: Mapping[str, Any] | None = None) -> str:
    inner = inner or schema
    or_null = any(each.get("type") == "null" for each in schema.get("anyOf", ()))
    if "enum" in inner or "const" in inner:
        words = inner.get("enum") or [inner["const"]]
        kind = " | ".join(
            word if isinstance(word, str) else orjson.dumps(word).decode()
            for word in words
        )
    elif "anyOf" in inner and "$ref" not in inner:
        kinds = [_kind(each) for each in inner["anyOf"]]
        return " or ".join(dict.fromkeys(kinds))
    else:
        kind = str(inner.get("type", "object" if "$ref" in inner else "any"))
    return f"{kind} or null" if or_null else kind


def _bound(schema: Mapping[str, Any], name: str) -> Any:
    for each in (schema, *schema.get("anyOf", ())):
        if name in each:
            return each[name]
    return None
