"""Times as a station writes and reads them."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import lru_cache


def iso(time_ms: int) -> str:
    """ISO 8601 in UTC, with milliseconds."""
    return f"{_second(time_ms // 1000)}.{time_ms % 1000:03d}Z"


@lru_cache(maxsize=256)
def _second(time_s: int) -> str:
    """Thousands of stations tell something in the same one."""
    return datetime.fromtimestamp(time_s, UTC).strftime("%Y-%m-%dT%H:%M:%S")


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
