"""Typed messages: the library's classes with nested parts, there and back."""

from __future__ import annotations

import dataclasses
import enum
from collections.abc import Iterator
from importlib import import_module
from typing import Any

import ocpp.v16.call
import ocpp.v16.datatypes
import ocpp.v21.call
import ocpp.v21.datatypes
import ocpp.v201.call
import ocpp.v201.datatypes
import pytest

from connector.errors import LocalProtocolError
from connector.ocppj.behaviours import (
    Call,
    CallError,
    CallResult,
    CallResultError,
    MalformedFrame,
    NotifyPeriodicEventStream,
    Send,
    StreamDataElementType,
    decode,
    encode,
    enumeration,
    is_listed,
    request,
    to_typed,
    to_wire,
)
from connector.ocppj.names import names
from connector.ocppj.schemas import FOLDERS, schemas
from connector.ocppj.typed import as_wire, kind_of
from connector.tests.ocppj import examples
from connector.tests.ocppj.examples import (
    CUSTOM_DATA,
    SIZES,
    TIME,
    VERSIONS,
    Json,
    Message,
    Size,
    all_messages,
    payload,
)


def parts(value: Any) -> Iterator[Any]:
    """A value and everything within it."""
    yield value
    if dataclasses.is_dataclass(value):
        inner = list(vars(value).values())
    elif isinstance(value, list):
        inner = value
    else:
        inner = []
    for each in inner:
        yield from parts(each)


# -- there and back


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("message", all_messages(), ids=str)
def test_every_example_is_valid(message: Message, size: Size) -> None:
    found = schemas(message.version, formats="all")
    find = found.response if message.is_response else found.request

    assert list(map(str, find(message.action).misfits(payload(message, size)))) == []


@pytest.mark.parametrize("message", all_messages(), ids=str)
def test_a_full_payload_comes_back_exactly(message: Message) -> None:
    version, action, is_response = message
    there = payload(message, "full")

    typed = to_typed(version, action, there, is_response=is_response)

    assert to_wire(typed) == there
    assert kind_of(typed) == (version, action, is_response)


@pytest.mark.parametrize("message", all_messages(), ids=str)
def test_a_minimal_payload_comes_back_with_defaults_of_its_class(
    message: Message,
) -> None:
    version, action, is_response = message
    there = payload(message)

    typed = to_typed(version, action, there, is_response=is_response)
    back = to_wire(typed)

    assert there.keys() <= back.keys()
    assert to_typed(version, action, back, is_response=is_response) == typed
    found = schemas(version)
    find = found.response if is_response else found.request
    assert find(action).is_valid(back)


@pytest.mark.parametrize("message", all_messages(), ids=str)
def test_nested_parts_are_data_types_and_vendors_objects_stay_objects(
    message: Message,
) -> None:
    version, action, is_response = message
    typed = to_typed(version, action, payload(message, "full"), is_response=is_response)

    objects = [part for part in parts(typed) if isinstance(part, dict)]

    vendors = [CUSTOM_DATA, {"my_key": 1, "KWh": 2}]
    assert all(part in vendors for part in objects)


@pytest.mark.parametrize("version", VERSIONS)
def test_a_listed_value_is_a_member_and_another_one_stays_a_text(version: str) -> None:
    reason = "TransactionEvent" if version != "1.6" else "StatusNotification"
    member = "trigger_reason" if version != "1.6" else "status"
    wire = names(version, reason, is_response=False).to_wire({member: "x"})
    [name] = wire
    there = examples.request(version, reason)

    assert isinstance(getattr(to_typed(version, reason, there), member), enum.Enum)
    typed = to_typed(version, reason, there | {name: "Vendor42"})
    assert getattr(typed, member) == "Vendor42"
    assert not isinstance(getattr(typed, member), enum.Enum)
    assert type(to_wire(to_typed(version, reason, there))[name]) is str


def test_a_member_that_is_in_no_schema_is_left_out() -> None:
    typed = to_typed("1.6", "Heartbeat", {"vendorMember": 1})

    assert to_wire(typed) == {}
    assert typed == ocpp.v16.call.Heartbeat()


def test_what_was_tolerated_is_built_all_the_same() -> None:
    key = {"key": "k" * 60, "readonly": False}

    typed = to_typed(
        "1.6", "GetConfiguration", {"configurationKey": [key]}, is_response=True
    )

    assert isinstance(typed.configuration_key[0], ocpp.v16.datatypes.KeyValue)
    assert to_wire(typed) == {"configurationKey": [key]}


def test_a_typed_request_equals_the_one_written_by_hand() -> None:
    typed = to_typed(
        "2.1",
        "SetVariables",
        {
            "setVariableData": [
                {
                    "attributeValue": "1",
                    "component": {"name": "C", "evse": {"id": 1}},
                    "variable": {"name": "V"},
                }
            ]
        },
    )

    data = ocpp.v21.datatypes
    assert typed == ocpp.v21.call.SetVariables(
        set_variable_data=[
            data.SetVariableDataType(
                attribute_value="1",
                component=data.ComponentType(name="C", evse=data.EVSEType(id=1)),
                variable=data.VariableType(name="V"),
            )
        ]
    )


# -- to the wire


def test_the_three_phases_of_21_go_out_as_they_should() -> None:
    data = ocpp.v21.datatypes
    period = data.ChargingSchedulePeriodType(
        start_period=0, limit=16.0, limit_l2=10.0, limit_l3=6.0, setpoint_l2=-3.5
    )
    schedule = data.ChargingScheduleType(
        id=1, charging_rate_unit="A", charging_schedule_period=[period]
    )
    profile = data.ChargingProfileType(
        id=1,
        stack_level=0,
        charging_profile_purpose="TxDefaultProfile",
        charging_profile_kind="Absolute",
        charging_schedule=[schedule],
    )

    wire = to_wire(
        ocpp.v21.call.SetChargingProfile(evse_id=1, charging_profile=profile)
    )

    assert wire["chargingProfile"]["chargingSchedule"][0]["chargingSchedulePeriod"] == [
        {
            "startPeriod": 0,
            "limit": 16.0,
            "limit_L2": 10.0,
            "limit_L3": 6.0,
            "setpoint_L2": -3.5,
        }
    ]


def test_a_class_of_21_with_names_of_its_own_goes_out_with_those_of_the_schema() -> (
    None
):
    asked = ocpp.v21.call.Get15118EVCertificate(
        iso_15118_schema_version="urn",
        action="Install",
        exi_request="x",
        prioritized_emaids=["E"],
    )

    assert to_wire(asked) == {
        "iso15118SchemaVersion": "urn",
        "action": "Install",
        "exiRequest": "x",
        "prioritizedEMAIDs": ["E"],
    }


def test_custom_data_is_taken_as_an_object_and_as_the_class_of_the_library() -> None:
    vendor = ocpp.v21.datatypes.CustomDataType(vendor_id="V")

    for given, wire in ((CUSTOM_DATA, CUSTOM_DATA), (vendor, {"vendorId": "V"})):
        asked = ocpp.v21.call.Heartbeat(custom_data=given)
        assert to_wire(asked) == {"customData": wire}


def test_custom_data_of_a_part_without_a_field_for_it_is_an_attribute() -> None:
    token = ocpp.v201.datatypes.IdTokenType(id_token="A", type="Local")
    token.custom_data = CUSTOM_DATA

    wire = to_wire(ocpp.v201.call.Authorize(id_token=token))

    assert wire["idToken"]["customData"] == CUSTOM_DATA
    again = to_typed("2.0.1", "Authorize", wire)
    assert again.id_token.custom_data == CUSTOM_DATA


def test_parts_may_be_objects_with_either_kind_of_name() -> None:
    for token in (
        {"id_token": "A", "type": "Local"},
        {"idToken": "A", "type": "Local"},
    ):
        wire = to_wire(ocpp.v201.call.Authorize(id_token=token))
        assert wire == {"idToken": {"idToken": "A", "type": "Local"}}


def test_a_class_of_ones_own_is_what_it_inherits_from() -> None:
    @dataclasses.dataclass
    class Mine(ocpp.v16.call.Authorize):
        note: str = ""

    assert to_wire(Mine(id_tag="A", note="mine")) == {"idTag": "A"}


@pytest.mark.parametrize("other", [{}, None, ocpp.v201.datatypes.EVSEType(id=1)])
def test_what_is_no_message_has_no_wire_form(other: Any) -> None:
    with pytest.raises(LocalProtocolError, match="no message of OCPP"):
        to_wire(other)


@pytest.mark.parametrize("other", [None, 5, "text", [1]])
def test_what_is_neither_dataclass_nor_object_stays_for_the_schema(other: Any) -> None:
    assert as_wire("1.6", "Heartbeat", other, is_response=True) is other


# -- enumerations


@pytest.mark.parametrize(
    "message", [m for m in all_messages() if m.version != "1.6"], ids=str
)
def test_every_listed_value_of_every_schema_is_known_to_its_enumeration(
    message: Message,
) -> None:
    for name, definition in message.document.get("definitions", {}).items():
        listed = set(definition.get("enum", ()))
        assert listed <= (enumeration(message.version, name) if listed else set())


def test_an_enumeration_is_asked_by_its_name() -> None:
    assert is_listed("1.6", "ReadingContext", "Trigger")
    assert not is_listed("1.6", "ReadingContext", "trigger")
    assert not is_listed("1.6", "ReadingContext", 5)
    assert is_listed("2.0.1", "MessageStateEnumType", "Unavailable")
    assert is_listed("2.1", "OperationModeEnumType", "CentralSetpoint")


@pytest.mark.parametrize("name", ["NoSuchEnumType", "annotations", "__name__", ""])
def test_an_enumeration_that_does_not_exist_is_said_to(name: str) -> None:
    with pytest.raises(KeyError, match=r"OCPP 2\.1 has no enumeration"):
        enumeration("2.1", name)


# -- frames


@pytest.mark.parametrize("version", VERSIONS)
def test_a_request_is_read_written_and_checked(version: str) -> None:
    there = [2, "1", "BootNotification", examples.request(version, "BootNotification")]

    found = decode(there, version)

    assert found == Call("1", "BootNotification", there[3])
    assert encode(found, version) == there
    assert decode([2, "1", "Reset", examples.request(version, "Reset")], version)
    module = import_module(f"ocpp.{FOLDERS[version]}.call")
    assert request("1", module.Heartbeat()) == [2, "1", "Heartbeat", {}]


@pytest.mark.parametrize(
    "frame",
    [
        CallResult("1", {"a": 1}),
        CallError("1", "GenericError", "why", {}),
        CallResultError("1", "GenericError", "why", {}),
        Send("1", "NotifyPeriodicEventStream", {}),
    ],
    ids=lambda frame: type(frame).__name__,
)
def test_any_frame_comes_back(frame: Any) -> None:
    if isinstance(frame, Send):
        frame.payload = examples.request("2.1", "NotifyPeriodicEventStream")
    assert decode(encode(frame, "2.1"), "2.1") == frame


@pytest.mark.parametrize(
    ("version", "frame", "code"),
    [
        ("1.6", [2, "1", "NoSuchAction", {}], "NotImplemented"),
        ("1.6", [2, "1", "Authorize", {}], "OccurenceConstraintViolation"),
        ("2.0.1", [2, "1", "Authorize", {}], "OccurrenceConstraintViolation"),
        ("2.0.1", [5, "1", "X"], "MessageTypeNotSupported"),
        ("2.1", "text", "RpcFrameworkError"),
    ],
)
def test_what_cannot_be_decoded_comes_with_its_answer(
    version: str, frame: object, code: str
) -> None:
    with pytest.raises(MalformedFrame) as caught:
        decode(frame, version)
    assert caught.value.reply is not None
    assert caught.value.reply.code == code


def test_who_hears_a_frame_can_be_said() -> None:
    frame = [2, "1", "Reset", {"type": "Soft"}]

    assert decode(frame, "1.6", is_station=True)
    with pytest.raises(MalformedFrame, match="NotSupported"):
        decode(frame, "1.6", is_station=False)


def test_decoding_can_tolerate() -> None:
    frame = [2, "1", "Heartbeat", {"vendorMember": 1}]

    assert decode(frame, "1.6", strict=False)
    with pytest.raises(MalformedFrame):
        decode(frame, "1.6")


@pytest.mark.parametrize("action", ["NotifyPeriodicEventStream", "Heartbeat"])
def test_a_send_that_cannot_be_decoded_comes_without_an_answer(action: str) -> None:
    with pytest.raises(MalformedFrame) as caught:
        decode([6, "1", action, {}], "2.1")
    assert caught.value.reply is None


def test_a_stream_is_written_as_a_send() -> None:
    element = StreamDataElementType(t=1.5, v="7")
    stream = NotifyPeriodicEventStream(id=1, pending=0, basetime=TIME, data=[element])

    wire: Json = {
        "id": 1,
        "pending": 0,
        "basetime": TIME,
        "data": [{"t": 1.5, "v": "7"}],
    }
    assert request("1", stream) == [6, "1", "NotifyPeriodicEventStream", wire]


@pytest.mark.parametrize(
    "message",
    [
        ocpp.v16.call.Reset(type="Gentle"),
        ocpp.v201.call.Reset(type="Soft"),
        NotifyPeriodicEventStream(id=1, pending=0, basetime=TIME, data=[]),
        {},
    ],
)
def test_a_request_that_does_not_fit_is_not_written(message: Any) -> None:
    with pytest.raises(LocalProtocolError):
        request("1", message)
