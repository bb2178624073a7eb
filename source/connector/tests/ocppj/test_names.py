from __future__ import annotations

from collections.abc import Iterator
from importlib.resources import files
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.ocppj.names import Json, names
from connector.ocppj.routes import ROUTES
from connector.ocppj.schemas import load_document, schemas

_FOLDERS = {"1.6": "v16", "2.0.1": "v201", "2.1": "v21"}
_SAMPLES: dict[object, Any] = {
    "string": "x",
    "integer": 1,
    "number": 1.5,
    "boolean": True,
    None: "any",
}


def messages(version: str) -> Iterator[tuple[str, bool]]:
    """Every action of a version, and whether it is the answer."""
    folder = files("ocpp") / _FOLDERS[version] / "schemas"
    for entry in folder.iterdir():
        name = entry.name.removesuffix(".json")
        is_response = name.endswith("Response")
        yield name.removesuffix("Response").removesuffix("Request"), is_response


def document_of(version: str, action: str, is_response: bool) -> Json:
    return load_document(version, action, "Response" if is_response else "")


def example(document: Json, schema: Json) -> Any:
    """A value with every member that a schema names, customData left out."""
    if "$ref" in schema:
        name = schema["$ref"].removeprefix("#/definitions/")
        schema = document["definitions"][name]
    if "items" in schema:
        return [example(document, schema["items"])] * 2
    if "properties" in schema:
        return {
            name: {"vendorId": "V", "my_key": 1, "KWh": 2}
            if name == "customData"
            else example(document, member)
            for name, member in schema["properties"].items()
        }
    return _SAMPLES.get(schema.get("type"), "any")


@pytest.mark.parametrize("version", ["1.6", "2.0.1", "2.1"])
def test_every_name_of_every_schema_comes_back_as_it_was(version: str) -> None:
    seen = 0
    for action, is_response in messages(version):
        if action == "NotifyPeriodicEventStream":
            continue  # 2.1 names its only schema without the word Request
        document = document_of(version, action, is_response)
        payload = example(document, document)
        table = names(version, action, is_response=is_response)

        there_and_back = table.to_wire(table.to_snake(payload))

        assert there_and_back == payload, action
        assert list(there_and_back) == list(payload), action
        seen += 1
    assert seen >= {"1.6": 78, "2.0.1": 128, "2.1": 180}[version]


def test_snake_names_are_those_of_the_librarys_dataclasses() -> None:
    from ocpp.v16 import call, call_result

    for action, is_response in messages("1.6"):
        members = document_of("1.6", action, is_response).get("properties", {})
        table = names("1.6", action, is_response=is_response)
        found = table.to_snake(dict.fromkeys(members, 0))
        library = getattr(call_result if is_response else call, action)
        assert set(found) == set(library.__dataclass_fields__), action


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


def test_the_routes_of_16_are_the_librarys_schema_files() -> None:
    routes = ROUTES["1.6"]

    assert len(routes.up) == 14
    assert len(routes.down) == 26
    assert routes.up & routes.down == {"DataTransfer"}
    assert routes.up | routes.down == {action for action, _ in messages("1.6")}


def test_every_schema_of_16_compiles() -> None:
    for with_formats in (False, True):
        found = schemas("1.6", with_formats=with_formats)
        for action, is_response in messages("1.6"):
            find = found.response if is_response else found.request
            assert find(action) is find(action)
