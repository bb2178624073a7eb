"""The rules of 2.0.1 and 2.1, and 1.6 where it should not be spoken."""

from __future__ import annotations

import pytest

from connector.errors import (
    LocalProtocolError,
    RemoteProtocolError,
    UnsupportedAction,
)
from connector.ocppj.earlier_version import EarlierVersion
from connector.ocppj.frames import Call, Json, Send, encode_call
from connector.ocppj.rules import Rules, rules
from connector.tests.ocppj.examples import request

V16 = rules("1.6")
V201 = rules("2.0.1")
V21 = rules("2.1")
BOOT_16: Json = {"chargePointVendor": "V", "chargePointModel": "M"}
STATUS_16: Json = {"connectorId": 1, "errorCode": "NoError", "status": "Available"}
METER_16 = request("1.6", "MeterValues")


def take(action: str, payload: Json, by: Rules) -> tuple[Json, list[str]]:
    call = Call("1", action, payload)
    warnings = by.take(call)
    return call.payload, warnings


def refusal(action: str, payload: Json, by: Rules) -> RemoteProtocolError:
    with pytest.raises(RemoteProtocolError) as caught:
        take(action, payload, by)
    return caught.value


LATER = ("2.0.1", "2.1")
EVENT = request("2.0.1", "TransactionEvent")
AVAILABLE = request("2.0.1", "StatusNotification")


@pytest.mark.parametrize("version", LATER)
@pytest.mark.parametrize(
    ("action", "more"),
    [
        ("TransactionEvent", {"triggerReason": "Bored"}),
        ("StatusNotification", {"connectorStatus": "Resting"}),
        ("StatusNotification", {"vendorMember": {"a": 1}}),
        ("SignCertificate", {"csr": "x" * 6000}),
        ("Heartbeat", {"customData": {"noVendor": 1, "my_key": [None]}}),
        ("Heartbeat", {"customData": {"vendorId": "V" * 300, "x": 1}}),
    ],
)
def test_what_has_a_meaning_in_2x_is_taken_whole_with_a_warning(
    version: str, action: str, more: Json
) -> None:
    payload = request(version, action) | more

    taken, warnings = take(action, payload, rules(version))

    assert taken == payload
    assert warnings


@pytest.mark.parametrize("version", LATER)
def test_custom_data_that_is_valid_is_taken_as_it_is(version: str) -> None:
    payload = request(version, "TransactionEvent", "full")

    assert take("TransactionEvent", payload, rules(version)) == (payload, [])


@pytest.mark.parametrize("version", LATER)
@pytest.mark.parametrize(
    ("action", "more"),
    [
        ("TransactionEvent", {"offline": "no"}),
        ("TransactionEvent", {"evse": {"id": "one"}}),
        ("TransactionEvent", {"idToken": {"type": "Local"}}),
        ("Heartbeat", {"customData": "text"}),
    ],
)
def test_an_optional_member_of_2x_that_does_not_fit_is_left_out(
    version: str, action: str, more: Json
) -> None:
    payload = request(version, action)

    assert take(action, payload | more, rules(version))[0] == payload


def test_a_part_behind_several_references_that_does_not_fit_is_left_out() -> None:
    value = {"timestamp": "2026-01-31T12:00:00Z", "sampledValue": [{"value": 1.5}]}
    broken = value | {
        "sampledValue": [{"value": 1.5, "unitOfMeasure": {"multiplier": "k"}}]
    }

    taken, _ = take("TransactionEvent", EVENT | {"meterValue": [broken]}, V201)

    assert taken["meterValue"] == [
        value | {"sampledValue": [{"value": 1.5, "unitOfMeasure": {}}]}
    ]


@pytest.mark.parametrize("version", LATER)
@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"seqNo": "one"}, "TypeConstraintViolation"),
        ({"transactionInfo": {}}, "OccurrenceConstraintViolation"),
        ({"transactionInfo": {"transactionId": 5}}, "TypeConstraintViolation"),
    ],
)
def test_a_required_member_of_2x_is_refused_with_the_code_of_2x(
    version: str, more: Json, code: str
) -> None:
    payload = request(version, "TransactionEvent") | more

    for strict in (False, True):
        by = rules(version, strict=strict)
        assert refusal("TransactionEvent", payload, by).code == code


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"vendorMember": 1}, "FormatViolation"),
        ({"triggerReason": "Bored"}, "PropertyConstraintViolation"),
        ({"timestamp": "foo"}, "PropertyConstraintViolation"),
        ({"meterValue": []}, "OccurrenceConstraintViolation"),
    ],
)
def test_strict_refuses_whatever_does_not_fit_in_2x(more: Json, code: str) -> None:
    by = rules("2.0.1", strict=True)

    assert refusal("TransactionEvent", EVENT | more, by).code == code


@pytest.mark.parametrize("by", [V16, V201, V21])
@pytest.mark.parametrize("number", [2.0, 2e0, -0.0, 2.0**53])
def test_a_whole_number_with_a_point_is_that_number(by: Rules, number: float) -> None:
    payload, member = AVAILABLE, "evseId"
    if by is V16:
        payload, member = STATUS_16, "connectorId"

    taken, warnings = take("StatusNotification", payload | {member: number}, by)

    assert type(taken[member]) is int
    assert taken[member] == number
    assert warnings == [f"{member} has the wrong type"]


@pytest.mark.parametrize("by", [V16, V201, V21])
@pytest.mark.parametrize("number", [2.5, 1e300, -1e300, 2.0**54])
def test_a_number_that_counts_nothing_is_no_integer(by: Rules, number: float) -> None:
    payload, member = AVAILABLE, "evseId"
    if by is V16:
        payload, member = STATUS_16, "connectorId"

    problem = refusal("StatusNotification", payload | {member: number}, by)

    assert problem.code == "TypeConstraintViolation"


def test_a_whole_number_with_a_point_is_one_in_an_answer_too() -> None:
    answer = V201.check_answer("GetLocalListVersion", {"versionNumber": 3.0})
    assert type(answer["versionNumber"]) is int


def test_a_limit_with_two_decimals_leaves_in_2x_whose_schemas_do_not_forbid_it() -> (
    None
):
    payload = request("2.0.1", "SetChargingProfile")
    [schedule] = payload["chargingProfile"]["chargingSchedule"]
    schedule["chargingSchedulePeriod"][0]["limit"] = 10.25

    V201.check_call("SetChargingProfile", payload)


@pytest.mark.parametrize("version", LATER)
@pytest.mark.parametrize("action", ["DataTransfer", "Heartbeat"])
@pytest.mark.parametrize("has_text", [True, False])
def test_what_a_vendor_puts_in_is_not_deeper_than_the_bound(
    version: str, action: str, has_text: bool
) -> None:
    deep: Json = {}
    for _ in range(40):
        deep = {"a": deep}
    more = {"data": deep} if action == "DataTransfer" else {}
    custom = {"customData": {"vendorId": "V", "deep": deep}}
    payload = request(version, action) | (more or custom)
    text = encode_call("1", action, payload) if has_text else ""

    with pytest.raises(RemoteProtocolError) as caught:
        rules(version).take(Call("1", action, payload, text))
    assert caught.value.code == "FormatViolation"
    shallow = encode_call("1", action, request(version, action))
    assert (
        rules(version).take(Call("1", action, request(version, action), shallow)) == []
    )


@pytest.mark.parametrize(
    ("action", "by", "code"),
    [
        ("NoSuchAction", V201, "NotImplemented"),
        ("BatterySwap", V201, "NotImplemented"),
        ("Reset", V201, "NotSupported"),
        ("BatterySwap", rules("2.1", is_station=True), "NotSupported"),
        ("NotifyPeriodicEventStream", V21, "NotSupported"),
    ],
)
def test_unknown_and_unsupported_actions_of_2x(
    action: str, by: Rules, code: str
) -> None:
    assert refusal(action, {}, by).code == code
    assert not by.hears(action)


# -- 1.6 on a link of 2.x


@pytest.mark.parametrize("version", LATER)
@pytest.mark.parametrize("strict", [False, True])
@pytest.mark.parametrize(
    ("action", "payload", "code"),
    [
        ("StartTransaction", {}, "NotImplemented"),
        ("StopTransaction", {"rubbish": 1}, "NotImplemented"),
        ("DiagnosticsStatusNotification", {}, "NotImplemented"),
        ("BootNotification", BOOT_16, ""),
        ("BootNotification", BOOT_16 | {"chargePointModel": "M" * 30}, ""),
        ("BootNotification", BOOT_16 | {"vendorMember": 1}, ""),
        ("StatusNotification", STATUS_16, ""),
        ("Authorize", {"idTag": "A"}, ""),
        ("MeterValues", METER_16, ""),
    ],
)
def test_16_on_a_link_of_2x_is_said_to_be_that(
    version: str, strict: bool, action: str, payload: Json, code: str
) -> None:
    problem = refusal(action, payload, rules(version, strict=strict))

    assert isinstance(problem, EarlierVersion)
    expected = {code} if code else {"OccurrenceConstraintViolation", "FormatViolation"}
    assert problem.code in expected
    assert problem.kind == "1.6 on a 2.x link"
    assert f"1.6 on a link of OCPP {version}" in problem.warning
    assert "`ocpp_version`" in problem.warning
    assert action in problem.warning


@pytest.mark.parametrize(
    ("action", "payload"),
    [
        ("NoSuchAction", {}),
        ("Reset", {}),
        ("BootNotification", {}),
        ("BootNotification", {"reason": "PowerUp", "vendorMember": 1}),
        ("StatusNotification", {"evseId": "one"}),
        ("MeterValues", {"evseId": 1, "meterValue": 5}),
    ],
)
def test_what_is_wrong_in_2x_is_not_taken_for_16(action: str, payload: Json) -> None:
    for strict in (False, True):
        problem = refusal(action, payload, rules("2.0.1", strict=strict))
        assert not isinstance(problem, EarlierVersion)


def test_a_central_system_of_16_is_noticed_by_a_station_as_well() -> None:
    station = rules("2.0.1", is_station=True)

    for action in ("RemoteStartTransaction", "ReserveNow"):
        found = refusal(action, request("1.6", action), station)
        assert isinstance(found, EarlierVersion)


# -- SEND


def test_a_stream_is_taken_and_sent_in_its_direction_alone() -> None:
    action = "NotifyPeriodicEventStream"
    payload = request("2.1", action)
    station = rules("2.1", is_station=True)

    assert V21.take(Send("1", action, payload)) == []
    station.check_send(action, payload)
    with pytest.raises(RemoteProtocolError):
        station.take(Send("1", action, payload))
    for by in (V21, V201, V16):
        with pytest.raises(UnsupportedAction):
            by.check_send(action, payload)
    with pytest.raises(UnsupportedAction):
        station.check_call(action, payload)
    with pytest.raises(LocalProtocolError, match="basetime is missing"):
        station.check_send(action, {"id": 1, "pending": 0, "data": payload["data"]})


def test_a_send_is_tolerated_as_a_call_is() -> None:
    action = "NotifyPeriodicEventStream"
    send = Send("1", action, request("2.1", action) | {"vendorMember": 1})

    assert len(V21.take(send)) == 1
