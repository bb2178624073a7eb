"""How commands end: one word of the contract for everything that can happen."""

from __future__ import annotations

import logging
from typing import Any

import orjson
import pytest

from connector.datapoints.outcomes import (
    Outcome,
    OutcomeName,
    of_response,
    outcome_of,
    result_json,
)
from connector.errors import (
    CallErrorReceived,
    CommandRejected,
    CommandTimeout,
    LinkClosed,
    LocalProtocolError,
    OutboxFull,
    RemoteProtocolError,
    ReportIncomplete,
    StationNotConnected,
    StoreError,
    UnsupportedAction,
)


@pytest.mark.parametrize(
    ("problem", "expected", "detail"),
    [
        (StationNotConnected("CP1"), "disconnected", "CP1 is not connected"),
        (LinkClosed(), "disconnected", "link closed"),
        (CommandTimeout("Reset", 30, sent=True), "timeout", "no answer within 30 s"),
        (CommandTimeout("Reset", 30, sent=False), "timeout", "not sent within 30 s"),
        (ReportIncomplete(0), "timeout", "no report came"),
        (ReportIncomplete(2), "timeout", "not complete: 2 parts came"),
        (OutboxFull(10), "queue_full", "10 calls are waiting"),
        (UnsupportedAction("X", "1.6"), "unsupported", "OCPP 1.6 has no X"),
        (LocalProtocolError("connectorId: missing"), "invalid", "connectorId"),
        (CallErrorReceived("NotSupported", "no"), "error", "NotSupported: no"),
        (CallErrorReceived("NotImplemented"), "error", "NotImplemented"),
        (
            RemoteProtocolError("FormationViolation", "x"),
            "error",
            "an answer that cannot be understood: FormationViolation: x",
        ),
        (CommandRejected("Occupied"), "rejected", "Occupied"),
        (StoreError("disk full"), "error", "disk full"),
    ],
)
def test_every_error_has_its_word_and_says_why(
    problem: Exception, expected: str, detail: str
) -> None:
    outcome = outcome_of(problem)
    assert outcome.outcome == expected
    assert detail in outcome.detail
    assert not outcome.kept


def test_a_mistake_of_ours_is_an_internal_error_and_logged(
    caplog: pytest.LogCaptureFixture,
) -> None:
    with caplog.at_level(logging.ERROR):
        outcome = outcome_of(ZeroDivisionError("secret detail"))
    assert outcome == Outcome(OutcomeName.ERROR, "internal error")
    assert caplog.records[0].exc_info is not None


@pytest.mark.parametrize("action", ["GetBaseReport", "GetReport"])
def test_a_station_that_has_nothing_to_report_agreed(action: str) -> None:
    outcome = of_response(action, {"status": "EmptyResultSet"})
    assert (outcome.outcome, outcome.detail) == ("accepted", "EmptyResultSet")


def test_details_of_a_callerror_are_its_response_without_secrets() -> None:
    problem = CallErrorReceived("GenericError", "", {"password": "x", "more": 1})
    assert outcome_of(problem).response == {"password": "***", "more": 1}


@pytest.mark.parametrize(
    ("action", "payload"),
    [
        ("SetChargingProfile", {"status": "Accepted"}),
        ("Reset", {"status": "Scheduled"}),
        ("ChangeConfiguration", {"status": "RebootRequired"}),
        ("UnlockConnector", {"status": "Unlocked"}),
        ("GetLog", {"status": "AcceptedCanceled"}),
        ("ClearChargingProfile", {"status": "Unknown"}),
        ("UpdateFirmware", {}),
        ("GetVariables", {"getVariableResult": [{"attributeStatus": "Accepted"}]}),
    ],
)
def test_what_a_station_agrees_to_is_accepted(
    action: str, payload: dict[str, Any]
) -> None:
    assert of_response(action, payload) == Outcome(
        OutcomeName.ACCEPTED, "", payload, kept=False
    )


@pytest.mark.parametrize(
    ("action", "payload", "detail"),
    [
        ("Reset", {"status": "Rejected"}, "Rejected"),
        ("UnlockConnector", {"status": "UnlockFailed"}, "UnlockFailed"),
        ("SetChargingProfile", {"status": "Unknown"}, "Unknown"),
        ("SetChargingProfile", {"status": "NotSupported"}, "NotSupported"),
    ],
)
def test_any_other_status_is_a_no_that_is_named(
    action: str, payload: dict[str, Any], detail: str
) -> None:
    outcome = of_response(action, payload)
    assert (outcome.outcome, outcome.detail) == ("rejected", detail)
    assert outcome.response == payload


def test_one_refused_item_of_several_is_a_no_that_names_it() -> None:
    payload = {
        "setVariableResult": [
            {"attributeStatus": "Accepted", "variable": {"name": "A"}},
            {"attributeStatus": "UnknownVariable", "variable": {"name": "B"}},
            {"status": "Rejected", "id": 7},
            {"status": "Rejected"},
        ]
    }
    outcome = of_response("SetVariables", payload)
    assert outcome.outcome is OutcomeName.REJECTED
    assert outcome.detail == "B: UnknownVariable, 7: Rejected, 3: Rejected"


def test_keys_that_authorize_are_blanked_in_the_response() -> None:
    answer = {
        "configurationKey": [
            {"key": "AuthorizationKey", "readonly": False, "value": "00ff"},
            {"key": "HeartbeatInterval", "readonly": False, "value": "300"},
        ]
    }
    shown = of_response("GetConfiguration", answer).response["configurationKey"]
    assert [entry["value"] for entry in shown] == ["***", "300"]
    assert answer["configurationKey"][0]["value"] == "00ff"


def test_a_result_is_json_with_members_in_a_fixed_order() -> None:
    outcome = Outcome(OutcomeName.ACCEPTED, "unchanged", {"status": "Accepted"})
    text = result_json(outcome, "c0ffee", 1_769_860_800_000, 12)
    assert text == (
        '{"outcome":"accepted","detail":"unchanged",'
        '"response":{"status":"Accepted"},"correlation":"c0ffee",'
        '"timestamp":1769860800000,"duration_ms":12}'
    )


def test_only_what_is_kept_says_so() -> None:
    outcome = Outcome(OutcomeName.DISCONNECTED, kept=True)
    result = orjson.loads(result_json(outcome, "c", 1, 0))
    assert list(result)[-1] == "kept"
    assert result["kept"] is True
