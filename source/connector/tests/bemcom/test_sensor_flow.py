from __future__ import annotations

import json
import logging
import threading
from datetime import UTC, datetime
from decimal import Decimal
from enum import Enum, IntEnum
from typing import Any

import pytest

from connector.bemcom import SensorFlow, timestamp_utc_now
from connector.bemcom.environment import Environment
from connector.tests.bemcom.recording import Connector, RecordingClient, connected

RAW_TOPIC = "demo/raw_message_to_db"
WITH_RAW = Environment("demo", "broker.example", 1883, "TRUE")


class Phase(Enum):
    L1 = Decimal("1.5")


class Count(IntEnum):
    TWO = 2


def selecting(*keys: str, **kwargs: Any) -> Any:
    connector = connected(**kwargs)
    connector.datapoint_map = {
        "sensor": {key: f"demo/messages/{key}/value" for key in keys},
        "actuator": {},
    }
    return connector


class TestTheSteps:
    def test_messages_have_the_template_shape(self) -> None:
        seen: list[tuple[str, Any]] = []

        class Spy(SensorFlow):
            version = "1"
            SEND_RAW_MESSAGE_TO_DB = "FALSE"

            def receive_raw_msg(self, raw_data: Any) -> dict[str, Any]:
                seen.append(("receive", raw_data))
                return {"payload": {"raw_message": raw_data}}

            def parse_raw_msg(self, raw_msg: dict[str, Any]) -> dict[str, Any]:
                seen.append(("parse", sorted(raw_msg["payload"])))
                return {"payload": {"parsed_message": {"a": {"b": 1}}, "timestamp": 5}}

            def _update_available_datapoints(self, available_datapoints: Any) -> None:
                seen.append(("available", available_datapoints))

            def _filter_and_publish_datapoint_values(self, flattened_msg: Any) -> None:
                seen.append(("publish", flattened_msg))

        Spy().run_sensor_flow("x")

        assert seen == [
            ("receive", "x"),
            ("parse", ["raw_message", "timestamp"]),
            ("available", {"sensor": {"a__b": 1}}),
            (
                "publish",
                {"payload": {"flattened_message": {"a__b": 1}, "timestamp": 5}},
            ),
        ]

    def test_it_works_without_a_connector(self) -> None:
        flow = SensorFlow()
        flow.mqtt_client = RecordingClient({})
        flow.datapoint_map = {"sensor": {"a": "t"}, "actuator": {}}
        flow.SEND_RAW_MESSAGE_TO_DB = "FALSE"

        flow.run_sensor_flow({"a": 1})

        assert flow.mqtt_client.published("t")[0]["value"] == 1

    @pytest.mark.parametrize("step", ["receive_raw_msg", "parse_raw_msg"])
    def test_payload_none_stops_the_flow(
        self, step: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        connector = selecting("a", environment=WITH_RAW)
        monkeypatch.setattr(connector, step, lambda **_: {"payload": None})

        connector.run_sensor_flow({"a": 1})

        assert connector.mqtt_client.published("demo/messages/a/value") == []
        assert connector.available_datapoints["sensor"] == {}

    def test_a_missing_timestamp_is_now(self) -> None:
        connector = selecting("a")
        before = timestamp_utc_now()

        connector.run_sensor_flow({"a": 1})

        (message,) = connector.mqtt_client.published("demo/messages/a/value")
        assert before <= message["timestamp"] <= timestamp_utc_now()

    def test_a_given_timestamp_is_kept(self, monkeypatch: pytest.MonkeyPatch) -> None:
        connector = selecting("a")
        raw = {"payload": {"raw_message": {"a": 1}, "timestamp": 7}}
        monkeypatch.setattr(connector, "receive_raw_msg", lambda **_: raw)

        connector.run_sensor_flow(None)

        (message,) = connector.mqtt_client.published("demo/messages/a/value")
        assert message == {"value": 1, "timestamp": 7}

    @pytest.mark.parametrize("raw", [b"x", bytearray(b"x"), memoryview(b"x")])
    def test_raw_bytes_raise_type_error(self, raw: Any) -> None:
        with pytest.raises(TypeError, match="bytes"):
            connected().run_sensor_flow(raw)

    def test_bytes_inside_a_raw_message_raise_type_error(self) -> None:
        with pytest.raises(TypeError):
            connected(environment=WITH_RAW).run_sensor_flow({"a": b"x"})


class TestRawMessages:
    def test_one_goes_to_the_database_with_qos_2_and_version(self) -> None:
        connector = connected(environment=WITH_RAW)

        connector.run_sensor_flow({"a": 1})

        (message,) = connector.mqtt_client.published(RAW_TOPIC)
        (call,) = [
            each
            for each in connector.mqtt_client.all("publish")
            if each["topic"] == RAW_TOPIC
        ]
        assert message["payload"]["raw_message"] == {"a": 1}
        assert isinstance(message["payload"]["timestamp"], int)
        assert message["connector_version"] == "1.2.3"
        assert call["qos"] == 2
        assert not call.get("retain")

    def test_none_goes_there_unless_wanted(self) -> None:
        connector = connected()

        connector.run_sensor_flow({"a": 1})

        assert connector.mqtt_client.published(RAW_TOPIC) == []

    def test_a_raw_message_of_none_is_not_kept(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        connector = connected(environment=WITH_RAW)
        monkeypatch.setattr(
            connector, "parse_raw_msg", lambda **_: {"payload": {"parsed_message": {}}}
        )

        connector.run_sensor_flow(None)

        assert connector.mqtt_client.published(RAW_TOPIC) == []


class TestFlattening:
    def test_nested_members_are_joined_and_lists_stay(self) -> None:
        parsed = {"a": {"b": {"c": 1}, "d": [1, {"e": 2}]}, "f": 0, "g": {}, "h": []}

        flat = connected()._flatten_parsed_msg(
            parsed_msg={"payload": {"parsed_message": parsed, "timestamp": 3}}
        )

        assert flat == {
            "payload": {
                "flattened_message": {
                    "a__b__c": 1,
                    "a__d": [1, {"e": 2}],
                    "f": 0,
                    "h": [],
                },
                "timestamp": 3,
            }
        }

    def test_the_parsed_message_is_not_changed(self) -> None:
        parsed = {"a": {"b": 1}, "c": 2}

        connected().run_sensor_flow(parsed)

        assert parsed == {"a": {"b": 1}, "c": 2}


class TestValues:
    def test_selected_ones_are_published_retained_and_no_others(self) -> None:
        connector = selecting("a")

        connector.run_sensor_flow({"a": 1, "b": 2})

        values = [
            call
            for call in connector.mqtt_client.all("publish")
            if call["topic"].startswith("demo/messages/")
        ]
        assert [call["topic"] for call in values] == ["demo/messages/a/value"]
        assert values[0]["retain"] is True

    @pytest.mark.parametrize(
        ("value", "expected"),
        [
            (Decimal("2.5"), 2.5),
            (Decimal("NaN"), None),
            (Decimal("sNaN"), None),
            (float("nan"), None),
            (float("-inf"), None),
            (Phase.L1, 1.5),
            (Count.TWO, 2),
            (datetime(2024, 5, 1, 12, tzinfo=UTC), "2024-05-01T12:00:00+00:00"),
            (True, True),
            (None, None),
            ([1, Decimal(2)], [1, 2.0]),
        ],
    )
    def test_what_is_no_json_becomes_what_comes_nearest(
        self, value: object, expected: object
    ) -> None:
        connector = selecting("a")

        connector.run_sensor_flow({"a": value})

        (message,) = connector.mqtt_client.published("demo/messages/a/value")
        assert message["value"] == expected
        assert type(message["value"]) is type(expected)

    @pytest.mark.parametrize("value", [b"x", {1}, object(), 2**70, "\ud800"])
    def test_what_has_no_json_is_an_error_and_the_others_go_on(
        self, value: object, caplog: pytest.LogCaptureFixture
    ) -> None:
        connector = selecting("bad", "good")

        connector.run_sensor_flow({"bad": value, "good": 1})

        client = connector.mqtt_client
        assert client.published("demo/messages/bad/value") == []
        assert len(client.published("demo/messages/good/value")) == 1
        assert "bad is not published" in caplog.text

    def test_a_client_that_can_takes_them_in_one_batch(self) -> None:
        class BatchClient(RecordingClient):
            def publish_batch(self, messages: list[tuple[str, bytes, bool]]) -> None:
                self.calls.append(("publish_batch", {"messages": messages}))

        connector = selecting("a", "b")
        connector.mqtt_client = BatchClient({})

        connector.run_sensor_flow({"a": 1, "b": 2})

        (batch,) = connector.mqtt_client.all("publish_batch")
        assert [(topic, retain) for topic, _, retain in batch["messages"]] == [
            ("demo/messages/a/value", True),
            ("demo/messages/b/value", True),
        ]

    def test_a_connector_may_gather_batches_itself(self) -> None:
        gathered: list[Any] = []

        class Gathering(Connector):
            def _publish_batch(self, messages: Any) -> None:
                gathered.extend(messages)

        connector = connected(Gathering)
        connector.datapoint_map = {"sensor": {"a": "t"}, "actuator": {}}

        connector.run_sensor_flow({"a": 1})

        assert json.loads(gathered[0][1])["value"] == 1
        assert connector.mqtt_client.published("t") == []


class TestAvailableDatapoints:
    TOPIC = "demo/available_datapoints"

    def test_a_new_key_publishes_the_full_set_retained(self) -> None:
        connector = connected()
        connector._update_available_datapoints(
            available_datapoints={"sensor": {}, "actuator": {"limit": 0}}
        )

        connector.run_sensor_flow({"a": 1})
        connector.run_sensor_flow({"b": 2})

        calls = connector.mqtt_client.all("publish")
        assert connector.mqtt_client.published(self.TOPIC) == [
            {"sensor": {}, "actuator": {"limit": 0}},
            {"sensor": {"a": 1}, "actuator": {"limit": 0}},
            {"sensor": {"a": 1, "b": 2}, "actuator": {"limit": 0}},
        ]
        assert all(call["retain"] is True for call in calls)

    def test_a_changed_example_publishes_nothing(self) -> None:
        connector = connected()
        connector.run_sensor_flow({"a": 1})

        connector.run_sensor_flow({"a": 2})

        assert connector.mqtt_client.published(self.TOPIC) == [
            {"sensor": {"a": 1}, "actuator": {}}
        ]

    def test_snapshots_are_replaced_and_never_changed(self) -> None:
        connector = connected()
        connector.run_sensor_flow({"a": 1})
        snapshot = connector.available_datapoints

        connector.run_sensor_flow({"b": 2})

        assert snapshot == {"sensor": {"a": 1}, "actuator": {}}

    def test_an_example_without_json_spoils_no_other_and_is_told_once(
        self, caplog: pytest.LogCaptureFixture
    ) -> None:
        connector = connected()

        connector.run_sensor_flow({"bad": b"x", "good": 1})
        connector.run_sensor_flow({"bad": b"y", "good": 1})

        assert connector.mqtt_client.published(self.TOPIC) == [
            {"sensor": {"good": 1}, "actuator": {}}
        ]
        errors = [r for r in caplog.records if r.levelno == logging.ERROR]
        assert len(errors) == 1

    def test_keys_that_several_threads_find_at_once_are_all_in_the_last_set(
        self,
    ) -> None:
        connector = connected()
        start = threading.Barrier(8)

        def find(number: int) -> None:
            start.wait()
            for index in range(50):
                connector.run_sensor_flow({f"{number}_{index}": 1})

        threads = [threading.Thread(target=find, args=(n,)) for n in range(8)]
        _ = [thread.start() for thread in threads]
        _ = [thread.join() for thread in threads]

        sets = [each["sensor"] for each in connector.mqtt_client.published(self.TOPIC)]
        assert [len(each) for each in sets] == list(range(1, 401))


def test_a_selected_value_never_follows_a_newer_one() -> None:
    """A map that comes while values do publishes the cached one, in order."""
    connector = connected()
    topic = "demo/messages/a/value"
    new_map = json.dumps({"sensor": {"a": topic}, "actuator": {}})
    no_map = json.dumps({"sensor": {}, "actuator": {}})
    is_done = threading.Event()

    def select() -> None:
        while not is_done.is_set():
            connector._validate_and_update_datapoint_map(datapoint_map_json=new_map)
            connector._validate_and_update_datapoint_map(datapoint_map_json=no_map)

    thread = threading.Thread(target=select)
    thread.start()
    _ = [connector.run_sensor_flow({"a": number}) for number in range(2000)]
    is_done.set()
    thread.join()

    values = [each["value"] for each in connector.mqtt_client.published(topic)]
    assert values == sorted(values)
