"""Stations that are switched off: what nothing keeps is told before."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterable

from connector.station.assembly.station import Station
from connector.station.driving.watching import quiet

logger = logging.getLogger(__name__)

_WITHIN_S = 5.0


async def end_what_runs(stations: Iterable[Station]) -> None:
    """End the transactions of those that keep nothing, and have that told.

    With a folder the next process ends them; without one nobody ever would.
    """
    running = [each for each in stations if _is_open(each)]
    if running:
        await asyncio.gather(*(_end(each) for each in running))


def _is_open(station: Station) -> bool:
    if station.plan.folder is not None or not station.has_power:
        return False
    return bool(station.core.all_running()) or station.client.waiting > 0


async def _end(station: Station) -> None:
    now_ms = station.clock.now_ms()
    station.core.end_all("Other", now_ms, trigger="AbnormalCondition")
    station.touch()
    await quiet(station, _WITHIN_S)
    lost = station.client.waiting
    if lost:
        logger.warning(
            "%s: events of transactions that are lost: %d; the central system was not "
            "told, and there is no folder that keeps them",
            station.identity,
            lost,
        )
