"""Any number of stations in one process, switched on one after another."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from types import TracebackType

from connector.errors import ConnectorError
from connector.station.assembly.station import Station
from connector.station.driving.closing import end_what_runs
from connector.station.driving.driver import Driver
from connector.station.driving.verbs import Deed
from connector.station.driving.visits import Habits, Visits, visits_of

logger = logging.getLogger(__name__)

_ENDS_WITHIN_S = 10.0


class UnknownStation(ConnectorError):
    """No station has this identity."""

    def __init__(self, identity: str) -> None:
        super().__init__(identity)
        self.identity = identity

    def __str__(self) -> str:
        return f"{self.identity!r} is none of the stations here"


class Fleet:
    """Stations that run for as long as the ``async with`` lasts.

    ``per_s`` is how many are switched on in a second; 0: all at once. With ``habits``
    drivers come, charge and leave by themselves.
    """

    def __init__(
        self,
        drivers: Sequence[Driver],
        *,
        per_s: float = 0.0,
        habits: Habits | None = None,
    ) -> None:
        self._habits = habits
        self._visits: list[Visits] = []
        self.drivers = {each.station.identity: each for each in drivers}
        self._per_s = per_s
        self._tasks: set[asyncio.Task[None]] = set()
        self._starting: asyncio.Task[None] | None = None
        self.failed = asyncio.Event()
        """Set when a station could not go on."""

    async def __aenter__(self) -> Fleet:
        self._starting = asyncio.create_task(self._start(), name="stations start")
        await asyncio.sleep(0)
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        problem: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._starting is not None:
            self._starting.cancel()
            await asyncio.wait({self._starting})
        for visits in self._visits:
            visits.stop()
        await end_what_runs(each.station for each in self.drivers.values())
        for task in self._tasks:
            task.cancel()
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=_ENDS_WITHIN_S)

    async def _start(self) -> None:
        for driver in self.drivers.values():
            name = f"station {driver.station.identity}"
            task = asyncio.create_task(driver.station.run(), name=name)
            self._tasks.add(task)
            task.add_done_callback(self._has_ended)
            self._visit(driver.station)
            if self._per_s:
                await asyncio.sleep(1 / self._per_s)

    def _visit(self, station: Station) -> None:
        if self._habits is not None:
            found = visits_of(station, self._habits)
            self._visits += found
            for each in found:
                each.start()

    def _has_ended(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if task.cancelled():
            return
        problem = task.exception()
        if problem is not None:
            logger.error("%s: %s", task.get_name(), problem, exc_info=problem)
            self.failed.set()

    def meant(self, deed: Deed) -> list[Driver]:
        """Whom a deed is for: one of them, or all.

        Raises:
            UnknownStation: there is no such one.
        """
        if deed.station is None:
            return list(self.drivers.values())
        found = self.drivers.get(deed.station)
        if found is None:
            raise UnknownStation(deed.station)
        return [found]

    async def settle(self) -> None:
        """Wait until all was told that can be told."""
        await asyncio.gather(*(each.settle() for each in self.drivers.values()))
