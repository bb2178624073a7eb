"""The datapoint map: which keys are published where, and which topics are actuators."""

from __future__ import annotations

import orjson

DatapointMap = dict[str, dict[str, str]]


def parse(text: str | bytes) -> DatapointMap:
    """A received map.

    Raises:
        ValueError: it is none; the text says why.
    """
    try:
        found = orjson.loads(text)
    except orjson.JSONDecodeError as problem:
        raise ValueError(f"it is no JSON: {problem}") from None
    if not isinstance(found, dict):
        raise ValueError("it is no object")
    return {kind: _entries(found, kind) for kind in ("sensor", "actuator")}


def _entries(found: dict[str, object], kind: str) -> dict[str, str]:
    entries = found.get(kind)
    if not isinstance(entries, dict):
        raise ValueError(f"its member {kind!r} is no object")
    if not all(isinstance(value, str) for value in entries.values()):
        raise ValueError(f"its member {kind!r} has values that are no text")
    return entries
