from __future__ import annotations

import dataclasses

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.ocppj.names import Json, names
from connector.ocppj.routes import ROUTES
from connector.ocppj.schemas import schemas
from connector.ocppj.typed import message_class
from connector.tests.ocppj.examples import (
    VERSIONS,
    Message,
    all_messages,
    messages,
    payload,
)

COUNTS = {"1.6": (14, 26, 78), "2.0.1": (25, 40, 128), "2.1": (36, 55, 181)}
"""Actions up and down, and schemas; DataTransfer goes both ways."""


@pytest.mark.parametrize("message", all_messages(), ids=str)
def test_every_name_of_every_schema_comes_back_as_it_was(message: Message) -> None:
    version, action, is_response = message
    there = payload(message, "full")
    table = names(version, action, is_response=is_response)

    there_and_back = table.to_wire(table.to_snake(there))

    assert there_and_back == there
    assert list(there_and_back) == list(there)


@pytest.mark.parametrize("message", all_messages(), ids=str)
def test_snake_names_are_those_of_the_librarys_dataclasses(message: Message) -> None:
    version, action, is_response = message
    library = message_class(version, action, is_response=is_response)
    table = names(version, action, is_response=is_response)

    found = table.to_snake(payload(message, "full"))

    assert set(found) == {field.name for field in dataclasses.fields(library)}


@pytest.mark.parametrize(
    ("version", "wire", "usual", "of_the_class"),
    [
        (
            "2.1",
            "iso15118CertificateHashData",
            "iso15118_certificate_hash_data",
            "iso_15118_certificate_hash_data",
        ),
    ],
)
def test_a_name_that_the_librarys_conversion_gives_is_known_as_well(
    version: str, wire: str, usual: str, of_the_class: str
) -> None:
    table = names(version, "Authorize", is_response=False)

    assert table.to_wire({usual: []}) == table.to_wire({of_the_class: []}) == {wire: []}


def test_vendor_members_stay_as_they_are() -> None:
    custom = {"vendorId": "V", "my_key": 1, "KWh": {"innerName": 2, "none": None}}
    table = names("2.0.1", "Heartbeat", is_response=False)

    snake = table.to_snake({"customData": custom})

    assert snake == {"custom_data": custom}
    assert table.to_wire(snake) == {"customData": custom}


def test_an_object_without_a_schema_stays_as_it_is() -> None:
    data = {"my_key": 1, "KWh": {"socialId": "csms_root"}}
    table = names("2.0.1", "DataTransfer", is_response=False)

    assert table.to_snake({"vendorId": "V", "data": data})["data"] == data
    assert table.to_wire({"vendor_id": "V", "data": data})["data"] == data


def test_a_name_with_a_word_that_the_library_replaces_stays_as_it_is() -> None:
    table = names("1.6", "Heartbeat", is_response=False)
    payload = {"associated": 1, "social_id": 2, "csms_root": 3}

    assert table.to_snake(payload) == payload
    assert table.to_wire(payload) == payload


def test_members_that_are_none_are_left_out_at_every_depth() -> None:
    table = names("1.6", "SetChargingProfile", is_response=False)

    wire = table.to_wire(
        {
            "connector_id": 1,
            "cs_charging_profiles": {
                "charging_profile_id": 1,
                "valid_from": None,
                "charging_schedule": {
                    "duration": None,
                    "charging_schedule_period": [{"limit": 6.0, "number_phases": None}],
                },
            },
        }
    )

    assert wire == {
        "connectorId": 1,
        "csChargingProfiles": {
            "chargingProfileId": 1,
            "chargingSchedule": {"chargingSchedulePeriod": [{"limit": 6.0}]},
        },
    }


def test_an_additional_member_does_not_take_the_place_of_a_known_one() -> None:
    table = names("1.6", "Authorize", is_response=False)

    assert table.to_snake({"idTag": "A", "id_tag": 5}) == {"id_tag": "A"}
    assert table.to_snake({"id_tag": 5, "idTag": "A"}) == {"id_tag": "A"}


@given(
    st.dictionaries(
        st.text(max_size=8), st.integers() | st.text(max_size=5), max_size=5
    )
)
def test_unknown_members_come_back_as_they_were(payload: Json) -> None:
    table = names("1.6", "Heartbeat", is_response=False)

    assert table.to_wire(table.to_snake(payload)) == payload


@pytest.mark.parametrize("version", VERSIONS)
def test_the_routes_of_a_version_are_the_librarys_schema_files(version: str) -> None:
    routes, found = ROUTES[version], list(messages(version))
    up, down, schema_files = COUNTS[version]

    assert (len(routes.up), len(routes.down), len(found)) == (up, down, schema_files)
    assert routes.up & routes.down == {"DataTransfer"}
    answered = {message.action for message in found if message.is_response}
    asked = {message.action for message in found if not message.is_response}
    assert routes.up | routes.down == answered
    assert routes.sent_up == asked - answered
    assert all(routes.knows(action) for action in asked)


def test_only_21_has_something_that_is_not_answered() -> None:
    assert {version: set(ROUTES[version].sent_up) for version in VERSIONS} == {
        "1.6": set(),
        "2.0.1": set(),
        "2.1": {"NotifyPeriodicEventStream"},
    }


@pytest.mark.parametrize("version", VERSIONS)
def test_every_schema_compiles_once(version: str) -> None:
    for formats in ("none", "times", "all"):
        found = schemas(version, formats=formats)
        for _, action, is_response in messages(version):
            find = found.response if is_response else found.request
            assert find(action) is find(action)
