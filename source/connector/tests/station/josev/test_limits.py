"""Limits from everywhere, as Josev and the hardware are told them."""

from __future__ import annotations

import pytest

from connector.station.josev.options import JosevOptions
from connector.tests.station.josev.rig import Rig
from connector.tests.station.josev.sites import ac


@pytest.fixture
def rig() -> Rig:
    found = Rig()
    found.heard.take()
    return found


def test_a_limit_is_told_and_restored_after_the_session(rig: Rig) -> None:
    rig.to_charging()
    rig.heard.take()
    rig.offers.limit = 6900.0
    rig.core.offer_anew(rig.now_ms)
    rig.turn()
    assert rig.limits()["ac"]["max_current"] == {"l1": 10.0, "l2": 10.0, "l3": 10.0}
    assert rig.hardware.outlets[1].limit_w == 6900.0

    assert rig.evse.session is not None
    rig.evse.session.limits["card"] = 4140.0
    rig.core.offer_anew(rig.now_ms)
    rig.turn()
    assert rig.limits()["ac"]["max_current"] == {"l1": 6.0, "l2": 6.0, "l3": 6.0}
    rig.offers.limit = 22_080.0
    rig.state("SessionStop")
    rig.unplug()

    assert rig.limits()["ac"]["max_current"] == {"l1": 32.0, "l2": 32.0, "l3": 32.0}


def test_a_limit_on_one_phase(rig: Rig) -> None:
    rig.offers.limit_w = lambda *_: (3680.0, 1)  # type: ignore[method-assign]
    rig.core.offer_anew(rig.now_ms)
    rig.turn()

    assert rig.limits()["ac"]["max_current"] == {"l1": 16.0, "l2": 0.0, "l3": 0.0}


def test_less_than_a_vehicle_can_take_is_nothing(rig: Rig) -> None:
    rig.offers.limit = 4000.0
    rig.core.offer_anew(rig.now_ms)
    rig.turn()

    assert rig.limits()["ac"]["max_current"]["l1"] == 0.0


def test_a_limit_of_smart_charging_may_feed_back() -> None:
    rig = Rig(ac(max_discharge_w=11_000))
    rig.to_authorization(protocol="ISO_15118_20_AC")
    rig.swipe()
    rig.state("ScheduleExchange")
    rig.heard.take()
    rig.say("iso15118_charge_limit", evse_id=rig.id(), limit=-5000.0)

    assert rig.evse.offered_w == -5000.0
    assert rig.hardware.outlets[1].limit_w == -5000.0
    assert rig.evse.session is not None
    assert rig.evse.session.protocol == "iso20discharge"
    limits = rig.limits()
    assert limits["ac"]["max_current"]["l1"] == 0.0
    assert sum(limits["ac_bpt"]["evse_max_discharge_power"].values()) == pytest.approx(
        5000, abs=0.01
    )
    rig.say("iso15118_charge_limit", evse_id=rig.id(), limit=6900)
    assert rig.evse.offered_w == 6900.0
    assert rig.evse.session.protocol == "iso20"
    rig.unplug()
    assert rig.limits()["ac"]["max_current"]["l1"] == 32.0


@pytest.mark.parametrize(("unit", "limit"), [("kW", 6.9), ("A", 10.0), ("W", 6900)])
def test_units_of_that_limit(unit: str, limit: float) -> None:
    rig = Rig(options=JosevOptions(limit_unit=unit))
    rig.to_charging()
    rig.say("iso15118_charge_limit", evse_id=rig.id(), limit=limit)

    assert rig.evse.offered_w == pytest.approx(6900)


def test_a_limit_of_the_central_system_below_0_is_told_josev() -> None:
    rig = Rig(ac(max_discharge_w=11_000))
    rig.to_charging()
    rig.heard.take()
    rig.offers.limit = -4000.0
    rig.core.offer_anew(rig.now_ms)
    rig.turn()
    found = [(t, m) for t, m in rig.heard.messages if m.name == "iso15118_charge_limit"]
    [(topic, told)] = found
    rig.raw(
        b'{"id":"%s","name":"iso15118_charge_limit","type":"update","data":{'
        b'"evse_id":"%s","limit":1}}' % (told.id.encode(), rig.id().encode())
    )

    assert topic == "smart_charging/iso15118"
    assert told.data == {"evse_id": rig.id(), "limit": -4000.0}
    assert rig.evse.offered_w == -4000.0
