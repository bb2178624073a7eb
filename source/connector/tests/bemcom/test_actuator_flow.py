from __future__ import annotations

import logging
from typing import Any

import pytest

from connector.bemcom import ActuatorFlow, timestamp_utc_now
from connector.tests.bemcom.recording import Connector, connected

TOPIC = "demo/messages/7/value"


@pytest.fixture
def connector() -> Any:
    connector = connected()
    connector.datapoint_map = {"sensor": {}, "actuator": {TOPIC: "limit"}}
    return connector


def test_a_value_reaches_the_device_under_its_key(connector: Any) -> None:
    connector.mqtt_client.receive(TOPIC, {"value": 11.5, "timestamp": 9})

    assert connector.commands == [("limit", 11.5, 9)]


@pytest.mark.parametrize(
    "value", [1, 1.5, "16", True, None, {"a": [1]}, [1, 2], "ä \N{HIGH VOLTAGE SIGN}"]
)
def test_any_json_is_a_value(connector: Any, value: object) -> None:
    connector.mqtt_client.receive(TOPIC, {"value": value, "timestamp": 9})

    assert connector.commands == [("limit", value, 9)]


@pytest.mark.parametrize("number", [2**64, -(2**63) - 1, 2**64 - 1, 2**53 + 1])
def test_whole_numbers_are_those_that_were_written(connector: Any, number: int) -> None:
    text = f'{{"value": {{"a": {number}}}, "timestamp": 9}}'

    connector.mqtt_client.receive(TOPIC, text.encode())

    assert connector.commands == [("limit", {"a": number}, 9)]


@pytest.mark.parametrize("timestamp", [{}, {"timestamp": None}, {"timestamp": "x"}])
def test_a_missing_timestamp_is_now(
    connector: Any, timestamp: dict[str, object]
) -> None:
    before = timestamp_utc_now()

    connector.mqtt_client.receive(TOPIC, {"value": 1} | timestamp)

    ((_, _, given),) = connector.commands
    assert before <= given <= timestamp_utc_now()


def test_an_empty_message_is_ignored_with_a_log_line(
    connector: Any, caplog: pytest.LogCaptureFixture
) -> None:
    connector.mqtt_client.receive(TOPIC, b"")

    assert [r.levelno for r in caplog.records] == [logging.WARNING]
    assert connector.commands == []


@pytest.mark.parametrize(
    "payload",
    [b"{", b"\xff", b"NaN", b"[" * 5000, b"1", b"[]", b"null", b'{"timestamp":1}'],
)
def test_a_malformed_value_is_logged_and_the_next_one_counts(
    connector: Any, payload: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    connector.mqtt_client.receive(TOPIC, payload)
    connector.mqtt_client.receive(TOPIC, {"value": 1, "timestamp": 2})

    assert [r.levelno for r in caplog.records] == [logging.ERROR]
    assert "limit" in caplog.text
    assert connector.commands == [("limit", 1, 2)]


def test_a_value_for_a_topic_just_removed_is_ignored_with_a_line(
    connector: Any, caplog: pytest.LogCaptureFixture
) -> None:
    connector.mqtt_client.receive("demo/messages/8/value", {"value": 1})

    assert connector.commands == []
    assert "demo/messages/8/value" in caplog.text


def test_a_retained_value_is_ignored_with_a_line(
    connector: Any, caplog: pytest.LogCaptureFixture
) -> None:
    connector.mqtt_client.receive(TOPIC, {"value": 1}, retain=True)

    assert connector.commands == []
    assert TOPIC in caplog.text


def test_a_failing_command_does_not_reach_the_client(
    connector: Any,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def fail(**_: Any) -> None:
        raise OSError("the device is gone")

    monkeypatch.setattr(connector, "send_command", fail)

    connector.mqtt_client.receive(TOPIC, {"value": 1})

    assert "the device is gone" in caplog.text


class OfKeyAndValue(Connector):
    def send_command(  # type: ignore[override]
        self, datapoint_key: str, datapoint_value: Any
    ) -> None:
        self.commands.append((datapoint_key, datapoint_value, 0))


class Static(Connector):
    kept: list[tuple[str, Any, int]]

    @staticmethod
    def send_command(  # type: ignore[override]
        datapoint_key: str, datapoint_value: Any, datapoint_timestamp: int
    ) -> None:
        Static.kept.append((datapoint_key, datapoint_value, datapoint_timestamp))


class OfAnything(Connector):
    def send_command(self, **kwargs: Any) -> None:  # type: ignore[override]
        self.commands.append(tuple(kwargs.values()))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("kind", "expected"),
    [(OfKeyAndValue, ("limit", 1, 0)), (OfAnything, ("limit", 1, 2))],
)
def test_older_and_freer_signatures_are_accepted(
    kind: type[Connector], expected: tuple[str, Any, int]
) -> None:
    connector = connected(kind)
    connector.datapoint_map = {"sensor": {}, "actuator": {TOPIC: "limit"}}

    connector.run_actuator_flow(topic=TOPIC, value_msg_json='{"value":1,"timestamp":2}')

    assert connector.commands == [expected]


def test_a_static_command_takes_all_three() -> None:
    Static.kept = []
    connector = connected(Static)
    connector.datapoint_map = {"sensor": {}, "actuator": {TOPIC: "limit"}}

    connector.run_actuator_flow(topic=TOPIC, value_msg_json='{"value":1,"timestamp":2}')

    assert Static.kept == [("limit", 1, 2)]


def test_a_flow_without_a_command_says_so() -> None:
    flow = ActuatorFlow()
    flow.datapoint_map = {"sensor": {}, "actuator": {TOPIC: "limit"}}

    with pytest.raises(TypeError, match="send_command"):
        flow.run_actuator_flow(topic=TOPIC, value_msg_json='{"value":1}')
