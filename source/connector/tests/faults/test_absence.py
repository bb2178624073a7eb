"""Nobody is there for a quarter of an hour: the history claims nothing of that time."""

from __future__ import annotations

import asyncio
import signal
import time
from collections.abc import AsyncIterator, Callable
from datetime import datetime
from itertools import pairwise
from typing import Any

import httpx
import pytest

from connector.csms.times import iso
from connector.tests.dashboard.charging import POWER, charging
from connector.tests.faults.clock_jumps import JumpingClock
from connector.tests.system.listener import Listener
from connector.tests.system.process import ConnectorProcess
from connector.tests.system.station import Json, RawStation

pytestmark = pytest.mark.broker

Run = Callable[..., ConnectorProcess]
Values = list[tuple[float, Any]]
TOKEN = "of-the-tests-of-absences"
GAP_S = 900
REGISTER = "Energy.Active.Import.Register"

ends = pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM])


class Plant:
    """A connector whose time goes on while it does not run."""

    def __init__(
        self, connector: ConnectorProcess, clock: JumpingClock, listener: Listener
    ) -> None:
        self.connector = connector
        self._clock = clock
        self._listener = listener
        self._stations: list[RawStation] = []

    async def charge(self, watts: float, meter_wh: float) -> None:
        """A vehicle begins to charge, and it is known how fast."""
        station = await self._station()
        await station.status("Available")
        charge = charging(station)
        await charge.begin()
        await charge.flow(watts, 10.0, meter_wh)
        await self.until(POWER, watts)

    async def _station(self) -> RawStation:
        await self.close()
        station = await RawStation.open(self.connector.ocpp_port, "CP1")
        self._stations.append(station)
        await station.boot()
        return station

    async def close(self) -> None:
        """The station has no link any more."""
        while self._stations:
            await self._stations.pop().close()

    async def until(self, name: str, value: Any) -> None:
        topic = f"ocpp/stations/CP1/1/{name}"
        await asyncio.to_thread(self._listener.until, topic, lambda v: v == value)

    async def limit(self, watts: float) -> None:
        self._listener.publish("ocpp/stations/CP1/1/power_limit/set", watts)
        await self.until("power_limit", watts)

    async def come_back(self, watts: float, meter_wh: float) -> RawStation:
        """The vehicle charges still, and it is known how fast."""
        station = await self._station()
        await station.status("Charging")
        await charging(station).flow(watts, 10.0, meter_wh)
        await self.until(POWER, watts)
        return station

    async def until_kept(self, name: str, value: Any) -> None:
        """Wait until the history has a value; it is written once a second."""
        found: Values = []
        async with asyncio.timeout(20):
            while value not in values(found):
                found = await self.history(name)

    async def be_away(self, how: signal.Signals, away_s: float = GAP_S) -> None:
        """It ends when all is kept, and starts again when so much time has passed."""
        await self.until_kept(REGISTER, 1100.0)
        await asyncio.to_thread(self.connector.stop, how)
        self._clock.set(away_s - GAP_S)
        await asyncio.to_thread(self.connector.start)
        await asyncio.to_thread(self.connector.until_healthy)

    async def history(self, name: str, **query: Any) -> Values:
        """By time in s; on the whole of what is kept."""
        headers = {"Authorization": f"Bearer {TOKEN}"}
        url = f"http://127.0.0.1:{self.connector.http_port}/api/v1/datapoints"
        async with httpx.AsyncClient(headers=headers, trust_env=False) as api:
            found = await api.get(f"{url}/CP1__1__{name}/history", params=query)
        items: list[Json] = found.json()["items"]
        return [
            (datetime.fromisoformat(each["timestamp"]).timestamp(), each["value"])
            for each in items
        ]


@pytest.fixture
async def plant(
    run: Run, jumping_clock: JumpingClock, listener: Listener
) -> AsyncIterator[Plant]:
    jumping_clock.set(-GAP_S)
    connector = run(
        API_TOKEN=TOKEN,
        STATIONS='{"CP1": {}}',
        LIMIT_MIN_INTERVAL_S="0",
        **jumping_clock.environment,
    )
    await asyncio.to_thread(connector.until_healthy)
    plant = Plant(connector, jumping_clock, listener)
    yield plant
    await plant.close()


def values(found: Values) -> list[Any]:
    return [value for _, value in found]


def longest_s(found: Values, value: Any) -> float:
    """How long a value is said to have held at most, by what follows it."""
    pairs = pairwise([*found, (time.time(), None)])
    return max(after - at for (at, held), (after, _) in pairs if held == value)


@ends
async def test_nothing_is_known_of_a_time_in_which_nobody_was_there(
    how: signal.Signals, plant: Plant
) -> None:
    await plant.charge(6800.0, 1100)
    await plant.limit(5000)
    await plant.be_away(how)

    assert values(await plant.history(POWER)) == [6800.0, None]
    assert values(await plant.history("status"))[-2:] == ["Charging", None]
    assert values(await plant.history(REGISTER)) == [1100.0]

    await plant.come_back(4100.0, 1200)
    await plant.until("power_limit", 5000)
    # What is told is in the store within a second, and this asks until it is.
    await plant.until_kept(POWER, 4100.0)

    assert values(await plant.history(POWER)) == [6800.0, None, 4100.0]
    for name, value in (
        (POWER, 6800.0),
        ("status", "Charging"),
        ("power_limit", 5000),
        ("power_limit_asked", 5000),
    ):
        assert longest_s(await plant.history(name), value) < GAP_S / 2, name
    minutes = await plant.history(POWER, step=60)
    assert values(minutes)[0] == 6800.0
    assert values(minutes)[-1] == 4100.0
    assert values(minutes).count(None) >= GAP_S // 60 - 2
    assert set(values(minutes)) == {6800.0, None, 4100.0}


async def test_what_a_station_tells_of_that_time_is_known(plant: Plant) -> None:
    await plant.charge(6800.0, 1100)
    await plant.be_away(signal.SIGKILL)
    station = await plant.come_back(4100.0, 1200)
    sample = {"measurand": POWER, "value": "3000", "unit": "W"}
    moment_ms = round((time.time() - GAP_S / 2) * 1000)
    await station.call(
        "MeterValues",
        {
            "connectorId": 1,
            "transactionId": 1,
            "meterValue": [{"timestamp": iso(moment_ms), "sampledValue": [sample]}],
        },
    )
    await plant.until_kept(POWER, 3000.0)
    await plant.until_kept(POWER, 4100.0)

    assert values(await plant.history(POWER)) == [6800.0, None, 3000.0, 4100.0]


async def test_a_start_within_a_minute_breaks_nothing_off(plant: Plant) -> None:
    await plant.charge(6800.0, 1100)
    await plant.be_away(signal.SIGKILL, 0)
    await plant.come_back(4100.0, 1200)
    await plant.until_kept(POWER, 4100.0)

    assert values(await plant.history(POWER)) == [6800.0, 4100.0]
