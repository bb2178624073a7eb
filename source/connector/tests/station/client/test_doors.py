"""Security profiles 1 to 3 against the project's own central system, over real sockets."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from connector.csms.options import StationOptions
from connector.station.client.clock import MachineClock
from connector.station.client.dialing import dial
from connector.station.client.options import Endpoint
from connector.tests.csms.doorway import SECRET, Doorway, doorway
from connector.tests.station.client.bench import Place
from connector.tests.station.client.conftest import Start
from connector.tests.station.client.test_both_ends import until

ID = "CP 1"
VERSIONS = ["ocpp1.6", "ocpp2.0.1", "ocpp2.1"]
PROFILES = [1, 2, 3]
PAST = timedelta(days=-1)
Come = Callable[..., Awaitable[Place]]


@pytest_asyncio.fixture
async def door(tmp_path: Path) -> AsyncIterator[Doorway]:
    stations = {ID: StationOptions(password=SECRET)}
    async with doorway(tmp_path, stations=stations) as found:
        yield found


@pytest_asyncio.fixture
async def come(start: Start, door: Doorway, tmp_path: Path) -> Come:
    async def begin(profile: int, version: str = "ocpp1.6", **members: Any) -> Place:
        port = door.server.tls_port if profile > 1 else door.server.port
        # One that ends soon would be renewed, by an authority that this door has not.
        own = members.pop("own", None) or door.ca.issue(ID, lasts=timedelta(days=365))
        url = f"{'wss' if profile > 1 else 'ws'}://localhost:{port}/"
        shown = {"password": SECRET, "ca": door.ca.file, **members}
        endpoint = Endpoint(url, profile, certificate=own, key=own, **shown)
        return await start(
            tmp_path / "station",
            clock=MachineClock(),
            dial=dial,
            endpoint=endpoint,
            subprotocols=(version,),
            is_durable=False,
        )

    return begin


async def refused(place: Place, caplog: pytest.LogCaptureFixture, why: str) -> None:
    """It tries in vain, says why, and charges all the same."""
    await until(lambda: why in caplog.text)
    assert not place.client.is_connected
    place.variables.override("AuthCtrlr/OfflineTxForUnknownIdEnabled", "true")
    await place.charge()
    assert place.hardware.offers[1] == 4140.0


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("profile", PROFILES)
async def test_a_session_behind_each_security_profile(
    come: Come, door: Doorway, profile: int, version: str
) -> None:
    place = await come(profile, version)
    await until(lambda: place.client.is_accepted)
    await place.charge()
    await until(lambda: list(place.core.all_running()))
    await place.unplug()
    await until(lambda: place.client.waiting == 0)

    assert door.told("security_profile") == profile
    assert place.client.is_accepted


async def test_a_wrong_password_opens_nothing(
    come: Come, door: Doorway, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.WARNING)
    place = await come(2, password="somebody else's words")

    await refused(place, caplog, "401")
    assert SECRET not in caplog.text


@pytest.mark.parametrize("case", ["expired", "stranger", "another station"])
async def test_a_certificate_that_does_not_fit_opens_nothing(
    come: Come,
    door: Doorway,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
    case: str,
) -> None:
    caplog.set_level(logging.WARNING)
    stranger = type(door.ca)(tmp_path / "other", "Other CA")
    own = {
        "expired": lambda: door.ca.issue(ID, lasts=PAST),
        "stranger": lambda: stranger.issue(ID),
        "another station": lambda: door.ca.issue("CP 2"),
    }[case]()
    place = await come(3, own=own)

    await refused(place, caplog, f"{ID}: ")


async def test_a_central_system_with_an_expired_certificate_is_not_talked_to(
    come: Come, door: Doorway, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.WARNING)
    expired = door.ca.issue_server(file="server.pem", lasts=PAST)
    door.tls.context.load_cert_chain(expired)
    place = await come(3)

    await refused(place, caplog, "certificate")
