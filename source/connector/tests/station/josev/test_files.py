"""The member `josev` of a station's file, and the examples."""

from __future__ import annotations

from pathlib import Path

import pytest

from connector.errors import SettingsError
from connector.station.files import StationFile
from connector.station.files.reading import read_text
from connector.station.josev.options import JosevOptions, Service
from connector.tests.station.josev.rig import Rig
from connector.tests.station.josev.sites import AC, DC_1, DC_2, example

EVSE = "evses: [{iso15118_id: AT*OCX*E0007*1}]"


def station(text: str, *, evse: str = EVSE) -> StationFile:
    return read_text(f"identity: CP\n{evse}\njosev: {text}\n", "s.yaml", Path())


def options(text: str) -> JosevOptions:
    found = station(text).josev
    assert found is not None
    return found


def problems(text: str) -> list[str]:
    with pytest.raises(SettingsError) as caught:
        station(text)
    return str(caught.value).splitlines()


def test_without_it_a_station_is_not_bridged() -> None:
    assert read_text("identity: CP", "s.yaml", Path()).josev is None


def test_nothing_has_to_be_said() -> None:
    assert options("{}") == JosevOptions()


def test_everything_may_be_said() -> None:
    found = options(
        "{broker: 'b:1884', prefix: site/1, publish_extend: true, ocpp: josev, "
        "hw_version: B, limit_unit: A, answer_within_s: 5, basic_after_s: 0, "
        "evses: [{network_interface: eth1, supports_eim: false, "
        "without_monitor: valid, connectors: [{services: {ac: {control_mode: "
        "scheduled, nominal_voltage: 240, mobility_needs: provided_by_evcc, pricing: "
        "no_pricing, free_service: true}, ac_bpt: null}}]}]}"
    )

    assert (found.host, found.port, found.prefix) == ("b", 1884, "site/1")
    assert (found.extends_topics, found.ocpp, found.limit_unit) == (True, "josev", "A")
    assert (found.answer_within_s, found.basic_after_s) == (5, 0)
    evse = found.evses[1]
    assert (evse.network_interface, evse.supports_eim) == ("eth1", False)
    assert evse.services is not None
    [[first, second]] = evse.services
    older = {"mobility_needs": "provided_by_evcc", "pricing": "no_pricing"}
    older |= {"free_service": True}
    assert first == Service("ac", "AC_three_phase_core", "scheduled", 240, older)
    assert second.more["bpt_channel"] == "unified"


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ("{broker: ':1'}", "josev.broker"),
        ("{broker: 'h:99999'}", "josev.broker"),
        ("{prefix: a/#}", "josev.prefix"),
        ("{ocpp: both}", "josev.ocpp"),
        ("{limit_unit: kA}", "josev.limit_unit"),
        ("{answer_within_s: 0}", "josev.answer_within_s"),
        ("{silent_after_s: -1}", "josev.silent_after_s"),
        ("{publish_extend: maybe}", "josev.publish_extend"),
        ("{unknown: 1}", "josev.unknown"),
        ("{evses: [{}, {}]}", "josev.evses"),
        ("{evses: [{connectors: []}]}", "josev.evses[0].connectors"),
        ("{evses: [{connectors: [{services: {}}]}]}", "services"),
        ("{evses: [{connectors: [{services: {tram: {}}}]}]}", "services.tram"),
        (
            "{evses: [{connectors: [{services: {ac: {connector_type: DC_core}}}]}]}",
            "ac.connector_type",
        ),
        (
            "{evses: [{connectors: [{services: {ac: {bpt_channel: unified}}}]}]}",
            "ac.bpt_channel",
        ),
        ("[]", "josev"),
    ],
)
def test_what_is_wrong_is_named(text: str, where: str) -> None:
    [line] = problems(text)

    assert where in line
    assert "expected" in line


def test_interfaces_are_those_of_one_evse() -> None:
    with pytest.raises(SettingsError, match="is used twice"):
        station(
            "{evses: [{network_interface: p}, {network_interface: p}]}",
            evse="evses: [{}, {}]",
        )


@pytest.mark.repository
def test_the_example_with_one_ac_connector() -> None:
    found = example("josev-one-ac-connector.yaml")
    rig = Rig(found.model, found.josev)
    [evse] = rig.ask("cs_parameters")["parameters"]

    assert evse == {
        "evse_id": AC,
        "supports_eim": True,
        "network_interface": "plc0",
        "connectors": [
            {
                "id": 1,
                "services": {
                    "ac": {
                        "connector_type": "AC_three_phase_core",
                        "control_mode": "dynamic",
                        "nominal_voltage": 230,
                    }
                },
            }
        ],
    }
    rig.to_charging()
    assert rig.evse.charging_state == "Charging"


@pytest.mark.repository
def test_the_example_with_two_dc_evses() -> None:
    found = example("josev-two-dc-evses.yaml")
    rig = Rig(found.model, found.josev)
    evses = rig.ask("cs_status_and_limits")["evses"]

    assert [each["evse_id"] for each in evses] == [DC_1, DC_2]
    assert all(each["dc"]["max_current"] == 125.0 for each in evses)
    assert all(each["dc"]["max_power"] == 60_000.0 for each in evses)
    assert all(each["dc_bpt"]["evse_max_discharge_power"] == 20_000.0 for each in evses)
    topic, _ = rig.heard.messages[0]
    assert topic == "site/FAST-8/cs/josev"
