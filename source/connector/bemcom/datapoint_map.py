"""The datapoint map: which keys are published where, and which topics are actuators."""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection

import orjson

logger = logging.getLogger("pyconnector")

DatapointMap = dict[str, dict[str, str]]
_LONGEST_TOPIC = 65_535


def parse(text: str | bytes, reserved: Collection[str] = ()) -> DatapointMap:
    """A received map; entries with a topic that cannot be used are left out.

    Args:
        text: the map as JSON.
        reserved: topics that no datapoint can have: those of the connector itself.

    Raises:
        ValueError: it is none; the text says why.
    """
    try:
        found = orjson.loads(text)
    except orjson.JSONDecodeError as problem:
        raise ValueError(f"it is no JSON: {problem}") from None
    if not isinstance(found, dict):
        raise ValueError("it is no object")
    sensors, actuators = _entries(found, "sensor"), _entries(found, "actuator")

    def is_usable(topic: str) -> bool:
        return topic not in reserved and _is_topic(topic)

    return {
        "sensor": _usable(sensors, lambda _, topic: is_usable(topic)),
        "actuator": _usable(actuators, lambda topic, _: is_usable(topic)),
    }


def _entries(found: dict[str, object], kind: str) -> dict[str, str]:
    entries = found.get(kind)
    if not isinstance(entries, dict):
        raise ValueError(f"its member {kind!r} is no object")
    if not all(isinstance(value, str) for value in entries.values()):
        raise ValueError(f"its member {kind!r} has values that are no text")
    return entries


def _usable(
    entries: dict[str, str], is_usable: Callable[[str, str], bool]
) -> dict[str, str]:
    usable = {k: v for k, v in entries.items() if is_usable(k, v)}
    for key, value in entries.items() - usable.items():
        logger.error("the datapoint map has no usable topic here: %r: %r", key, value)
    return usable


def _is_topic(topic: str) -> bool:
    """Not a filter: subscribed to ``#``, the connector would hear its own log."""
    size = len(topic.encode("utf-8", "replace"))
    return 0 < size <= _LONGEST_TOPIC and not any(c in topic for c in "+#\x00")
