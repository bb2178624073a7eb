"""Stations that live for a while: most are idle, some charge, some lose their link."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from random import Random

from connector.tests.faults.field import FieldStation, Manners
from connector.tests.faults.site import VERSIONS, Site

MANNERS = Manners(retry_s=(0.2, 2.0), heartbeat_s=20.0, answered_within_s=15.0)
_COMES_WITHIN_S = 10.0
_OFTEN_REBOOTS = 0.2
"""The share of stations that say BootNotification on every connection."""


def add_stations(site: Site, count: int, source: Random) -> list[FieldStation]:
    """Stations of all versions, each with a character of its own; switched on."""
    found = []
    for number in range(count):
        version = VERSIONS[number % len(VERSIONS)]
        manners = Manners(
            keeps_ids=source.random() < 0.5,
            boots_again=source.random() < _OFTEN_REBOOTS,
            retry_s=MANNERS.retry_s,
            heartbeat_s=MANNERS.heartbeat_s,
            answered_within_s=MANNERS.answered_within_s,
        )
        found.append(site.add(f"S{number:04}-{version}", version, manners=manners))
    return found


class Life:
    """What happens at stations until it is over."""

    def __init__(self, stations: Sequence[FieldStation], source: Random) -> None:
        self.over = asyncio.Event()
        self._stations = stations
        self._source = source
        self._tasks: list[asyncio.Task[None]] = []

    def begin(self) -> None:
        """From now on vehicles come and go."""
        for each in self._stations:
            source = Random(self._source.random())  # noqa: S311  (it need not be secret)
            self._tasks.append(asyncio.create_task(self._live(each, source)))

    async def end(self) -> None:
        """Those who charge finish; nobody comes any more."""
        self.over.set()
        await asyncio.gather(*self._tasks)

    async def _live(self, station: FieldStation, source: Random) -> None:
        await self._pause(source.uniform(0, 2 * _COMES_WITHIN_S))
        while not self.over.is_set():
            await self._visit(station, source)
            await self._pause(source.uniform(2, 4 * _COMES_WITHIN_S))

    async def _visit(self, station: FieldStation, source: Random) -> None:
        station.tell_status(1, "Preparing")
        charge = station.start(tag=f"TAG{source.randrange(100)}")
        station.tell_status(1, "Charging")
        for _ in range(source.randrange(1, 8)):
            await self._pause(source.uniform(1, 8))
            station.sample(charge)
        station.stop(charge)
        station.tell_status(1, "Finishing")
        station.tell_status(1, "Available")

    async def _pause(self, seconds: float) -> None:
        try:
            await asyncio.wait_for(self.over.wait(), seconds)
        except TimeoutError:
            return
