"""When a clock is set, what began so long ago has still begun just as long ago."""

from __future__ import annotations

from connector.station.core.station import StationCore


def shift(core: StationCore, by_ms: int) -> None:
    """Move what the core counts from; what was told keeps its times."""
    for evse in core.evses.values():
        if evse.waits_until_ms is not None:
            evse.waits_until_ms += by_ms
        session = evse.session
        if session is None:
            continue
        session.sampled_ms += by_ms
        session.kept_ms += by_ms
        if session.started_ms is not None:
            session.started_ms += by_ms
