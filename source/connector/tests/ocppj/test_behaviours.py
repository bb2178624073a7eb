"""`handle` and the four behaviours, for all versions."""

from __future__ import annotations

import logging
from importlib import import_module
from typing import Any

import ocpp.exceptions
import pytest

from connector.errors import LocalProtocolError
from connector.ocppj.behaviours import (
    CSMS,
    BasicChargingStation,
    BasicCSMS,
    Behaviour,
    ChargingStation,
    OcppError,
    handle,
    method_name,
)
from connector.ocppj.dialects import DIALECTS
from connector.ocppj.routes import ROUTES
from connector.ocppj.schemas import FOLDERS
from connector.ocppj.typed import message_class, to_typed, to_wire
from connector.tests.ocppj.examples import (
    SIZES,
    TIME,
    VERSIONS,
    Size,
    request,
    response,
)

HEARTBEAT = [2, "1", "Heartbeat", {}]
BASIC_CSMS = """
authorize boot_notification data_transfer heartbeat meter_values start_transaction
status_notification stop_transaction transaction_event
"""
BASIC_STATION = """
change_availability data_transfer remote_start_transaction remote_stop_transaction
request_start_transaction request_stop_transaction reset trigger_message
unlock_connector
"""


def behaviour(version: str, base: type[Behaviour] = CSMS, **methods: Any) -> Any:
    """A behaviour with these methods."""
    return type("Mine", (base,), {"ocpp_version": version} | methods)()


def gives(result: Any) -> Any:
    return lambda self, request: result


def raises(problem: Exception) -> Any:
    def method(self: object, request: object) -> Any:
        raise problem

    return method


def heartbeat(version: str, **methods: Any) -> Any:
    """The answer of a behaviour to a Heartbeat."""
    return handle(behaviour(version, **methods), [2, "1", "Heartbeat", {}])


def actions(version: str, base: type[Behaviour]) -> list[str]:
    routes = ROUTES[version]
    return sorted(routes.down if base.is_station else routes.up)


EVERY_CALL = [
    (version, base, action)
    for version in VERSIONS
    for base in (CSMS, ChargingStation)
    for action in actions(version, base)
]


# -- what the classes have


@pytest.mark.parametrize(
    ("base", "names"),
    [(BasicCSMS, BASIC_CSMS), (BasicChargingStation, BASIC_STATION)],
)
def test_a_basic_behaviour_has_what_a_charging_session_needs(
    base: type[Behaviour], names: str
) -> None:
    assert set(vars(base)) >= set(names.split())
    assert {name for name in vars(base) if callable(getattr(base, name))} == set(
        names.split()
    )


def test_the_behaviours_have_one_method_for_each_action_of_any_version() -> None:
    for base in (CSMS, ChargingStation):
        known = {
            method_name(action)
            for version in VERSIONS
            for action in [
                *actions(version, base),
                *([] if base.is_station else ROUTES[version].sent_up),
            ]
        }
        declared = {
            name
            for owner in base.__mro__[:2]
            for name, member in vars(owner).items()
            if callable(member)
        }
        assert declared == known


@pytest.mark.parametrize("base", [CSMS, ChargingStation])
def test_a_method_that_was_not_written_refuses_whoever_calls_it(
    base: type[Behaviour],
) -> None:
    declared = [
        getattr(base(), name)
        for owner in base.__mro__[:2]
        for name, member in vars(owner).items()
        if callable(member)
    ]
    for method in declared:
        with pytest.raises(OcppError, match="NotSupported"):
            method(None)


@pytest.mark.parametrize("version", ["2.0", "ocpp1.6", "", None, 1.6])
def test_a_version_that_does_not_exist_is_refused_with_those_that_do(
    version: Any,
) -> None:
    if version is not None:
        with pytest.raises(ValueError, match=r"1\.6, 2\.0\.1, 2\.1"):
            behaviour(version)
    with pytest.raises(LocalProtocolError, match=r"1\.6, 2\.0\.1, 2\.1"):
        handle(CSMS(), HEARTBEAT)


# -- calls


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize(("version", "base", "action"), EVERY_CALL)
def test_every_action_goes_through_a_method_and_back(
    version: str, base: type[Behaviour], action: str, size: Size
) -> None:
    seen: list[Any] = []
    answer = response(version, action, size)
    typed = to_typed(version, action, answer, is_response=True)

    def method(self: object, request: Any) -> Any:
        seen.append(request)
        return typed

    asked = request(version, action, size)
    mine = behaviour(version, base, **{method_name(action): method})
    answered = handle(mine, [2, "id-1", action, asked])

    assert answered == [3, "id-1", to_wire(typed)]
    assert answer.items() <= answered[2].items() or size == "minimal"
    assert isinstance(seen[0], message_class(version, action))
    assert asked.items() <= to_wire(seen[0]).items() or size == "minimal"
    assert handle(
        behaviour(version, base, **{method_name(action): gives(answer)}),
        [2, "id-2", action, asked],
    ) == [3, "id-2", answer]


@pytest.mark.parametrize(("version", "base", "action"), EVERY_CALL)
def test_an_action_without_a_method_is_not_supported(
    version: str, base: type[Behaviour], action: str
) -> None:
    for payload in (request(version, action), {"rubbish": 1}):
        answered = handle(behaviour(version, base), [2, "1", action, payload])
        assert answered is not None
        assert answered[:3] == [4, "1", "NotSupported"]


def test_an_action_that_the_basic_behaviour_does_not_declare_can_be_written() -> None:
    mine = behaviour("2.0.1", BasicCSMS, notify_event=gives({}))

    asked = request("2.0.1", "NotifyEvent")
    assert handle(mine, [2, "1", "NotifyEvent", asked]) == [3, "1", {}]
    answered = handle(mine, [2, "1", "NotifyReport", request("2.0.1", "NotifyReport")])
    assert answered is not None
    assert answered[2] == "NotSupported"


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("action", ["NoSuchAction", "", "heartbeat", "HandleSend"])
def test_an_unknown_action_is_not_implemented(version: str, action: str) -> None:
    mine = behaviour(version, no_such_action=gives({}))

    answered = handle(mine, [2, "1", action, {}])
    assert answered is not None
    assert answered[:3] == [4, "1", "NotImplemented"]


@pytest.mark.parametrize("version", VERSIONS)
def test_an_action_of_the_other_direction_is_not_supported(version: str) -> None:
    for base, action in ((CSMS, "Reset"), (ChargingStation, "Heartbeat")):
        method = {method_name(action): gives({})}
        payload = request(version, action)
        answered = handle(behaviour(version, base, **method), [2, "1", action, payload])
        assert answered is not None
        assert answered[2] == "NotSupported"


@pytest.mark.parametrize("version", VERSIONS)
def test_a_payload_that_does_not_fit_has_the_code_of_its_version(version: str) -> None:
    mine = behaviour(version, authorize=gives({}))

    for payload, code in (
        ({}, DIALECTS[version].occurrence),
        ({"idToken": 5, "idTag": 5}, "TypeConstraintViolation"),
    ):
        answered = handle(mine, [2, "1", "Authorize", payload])
        assert answered is not None
        assert answered[:2] == [4, "1"]
        assert answered[2] in (code, DIALECTS[version].formation)
        assert answered[4] == {}


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("value", [object(), {1, 2}, {5: 5}])
def test_a_payload_that_is_no_json_is_malformed(version: str, value: object) -> None:
    mine = behaviour(version, data_transfer=gives({"status": "Accepted"}))

    answered = handle(mine, [2, "1", "DataTransfer", {"vendorId": value}])
    assert answered is not None
    assert answered[:2] == [4, "1"]
    assert answered[2] in (DIALECTS[version].formation, "TypeConstraintViolation")


def test_a_behaviour_that_is_not_strict_tolerates_what_the_connector_does() -> None:
    seen: list[Any] = []

    def boot(self: object, request: Any) -> Any:
        seen.append(request)
        return {"currentTime": TIME, "interval": 60, "status": "Accepted"}

    asked = request("2.0.1", "BootNotification") | {"reason": "BoredOfWaiting"}
    frame = [2, "1", "BootNotification", asked]
    strict = behaviour("2.0.1", boot_notification=boot)
    tolerant = behaviour("2.0.1", boot_notification=boot, is_strict=False)

    answered = handle(strict, frame)
    assert answered is not None
    assert answered[2] == "PropertyConstraintViolation"
    answered = handle(tolerant, frame)
    assert answered is not None
    assert answered[0] == 3
    assert [each.reason for each in seen] == ["BoredOfWaiting"]


def test_the_frame_that_is_given_stays_as_it_is() -> None:
    asked = request("1.6", "BootNotification") | {"iccid": 5}
    frame = [2, "1", "BootNotification", dict(asked)]
    answer = {"currentTime": TIME, "interval": 60, "status": "Accepted"}
    mine = behaviour("1.6", boot_notification=gives(answer), is_strict=False)

    assert handle(mine, frame) == [3, "1", answer]
    assert frame == [2, "1", "BootNotification", asked]


@pytest.mark.parametrize("version", ["2.0.1", "2.1"])
def test_16_on_a_2x_link_is_said_to_be_that(version: str) -> None:
    mine = behaviour(version, boot_notification=gives({}))

    for action in ("StartTransaction", "BootNotification"):
        answered = handle(mine, [2, "1", action, request("1.6", action)])
        assert answered is not None
        assert f"OCPP 1.6 on a link of OCPP {version}" in answered[3]


# -- what methods give


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize(
    "result",
    [None, "text", 5, [], {}, {"currentTime": 5}, {"currentTime": object()}, object()],
)
def test_an_answer_that_does_not_fit_is_an_internal_error(
    version: str, result: Any, caplog: pytest.LogCaptureFixture
) -> None:
    answered = heartbeat(version, heartbeat=gives(result))

    assert answered == [4, "1", "InternalError", "", {}]
    assert [record.levelno for record in caplog.records] == [logging.ERROR]


@pytest.mark.parametrize("version", VERSIONS)
def test_an_answer_may_be_a_dataclass_a_dict_or_a_mixture(version: str) -> None:
    module = import_module(f"ocpp.{FOLDERS[version]}.call_result")
    now = {"currentTime": TIME}

    for result in (module.Heartbeat(current_time=TIME), now):
        assert heartbeat(version, heartbeat=gives(result)) == [3, "1", now]
    if version != "1.6":
        data_types = import_module(f"ocpp.{FOLDERS[version]}.datatypes")
        enums = import_module(f"ocpp.{FOLDERS[version]}.enums")
        accepted = enums.AuthorizationStatusEnumType.accepted
        info = data_types.IdTokenInfoType(status=accepted)
        mine = behaviour(version, authorize=gives({"idTokenInfo": info}))
        answered = handle(mine, [2, "1", "Authorize", request(version, "Authorize")])
        assert answered == [3, "1", {"idTokenInfo": {"status": "Accepted"}}]
        assert type(answered[2]["idTokenInfo"]["status"]) is str


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("problem", [ValueError("s3cret"), KeyError("s3cret")])
def test_a_method_that_raises_is_an_internal_error_and_nothing_is_leaked(
    version: str, problem: Exception, caplog: pytest.LogCaptureFixture
) -> None:
    answered = heartbeat(version, heartbeat=raises(problem))

    assert answered == [4, "1", "InternalError", "", {}]
    assert caplog.records[0].exc_info


@pytest.mark.parametrize("version", VERSIONS)
def test_an_async_method_is_an_internal_error_that_the_log_explains(
    version: str, caplog: pytest.LogCaptureFixture
) -> None:
    async def method(self: object, request: object) -> Any:
        return {"currentTime": TIME}

    answered = heartbeat(version, heartbeat=method)

    assert answered == [4, "1", "InternalError", "", {}]
    assert "may not be async" in caplog.text


@pytest.mark.parametrize(
    ("version", "code", "spelled"),
    [
        *[(version, "SecurityError", "SecurityError") for version in VERSIONS],
        ("1.6", "FormatViolation", "FormationViolation"),
        ("1.6", "OccurrenceConstraintViolation", "OccurenceConstraintViolation"),
        ("2.0.1", "FormationViolation", "FormatViolation"),
        ("2.1", "OccurenceConstraintViolation", "OccurrenceConstraintViolation"),
        ("2.1", "RpcFrameworkError", "RpcFrameworkError"),
        ("1.6", "RpcFrameworkError", "GenericError"),
        ("1.6", "", "GenericError"),
        ("2.0.1", "", "GenericError"),
        ("2.0.1", "MadeUp", "GenericError"),
    ],
)
def test_an_ocpp_error_is_the_answer_spelled_as_the_version_does(
    version: str, code: str, spelled: str
) -> None:
    problem = OcppError(code, "not yet", {"a": 1})

    answered = heartbeat(version, heartbeat=raises(problem))
    assert answered == [4, "1", spelled, "not yet", {"a": 1}]


@pytest.mark.parametrize("version", VERSIONS)
def test_an_exception_of_the_library_is_the_answer_too(version: str) -> None:
    problem = ocpp.exceptions.SecurityError("not yet", {"a": 1})

    answered = heartbeat(version, heartbeat=raises(problem))
    assert answered == [4, "1", "SecurityError", "not yet", {"a": 1}]


@pytest.mark.parametrize(
    ("action", "missing"),
    [
        ("LogStatusNotification", "request_id"),
        ("SignedFirmwareStatusNotification", "request_id"),
        ("SecurityEventNotification", "tech_info"),
    ],
)
def test_a_member_that_the_class_demands_and_the_schema_does_not_is_none(
    action: str, missing: str
) -> None:
    seen: list[Any] = []
    mine = behaviour(
        "1.6", **{method_name(action): lambda self, each: seen.append(each) or {}}
    )

    answered = handle(mine, [2, "1", action, request("1.6", action)])

    assert answered == [3, "1", {}]
    assert getattr(seen[0], missing) is None
