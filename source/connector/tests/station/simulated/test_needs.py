"""What a simulated vehicle says by ISO 15118, from its plug to the wire."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest
import pytest_asyncio

from connector.ocppj.schemas import schemas
from connector.station.assembly import Station, StationPlan
from connector.station.client.options import ClientOptions, Endpoint
from connector.station.driving import Driver, parse
from connector.station.model import EvseModel, Rating, StationModel
from connector.station.times import iso
from connector.tests.clock import FakeClock
from connector.tests.station.client.bench import Central, Json, settle
from connector.tests.station.client.v2.bench import VERSIONS, Central2

ACTION = "NotifyEVChargingNeeds"
AC, DC = Rating(), Rating(50_000.0, 500.0, 1, is_dc=True)


class Place:
    """A station that is driven, at a central system."""

    def __init__(self, version: str, rating: Rating) -> None:
        self.clock = FakeClock()
        self.central = (
            Central(self.clock) if version == "1.6" else Central2(self.clock, version)
        )
        plan = StationPlan(
            StationModel("CP 1", evses=(EvseModel(1, ("cType2",), rating),)),
            ClientOptions(Endpoint("ws://csms/"), (f"ocpp{version}",)),
            seed=7,
        )
        self.station = Station(plan, clock=self.clock, dial=self.central.dial)
        self.driver = Driver(self.station, "TAG1")
        self._life = asyncio.create_task(self.station.run())

    async def do(self, *lines: str) -> None:
        for line in lines:
            deed = parse(line)
            assert deed is not None
            await self.driver.do(deed)
            await settle()

    async def stop(self) -> None:
        self._life.cancel()
        await asyncio.wait({self._life})

    def told(self) -> list[Json]:
        return self.central.of(ACTION)


Start = Callable[..., Awaitable[Place]]


@pytest_asyncio.fixture
async def start() -> AsyncIterator[Start]:
    places: list[Place] = []

    async def begin(version: str, rating: Rating = AC) -> Place:
        places.append(Place(version, rating))
        await settle()
        return places[-1]

    yield begin
    for place in places:
        await place.stop()


each_version = pytest.mark.parametrize("version", VERSIONS)


@each_version
async def test_needs_are_told_once_in_the_transaction(
    start: Start, version: str
) -> None:
    place = await start(version)
    leaves_at = place.clock.now_ms() + 3_600_000
    await place.do("plug 1 iso15118=true soc=50 capacity_kwh=46 leaves_after_s=3600")
    assert place.told() == []
    await place.do("swipe TAG1 1")

    (told,) = place.told()
    assert schemas(version).request(ACTION).is_valid(told)
    departure = told["chargingNeeds"].pop("departureTime")
    assert departure == iso(leaves_at)
    assert told == {
        "evseId": 1,
        "chargingNeeds": {
            "requestedEnergyTransfer": "AC_three_phase",
            "acChargingParameters": {
                "energyAmount": 25_000,
                "evMinCurrent": 6,
                "evMaxCurrent": 16,
                "evMaxVoltage": 230,
            },
        },
    }
    actions = place.central.actions()
    assert actions.index("TransactionEvent") < actions.index(ACTION)


@each_version
async def test_needs_at_dc(start: Start, version: str) -> None:
    place = await start(version, DC)
    await place.do("plug 1 iso15118=true soc=50 capacity_kwh=46", "swipe TAG1 1")

    (told,) = place.told()
    assert schemas(version).request(ACTION).is_valid(told)
    assert told["chargingNeeds"] == {
        "requestedEnergyTransfer": "DC",
        "dcChargingParameters": {
            "evMaxCurrent": 240,
            "evMaxVoltage": 500,
            "energyAmount": 25_000,
            "evMaxPower": 120_000,
            "stateOfCharge": 50,
            "evEnergyCapacity": 46_000,
        },
    }


@each_version
async def test_who_is_authorised_first_tells_needs_with_the_plug(
    start: Start, version: str
) -> None:
    place = await start(version)
    await place.do("swipe TAG1 1", "plug 1 iso15118=true phases=1")

    (told,) = place.told()
    found: Any = told["chargingNeeds"]
    assert found["requestedEnergyTransfer"] == "AC_single_phase"
    assert "departureTime" not in found


@pytest.mark.parametrize(
    ("version", "plug"),
    [
        ("2.1", "plug 1"),
        ("2.0.1", "plug 1 iso15118=false"),
        ("1.6", "plug 1 iso15118=true"),
    ],
)
async def test_nothing_is_told_without_iso_15118_nor_in_1_6(
    start: Start, version: str, plug: str
) -> None:
    place = await start(version)
    await place.do(plug, "swipe TAG1 1", "unplug 1")

    assert place.told() == []


@each_version
async def test_the_needs_of_one_vehicle_are_not_those_of_the_next(
    start: Start, version: str
) -> None:
    place = await start(version)
    await place.do("plug 1 iso15118=true", "unplug 1", "plug 1", "swipe TAG1 1")

    assert place.told() == []
