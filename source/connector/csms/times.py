"""Times of the wire, and which of them to believe (contract: datapoints, section 2)."""

from __future__ import annotations

import math
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, NamedTuple

from connector.csms.station import Station

DAY_MS = 86_400_000
_NEWEST_MS = 60_000
_EARLIEST_MS = 1_577_836_800_000
"""2020: a clock before it was never set."""
_CONNECTION_SLACK_MS = 10_000
_FIRST_S, _LAST_S = -62_135_596_800, 253_402_300_799
"""The years 1 to 9999: zones, and clocks that are wrong, lead out of them."""


class Moment(NamedTuple):
    """When something holds; ``is_queued``: it was kept while there was no link."""

    time_ms: int
    is_queued: bool = False


def parse(text: object) -> int | None:
    """Milliseconds since the epoch; a text without a zone is UTC; None for no time."""
    try:
        time = datetime.fromisoformat(text.strip()) if isinstance(text, str) else None
    except ValueError:
        return None
    if time is None:
        return None
    if time.tzinfo is None:
        time = time.replace(tzinfo=UTC)
    try:
        return round(time.timestamp() * 1000)
    except OverflowError:
        return None


@lru_cache(maxsize=16)
def _iso(seconds: int) -> str:
    seconds = min(max(seconds, _FIRST_S), _LAST_S)
    time = datetime.fromtimestamp(seconds, UTC).replace(tzinfo=None)
    return time.isoformat() + "Z"


def iso(time_ms: int) -> str:
    """A time as stations and people read it: UTC, whole seconds, ``Z``.

    What lies outside the years 1 to 9999 is their first or last second.
    """
    return _iso(time_ms // 1000)


def iso_ms(time_ms: int) -> str:
    """The same with milliseconds."""
    return f"{iso(time_ms)[:-1]}.{time_ms % 1000:03}Z"


def in_order(meter_values: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Meter values by their times; those without one stay at the end."""
    if len(meter_values) == 1:
        return meter_values
    return sorted(meter_values, key=lambda m: parse(m.get("timestamp")) or math.inf)


def judge(station: Station, text: object, now_ms: int, *, is_live: bool) -> Moment:
    """When a message's own time holds, by what is known of the station's clock.

    ``is_live`` marks messages that stations hardly keep for later. They tell whether
    its clock can be trusted; those of transactions tell it only where nothing else
    fits. Their least age is how far a clock that is trusted is behind.
    """
    time_ms = parse(text)
    if time_ms is None:
        return Moment(now_ms)
    error_ms = time_ms - now_ms
    oldest_ms = now_ms - DAY_MS if is_live else _EARLIEST_MS
    is_wrong = error_ms > _NEWEST_MS or time_ms < oldest_ms
    if is_wrong or is_live:
        station.clock_error_ms = error_ms if is_wrong else None
    if station.clock_error_ms is not None:
        return Moment(now_ms)
    if is_live:
        known_ms = station.clock_lag_ms
        age_ms = max(0, -error_ms)
        station.clock_lag_ms = age_ms if known_ms is None else min(known_ms, age_ms)
    # Our own clock may have been set back: the link is not from the future.
    station.connected_ms = min(station.connected_ms, now_ms)
    lag_ms = station.clock_lag_ms or 0
    is_old = time_ms + lag_ms < station.connected_ms - _CONNECTION_SLACK_MS
    return Moment(time_ms, is_queued=is_old)
