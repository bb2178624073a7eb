"""Times as people write them: ``2026-01-31``, ``2026-01-31T12:00Z``, ``7d``."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

from connector.cli.problems import UsageProblem

_SPAN = re.compile(r"([0-9]{1,6})\s*([smhdw])")
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days", "w": "weeks"}
_EXPECTED = "a time such as 2026-01-31 or 2026-01-31T12:00:00Z, or a span such as 7d"


def time_before(text: str, now: datetime | None = None) -> datetime:
    """A time in UTC; ``7d`` is seven days ago.

    Raises:
        UsageProblem: it is none.
    """
    return _time(text, now, -1)


def time_after(text: str, now: datetime | None = None) -> datetime:
    """A time in UTC; ``7d`` is seven days from now.

    Raises:
        UsageProblem: it is none.
    """
    return _time(text, now, 1)


def iso(time: datetime) -> str:
    """The time as the API takes it."""
    return time.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _time(text: str, now: datetime | None, sign: int) -> datetime:
    """UTC where there is no zone, as everywhere in the API."""
    word = text.strip()
    span = _SPAN.fullmatch(word)
    try:
        if span is not None:
            length = timedelta(**{_UNITS[span[2]]: int(span[1])})
            return (now or datetime.now(UTC)) + sign * length
        time = datetime.fromisoformat(word)
        if time.tzinfo is None:
            return time.replace(tzinfo=UTC)
        return time.astimezone(UTC)
    except (ValueError, OverflowError):
        raise UsageProblem(f"{text!r} is no time, expected {_EXPECTED}") from None
