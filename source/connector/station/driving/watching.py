"""Waiting for something at a station: whoever waits is woken by its events."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from connector.station.assembly.station import Station

_LOOK_EVERY_S = 0.25
"""What makes no event, such as power that ramps up, is looked at so often."""
_TURNS = 3
"""A deed becomes an event, and that one work to do, in so many turns of the loop."""


async def until(station: Station, holds: Callable[[], bool], within_s: float) -> bool:
    """Wait until something holds; False: it did not in time."""
    try:
        async with asyncio.timeout(within_s):
            while not holds():
                await _changed(station)
    except TimeoutError:
        return holds()
    return True


async def _changed(station: Station) -> None:
    event = asyncio.Event()
    unwatch = station.watch(event.set)
    try:
        async with asyncio.timeout(_LOOK_EVERY_S):
            await event.wait()
    except TimeoutError:
        return
    finally:
        unwatch()
    await asyncio.sleep(0)


async def quiet(station: Station, within_s: float) -> bool:
    """Wait until all was told that can be told; False: it was not in time."""
    for _ in range(_TURNS):
        await asyncio.sleep(0)
    return await until(station, lambda: not _has_to_tell(station), within_s)


def _has_to_tell(station: Station) -> bool:
    client = station.client
    telling = client.telling
    if not station.has_power or not client.is_connected:
        return False
    if client.is_turning or telling.due or telling.lanes.is_asked:
        # What an answer leads to becomes something to tell in the next turn.
        return True
    return client.is_accepted and (telling.lanes.waits or client.waiting > 0)
