"""What services ask or say wrongly: every request is answered, with what was expected."""

from __future__ import annotations

import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.station.hardware_mqtt.topics import Place
from connector.tests.station.hardware_mqtt.conftest import Rig
from connector.tests.station.hardware_mqtt.test_verbs import error_of

json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**60), 2**60)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=40),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                [
                    "start",
                    "stop",
                    "error",
                    "l1",
                    "total",
                    "session",
                    "power",
                    "plugged",
                    "state",
                    "auth",
                    "tagid",
                    "imax",
                    "charging",
                    "id",
                    "x",
                ]
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=8,
)


@pytest.mark.parametrize(
    ("verb", "data", "expected"),
    [
        ("fly", {}, "verb 'fly'.*authorize, transaction, status-notification"),
        ("authorize", 7, "authorize: 7.*id token, 1 to 36"),
        ("authorize", "", "authorize: ''.*id token"),
        ("authorize", "x" * 37, "authorize: .*id token, 1 to 36"),
        ("authorize", "a\nb", "authorize: .*id token"),
        ("authorize", {"id": "A", "type": 1}, "authorize.type: 1"),
        ("transaction", "TAG", "transaction: 'TAG'.*an object"),
        ("transaction", {}, "transaction: nothing.*start"),
        ("transaction", {"start": "A", "stop": 1}, "transaction: start, stop"),
        ("transaction", {"go": 1}, "transaction: go"),
        ("transaction", {"stop": -1}, "stop: -1.*a number, 0 or more"),
        ("transaction", {"stop": True}, "stop: True.*a number"),
        ("transaction", {"start": None}, "start: missing or null"),
        ("status-notification", "burning", "'burning'.*preparing, charging, reserved"),
        ("status-notification", {"error": "Fire"}, "error: 'Fire'.*GroundFailure"),
        ("status-notification", {"fault": "x"}, "status-notification: fault"),
        ("push-measure", [], "push-measure: array.*an object"),
        ("push-measure", {}, "push-measure: no value.*session, current"),
        ("push-measure", {"watts": 1}, "push-measure: watts"),
        ("push-measure", {"power": "much"}, "power: 'much'.*a number"),
        ("push-measure", {"current": {"l4": 1}}, "current: object.*l1, l2, l3"),
        ("push-measure", {"current": {"l1": None}}, "current.l1: missing"),
        (
            "push-measure",
            {"power": 1, "timestamp": "today"},
            "timestamp: 'today'.*3339",
        ),
        ("push-measure", {"power": 1, "timestamp": "2026-01-01T10:00:00"}, "timestamp"),
        (
            "push-measure",
            {"power": {"tag": "Energy", "total": 1}},
            "power.tag: 'Energy'",
        ),
        ("heartbeat", True, "heartbeat: True.*a nonce"),
        ("heartbeat", {"n": 1}, "heartbeat: object"),
        ("subscribe", "yes", "subscribe: 'yes'.*true or false"),
    ],
)
def test_what_is_wrong_is_named_with_what_was_expected(
    rig: Rig, verb: str, data: Any, expected: str
) -> None:

    assert re.search(expected, error_of(rig.ask(verb, data)), re.DOTALL)


def test_verbs_about_an_evse_are_refused_at_the_station(rig: Rig) -> None:
    for verb, data in (
        ("transaction", {"start": "A"}),
        ("status-notification", "charging"),
    ):
        assert "EVSE 0" in error_of(rig.ask(verb, data, 0))


def test_an_evse_that_is_not_there_is_named(rig: Rig) -> None:
    assert "EVSE 9: expected one of 0, 1, 2" in error_of(rig.ask("heartbeat", 1, 9))


@pytest.mark.parametrize(
    ("body", "id_", "expected"),
    [
        (b"", "", "no JSON"),
        (b"\xff\xfe", "", "no JSON"),
        (b"[1]", "", "a JSON array"),
        (b'{"id":"1","name":"heartbeat","type":"request"}', "1", "data: missing"),
        (b'{"id":"1","name":"heartbeat","data":1}', "1", "type: missing"),
        (b'{"id":1,"name":"heartbeat","type":"request","data":1}', "", "id: 1"),
        (b'{"id":"1","type":"request","data":1}', "1", "name: missing"),
        (b'{"id":"1","name":"heartbeat","type":"request","data":NaN}', "", "no JSON"),
        (b'"' + b"x" * 70_000 + b'"', "", "at most 65536 bytes"),
        (b"[" * 60_000, "", "no JSON"),
    ],
)
def test_rubbish_is_answered_with_what_was_expected(
    rig: Rig, body: bytes, id_: str, expected: str
) -> None:
    rig.hardware.received(Place("CP", 1, "ocpp"), body)

    _, port, answer = rig.wire.told[-1]
    assert (port, answer.type, answer.id) == ("ocpp", "response", id_)
    assert expected in error_of(answer.data)


@pytest.mark.parametrize("kind", ["response", "update"])
def test_answers_are_never_answered(rig: Rig, kind: str) -> None:
    rig.wire.told.clear()
    rig.say("ocpp", "heartbeat", 1, kind=kind)
    rig.say("charge", "state", 1, kind=kind)
    rig.say("charge", "state", {"status": "rejected", "error": "no"}, kind="response")

    assert rig.wire.told == []


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["ocpp", "charge", "auth", "meter"]),
            st.sampled_from(
                [
                    "authorize",
                    "transaction",
                    "status-notification",
                    "push-measure",
                    "heartbeat",
                    "subscribe",
                    "state",
                    "msg",
                    "login",
                    "logout",
                    "config",
                    "energy",
                    "power",
                    "current",
                    "over-limit",
                    "gone",
                ]
            ),
            st.sampled_from(["request", "response", "update"]),
            json_values,
        ),
        max_size=25,
    )
)
def test_whatever_services_say_every_request_is_answered_once(
    messages: list[tuple[str, str, str, Any]],
) -> None:
    rig = Rig()
    requests = 0
    energy_wh = 0.0
    for number, (port, name, kind, data) in enumerate(messages):
        requests += port == "ocpp" and kind == "request"
        rig.say(port, name, data, kind=kind, id_=f"i{number}")
        rig.turn(accepts=number % 3 > 0)
        rig.wait(7)
        reading = rig.hardware.read(1)
        assert reading.energy_wh >= energy_wh
        energy_wh = reading.energy_wh
    rig.wait(60)
    answers = [m.id for _, _, m in rig.wire.told if m.type == "response"]

    assert len(answers) == len(set(answers)) == requests
