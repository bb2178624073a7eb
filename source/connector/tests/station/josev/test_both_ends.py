"""Two vehicles at once, from the energy manager at our central system to Josev."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from connector.csms.station import Station
from connector.csms.v2.ev_certificates import EvCertificates
from connector.datapoints.outcomes import OutcomeName
from connector.ocppj.frames import Call
from connector.station.client.dialing import dial
from connector.station.client.options import ClientOptions, Endpoint
from connector.station.ports import Token
from connector.tests.both_ends.central import CentralEnd
from connector.tests.broker import Broker
from connector.tests.station.josev.fake_josev import FakeJosev
from connector.tests.station.josev.site import CARD, Site, until
from connector.tests.station.josev.sites import example

pytestmark = [pytest.mark.broker, pytest.mark.repository]

VERSIONS = ("ocpp1.6", "ocpp2.0.1", "ocpp2.1")
SCHEMA = "urn:iso:15118:2:2013:MsgDef"
TOKENS = {1: CARD, 2: Token("04D4E5F6")}


@pytest_asyncio.fixture
async def central(tmp_path: Path) -> AsyncIterator[CentralEnd]:
    found = CentralEnd(tmp_path)
    await found.open()
    yield found
    await found.close()


@pytest_asyncio.fixture(params=VERSIONS)
async def site(
    request: pytest.FixtureRequest, central: CentralEnd, broker: Broker
) -> AsyncIterator[Site]:
    file = example("josev-two-dc-evses.yaml")
    assert file.josev is not None
    url = f"ws://127.0.0.1:{central._websocket.port}/"
    found = Site(
        file.model,
        broker.port,
        replace(file.josev, prefix=""),
        dial=dial,
        client=ClientOptions(Endpoint(url), (request.param,), call_timeout_s=5),
    )
    await found.start()
    await until(lambda: found.station.identity in central.central.stations)
    station = central.central.stations[found.station.identity]
    async with asyncio.timeout(10):
        while (setup := station.setup) is not None:
            await asyncio.wait({setup})
    yield found
    await found.stop()


@pytest_asyncio.fixture
async def josev(broker: Broker, site: Site) -> AsyncIterator[FakeJosev]:
    found = FakeJosev(broker.port)
    await found.start()
    yield found
    found.end()


def told(central: CentralEnd, name: str) -> dict[str, set[Any]]:
    """Every value of a datapoint, by connector."""
    found: dict[str, set[Any]] = {}
    for facts in central.facts:
        for datum, value in facts.values.items():
            if datum.name == name:
                found.setdefault(datum.where, set()).add(value)
    return found


async def begin(josev: FakeJosev, site: Site, evse: int) -> str:
    evse_id = site.plant.bridge.posts[evse].evse_id
    site.plug(evse)
    await josev.match(evse_id)
    josev.set_up(evse_id, "ISO_15118_2", "EIM")
    site.swipe(evse, TOKENS[evse])
    await josev.told("authorization", evse_id=evse_id, status="accepted")
    await josev.deliver_dc(evse_id, 400.0, 125.0)
    return evse_id


@pytest.fixture
def pool(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """A central system that has contracts for vehicles, and what it was asked."""
    asked: list[Any] = []

    def answer(_: EvCertificates, __: Station, call: Call) -> Any:
        asked.append(call.payload)
        return {"status": "Accepted", "exiResponse": "gKkD"}

    monkeypatch.setattr(EvCertificates, "on_get_certificate", answer)
    return asked


async def certificate(josev: FakeJosev, site: Site, exi: str) -> tuple[str, str]:
    answer = await josev.ask(
        "x_ev_certificate",
        evse_id=site.plant.bridge.posts[1].evse_id,
        iso15118_schema_version=SCHEMA,
        action="Install",
        exi=exi,
    )
    return answer["status"], answer["exi_response"]


@pytest.mark.parametrize("site", VERSIONS[1:], indirect=True)
async def test_certificates_for_vehicles_are_those_of_the_central_system(
    pool: list[Any], central: CentralEnd, site: Site, josev: FakeJosev
) -> None:
    answer = await certificate(josev, site, "gJgC")

    asked = {"iso15118SchemaVersion": SCHEMA, "action": "Install", "exiRequest": "gJgC"}
    assert answer == ("Accepted", "gKkD")
    assert pool == [asked]


@pytest.mark.parametrize(
    ("site", "exi"),
    [("ocpp1.6", "gJgC"), ("ocpp2.0.1", "x" * 5601)],
    indirect=["site"],
    ids=["no such message", "too long"],
)
async def test_certificates_that_cannot_be_asked_for_are_none(
    pool: list[Any], exi: str, central: CentralEnd, site: Site, josev: FakeJosev
) -> None:
    assert await certificate(josev, site, exi) == ("Failed", "")
    assert pool == []


async def test_two_vehicles_charge_at_once_with_limits_of_their_own(
    central: CentralEnd, site: Site, josev: FakeJosev
) -> None:
    first, second = await asyncio.gather(begin(josev, site, 1), begin(josev, site, 2))
    identity = site.station.identity
    wanted = {first: ("1", 12_000), second: ("2", 30_000)}
    for where, limit_w in wanted.values():
        outcome = await central.order(identity, "power_limit", limit_w, where)
        assert outcome.outcome is OutcomeName.ACCEPTED, outcome

    for evse_id, (where, limit_w) in wanted.items():
        limits = await josev.limits(
            evse_id,
            lambda e, most=limit_w: e["dc"]["max_power"] == pytest.approx(most, 0.01),
        )
        assert limits["dc"]["max_current"] == pytest.approx(limit_w / 400.0, 0.01)
        offered_w = site.hardware.outlets[int(where)].limit_w
        assert offered_w == pytest.approx(limit_w, 0.01)
    outcome = await central.order(identity, "charge", False, "1")
    assert outcome.outcome is OutcomeName.ACCEPTED, outcome
    await josev.told("authorization", evse_id=first, status="deauthorized")
    await josev.stop(first)
    assert site.hardware.outlets[2].is_closed
    await josev.stop(second)
    for evse in (1, 2):
        site.unplug(evse)
    await until(lambda: not list(site.station.core.all_running()))
    await until(lambda: site.station.client.waiting == 0)
    tokens, energies = told(central, "id_token"), told(central, "session_energy")

    for evse, token in TOKENS.items():
        assert token.id in tokens[str(evse)]
        assert str(evse) in energies
