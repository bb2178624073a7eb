"""Every sensor and command of the catalogue has an entity, or a reason."""

from __future__ import annotations

import orjson
import pytest

from connector.datapoints.catalogue import COMMANDS, MEASURAND_SENSORS, SENSORS, Kind
from connector.openmqtt.discovery.controls import (
    CONTROLS,
    RESULTS,
    WITHOUT_CONTROL,
)
from connector.openmqtt.discovery.devices import Discovered
from connector.openmqtt.discovery.entities import (
    MEASURAND_ENTITIES,
    SENSOR_ENTITIES,
    UNIT_CLASSES,
    WITHOUT,
)
from connector.openmqtt.discovery.icons import ICONS
from connector.tests.openmqtt.discovery import rules, site


def test_every_sensor_has_an_entity_or_a_reason() -> None:
    tables = [*SENSOR_ENTITIES, *WITHOUT, *MEASURAND_ENTITIES]

    assert sorted(tables) == sorted(SENSORS)
    assert all(WITHOUT.values())


def test_every_command_has_an_entity_or_a_reason() -> None:
    controlled = {control.command for control in CONTROLS}

    assert controlled | WITHOUT_CONTROL.keys() == COMMANDS.keys()
    assert not controlled & WITHOUT_CONTROL.keys()
    assert set(RESULTS) <= controlled


def test_every_unit_of_a_measurand_is_one_of_home_assistants() -> None:
    assert {sensor.unit for sensor in MEASURAND_SENSORS.values()} <= UNIT_CLASSES.keys()


@pytest.mark.parametrize("name", SENSOR_ENTITIES)
def test_a_number_is_no_text_and_a_flag_is_binary(name: str) -> None:
    kind, entity = SENSORS[name].kind, SENSOR_ENTITIES[name]

    assert (kind is Kind.FLAG) == (entity.platform == "binary_sensor")
    assert (kind is Kind.TIME) == (entity.more.get("device_class") == "timestamp")
    assert (kind is Kind.JSON) == entity.has_attributes


@pytest.mark.parametrize("name", sorted(SENSORS.keys() - WITHOUT.keys()))
def test_a_unit_is_the_catalogues_own(name: str) -> None:
    entity = (SENSOR_ENTITIES | MEASURAND_ENTITIES)[name]  # type: ignore[operator]
    theirs = {"Percent": "%", "Celsius": "°C"}
    unit = SENSORS[name].unit

    assert entity.more.get("unit_of_measurement", "") == theirs.get(unit, unit)


@pytest.mark.parametrize("message", site.messages(), ids=lambda m: m.topic)
def test_home_assistant_takes_the_message(message: Discovered) -> None:
    payload = orjson.loads(message.payload)
    topic = message.topic.removeprefix("homeassistant/")

    assert rules.problems_of_frame(topic, payload) == []


def test_unit_device_class_and_state_class_fit() -> None:
    problems = {
        component["unique_id"]: rules.problems_of_sensor(component)
        for component in site.components()
        if component["platform"] == "sensor"
    }

    assert [each for each in problems.items() if each[1]] == []


def test_no_two_entities_share_an_id() -> None:
    ids = [(c["platform"], c["unique_id"]) for c in site.components()]

    assert len(ids) == len(set(ids))


def test_the_meter_is_fit_for_the_energy_dashboard() -> None:
    [meter] = [
        c
        for c in site.components()
        if c["unique_id"] == "ocpp/CP-7__1__Energy.Active.Import.Register"
    ]

    assert meter["device_class"] == "energy"
    assert meter["state_class"] == "total_increasing"
    assert meter["unit_of_measurement"] == "Wh"
    assert "enabled_by_default" not in meter
    assert meter["default_entity_id"] == ("sensor.cp_7_1_energy_active_import_register")


def test_every_picture_is_of_an_entity_that_there_is() -> None:
    entities = SENSOR_ENTITIES | MEASURAND_ENTITIES  # type: ignore[operator]
    controls = {f"{control.command}#{control.variant}" for control in CONTROLS}
    others = {"outcome", "link_events", "transaction_events"}
    bridge = {key for key in ICONS if key.startswith("bridge#")}

    assert ICONS.keys() <= entities.keys() | controls | others | bridge
    assert sum(
        c["unique_id"].startswith("ocpp__bridge") and "icon" in c
        for c in site.components()
    ) == len(bridge)


def test_whatever_is_shown_at_once_has_a_picture() -> None:
    bare = {
        component["name"]
        for component in site.components()
        if "enabled_by_default" not in component
        and component.get("device_class") in (None, "enum")
        and "icon" not in component
    }

    assert bare == set()
