"""Times as a station writes them."""

from __future__ import annotations

from datetime import UTC, datetime


def iso(time_ms: int) -> str:
    """ISO 8601 in UTC, with milliseconds."""
    text = datetime.fromtimestamp(time_ms / 1000, UTC).isoformat(
        timespec="milliseconds"
    )
    return text.replace("+00:00", "Z")
