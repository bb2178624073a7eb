"""Devices: names, ids, what belongs to what, and what is shown when."""

from __future__ import annotations

import re

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.csms.facts import Datum, Facts
from connector.datapoints.sensors import Sensors, StationSensors
from connector.openmqtt.discovery.devices import without
from connector.openmqtt.discovery.slugs import entity_part, literal, slug
from connector.tests.openmqtt.discovery import rules, site

IDENTITIES = st.text(
    st.characters(exclude_categories=("Cc", "Cs", "Cn"), exclude_characters="/\\"),
    min_size=1,
    max_size=255,
)


def one(name: str, **about: bool) -> StationSensors:
    return site.station(Sensors(), name, **about)  # type: ignore[arg-type]


def payloads(station: StationSensors) -> list[site.Json]:
    return [orjson.loads(m.payload) for m in site.devices().of_station(station)]


def test_connectors_hang_on_their_station_and_stations_on_the_bridge() -> None:
    bridge = orjson.loads(site.devices().bridge().payload)["device"]
    station, first, second = (p["device"] for p in payloads(one("CP-7")))

    assert bridge["identifiers"] == ["ocpp"]
    assert (station["identifiers"], station["via_device"]) == (["ocpp/CP-7"], "ocpp")
    assert (first["identifiers"], first["via_device"]) == (
        ["ocpp/CP-7__1"],
        "ocpp/CP-7",
    )
    assert second["name"] == "CP-7 connector 2"


def test_a_name_is_shown_and_changes_no_id() -> None:
    sensors = Sensors()
    before = payloads(site.station(sensors, "CP-7"))
    sensors.register("CP-7", is_adopted=True, connectors=2, name="North wall")
    after = payloads(sensors.station("CP-7"))

    names = [each["device"].pop("name") for each in after]
    assert names == ["North wall", "North wall connector 1", "North wall connector 2"]
    for each in before:
        del each["device"]["name"]
    assert after == before


def test_a_name_that_is_taken_away_leaves_the_identity() -> None:
    sensors = Sensors()
    sensors.register("CP-7", is_adopted=True, connectors=1, name="North wall")
    sensors.register("CP-7", is_adopted=True, connectors=1)

    assert payloads(sensors.station("CP-7"))[0]["device"]["name"] == "CP-7"


def test_a_device_knows_what_the_station_says_of_itself() -> None:
    device = payloads(one("CP-7"))[0]["device"]

    assert device["manufacturer"] == "ACME"
    assert device["model"] == "Wallbox 11"
    assert device["serial_number"] == "A1B2C3"
    assert device["sw_version"] == "1.2.3"


def test_what_is_of_a_connector_alone_of_2_has_a_device_too() -> None:
    names = [p["device"]["name"] for p in payloads(one("CP", speaks_2=True))]

    assert names == ["CP", "CP connector 1", "CP connector 2", "CP connector 1.2"]


def test_everything_needs_the_connector_and_the_station() -> None:
    for payload in payloads(one("CP-7")):
        assert payload["availability_mode"] == "all"
        assert payload["availability"] == [
            {"topic": "ocpp/bridge/state"},
            {"topic": "ocpp/stations/CP-7/availability"},
        ]


def test_whether_a_station_is_there_is_told_while_it_is_not() -> None:
    connected = payloads(one("CP-7"))[0]["components"]["0__connected"]

    assert connected["availability"] == [{"topic": "ocpp/bridge/state"}]


def test_a_station_that_waits_for_adoption_is_no_device() -> None:
    sensors = Sensors()
    sensors.take(Facts("CP", 1, {Datum("0", "status"): "Available"}), 1)

    assert site.devices().of_station(sensors.station("CP")) == []


def test_numbers_reach_from_pause_to_the_largest_limit() -> None:
    sensors = Sensors()
    sensors.register("CP", is_adopted=True, connectors=1)
    sensors.take(Facts("CP", 1, {Datum("1", "limit_max"): 150_000.0}), 1)
    [_, connector] = payloads(sensors.station("CP"))
    watts = connector["components"]["1__power_limit#set"]
    amperes = connector["components"]["1__current_limit#set"]

    assert (watts["min"], watts["max"]) == (0, 150_000.0)
    assert (amperes["min"], amperes["max"]) == (0, 218.0)


@given(IDENTITIES)
def test_every_identity_makes_topics_that_home_assistant_takes(identity: str) -> None:
    sensors = Sensors()
    sensors.register(identity, is_adopted=True, connectors=1)
    for message in site.devices().of_station(sensors.station(identity)):
        topic = message.topic.removeprefix("homeassistant/")
        payload = orjson.loads(message.payload)

        assert rules.problems_of_frame(topic, payload) == []
        for component in payload["components"].values():
            assert re.fullmatch(r"[a-z_]+\.[a-z0-9_]+", component["default_entity_id"])


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("CP 7", "CP_7"),
        ("CP.7", "CP_7"),
        ("ж" * 100, "я" * 100),
        ("a" * 254 + "1", "a" * 254 + "2"),
        ("CP_1", "CP"),
        ("CP__0", "CP"),
    ],
)
def test_names_that_look_alike_have_topics_of_their_own(
    first: str, second: str
) -> None:
    make = site.devices()
    topics = [
        message.topic
        for name in (first, second)
        for message in make.of_station(one(name))
    ]

    assert len(topics) == len(set(topics)) == 6


def test_connectors_whose_names_look_alike_have_roots_of_their_own() -> None:
    roots = {site.devices(name).root for name in ("my ocpp", "my_ocpp", "my.ocpp")}

    assert len(roots) == 3


def test_ids_are_the_same_for_ever() -> None:
    assert slug("CP-7__1") == "CP-7__1"
    assert slug("Säule 2__1") == "S_ule_2__1_4c49cd"
    assert entity_part("CP-7") == "cp_7"
    assert entity_part("Säule 2") == "s_ule_2_1eff91"


@given(IDENTITIES)
def test_a_name_in_a_template_cannot_end_its_string(name: str) -> None:
    text = literal(name)

    assert re.fullmatch(r"'(?:[A-Za-z0-9]|\\U[0-9a-f]{8})*'", text)
    assert text[1:-1].encode().decode("unicode-escape") == name


def test_a_component_that_an_earlier_message_had_is_taken_away() -> None:
    old = b'{"components": {"a": {"platform": "sensor", "name": "A"}, "b": {"platform": "button"}}}'
    new = b'{"components": {"b": {"platform": "button"}}}'
    update = without(old, new)

    assert update is not None
    assert orjson.loads(update)["components"] == {
        "b": {"platform": "button"},
        "a": {"platform": "sensor"},
    }
    assert without(new, new) is None


@pytest.mark.parametrize(
    ("payload", "expected"),
    [
        (b"", False),
        (b"no JSON", False),
        (b"[]", False),
        (b'{"origin": {"name": "Zigbee2MQTT"}, "device": {"identifiers": ["ocpp/CP"]}}', False),
        (b'{"origin": {"name": "OCPP connector"}, "device": {"identifiers": ["other/CP"]}}', False),
        (b'{"origin": {"name": "OCPP connector"}, "device": {"identifiers": [1]}}', False),
        (b'{"origin": {"name": "OCPP connector"}, "device": {"identifiers": ["ocpp/CP"]}}', True),
    ],
)  # fmt: skip
def test_only_our_own_messages_are_ours(payload: bytes, expected: bool) -> None:
    assert site.devices().is_ours(payload) is expected
