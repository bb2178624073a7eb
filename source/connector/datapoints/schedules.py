"""The value of `charging_schedule`, read and checked."""

from __future__ import annotations

from typing import Any

from connector.csms import times
from connector.datapoints import values
from connector.datapoints.limits.requests import Schedule
from connector.datapoints.values import InvalidValue

_LONGEST = 1024


def schedule(value: object) -> Schedule:
    """``{"start": ISO 8601 or null, "unit": "W" or "A", "periods": [[s, limit], ..]}``.

    Raises:
        InvalidValue: a member is missing, of another kind, or out of order.
    """
    found = values.json_object(value)
    periods = _periods(found.get("periods"))
    return Schedule(_start_ms(found.get("start")), _unit(found.get("unit")), periods)


def _unit(value: object) -> Any:
    if value not in ("W", "A"):
        raise InvalidValue(value, 'W or A (member "unit")')
    return value


def _start_ms(value: object) -> int | None:
    if values.is_null(value):
        return None
    start_ms = times.parse(value)
    if start_ms is None:
        raise InvalidValue(value, 'an ISO 8601 time or null (member "start")')
    return start_ms


def _periods(value: object) -> tuple[tuple[int, float], ...]:
    expected = (
        'a list of [offset in s, limit], offsets rising from 0 (member "periods")'
    )
    if not isinstance(value, list) or not 0 < len(value) <= _LONGEST:
        raise InvalidValue(value, expected)
    periods = tuple(_period(item, expected) for item in value)
    offsets = [offset for offset, _ in periods]
    if offsets[0] != 0 or sorted(set(offsets)) != offsets:
        raise InvalidValue(value, expected)
    return periods


def _period(item: object, expected: str) -> tuple[int, float]:
    if not isinstance(item, list) or len(item) != 2:
        raise InvalidValue(item, expected)
    return values.whole_number(item[0]), values.number(item[1])
