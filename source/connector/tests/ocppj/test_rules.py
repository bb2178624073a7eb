from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.errors import (
    LocalProtocolError,
    RemoteProtocolError,
    UnsupportedAction,
)
from connector.ocppj.frames import Call, Json
from connector.ocppj.rules import Rules, rules

CSMS = rules("1.6")
STRICT = rules("1.6", strict=True)
STATION = rules("1.6", is_station=True)

BOOT: Json = {"chargePointVendor": "V", "chargePointModel": "M"}
STATUS: Json = {"connectorId": 1, "errorCode": "NoError", "status": "Available"}


def sampled(**members: Any) -> Json:
    return {
        "connectorId": 1,
        "meterValue": [
            {
                "timestamp": "2026-01-31T12:00:00Z",
                "sampledValue": [{"value": "1.0"} | members],
            }
        ],
    }


def profile(limit: object) -> Json:
    return {
        "connectorId": 1,
        "csChargingProfiles": {
            "chargingProfileId": 1,
            "stackLevel": 0,
            "chargingProfilePurpose": "TxDefaultProfile",
            "chargingProfileKind": "Relative",
            "chargingSchedule": {
                "chargingRateUnit": "A",
                "chargingSchedulePeriod": [{"startPeriod": 0, "limit": limit}],
            },
        },
    }


def take(action: str, payload: Json, by: Rules = CSMS) -> tuple[Json, list[str]]:
    call = Call("1", action, payload)
    warnings = by.take(call)
    return call.payload, warnings


def refusal(action: str, payload: Json, by: Rules = CSMS) -> RemoteProtocolError:
    with pytest.raises(RemoteProtocolError) as caught:
        take(action, payload, by)
    return caught.value


def test_what_fits_is_taken_without_a_warning() -> None:
    assert take("BootNotification", BOOT) == (BOOT, [])
    assert take("MeterValues", sampled(), STRICT) == (sampled(), [])


@pytest.mark.parametrize(
    ("action", "by", "code"),
    [
        ("NoSuchAction", CSMS, "NotImplemented"),
        ("", CSMS, "NotImplemented"),
        ("Reset", CSMS, "NotSupported"),
        ("BootNotification", STATION, "NotSupported"),
        ("bootNotification", CSMS, "NotImplemented"),
        ("../../v201/schemas/HeartbeatRequest", CSMS, "NotImplemented"),
    ],
)
def test_an_unknown_action_is_not_implemented_and_a_known_one_not_supported(
    action: str, by: Rules, code: str
) -> None:
    assert refusal(action, {}, by).code == code


@pytest.mark.parametrize(
    ("action", "payload"),
    [
        ("StatusNotification", STATUS | {"status": "Resting"}),
        ("StatusNotification", STATUS | {"errorCode": "Vendor42"}),
        ("BootNotification", BOOT | {"chargePointModel": "M" * 21}),
        ("BootNotification", BOOT | {"vendorMember": {"a": 1}}),
        ("MeterValues", sampled(measurand="Vendor.Thing", unit="furlong")),
    ],
)
def test_what_has_a_meaning_all_the_same_is_taken_whole_with_a_warning(
    action: str, payload: Json
) -> None:
    taken, warnings = take(action, payload)

    assert taken == payload
    assert warnings
    assert all("Vendor42" not in warning for warning in warnings)


@pytest.mark.parametrize(
    ("action", "payload", "left"),
    [
        ("BootNotification", BOOT | {"iccid": 5}, BOOT),
        ("BootNotification", BOOT | {"iccid": None, "imsi": []}, BOOT),
        ("StatusNotification", STATUS | {"info": {"a": 1}}, STATUS),
        ("MeterValues", sampled(unit=7), sampled()),
        (
            "MeterValues",
            sampled() | {"transactionId": "eleven"},
            sampled(),
        ),
    ],
)
def test_an_optional_member_that_does_not_fit_is_left_out_with_a_warning(
    action: str, payload: Json, left: Json
) -> None:
    taken, warnings = take(action, payload)

    assert taken == left
    assert warnings


def test_any_number_of_optional_members_that_do_not_fit_is_left_out() -> None:
    payload, expected = sampled(), sampled()
    payload["meterValue"] *= 50
    expected["meterValue"] *= 50
    for index, value in enumerate(payload["meterValue"]):
        payload["meterValue"][index] = {
            **value,
            "sampledValue": [{"value": "1.0", "unit": index}],
        }

    assert take("MeterValues", payload)[0] == expected


def test_warnings_are_one_for_each_kind_however_often_it_happens() -> None:
    payload = sampled(unit="furlong", vendor="x")
    payload["meterValue"] *= 2000

    _, warnings = take("MeterValues", payload)

    assert len(warnings) == 2


@pytest.mark.parametrize(
    ("action", "payload", "code", "text"),
    [
        (
            "BootNotification",
            {"chargePointVendor": "V"},
            "OccurenceConstraintViolation",
            "chargePointModel is missing",
        ),
        (
            "BootNotification",
            BOOT | {"chargePointModel": 5},
            "TypeConstraintViolation",
            "chargePointModel has the wrong type",
        ),
        (
            "StatusNotification",
            STATUS | {"connectorId": "one"},
            "TypeConstraintViolation",
            "connectorId has the wrong type",
        ),
        (
            "MeterValues",
            {"connectorId": 1, "meterValue": [{"timestamp": "x"}]},
            "OccurenceConstraintViolation",
            "meterValue.0.sampledValue is missing",
        ),
    ],
)
def test_a_required_member_that_is_missing_or_mistyped_is_refused_with_the_code_of_16(
    action: str, payload: Json, code: str, text: str
) -> None:
    for by in (CSMS, STRICT):
        problem = refusal(action, payload, by)
        assert (problem.code, problem.description) == (code, text)
        assert problem.details == {}


@pytest.mark.parametrize(
    ("action", "payload", "code"),
    [
        (
            "StatusNotification",
            STATUS | {"status": "Resting"},
            "PropertyConstraintViolation",
        ),
        (
            "BootNotification",
            BOOT | {"chargePointModel": "M" * 21},
            "PropertyConstraintViolation",
        ),
        ("BootNotification", BOOT | {"vendorMember": 1}, "FormationViolation"),
        ("BootNotification", BOOT | {"iccid": 5}, "TypeConstraintViolation"),
        (
            "StatusNotification",
            STATUS | {"timestamp": "foo"},
            "PropertyConstraintViolation",
        ),
    ],
)
def test_strict_refuses_whatever_does_not_fit(
    action: str, payload: Json, code: str
) -> None:
    problem = refusal(action, payload, STRICT)

    assert problem.code == code
    assert "Resting" not in problem.description


def test_a_payload_nested_deeper_than_the_bound_is_refused() -> None:
    deep: Json = {}
    for _ in range(40):
        deep = {"a": deep}

    assert refusal("DataTransfer", {"vendorId": "x"} | deep).code == (
        "FormationViolation"
    )


def test_a_refusal_never_repeats_what_was_sent() -> None:
    payload = {"chargePointVendor": ["s3cret"], "s3cret": 1, "chargePointModel": "M"}

    assert "s3cret" not in str(refusal("BootNotification", payload))
    assert "s3cret" not in str(refusal("BootNotification", payload, STRICT))


def test_a_call_leaves_only_where_the_version_has_it_in_this_direction() -> None:
    CSMS.check_call("Reset", {"type": "Soft"})
    STATION.check_call("Heartbeat", {})
    for by, action in ((CSMS, "Heartbeat"), (STATION, "Reset"), (CSMS, "Nothing")):
        with pytest.raises(UnsupportedAction):
            by.check_call(action, {})


@pytest.mark.parametrize(
    "payload",
    [
        {},
        {"type": "Gentle"},
        {"type": "Soft", "more": 1},
        {"type": Decimal(1)},
        {"type": {1, 2}},
        {"type": "\ud800"},
        {5: "Soft"},
    ],
)
def test_a_call_that_does_not_fit_does_not_leave(payload: Json) -> None:
    with pytest.raises(LocalProtocolError, match="Reset"):
        CSMS.check_call("Reset", payload)


@given(st.integers(0, 100_000))
def test_every_limit_with_one_decimal_leaves(tenths: int) -> None:
    CSMS.check_call("SetChargingProfile", profile(tenths / 10))
    CSMS.check_call("SetChargingProfile", profile(round(tenths * 0.1, 1)))


@pytest.mark.parametrize("limit", [10.25, 0.05, 31.999, "10.2", None, True])
def test_a_limit_that_is_no_number_with_one_decimal_does_not_leave(
    limit: object,
) -> None:
    with pytest.raises(LocalProtocolError):
        CSMS.check_call("SetChargingProfile", profile(limit))


@pytest.mark.parametrize("limit", [float("nan"), float("inf")])
def test_a_number_that_json_does_not_have_does_not_leave(limit: object) -> None:
    with pytest.raises(LocalProtocolError, match="SetChargingProfile"):
        CSMS.check_call("SetChargingProfile", profile(limit))


def test_an_answer_is_taken_without_what_does_not_fit() -> None:
    answer = {"status": "Accepted", "vendor": 1}

    assert CSMS.check_answer("Reset", {"status": "Accepted"}) == {"status": "Accepted"}
    assert CSMS.check_answer("Reset", answer)["status"] == "Accepted"
    assert CSMS.check_answer("GetConfiguration", {"unknownKey": 5}) == {}


@pytest.mark.parametrize("answer", [{}, {"status": "Perhaps"}, {"status": 5}])
def test_an_answer_whose_status_does_not_exist_means_nothing(answer: Json) -> None:
    for by in (CSMS, STRICT):
        with pytest.raises(RemoteProtocolError):
            by.check_answer("Reset", answer)


@pytest.mark.parametrize(
    "answer",
    [
        None,
        "text",
        [],
        {},
        {"currentTime": 5},
        {"currentTime": object()},
        {5: 5},
    ],
)
def test_an_answer_of_ours_that_does_not_fit_is_known(answer: object) -> None:
    assert not CSMS.answer_fits("Heartbeat", answer)
    assert CSMS.answer_fits("Heartbeat", {"currentTime": "2026-01-31T12:00:00Z"})


def test_a_text_without_end_is_cut_where_it_is_tolerated() -> None:
    taken, warnings = take("StatusNotification", STATUS | {"status": "x" * 1000, "info": "y" * 20_000})  # fmt: skip

    assert taken["status"] == "x" * 255
    assert taken["info"] == "y" * 10_000
    assert len(warnings) == 2


def test_an_over_long_text_of_usual_length_stays() -> None:
    csr = "x" * 8000
    assert take("SignCertificate", {"csr": csr})[0] == {"csr": csr}


RIGHT = ("2026-01-31T12:00:00Z", "2026-01-31T12:00:00.5+01:00")
WRONG = ("tomorrow", "", "2026-01-31T12:00:00", "2026-02-30T12:00:00Z")


def test_the_times_in_a_call_of_ours_are_times() -> None:
    reserve = {"connectorId": 1, "idTag": "x", "reservationId": 1}
    for time in RIGHT:
        CSMS.check_call("ReserveNow", reserve | {"expiryDate": time})
    for time in WRONG:
        with pytest.raises(LocalProtocolError, match="expiryDate is no time with a z"):
            CSMS.check_call("ReserveNow", reserve | {"expiryDate": time})


@pytest.mark.parametrize("version", ["2.0.1", "2.1"])
def test_the_times_in_a_call_of_2x_are_times(version: str) -> None:
    ours = rules(version)
    reserve: Json = {"id": 1, "idToken": {"idToken": "x", "type": "ISO14443"}}
    for time in RIGHT:
        ours.check_call("ReserveNow", reserve | {"expiryDateTime": time})
    for time in WRONG:
        with pytest.raises(LocalProtocolError, match="expiryDateTime is no time"):
            ours.check_call("ReserveNow", reserve | {"expiryDateTime": time})


def test_the_place_of_a_file_may_be_whatever_a_station_understands() -> None:
    CSMS.check_call("GetDiagnostics", {"location": "ftp host, folder logs"})


def test_a_station_says_what_it_takes_for_a_time() -> None:
    said = STATUS | {"timestamp": "yesterday"}
    STATION.check_call("StatusNotification", said)
    assert CSMS.take(Call("1", "StatusNotification", said)) == []
    assert CSMS.answer_fits("Heartbeat", {"currentTime": "now"})
