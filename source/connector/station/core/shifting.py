"""When a clock is set, what began so long ago has still begun just as long ago.

What was told keeps its times, and what is meant by the clock (reservations, schedules,
values aligned to it) follows the clock.
"""

from __future__ import annotations

from dataclasses import replace

from connector.station.core.evse import Evse
from connector.station.core.rooms import Rooms


def shift(rooms: Rooms, by_ms: int) -> None:
    """Move what the core counts from."""
    rooms.telling.time_moved(by_ms)
    for evse in rooms.site.evses.values():
        _shift_evse(evse, by_ms)


def _shift_evse(evse: Evse, by_ms: int) -> None:
    if evse.waits_until_ms is not None:
        evse.waits_until_ms += by_ms
    if evse.departure_ms is not None:
        evse.departure_ms += by_ms
    if evse.needs is not None and evse.needs.departure_ms is not None:
        departure_ms = evse.needs.departure_ms + by_ms
        evse.needs = replace(evse.needs, departure_ms=departure_ms)
    session = evse.session
    if session is None:
        return
    session.sampled_ms += by_ms
    session.kept_ms += by_ms
    if session.started_ms is not None:
        session.started_ms += by_ms
