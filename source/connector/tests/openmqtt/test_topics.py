"""Topics of the open tree, whatever an identity holds."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.csms.facts import Datum
from connector.openmqtt.topics import RequestTopic, Topics

topics = Topics("ocpp")
identities = st.text(st.characters(codec="utf-8"), min_size=1)


def test_a_value_has_a_topic_of_its_own() -> None:
    datum = Datum("1", "Power.Active.Import", phase="L1")
    assert topics.value("CP", datum) == "ocpp/stations/CP/1/Power.Active.Import/L1"
    result = Datum("1", "power_limit", suffix="result")
    assert topics.value("CP", result) == "ocpp/stations/CP/1/power_limit/result"
    assert topics.availability("CP") == "ocpp/stations/CP/availability"


@given(identities)
def test_a_command_topic_reads_back(station: str) -> None:
    topic = topics.value(station, Datum("1", "power_limit")) + "/set"
    assert topics.parse_command(topic) == (station, "1", "power_limit")


@given(identities)
def test_a_request_and_its_response_name_the_same_station(station: str) -> None:
    request = RequestTopic(station, "ClearCache", "7")
    response = topics.response(request)
    asked = response.replace("/response/", "/request/", 1)
    assert topics.parse_request(asked) == request


@pytest.mark.parametrize("rest", ["CP", "CP/", "/Reset", "CP/Reset/", "CP/Reset/1/2"])
def test_a_request_needs_a_station_and_an_action(rest: str) -> None:
    with pytest.raises(ValueError, match="expected request/"):
        topics.parse_request(f"ocpp/request/{rest}")


@pytest.mark.parametrize(
    ("topic", "allowed"),
    [
        ("home/answers/7", True),
        ("ocpp/response/mine", True),
        ("ocpp-other/x", True),
        ("ocpp", False),
        ("ocpp/stations/CP/1/power_limit", False),
        ("ocpp/bridge/state", False),
        ("home/+/x", False),
        ("home/#", False),
        ("", False),
    ],
)
def test_answers_go_only_where_they_harm_nobody(topic: str, allowed: bool) -> None:
    assert topics.may_answer_on(topic) is allowed
