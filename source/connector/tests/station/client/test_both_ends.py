"""The station's client against the project's own central system, over a real socket."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from connector.datapoints.outcomes import OutcomeName
from connector.station.client.clock import MachineClock
from connector.station.client.dialing import dial
from connector.station.client.options import Endpoint
from connector.tests.both_ends.central import CentralEnd
from connector.tests.station.client.bench import CARD, Place

DEADLINE_S = 10.0
ID = "CP 1"


@pytest_asyncio.fixture
async def central(tmp_path: Path) -> AsyncIterator[CentralEnd]:
    found = CentralEnd(tmp_path)
    await found.open()
    yield found
    await found.close()


@pytest_asyncio.fixture
async def place(central: CentralEnd) -> AsyncIterator[Place]:
    found = Place(
        evses=2,
        clock=MachineClock(),
        dial=dial,
        endpoint=Endpoint(f"ws://127.0.0.1:{central._websocket.port}/"),
        subprotocols=("ocpp1.6",),
        call_timeout_s=5,
        initial={"AuthCtrlr/AuthorizeRemoteStart": "false"},
    )
    await found.start()
    await until(lambda: found.client.is_accepted)
    await set_up(central)
    yield found
    await found.stop()


async def until(holds: Callable[[], Any]) -> None:
    """Wait for something that the other end does."""
    async with asyncio.timeout(DEADLINE_S):
        while not holds():  # noqa: ASYNC110
            await asyncio.sleep(0.005)


async def set_up(central: CentralEnd) -> None:
    """The central system has asked all that it wants to know."""
    await until(lambda: ID in central.central.stations)
    station = central.central.stations[ID]
    async with asyncio.timeout(DEADLINE_S):
        while (setup := station.setup) is not None:
            await asyncio.wait({setup})


def values(central: CentralEnd, name: str) -> list[Any]:
    return [
        value
        for facts in central.facts
        if facts.station == ID
        for datum, value in facts.values.items()
        if datum.name == name
    ]


async def test_a_session_is_seen_from_its_card_to_its_end(
    central: CentralEnd, place: Place, caplog: pytest.LogCaptureFixture
) -> None:
    await place.charge()
    await until(lambda: place.client.waiting == 0 and list(place.core.all_running()))
    (session,) = place.core.all_running()
    await until(lambda: session.id_16 is not None)
    place.hardware.energy_wh = 5000.0
    await place.unplug()
    await until(lambda: place.client.waiting == 0)
    await until(lambda: "Available" in values(central, "status")[-1:])

    assert values(central, "status")[-1] == "Available"
    assert not [r for r in caplog.records if r.levelno >= logging.ERROR]


async def test_a_limit_of_the_energy_manager_reaches_the_vehicle(
    central: CentralEnd, place: Place
) -> None:
    await place.charge()
    await until(lambda: list(place.core.all_running()))
    outcome = await central.order(ID, "power_limit", 6000, "1")

    assert outcome.outcome is OutcomeName.ACCEPTED, outcome
    assert place.hardware.offers[1] == pytest.approx(6000, rel=0.01)


@pytest.mark.parametrize(
    ("name", "value", "where"),
    [
        ("available", False, "1"),
        ("available", True, "0"),
        ("unlock", True, "1"),
        ("start", "TAG", "1"),
        ("get_composite_schedule", 600, "1"),
        ("trigger_message", "StatusNotification", "0"),
        ("configuration", {"MeterValueSampleInterval": "30"}, "0"),
        (
            "call",
            {"action": "GetLocalListVersion", "payload": {}},
            "0",
        ),
        (
            "call",
            {
                "action": "SendLocalList",
                "payload": {"listVersion": 2, "updateType": "Full"},
            },
            "0",
        ),
        ("call", {"action": "ClearCache", "payload": {}}, "0"),
    ],
)
async def test_what_the_energy_manager_wants_is_done(
    central: CentralEnd, place: Place, name: str, value: object, where: str
) -> None:
    outcome = await central.order(ID, name, value, where)

    assert outcome.outcome is OutcomeName.ACCEPTED, outcome


async def test_a_reset_brings_the_station_back(
    central: CentralEnd, place: Place
) -> None:
    boots = len(values(central, "boot_reason")) + 1
    outcome = await central.order(ID, "reset", "soft")
    assert outcome.outcome is OutcomeName.ACCEPTED, outcome
    await until(lambda: not place.client.is_accepted)
    await until(lambda: place.client.is_accepted)

    assert boots


async def test_a_link_that_breaks_is_made_again_and_the_rest_is_told(
    central: CentralEnd, place: Place
) -> None:
    await place.charge()
    await until(lambda: place.client.waiting == 0 and list(place.core.all_running()))
    place.client.reconnect("test", after_s=0.05)
    await until(lambda: not place.client.is_connected)
    await place.unplug()
    assert place.client.waiting == 1
    await until(lambda: place.client.waiting == 0)

    assert place.client.is_accepted
    assert CARD.id
