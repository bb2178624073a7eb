"""Stations of our own: a process that has as many of them as it is told.

It reads one JSON object per line from stdin (``{"do": name, ..}``), answers each with
one line on stdout, and ends with stdin.
"""

from __future__ import annotations

import asyncio
import gc
import json
import sys
import time
from pathlib import Path
from typing import Any

try:
    from uvloop import run
except ImportError:
    from asyncio import run

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "source"))

from connector.station.assembly import Station, StationPlan, numbered
from connector.station.client.options import ClientOptions, Endpoint
from connector.station.driving import garbage
from connector.station.model import StationModel
from connector.station.ports import Token
from connector.station.simulated import Vehicle, VehicleModel
from worker import raise_open_files

_ALL_WITHIN_S = 180.0
_TURN_S = 0.1
_CAR = VehicleModel(capacity_wh=1e6)
"""It is not full before the measure is over."""
_TOKEN = Token("BENCH")
_INTERVAL = "SampledDataCtrlr/TxUpdatedInterval"
"""The connector has set it to its own."""


class Stations:
    """All of them."""

    def __init__(self) -> None:
        self.stations: list[Station] = []
        self._tasks: set[asyncio.Task[None]] = set()

    async def come(
        self,
        port: int,
        count: int,
        prefix: str,
        version: str,
        at_once: int = 50,
    ) -> dict[str, Any]:
        """Switch stations on; returns once all are accepted and have said it all."""
        client = ClientOptions(
            Endpoint(f"ws://127.0.0.1:{port}/"),
            (f"ocpp{version}",),
            open_timeout_s=60.0,
            is_durable=False,
        )
        model = StationModel(prefix)
        plan = StationPlan(model, client, seed=None)
        began, cpu = time.perf_counter(), time.process_time()
        coming: list[Station] = []
        for each in numbered(plan, count):
            await self._until(lambda: _still(coming) < at_once)
            self.stations.append(self._switch_on(Station(each)))
            coming.append(self.stations[-1])
        await self._until(lambda: not _still(coming))
        await self._left_alone()
        return {
            "seconds": time.perf_counter() - began,
            "cpu": time.process_time() - cpu,
        }

    def _switch_on(self, station: Station) -> Station:
        task = asyncio.get_running_loop().create_task(station.run())
        self._tasks.add(task)
        task.add_done_callback(self._has_ended)
        return station

    def _has_ended(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled():
            task.result()

    async def _until(self, holds: Any) -> None:
        ends = time.monotonic() + _ALL_WITHIN_S
        while not holds():
            if time.monotonic() > ends:
                raise RuntimeError("the stations do not get on")
            await asyncio.sleep(0.01)

    async def _left_alone(self) -> None:
        """Until neither they nor the server have anything to say."""
        before, quiet = -1, 0
        for _ in range(300):
            calls = self._calls()
            quiet = quiet + 1 if calls == before else 0
            if quiet == 3:
                return
            before = calls
            await asyncio.sleep(_TURN_S)

    def _calls(self) -> int:
        return sum(each.client.telling.answers for each in self.stations)

    async def charge(self, count: int, each_s: int) -> dict[str, Any]:
        """Vehicles and cards at so many of them, which tell their values so often."""
        chosen = self.stations[:count]
        for station in chosen:
            station.parts.variables.override(_INTERVAL, str(each_s))
            hardware: Any = station.plant.hardware
            hardware.plug(1, Vehicle(_CAR))
            hardware.swipe(_TOKEN, 1)
            station.touch()
            await asyncio.sleep(0)
        await self._until(lambda: all(_charges(each) for each in chosen))
        return {"charging": sum(map(_charges, self.stations))}

    async def measure(self, seconds: float) -> dict[str, Any]:
        """Let time pass; what that costs, and how many calls were answered."""
        calls, cpu, began = self._calls(), time.process_time(), time.perf_counter()
        await asyncio.sleep(seconds)
        lost = sum(not each.client.is_accepted for each in self.stations)
        return {
            "calls": self._calls() - calls,
            "cpu": time.process_time() - cpu,
            "seconds": time.perf_counter() - began,
            "waiting": sum(each.client.waiting for each in self.stations),
            "lost": lost,
        }

    async def tidy(self) -> dict[str, Any]:
        """Collect what nobody needs, before memory is looked at."""
        gc.collect()
        return {}

    async def end(self) -> None:
        """Switch all of them off."""
        for task in self._tasks:
            task.cancel()
        if self._tasks:
            await asyncio.wait(self._tasks)


def _still(coming: list[Station]) -> int:
    """How many are not accepted yet; the others are left out from now on."""
    coming[:] = [each for each in coming if not each.client.is_accepted]
    return len(coming)


def _charges(station: Station) -> bool:
    return station.core.evses[1].is_running and not station.client.waiting


async def main() -> None:
    """Do what is asked until stdin ends."""
    raise_open_files()
    garbage.expect_many()
    stations = Stations()
    loop = asyncio.get_running_loop()
    try:
        while line := await loop.run_in_executor(None, sys.stdin.readline):
            order = json.loads(line)
            action = getattr(stations, order.pop("do"))
            try:
                answer = await action(**order)
            except RuntimeError as problem:
                answer = {"failure": str(problem)}
            print(json.dumps(answer), flush=True)
    finally:
        await stations.end()


if __name__ == "__main__":
    run(main())
