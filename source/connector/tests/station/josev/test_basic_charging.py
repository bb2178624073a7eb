"""Vehicles that do not speak are charged by IEC 61851."""

from __future__ import annotations

import pytest

from connector.tests.station.josev.rig import Rig
from connector.tests.station.josev.sites import dc


@pytest.fixture
def rig() -> Rig:
    found = Rig()
    found.heard.take()
    return found


def test_a_vehicle_that_does_not_speak_is_charged_without(rig: Rig) -> None:
    rig.plug()
    rig.swipe()
    assert not rig.hardware.outlets[1].is_closed
    rig.say("slac_status", evse_id=rig.id(), run_id="r", status="matching")
    rig.say("slac_status", evse_id=rig.id(), run_id="r", status="failed")
    rig.say("slac_status", evse_id=rig.id(), run_id="r", status="basic_charging")

    assert rig.hardware.outlets[1].is_closed
    assert rig.evse.session is not None
    assert rig.evse.session.protocol == "iec"
    [*_, told] = rig.heard.take("cp_status")
    assert (told.data["state"], told.data["duty_cycle"]) == ("C2", 53.3)


def test_where_nobody_matches_it_is_charged_without_after_a_while(rig: Rig) -> None:
    rig.plug()
    rig.swipe()
    rig.wait(61)

    assert rig.hardware.outlets[1].is_closed


def test_dc_is_never_charged_without() -> None:
    rig = Rig(dc())
    rig.plug()
    rig.swipe()
    rig.wait(120)
    rig.say("slac_status", evse_id=rig.id(), run_id="r", status="basic_charging")

    assert not rig.hardware.outlets[1].is_closed


def test_the_pwm_of_basic_charging_follows_josev(rig: Rig) -> None:
    rig.plug()
    rig.swipe()
    answer = rig.ask(
        "cp_pwm", evse_id=rig.id(), hlc=False, current=16.0, error_state=False
    )

    assert answer == {"evse_id": rig.id(), "status": "valid"}
    [*_, told] = rig.heard.take("cp_status")
    assert told.data["duty_cycle"] == 26.7
    rig.ask("cp_pwm", evse_id=rig.id(), hlc=True, error_state=True)
    assert rig.pilots() == ["E"]
    rig.ask("cp_pwm", evse_id=rig.id(), hlc=True, fault_state=True)
    assert rig.pilots() == ["F"]
