"""Times as a station writes and reads them."""

from __future__ import annotations

from datetime import UTC, datetime


def iso(time_ms: int) -> str:
    """ISO 8601 in UTC, with milliseconds."""
    text = datetime.fromtimestamp(time_ms / 1000, UTC).isoformat(
        timespec="milliseconds"
    )
    return text.replace("+00:00", "Z")


def epoch_ms(text: str) -> int:
    """Epoch milliseconds of an ISO 8601 time; one without a zone is UTC.

    Raises:
        ValueError: it is no time, or none that a clock can show.
    """
    found = datetime.fromisoformat(text)
    aware = found if found.tzinfo else found.replace(tzinfo=UTC)
    try:
        return round(aware.timestamp() * 1000)
    except OverflowError as problem:
        raise ValueError(str(problem)) from None
