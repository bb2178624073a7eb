"""Values on their way out, through whatever client there is."""

from __future__ import annotations

from typing import Any

Messages = list[tuple[str, bytes, bool]]
"""Topic, payload, retain."""


def publish_all(client: Any, messages: Messages) -> None:
    """Publish messages, in one batch where the client's class can."""
    if not messages:
        return
    # Asked of the class: an object that only records calls has every attribute.
    if hasattr(type(client), "publish_batch"):
        client.publish_batch(messages)
        return
    for topic, payload, retain in messages:
        client.publish(topic=topic, payload=payload.decode(), retain=retain)
