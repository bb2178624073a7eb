"""A whole station with Josev before its hardware, on a real broker."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from connector.station.assembly import Station, StationPlan
from connector.station.assembly.josev import WithJosev, bridged
from connector.station.assembly.plant import PlantOf, Simulated
from connector.station.client.clock import MachineClock
from connector.station.client.dialing import Dial
from connector.station.client.options import ClientOptions, Endpoint
from connector.station.josev.bus import JosevBus
from connector.station.josev.options import JosevOptions
from connector.station.model import StationModel
from connector.station.ports import Token
from connector.station.simulated import SimulatedHardware, Vehicle
from connector.tests.station.client.bench import Central

DEADLINE_S = 10.0
CARD = Token("04A1B2C3")


class Site:
    """`start` it; a driver's acts are `plug`, `swipe`, `unplug`."""

    def __init__(
        self,
        model: StationModel,
        port: int,
        options: JosevOptions | None = None,
        *,
        inner: PlantOf = Simulated,
        dial: Dial | None = None,
        client: ClientOptions | None = None,
    ) -> None:
        clock = MachineClock()
        self.central = Central(clock)  # type: ignore[arg-type]
        self.bus = JosevBus("127.0.0.1", port)
        self.options = options or JosevOptions()
        client = client or ClientOptions(Endpoint("ws://csms/"), ("ocpp1.6",))
        plan = StationPlan(
            model, replace(client, is_durable=False), josev=self.options, seed=7
        )
        self.station: Station = bridged(
            plan, self.bus, self.options, inner, dial=dial or self.central.dial
        )
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> Site:
        await self.bus.start()
        self._task = asyncio.create_task(self.station.run())
        await until(lambda: self.station.client.is_accepted)
        await until(lambda: self.bus.exchange.is_connected)
        return self

    async def stop(self) -> None:
        assert self._task is not None
        self._task.cancel()
        await asyncio.wait({self._task})
        await self.bus.stop()
        if not self._task.cancelled():
            self._task.result()

    @property
    def plant(self) -> WithJosev:
        plant = self.station.plant
        assert isinstance(plant, WithJosev)
        return plant

    @property
    def hardware(self) -> SimulatedHardware:
        hardware = self.plant.hardware
        assert isinstance(hardware, SimulatedHardware)
        return hardware

    def plug(self, evse: int = 1) -> None:
        self.hardware.plug(evse, Vehicle())
        self.station.touch()

    def unplug(self, evse: int = 1) -> None:
        self.hardware.unplug(evse)
        self.station.touch()

    def swipe(self, evse: int = 1, token: Token = CARD) -> None:
        self.hardware.swipe(token, evse)
        self.station.touch()

    def waits(self, number: int) -> bool:
        """Whether a vehicle asks who pays."""
        v2g = self.plant.bridge.posts[number].v2g
        return v2g is not None and v2g.is_asked

    def evse(self, number: int = 1) -> Any:
        return self.station.core.evses[number]


async def until(holds: Callable[[], Any]) -> None:
    """Wait for what the other end does."""
    async with asyncio.timeout(DEADLINE_S):
        while not holds():  # noqa: ASYNC110
            await asyncio.sleep(0.005)
