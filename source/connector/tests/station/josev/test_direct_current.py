"""Sessions by direct current: cable check, precharge, the loop, and their limits."""

from __future__ import annotations

from typing import Any

import pytest

from connector.station.josev.options import EvseOptions, JosevOptions
from connector.station.ports import Plug, Reading
from connector.tests.station.core.bench import NotedHardware
from connector.tests.station.josev.rig import CARD, Rig
from connector.tests.station.josev.sites import DC_1, dc


@pytest.fixture
def rig() -> Rig:
    found = Rig(dc())
    found.to_authorization()
    found.swipe()
    found.heard.take()
    return found


def check(rig: Rig, action: str) -> Any:
    return rig.ask("cable_check", evse_id=DC_1, cable_check_action=action)


def setpoint(rig: Rig, **dc: Any) -> Any:
    limits = {"maximum_voltage": 450.0}
    is_precharge = dc.pop("is_precharge", False)
    return rig.ask(
        "power_electronics_setpoint",
        evse_id=DC_1,
        ev_limits=limits,
        is_precharge=is_precharge,
        dc=dc,
    )


def test_a_cable_check_closes_the_contactor_at_once(rig: Rig) -> None:
    answer = check(rig, "start")

    assert answer == {"evse_id": DC_1, "cable_check_status": "ongoing"}
    assert rig.words() == ["C2", "closed"]
    assert check(rig, "status") == {
        "evse_id": DC_1,
        "cable_check_status": "finished",
        "isolation_level": "valid",
    }
    assert rig.limits()["dc"]["isolation_status"] == "valid"
    # Nothing flows before the vehicle wants it to.
    assert rig.hardware.outlets[1].limit_w == 0.0


def test_an_earth_fault_is_found_and_opens_it(rig: Rig) -> None:
    rig.hardware.outlets[1].faults["GroundFailure"] = ""
    rig.hardware.outlets[1].stuck = True
    check(rig, "start")

    assert check(rig, "status")["isolation_level"] == "fault"
    assert not rig.hardware.outlets[1].is_closed


def test_a_contactor_that_does_not_close_ends_the_check(rig: Rig) -> None:
    rig.hardware.outlets[1].stuck = False
    check(rig, "start")
    assert check(rig, "status")["cable_check_status"] == "ongoing"
    rig.wait(4)

    assert check(rig, "status") == {
        "evse_id": DC_1,
        "cable_check_status": "finished",
        "isolation_level": "fault",
    }


def test_no_check_without_an_authorization() -> None:
    rig = Rig(dc())
    rig.to_authorization()
    answer = check(rig, "start")

    assert answer["cable_check_status"] == "finished"
    assert answer["isolation_level"] == "invalid"
    assert not rig.hardware.outlets[1].is_closed
    assert check(rig, "status")["isolation_level"] == "invalid"


def test_the_rectifier_follows_the_vehicle(rig: Rig) -> None:
    check(rig, "start")
    rig.heard.take()
    answer = setpoint(rig, is_precharge=True, voltage=398.0, charge_current=2.0)
    assert answer == {"evse_id": DC_1, "status": "accepted"}
    assert rig.limits()["dc"]["present_voltage"] == 398.0
    assert rig.hardware.outlets[1].limit_w == 0.0

    rig.say("hlc_charging", evse_id=DC_1, status=True)
    setpoint(rig, voltage=400.0, charge_current=50.0)
    assert rig.hardware.outlets[1].limit_w == 20_000.0
    rig.wait(50)
    setpoint(rig, voltage=400.0, charge_current=50.0)
    present = rig.limits()["dc"]
    assert present["present_current"] == pytest.approx(50.0, rel=0.05)
    assert present["max_power"] == 60_000.0
    rig.offers.limit = 8000.0
    rig.core.offer_anew(rig.now_ms)
    rig.turn()
    limits = rig.limits()["dc"]
    assert (limits["max_power"], limits["max_current"]) == (8000.0, 20.0)
    assert rig.hardware.outlets[1].limit_w == 8000.0


def test_what_cannot_be_is_rejected(rig: Rig) -> None:
    assert setpoint(rig, voltage=400.0)["status"] == "rejected"
    check(rig, "start")

    assert "450" in setpoint(rig, voltage=460.0)["info"]
    assert "920" in setpoint(rig, voltage=5000.0)["info"]
    assert "data.dc.voltage" in setpoint(rig, charge_current=4.0)["info"]


def test_feeding_back(rig: Rig) -> None:
    check(rig, "start")
    rig.say("hlc_charging", evse_id=DC_1, status=True)
    setpoint(rig, voltage=400.0, discharge_current=25.0)

    assert rig.hardware.outlets[1].limit_w == -10_000.0
    limits = rig.limits()
    assert limits["dc_bpt"]["evse_max_discharge_power"] == 20_000.0


def test_the_end_opens_the_contactor(rig: Rig) -> None:
    check(rig, "start")
    rig.say("hlc_charging", evse_id=DC_1, status=True)
    rig.words()
    rig.say("hlc_charging", evse_id=DC_1, status=False)

    assert rig.words() == ["opened", "B2"]
    assert setpoint(rig, voltage=400.0, charge_current=1.0)["status"] == "rejected"


def test_two_vehicles_have_limits_of_their_own(rig: Rig) -> None:
    rig.to_authorization(2)
    rig.swipe(evse=2)
    limits = {1: 10_000.0, 2: 30_000.0}
    rig.offers.limit_w = lambda evse, _: (limits[evse.number], None)  # type: ignore[method-assign]
    rig.core.offer_anew(rig.now_ms)
    rig.turn()
    told = rig.heard.take("cs_status_and_limits")[-1].data["evses"]

    assert [each["dc"]["max_power"] for each in told] == [10_000.0, 30_000.0]


class Rectifier(NotedHardware):
    """Has ports for all of it."""

    def __init__(self) -> None:
        super().__init__()
        self.set: list[tuple[float, float | None, float | None]] = []
        self.level: str | None = None
        self.pilots: list[tuple[float, str]] = []

    def setpoint(
        self, evse: int, voltage: float, current_a: float | None, power_w: float | None
    ) -> None:
        self.set.append((voltage, current_a, power_w))

    def output(self, evse: int) -> tuple[float, float] | None:
        return 397.5, 12.0

    def measure_isolation(self, evse: int) -> None:
        self.level = None

    def isolation(self, evse: int) -> str | None:
        return self.level

    def pilot(self, evse: int, *, duty_percent: float, error: str) -> None:
        self.pilots.append((duty_percent, error))

    def read(self, evse: int) -> Reading:
        return Reading(0.0)


def charging(rig: Rig) -> None:
    rig.core.plugged(1, Plug.PLUGIN, rig.now_ms)
    rig.state("SupportedAppProtocol", protocol="DIN_SPEC_70121")
    rig.core.presented(CARD, rig.now_ms, 1)
    rig.turn()


def test_hardware_with_a_rectifier_of_its_own() -> None:
    hardware = Rectifier()
    rig = Rig(dc(), hardware=hardware)
    rig.offers.limit = 8000.0
    charging(rig)
    assert check(rig, "start")["cable_check_status"] == "ongoing"
    assert check(rig, "status")["cable_check_status"] == "ongoing"
    hardware.level = "warning"
    assert check(rig, "status")["isolation_level"] == "warning"
    setpoint(rig, voltage=400.0, charge_current=50.0)

    assert hardware.set[-1] == (400.0, 20.0, 8000.0)
    assert rig.limits()["dc"]["present_voltage"] == 397.5
    assert hardware.pilots[0] == (100.0, "")
    assert hardware.pilots[-1] == (5.0, "")
    rig.say("hlc_charging", evse_id=DC_1, status=False)
    assert hardware.set[-1] == (0.0, 0.0, 0.0)
    assert hardware.closed[1] is False


def test_a_monitor_that_says_nothing_ends_the_check() -> None:
    rig = Rig(dc(), hardware=Rectifier())
    charging(rig)
    check(rig, "start")
    rig.wait(39)

    assert check(rig, "status")["isolation_level"] == "invalid"
    assert rig.words("cs_contactor_status")[-1] == "opened"


@pytest.mark.parametrize(
    ("word", "in_limits"),
    [("no_imd", "no_imd"), ("no_i_m_d", "no_imd"), ("valid", "valid")],
)
def test_hardware_without_a_monitor_says_so(word: str, in_limits: str) -> None:
    options = JosevOptions(evses={1: EvseOptions(without_monitor=word)})
    rig = Rig(dc(), options, hardware=NotedHardware())
    charging(rig)
    check(rig, "start")

    assert check(rig, "status")["isolation_level"] == word
    assert rig.limits()["dc"]["isolation_status"] == in_limits
    assert rig.words("cs_contactor_status")[-1] == "closed"
