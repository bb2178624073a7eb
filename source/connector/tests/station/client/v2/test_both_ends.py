"""A station of 2.x against the project's own central system, over a real socket."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from connector.datapoints.outcomes import OutcomeName
from connector.station.client.clock import MachineClock
from connector.station.client.dialing import dial
from connector.station.client.options import Endpoint
from connector.tests.both_ends.central import CentralEnd
from connector.tests.station.client.test_both_ends import ID, set_up, until, values
from connector.tests.station.client.v2.bench import VERSIONS, Place2, profile

LATER = "2026-01-31T13:00:00Z"


@pytest_asyncio.fixture
async def central(tmp_path: Path) -> AsyncIterator[CentralEnd]:
    found = CentralEnd(tmp_path)
    await found.open()
    yield found
    await found.close()


@pytest_asyncio.fixture(params=VERSIONS)
async def place(
    central: CentralEnd,
    request: pytest.FixtureRequest,
    caplog: pytest.LogCaptureFixture,
) -> AsyncIterator[Place2]:
    version: str = request.param
    found = Place2(
        version,
        evses=2,
        clock=MachineClock(),
        dial=dial,
        endpoint=Endpoint(f"ws://127.0.0.1:{central._websocket.port}/"),
        subprotocols=(f"ocpp{version}",),
        call_timeout_s=5,
    )
    await found.start()
    await until(lambda: found.client.is_accepted)
    await set_up(central)
    yield found
    await found.stop()
    assert not [r for r in caplog.records if r.levelno >= logging.ERROR]


async def test_a_session_is_seen_from_its_card_to_its_end(
    central: CentralEnd, place: Place2
) -> None:
    await place.charge()
    await until(lambda: list(place.core.all_running()))
    await until(lambda: place.client.waiting == 0)
    place.hardware.energy_wh = 5000.0
    await place.unplug()
    await until(lambda: place.client.waiting == 0)
    await until(lambda: 4000.0 in values(central, "session_energy"))

    assert values(central, "session_energy")[-1] == 4000.0


async def test_a_limit_of_the_energy_manager_reaches_the_vehicle(
    central: CentralEnd, place: Place2
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
        ("send_charging_profile", 4140, "1"),
        ("reserve", {"idTag": "TAG", "expiryDate": LATER}, "1"),
        ("display_message", "Hello", "0"),
        ("trigger_message", "Heartbeat", "0"),
        ("configuration", {"TxCtrlr/EVConnectionTimeOut": "30"}, "0"),
        ("local_list", None, "0"),
        ("data_transfer", {"vendorId": "ACME"}, "0"),
        ("call", {"action": "GetLocalListVersion", "payload": {}}, "0"),
        ("call", {"action": "ClearCache", "payload": {}}, "0"),
        (
            "call",
            {
                "action": "SetChargingProfile",
                "payload": {"evseId": 1, "chargingProfile": profile(5000.0)},
            },
            "0",
        ),
    ],
)
async def test_what_the_energy_manager_wants_is_done(
    central: CentralEnd, place: Place2, name: str, value: Any, where: str
) -> None:
    place.client.data_transfers["ACME"] = lambda *_: {"status": "Accepted"}
    outcome = await central.order(ID, name, value, where)

    assert outcome.outcome is OutcomeName.ACCEPTED, outcome


async def test_a_reset_brings_the_station_back(
    central: CentralEnd, place: Place2
) -> None:
    outcome = await central.order(ID, "reset", "soft")
    assert outcome.outcome is OutcomeName.ACCEPTED, outcome
    await until(lambda: not place.client.is_accepted)
    await until(lambda: place.client.is_accepted)

    assert place.client.boot_status == "Accepted"


async def test_a_link_that_breaks_is_made_again_and_the_rest_is_told(
    central: CentralEnd, place: Place2
) -> None:
    await place.charge()
    await until(lambda: place.client.waiting == 0 and list(place.core.all_running()))
    place.client.reconnect("test", after_s=0.05)
    await until(lambda: not place.client.is_connected)
    place.hardware.energy_wh = 3000.0
    await place.unplug()
    assert place.client.waiting == 1
    await until(lambda: place.client.waiting == 0)

    assert 2000.0 in values(central, "session_energy")


async def test_a_security_profile_is_raised_from_afar(
    central: CentralEnd, place: Place2
) -> None:
    url = f"ws://127.0.0.1:{central._websocket.port}"
    for name, value in (
        ("password", True),
        ("security_profile", {"profile": 1, "url": url}),
    ):
        link = place.client.session
        outcome = await central.order(ID, name, value)
        assert outcome.outcome is OutcomeName.ACCEPTED, outcome
        await _elsewhere(place, link)
        await set_up(central)

    assert place.client.connecting.endpoint.security_profile == 1
    assert place.variables.text("SecurityCtrlr/SecurityProfile") == "1"
    assert place.variables.text("OCPPCommCtrlr/ActiveNetworkProfile") == "2"


async def _elsewhere(place: Place2, link: object) -> None:
    """The station was accepted on another link."""
    client = place.client
    await until(lambda: client.session not in (None, link) and client.is_accepted)
