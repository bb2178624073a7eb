from __future__ import annotations

import json
import logging
from typing import Any

import pytest

from connector.tests.bemcom.recording import RecordingClient, connected

MAP = "demo/datapoint_map"
FIRST = {"sensor": {"a": "s/1"}, "actuator": {"c/1": "x", "c/2": "y"}}


@pytest.fixture
def connector() -> Any:
    connector = connected()
    connector.mqtt_client.receive(MAP, FIRST, retain=True)
    connector.mqtt_client.calls.clear()
    return connector


def test_a_retained_map_is_taken() -> None:
    connector = connected()

    connector.mqtt_client.receive(MAP, FIRST, retain=True)

    assert connector.datapoint_map == FIRST
    assert connector.mqtt_client.all("subscribe") == [
        {"topic": "c/1", "qos": 2},
        {"topic": "c/2", "qos": 2},
    ]


def test_a_new_map_subscribes_what_is_new_and_leaves_what_is_gone(
    connector: Any,
) -> None:
    new = {"sensor": {}, "actuator": {"c/2": "y", "c/3": "z"}}

    connector.mqtt_client.receive(MAP, new)

    assert connector.datapoint_map == new
    assert connector.mqtt_client.calls == [
        ("subscribe", {"topic": "c/3", "qos": 2}),
        ("unsubscribe", {"topic": "c/1"}),
    ]


def test_the_same_map_again_does_nothing(connector: Any) -> None:
    connector.run_sensor_flow({"a": 1})
    connector.mqtt_client.calls.clear()

    connector.mqtt_client.receive(MAP, FIRST)

    assert connector.mqtt_client.calls == []


def test_maps_are_replaced_and_never_changed(connector: Any) -> None:
    before = connector.datapoint_map

    connector.mqtt_client.receive(MAP, {"sensor": {}, "actuator": {}})

    assert before == FIRST
    assert connector.datapoint_map == {"sensor": {}, "actuator": {}}


@pytest.mark.parametrize(
    "payload",
    [
        b"",
        b"{",
        b"\xff\xfe",
        b"null",
        b"[]",
        b'{"sensor":{}}',
        b'{"actuator":{}}',
        b'{"sensor":[],"actuator":{}}',
        b'{"sensor":{},"actuator":"x"}',
        b'{"sensor":{"a":1},"actuator":{}}',
        b'{"sensor":{},"actuator":{"c/1":null}}',
    ],
)
def test_a_malformed_map_is_an_error_and_the_old_one_stays(
    connector: Any, payload: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    connector.mqtt_client.receive(MAP, payload)

    assert connector.datapoint_map == FIRST
    assert connector.mqtt_client.calls == []
    assert [r.levelno for r in caplog.records] == [logging.ERROR]


@pytest.mark.parametrize("topic", ["", "#", "c/+", "c\x00", MAP, "demo/logs"])
def test_an_unusable_topic_is_an_error_and_the_other_entries_count(
    connector: Any, topic: str, caplog: pytest.LogCaptureFixture
) -> None:
    connector.mqtt_client.receive(
        MAP,
        {
            "sensor": {"a": "s/1", "bad": topic},
            "actuator": {"c/1": "x", "c/2": "y", topic: "bad"},
        },
    )

    assert connector.datapoint_map == FIRST
    assert len([r for r in caplog.records if r.levelno == logging.ERROR]) == 2


def test_a_topic_that_the_client_refuses_is_left_out(
    caplog: pytest.LogCaptureFixture,
) -> None:
    class Picky(RecordingClient):
        def subscribe(self, topic: str, qos: int) -> None:
            if topic == "c/1":
                raise ValueError("Invalid topic.")

    connector = connected()
    connector.mqtt_client = Picky({})

    connector._validate_and_update_datapoint_map(datapoint_map_json=json.dumps(FIRST))

    assert connector.datapoint_map["actuator"] == {"c/2": "y"}
    assert "c/1" in caplog.text


class TestCurrentValues:
    def test_a_newly_selected_key_is_published_at_once(self) -> None:
        connector = connected()
        connector.run_sensor_flow({"a": 1, "b": 2})
        connector.run_sensor_flow({"a": 3})

        connector.mqtt_client.receive(MAP, FIRST)

        (message,) = connector.mqtt_client.published("s/1")
        assert message["value"] == 3

    def test_a_key_on_another_topic_is_published_there(self, connector: Any) -> None:
        connector.run_sensor_flow({"a": 1})

        connector.mqtt_client.receive(MAP, {"sensor": {"a": "s/2"}, "actuator": {}})

        (message,) = connector.mqtt_client.published("s/2")
        assert message["value"] == 1

    def test_a_key_without_a_value_is_not_published(self) -> None:
        connector = connected()

        connector.mqtt_client.receive(MAP, FIRST)

        assert connector.mqtt_client.all("publish") == []

    def test_a_value_without_json_is_an_error(
        self, caplog: pytest.LogCaptureFixture
    ) -> None:
        connector = connected()
        connector.run_sensor_flow({"a": b"x"})

        connector.mqtt_client.receive(MAP, FIRST)

        assert connector.mqtt_client.published("s/1") == []
        assert "a is not published" in caplog.text

    def test_a_connector_may_have_values_of_its_own(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        connector = connected()
        monkeypatch.setattr(connector, "_selected_value", lambda key: b'"own"')

        connector.mqtt_client.receive(MAP, FIRST)

        assert connector.mqtt_client.published("s/1") == ["own"]

    def test_a_new_connection_publishes_everything_again(self, connector: Any) -> None:
        connector.run_sensor_flow({"a": 1, "b": 2})
        connector.mqtt_client.calls.clear()

        connector._on_mqtt_connected()

        (available,) = connector.mqtt_client.published("demo/available_datapoints")
        (value,) = connector.mqtt_client.published("s/1")
        assert available == {"sensor": {"a": 1, "b": 2}, "actuator": {}}
        assert value["value"] == 1

    def test_a_new_connection_does_not_clear_the_set_of_an_earlier_run(self) -> None:
        connector = connected()

        connector._on_mqtt_connected()

        assert connector.mqtt_client.calls == []


def test_whatever_is_wrong_with_a_message_stays_inside(
    caplog: pytest.LogCaptureFixture,
) -> None:
    connector = connected()

    connector._handle_incoming_mqtt_msg(None, {"self": connector}, object())

    assert "could not be dealt with" in caplog.text
