"""Josev before hardware whose services are on MQTT: their ports are reached."""

from __future__ import annotations

from typing import Any

import orjson
import pytest

from connector.station.client.parts import Counting
from connector.station.hardware_mqtt import MqttHardware
from connector.station.hardware_mqtt.topics import Place
from connector.station.model import StationModel
from connector.tests.station.core.bench import T0_MS
from connector.tests.station.hardware_mqtt.conftest import Wired
from connector.tests.station.josev.rig import Rig
from connector.tests.station.josev.sites import AC, DC_1, ac, dc


class Services(Rig):
    """Services of the hardware are played by the test."""

    def __init__(self, model: StationModel) -> None:
        self.wire, self.now_ms = Wired(), T0_MS
        hardware = MqttHardware(model, self.wire, lambda: self.now_ms)
        super().__init__(model, hardware=hardware)

    def attach(self) -> None:
        self.core.watcher, self.hardware.core = self.hardware, self.core

    def step_hardware(self) -> int:
        next_ms: int = self.hardware.step(self.now_ms)
        return next_ms

    def tell(self, port: str, name: str, data: Any, evse: int = 1) -> None:
        body = orjson.dumps({"id": "h", "name": name, "type": "update", "data": data})
        self.hardware.received(Place("CP 1", evse, port), body)
        self.turn()

    def asked(self, *names: str, evse: int = 1) -> list[Any]:
        """What the services were asked since this was called last."""
        found = [m.data for e, _, m in self.wire.asked if m.name in names and e == evse]
        self.wire.asked.clear()
        return found

    def log_in(self, evse: int = 1) -> None:
        state = {"auth": "done", "tagid": "TAG1"}
        self.tell("auth", "login", state, evse)

    def come(self, evse: int = 1) -> None:
        self.tell("charge", "msg", {"plugged": "plugin"}, evse)
        evse_id = self.id(evse)
        self.say("slac_status", evse_id=evse_id, run_id="r", status="matched")
        self.state("SupportedAppProtocol", evse, protocol="ISO_15118_2")


@pytest.fixture
def rig() -> Services:
    return Services(ac())


def test_the_charge_service_hears_how_the_vehicle_is_spoken_with(rig: Services) -> None:
    rig.say("service_status", service="slac", status="ready")
    assert rig.asked("set-service-status") == [{"service": "slac", "status": "ready"}]
    rig.come()
    rig.state("Authorization", selected_payment_option="eim")

    asked = [(m.name, m.data) for _, port, m in rig.wire.asked if port == "charge"]
    verbs = ("set_slac_status", "iso-state", "payment-option")
    assert [(name, data) for name, data in asked if name in verbs] == [
        ("set_slac_status", "matched"),
        ("iso-state", "iso3"),
        ("iso-state", "iso2"),
        ("payment-option", "eim"),
    ]


def test_the_auth_service_is_asked_once_for_a_card(rig: Services) -> None:
    rig.come()
    rig.wire.asked.clear()
    for _ in range(3):
        rig.state("Authorization", selectedPaymentOption="EIM")

    assert rig.asked("login") == [{}]
    rig.log_in()
    assert rig.words("authorization") == ["accepted"]


@pytest.mark.parametrize("tells_contactor", [True, False])
def test_a_session(rig: Services, tells_contactor: bool) -> None:
    if tells_contactor:
        rig.tell("charge", "msg", {"contactor": "opened"})
    rig.tell("meter", "energy", {"total": 0.0})
    rig.come()
    rig.state("Authorization", selectedPaymentOption="EIM")
    rig.log_in()
    assert rig.asked("remote_power") == []
    rig.words()
    rig.say("hlc_charging", evse_id=AC, status=True)
    assert rig.asked("remote_power") == [True]
    rig.tell("charge", "msg", {"power": "start"})
    if tells_contactor:
        assert rig.words() == ["B2", "C2"]
        rig.tell("charge", "msg", {"contactor": "closed"})
        assert rig.words() == ["closed"]
    else:
        assert rig.words() == ["closed", "B2", "C2"]
    rig.tell("meter", "current", {"l1": 10.0, "l2": 10.0, "l3": 10.0})
    rig.tell("meter", "energy", {"total": 1500.0})
    meter = rig.ask("meter_values", evse_id=AC, timestamp="2026-03-01T10:00:00Z")
    assert meter["current"] == {"l1": 10.0, "l2": 10.0, "l3": 10.0}
    assert meter["total_active_energy_imported"] == 1500.0
    rig.tell("charge", "msg", {"power": {"stop": 1500.0}})
    assert rig.words("cp_status") == ["B2"]
    rig.wire.asked.clear()
    rig.say("hlc_charging", evse_id=AC, status=False)
    assert rig.asked("remote_power") == [False]
    rig.tell("charge", "msg", {"contactor": "opened"})
    rig.tell("charge", "msg", {"plugged": "plugout"})
    # Where the contactor tells, it opens when it does.
    first = ["B2", "opened"] if tells_contactor else ["opened", "B2"]
    assert rig.words() == [*first, "A1"]
    assert not rig.evse.is_running


def test_a_card_with_a_limit(rig: Services) -> None:
    rig.come()
    rig.state("Authorization", selectedPaymentOption="EIM")
    rig.heard.take()
    rig.tell("auth", "login", {"auth": "done", "tagid": "TAG1", "imax": 10})

    assert rig.limits()["ac"]["max_current"]["l1"] == 10.0
    rig.tell("charge", "msg", {"plugged": "plugout"})
    assert rig.limits()["ac"]["max_current"]["l1"] == 32.0


def test_a_cable_with_a_limit(rig: Services) -> None:
    rig.tell("charge", "state", {"plugged": "plugin", "imax": 20})
    rig.log_in()

    assert rig.limits()["ac"]["max_current"]["l1"] == 20.0


def test_direct_current() -> None:
    rig = Services(dc())
    rig.come()
    rig.state("Authorization", selectedPaymentOption="EIM")
    rig.log_in()
    rig.wire.asked.clear()
    check = {"evse_id": DC_1, "cable_check_action": "start"}
    rig.ask("cable_check", **check)
    assert len(rig.asked("isolation", "remote_power")) == 2
    check["cable_check_action"] = "status"
    assert rig.ask("cable_check", **check)["cable_check_status"] == "ongoing"
    rig.tell("charge", "msg", {"isolation": "valid"})
    assert rig.ask("cable_check", **check)["isolation_level"] == "valid"
    rig.tell("meter", "tension", {"total": 398.0})
    rig.tell("meter", "current", {"total": 12.5})
    rig.wire.asked.clear()
    answer = rig.ask(
        "power_electronics_setpoint",
        evse_id=DC_1,
        ev_limits={"maximum_voltage": 450.0},
        dc={"voltage": 400.0, "charge_current": 25.0},
    )

    assert answer["status"] == "accepted"
    assert rig.asked("setpoint") == [
        {"voltage": 400.0, "current": 25.0, "power": 60_000.0}
    ]
    dc_limits = rig.limits()["dc"]
    assert dc_limits["present_voltage"] == 398.0
    assert dc_limits["present_current"] == 12.5


def test_both_spellings_of_no_monitor_are_known() -> None:
    rig = Services(dc())
    rig.come()
    rig.state("Authorization", selectedPaymentOption="EIM")
    rig.log_in()
    rig.ask("cable_check", evse_id=DC_1, cable_check_action="start")
    rig.tell("charge", "msg", {"isolation": "no_i_m_d"})
    check = {"evse_id": DC_1, "cable_check_action": "status"}

    assert rig.ask("cable_check", **check)["isolation_level"] == "no_imd"


def test_hardware_that_falls_silent_opens(rig: Services) -> None:
    rig.come()
    rig.log_in()
    rig.say("hlc_charging", evse_id=AC, status=True)
    rig.heard.take()
    rig.wire.asked.clear()
    rig.wait(31)

    assert False in rig.asked("remote_power")
    assert rig.limits()["status_code"] == "evse_malfunction"
    assert rig.words("cs_contactor_status") == ["opened"]


def test_meters_are_kept_over_restarts_as_without_josev(rig: Services) -> None:
    rig.tell("meter", "energy", {"total": 1500.0})
    kept = rig.bridge.registers_wh()
    other = Services(ac())

    other.bridge.restore(kept)
    other.bridge.show_at_least(1, 1600.0)

    assert isinstance(other.bridge, Counting)
    assert other.bridge.read(1).energy_wh == 1600.0
