"""Whole sessions over a real broker, as Josev plays them; the order is what counts."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable

import pytest
import pytest_asyncio

from connector.station.josev.options import JosevOptions
from connector.station.model import StationModel
from connector.tests.broker import Broker
from connector.tests.station.josev.fake_josev import FakeJosev
from connector.tests.station.josev.site import CARD, Site, until
from connector.tests.station.josev.sites import AC, DC_1, DC_2, ac, dc

pytestmark = pytest.mark.broker

Begin = Callable[..., Awaitable[Site]]
_WHOLE_AC = ["B1", "B2", "accepted", "C2", "closed", "opened", "B2", "A1"]


@pytest_asyncio.fixture
async def josev(broker: Broker) -> AsyncIterator[FakeJosev]:
    found = FakeJosev(broker.port)
    yield found
    found.end()


@pytest_asyncio.fixture
async def begin(broker: Broker, josev: FakeJosev) -> AsyncIterator[Begin]:
    """Starts a site, and Josev beside it."""
    sites: list[Site] = []

    async def start(
        model: StationModel | None = None, options: JosevOptions | None = None
    ) -> Site:
        site = await Site(model or ac(), broker.port, options).start()
        sites.append(site)
        await josev.told("cs_contactor_status", status="opened")
        await josev.start()
        josev.seen.clear()
        return site

    yield start
    for site in sites:
        await site.stop()


async def to_charging(josev: FakeJosev, site: Site) -> None:
    site.plug()
    await josev.match(AC)
    josev.set_up(AC, "ISO_15118_2", "EIM")
    site.swipe()
    await josev.told("authorization", evse_id=AC, status="accepted")
    await josev.deliver_ac(AC)


async def test_ac_with_eim(josev: FakeJosev, begin: Begin) -> None:
    site = await begin()
    site.plug()
    await josev.match(AC)
    josev.set_up(AC, "ISO_15118_2", "EIM")
    josev.authorize(AC, "EIM")
    site.swipe()
    told = await josev.told("authorization", evse_id=AC)
    assert told["id_token"] == CARD.id
    await josev.deliver_ac(AC)
    assert site.evse().charging_state == "Charging"
    assert site.evse().session.protocol == "iso2"
    await josev.stop(AC)
    site.unplug()
    await josev.told("cp_status", state="A1")

    assert josev.order(AC) == _WHOLE_AC
    await until(lambda: "StopTransaction" in site.central.actions())
    [started] = site.central.of("StartTransaction")
    assert started["idTag"] == CARD.id


async def test_ac_with_plug_and_charge(josev: FakeJosev, begin: Begin) -> None:
    site = await begin()
    site.plug()
    await josev.match(AC)
    josev.set_up(AC, "ISO_15118_2", "PnC")
    answer = await josev.ask(
        "authorization", evse_id=AC, id_token="DE8ACC12E46L89", token_type="e_maid"
    )
    assert answer == {"status": "accepted"}
    assert site.evse().session.payment == "pnc"
    await josev.deliver_ac(AC)
    await josev.stop(AC)
    site.unplug()
    await josev.told("cp_status", state="A1")

    assert josev.order(AC) == [each for each in _WHOLE_AC if each != "accepted"]
    [asked] = site.central.of("Authorize")
    assert asked["idTag"] == "DE8ACC12E46L89"


async def test_dc_with_eim(josev: FakeJosev, begin: Begin) -> None:
    site = await begin(dc())
    site.plug()
    await josev.match(DC_1)
    josev.set_up(DC_1, "ISO_15118_2", "EIM")
    site.swipe()
    await josev.told("authorization", evse_id=DC_1, status="accepted")
    await josev.deliver_dc(DC_1, 400.0, 50.0)
    assert site.hardware.outlets[1].limit_w == 20_000.0
    limits = await josev.limits(DC_1, lambda e: e["dc"]["present_voltage"] == 400.0)
    assert limits["dc"]["isolation_status"] == "valid"
    await josev.stop(DC_1)
    josev.state(DC_1, "WeldingDetection")
    site.unplug()
    await josev.told("cp_status", state="A1")

    assert josev.order(DC_1) == _WHOLE_AC
    assert josev.order(DC_2) == []


async def test_minus_20_ac(josev: FakeJosev, begin: Begin) -> None:
    site = await begin(ac(max_discharge_w=11_000))
    site.plug()
    await josev.match(AC)
    josev.set_up(AC, "ISO_15118_20_AC", "EIM")
    site.swipe()
    await josev.told("authorization", evse_id=AC, status="accepted")
    for state in ("ServiceDiscovery", "ServiceDetail", "ServiceSelection"):
        josev.state(AC, state)
    josev.state(AC, "ACChargeParameterDiscovery")
    josev.state(AC, "ScheduleExchange")
    await josev.told("cs_contactor_status", evse_id=AC, status="closed")
    for _ in range(3):
        josev.state(AC, "PowerDelivery")
    josev.say("hlc_charging", evse_id=AC, status=True)
    await josev.closed(AC)
    josev.say("iso15118_charge_limit", evse_id=AC, limit=-5000.0)
    for _ in range(3):
        josev.state(AC, "ACChargeLoop")
    limits = await josev.limits(AC, lambda e: e["ac"]["max_current"]["l1"] == 0.0)
    fed_back = limits["ac_bpt"]["evse_max_discharge_power"].values()
    assert sum(fed_back) == pytest.approx(5000, abs=0.01)
    assert site.evse().session.protocol == "iso20discharge"
    await josev.stop(AC)
    site.unplug()
    await josev.told("cp_status", state="A1")

    assert josev.order(AC) == _WHOLE_AC


async def test_a_rejected_token(josev: FakeJosev, begin: Begin) -> None:
    site = await begin()
    site.central.answers["Authorize"] = {"idTagInfo": {"status": "Blocked"}}
    site.plug()
    await josev.match(AC)
    josev.set_up(AC, "ISO_15118_2", "EIM")
    await until(lambda: site.waits(1))
    site.swipe()
    await josev.told("authorization", evse_id=AC, status="rejected")
    josev.state(AC, "SessionStop")
    site.unplug()
    await josev.told("cp_status", state="A1")

    assert josev.order(AC) == ["B1", "B2", "rejected", "A1"]
    assert site.central.of("StartTransaction") == []


async def test_unplugged_while_charging(josev: FakeJosev, begin: Begin) -> None:
    site = await begin()
    await to_charging(josev, site)
    site.unplug()
    await josev.told("cp_status", state="A1")
    josev.say("slac_status", evse_id=AC, run_id="5a11b0c2", status="unmatched")

    assert josev.order(AC)[-2:] == ["opened", "A1"]
    await until(lambda: site.central.of("StopTransaction"))
    assert site.central.of("StopTransaction")[0]["reason"] == "EVDisconnected"


async def test_a_contactor_that_is_stuck(josev: FakeJosev, begin: Begin) -> None:
    site = await begin(options=JosevOptions(contactor_within_s=0.3))
    site.plug()
    await josev.match(AC)
    josev.set_up(AC, "ISO_15118_2", "EIM")
    site.swipe()
    await josev.told("authorization", evse_id=AC, status="accepted")
    site.hardware.outlets[1].stuck = False
    josev.say("hlc_charging", evse_id=AC, status=True)
    await josev.told("cs_contactor_status", evse_id=AC, status="error")
    answer = await josev.ask("cs_contactor_status", evse_id=AC)
    assert answer["status"] == "error"
    await josev.limits(AC, lambda e: e["status_code"] == "evse_malfunction")

    await until(
        lambda: any(
            each["errorCode"] == "PowerSwitchFailure"
            for each in site.central.of("StatusNotification")
        )
    )


async def test_josev_starts_anew(
    josev: FakeJosev, begin: Begin, broker: Broker
) -> None:
    site = await begin()
    await to_charging(josev, site)
    josev.end()
    again = FakeJosev(broker.port)
    try:
        again.say("service_status", service="iso15118", status="starting")
        await again.told("cs_contactor_status", evse_id=AC, status="opened")
        await again.start()
        await again.match(AC)
        again.set_up(AC, "ISO_15118_2", "EIM")
        # Who pays is known: the transaction goes on.
        await again.told("authorization", evse_id=AC, status="accepted")
        await again.deliver_ac(AC)
        await again.stop(AC)
    finally:
        again.end()

    assert len(site.central.of("StartTransaction")) == 1
    assert site.central.of("StopTransaction") == []


async def test_the_bridge_starts_anew(josev: FakeJosev, begin: Begin) -> None:
    """Who charges is found: everything is said again, and power comes back."""
    site = await begin()
    await to_charging(josev, site)
    josev.seen.clear()
    site.station.lose_power(0.05)
    await josev.told("cs_contactor_status", evse_id=AC, status="opened")
    await josev.told("cp_status", evse_id=AC, state="B2")
    await until(lambda: site.station.client.is_accepted)
    site.swipe()
    await until(lambda: site.evse().is_running)
    josev.state(AC, "ChargingStatus")
    await josev.told("cs_contactor_status", evse_id=AC, status="closed")

    assert site.hardware.outlets[1].is_closed


async def test_the_broker_starts_anew(
    josev: FakeJosev, begin: Begin, broker: Broker
) -> None:
    site = await begin()
    await to_charging(josev, site)
    await asyncio.to_thread(broker.restart)
    josev.end()
    again = FakeJosev(broker.port)
    try:
        await again.told("cs_contactor_status", evse_id=AC, status="closed")
        assert again.order(AC)[-2:] == ["C2", "closed"]
        again.state(AC, "ChargingStatus")
        await again.stop(AC)
    finally:
        again.end()

    assert site.evse().is_running


async def test_josev_comes_late(begin: Begin, broker: Broker) -> None:
    site = await begin()
    site.plug()
    late = FakeJosev(broker.port)
    try:
        await late.start()
        assert late.order(AC) == ["B2", "opened"]
        await late.limits(AC, lambda e: e["status_code"] == "evse_ready")
    finally:
        late.end()


async def test_a_prefix_and_extended_topics(broker: Broker) -> None:
    options = JosevOptions(prefix="site/{identity}", extends_topics=True)
    josev = FakeJosev(broker.port, "site/CP 1")
    site = await Site(ac(), broker.port, options).start()
    try:
        await josev.start()
        site.plug()
        await josev.told("cp_status", evse_id=AC, state="B2")
    finally:
        await site.stop()
        josev.end()


async def test_josev_has_the_ocpp_client(josev: FakeJosev, begin: Begin) -> None:
    site = await begin(options=JosevOptions(ocpp="josev"))
    model = await josev.ask("device_model")
    assert model["identity"] == "CP 1"
    assert model["ocpp_csms_url"] == "ws://csms/"
    assert model["evses"][0]["connectors"] == [{"id": 1, "connector_type": "cType2"}]
    names = {each["name"] for each in model["components"]}
    assert {"ChargingStation", "EVSE", "OCPPCommCtrlr"} <= names
    site.plug()
    await josev.match(AC)
    josev.set_up(AC, "ISO_15118_2", "EIM")
    site.swipe()
    asked = await josev.until(
        lambda m: (m["name"], m["type"]) == ("authorization", "request")
    )
    assert asked["data"] == {
        "evse_id": AC,
        "id_token": CARD.id,
        "token_type": "ISO14443",
    }
    josev.say("authorization", "response", asked["id"], status="accepted")
    await josev.told("authorization", evse_id=AC, status="accepted")
    await josev.deliver_ac(AC)
    josev.say("transaction_status", evse_id=AC, status="ended")
    await josev.told("cs_contactor_status", evse_id=AC, status="opened")
    await until(lambda: not site.evse().is_running)
    assert site.central.dialled == []
