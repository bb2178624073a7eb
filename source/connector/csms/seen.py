"""When a station was last heard of; it goes back only where our own clock does."""

from __future__ import annotations

from time import monotonic

from connector.csms.station import Station


def seen_ms(station: Station, now_ms: int) -> int:
    """When anything came from it last (epoch, ms); 0: never since we started.

    Pongs count, and what it said on a link that is gone.
    """
    session = station.session
    if session is not None:
        silent_ms = round((monotonic() - session.link.last_received_s) * 1000)
        newest_ms = max(station.seen_ms, station.connected_ms, now_ms - silent_ms)
        station.seen_ms = min(newest_ms, now_ms)
    return station.seen_ms
