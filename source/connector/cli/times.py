"""Times as people write them: ``2026-01-31``, ``2026-01-31T12:00Z``, ``7d``."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

from connector.cli.problems import UsageProblem

_SPAN = re.compile(r"([0-9]{1,6})\s*([smhdw])")
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days", "w": "weeks"}
_EXPECTED = "a time such as 2026-01-31 or 2026-01-31T12:00:00Z, or a span such as 7d"


def time_before(text: str, now: datetime | None = None) -> str:
    """A time in UTC; ``7d`` is seven days ago.

    Raises:
        UsageProblem: it is none.
    """
    return _time(text, now, -1)


def time_after(text: str, now: datetime | None = None) -> str:
    """A time in UTC; ``7d`` is seven days from now.

    Raises:
        UsageProblem: it is none.
    """
    return _time(text, now, 1)


def _time(text: str, now: datetime | None, sign: int) -> str:
    """Without a zone it is this machine's own time."""
    word = text.strip()
    span = _SPAN.fullmatch(word)
    try:
        if span is not None:
            length = timedelta(**{_UNITS[span[2]]: int(span[1])})
            time = (now or datetime.now(UTC)) + sign * length
        else:
            time = datetime.fromisoformat(word)
        return _iso(time.astimezone(UTC))
    except (ValueError, OverflowError, OSError):
        raise UsageProblem(f"{text!r} is no time, expected {_EXPECTED}") from None


def _iso(time: datetime) -> str:
    return time.isoformat(timespec="milliseconds").replace("+00:00", "Z")
