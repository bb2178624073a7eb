"""A whole station before a central system that says what a test wants."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

from connector.station.assembly import Station, StationPlan
from connector.station.client.options import ClientOptions, Endpoint
from connector.station.driving import Driver, parse
from connector.station.model import EvseModel, StationModel
from connector.tests.clock import FakeClock
from connector.tests.station.client.bench import Central, settle


class Place:
    """Station, driver and clock; `start` and `stop` it."""

    def __init__(
        self, folder: Path | None = None, *, evses: int = 1, **variables: str
    ) -> None:
        self.clock = FakeClock()
        self.central = Central(self.clock)
        models = tuple(EvseModel(number) for number in range(1, evses + 1))
        plan = StationPlan(
            StationModel("CP 1", evses=models),
            ClientOptions(Endpoint("ws://csms/"), ("ocpp1.6",), call_timeout_s=600),
            {name.replace("__", "/"): text for name, text in variables.items()},
            folder=folder,
            seed=7,
        )
        self.station = Station(plan, clock=self.clock, dial=self.central.dial)
        self.driver = Driver(self.station, "TAG1")
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> Place:
        self._task = asyncio.create_task(self.station.run())
        await settle()
        assert self.station.client.is_accepted
        return self

    async def stop(self) -> None:
        assert self._task is not None
        self._task.cancel()
        await asyncio.wait({self._task})

    async def do(self, line: str) -> dict[str, Any]:
        deed = parse(line)
        assert deed is not None
        answer = await self.driver.do(deed)
        await settle()
        return answer

    async def wait(self, seconds: float, *, step_s: float = 1.0) -> None:
        until = self.clock.monotonic() + seconds
        while self.clock.monotonic() < until:
            self.clock.advance(min(step_s, until - self.clock.monotonic()))
            await settle()

    @property
    def evse(self) -> dict[str, Any]:
        from connector.station.driving import status

        return status.of_evse(self.station, self.station.core.evses[1])
