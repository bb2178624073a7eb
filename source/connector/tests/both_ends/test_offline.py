"""A station whose central system goes away, and comes back, at a real port."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest
import pytest_asyncio

from connector.datapoints.outcomes import OutcomeName
from connector.sessions.websocket_server import ServerOptions, WebSocketServer
from connector.station.client.clock import MachineClock
from connector.station.client.dialing import dial
from connector.station.client.options import Endpoint
from connector.tests.both_ends.central import CentralEnd
from connector.tests.station.client.bench import Place
from connector.tests.station.client.test_both_ends import ID, set_up, until
from connector.tests.station.client.v2.bench import Place2, profile

OFFLINE_W, RATED_W = 8000.0, 22_080.0
SOON = {
    "OCPPCommCtrlr/RetryBackOffWaitMinimum": "1",
    "OCPPCommCtrlr/RetryBackOffRandomRange": "1",
}
each_version = pytest.mark.parametrize("version", ["1.6", "2.0.1", "2.1"])


class Site:
    """A central system whose door may be shut, and a station that charges."""

    def __init__(self, central: CentralEnd, version: str) -> None:
        self.central = central
        self.port = central._websocket.port
        more = {
            "clock": MachineClock(),
            "dial": dial,
            "endpoint": Endpoint(f"ws://127.0.0.1:{self.port}/"),
            "subprotocols": (f"ocpp{version}",),
            "call_timeout_s": 5,
            "reconnects_within_s": 0.1,
        }
        self.place = (
            Place(initial=SOON, **more)
            if version == "1.6"
            else Place2(version, initial=SOON, **more)
        )
        core = self.place.core
        core.site.model = replace(core.model, offline_limit_w=OFFLINE_W)

    @property
    def offered_w(self) -> float:
        return float(self.place.hardware.offers[1])

    async def charge(self) -> None:
        await self.place.start()
        await until(lambda: self.place.client.is_accepted)
        await set_up(self.central)
        await self.place.charge()
        await until(lambda: self.place.client.waiting == 0)

    async def shut(self) -> None:
        await self.central._websocket.stop()
        await until(lambda: not self.place.client.is_connected)

    async def open(self) -> None:
        central = self.central.central
        self.central._websocket = WebSocketServer(
            ServerOptions(host="127.0.0.1", port=self.port),
            central.gate,
            central.serve,
            central.pinned,
        )
        await self.central._websocket.start()
        await until(lambda: self.place.client.is_accepted)


@pytest_asyncio.fixture
async def site(tmp_path: Path, version: str) -> AsyncIterator[Site]:
    central = CentralEnd(tmp_path)
    await central.open()
    found = Site(central, version)
    await found.charge()
    yield found
    await found.place.stop()
    await central.close()


@each_version
async def test_the_offline_limit_holds_until_there_is_a_link_again(
    site: Site,
) -> None:
    assert site.offered_w == RATED_W
    await site.shut()
    assert site.offered_w == OFFLINE_W
    await site.open()

    assert site.offered_w == RATED_W


@each_version
async def test_the_last_limit_holds_where_it_is_the_lower_one(site: Site) -> None:
    outcome = await site.central.order(ID, "power_limit", 5000, "1")
    assert outcome.outcome is OutcomeName.ACCEPTED, outcome
    limit_w = site.offered_w
    assert limit_w == pytest.approx(5000, rel=0.01)
    await site.shut()
    assert site.offered_w == limit_w
    await site.open()

    assert site.offered_w == pytest.approx(5000, rel=0.01)


@each_version
async def test_the_last_limit_holds_again_where_it_is_the_higher_one(
    site: Site,
) -> None:
    await site.central.order(ID, "power_limit", 11_000, "1")
    await site.shut()
    assert site.offered_w == OFFLINE_W
    await site.open()

    await until(lambda: site.offered_w == pytest.approx(11_000, rel=0.01))


@pytest.mark.parametrize("version", ["2.1"])
@pytest.mark.parametrize(("ends", "limit_w"), [(True, RATED_W), (False, 5000.0)])
async def test_a_profile_holds_only_so_long_without_a_link(
    site: Site, ends: bool, limit_w: float
) -> None:
    """2.1 part 2, K01: maxOfflineDuration, invalidAfterOfflineDuration."""
    wire = profile(5000.0, maxOfflineDuration=1, invalidAfterOfflineDuration=ends)
    call = {
        "action": "SetChargingProfile",
        "payload": {"evseId": 1, "chargingProfile": wire},
    }
    outcome = await site.central.order(ID, "call", call)
    assert outcome.outcome is OutcomeName.ACCEPTED, outcome
    assert site.offered_w == 5000.0
    await site.shut()
    assert site.offered_w == 5000.0
    await until(lambda: site.offered_w == OFFLINE_W)
    await site.open()

    assert site.offered_w == limit_w
