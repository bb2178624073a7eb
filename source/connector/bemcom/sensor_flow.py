"""From a device's message to values on MQTT."""

from __future__ import annotations

import logging
from contextlib import AbstractContextManager, nullcontext
from typing import Any

from connector.bemcom.json_values import dumps
from connector.bemcom.publishing import Messages, publish_all
from connector.bemcom.times import timestamp_utc_now

logger = logging.getLogger("pyconnector")

SEPARATOR = "__"
Message = dict[str, Any]


class SensorFlow:
    """Override `receive_raw_msg` and `parse_raw_msg`; call `run_sensor_flow`.

    Expects the attributes ``version``, ``mqtt_client``, ``SEND_RAW_MESSAGE_TO_DB``,
    ``MQTT_TOPIC_RAW_MESSAGE_TO_DB`` and ``datapoint_map``.
    """

    version: str
    mqtt_client: Any
    SEND_RAW_MESSAGE_TO_DB: str
    MQTT_TOPIC_RAW_MESSAGE_TO_DB: str
    datapoint_map: dict[str, dict[str, str]]
    _values_lock: AbstractContextManager[Any] = nullcontext()
    """Held from noting values to publishing them; the connector has a real one."""

    def run_sensor_flow(self, raw_data: Any) -> None:
        """Take one message from the device to MQTT.

        Raises:
            TypeError: the raw message is no JSON.
        """
        raw_msg = self.receive_raw_msg(raw_data=raw_data)
        payload = raw_msg["payload"]
        if payload is None:
            return
        self._keep_raw_message(payload)
        parsed_msg = self.parse_raw_msg(raw_msg=raw_msg)
        if parsed_msg["payload"] is None:
            return
        flattened_msg = self._flatten_parsed_msg(parsed_msg=parsed_msg)
        self._update_available_datapoints(
            available_datapoints={
                "sensor": flattened_msg["payload"]["flattened_message"]
            }
        )
        self._filter_and_publish_datapoint_values(flattened_msg=flattened_msg)

    def receive_raw_msg(self, raw_data: Any) -> Message:
        """The message as it is kept: ``{"payload": {"raw_message": ..}}``."""
        return {"payload": {"raw_message": raw_data}}

    def parse_raw_msg(self, raw_msg: Message) -> Message:
        """Its values: ``{"payload": {"parsed_message": {..}, "timestamp": ms}}``."""
        payload = raw_msg["payload"]
        return {
            "payload": {
                "parsed_message": payload["raw_message"],
                "timestamp": payload["timestamp"],
            }
        }

    def _keep_raw_message(self, payload: Message) -> None:
        """Give it a timestamp, and send it to the raw message database if wanted."""
        raw_message = payload.get("raw_message")
        if isinstance(raw_message, bytes | bytearray | memoryview):
            raise TypeError("raw_message holds bytes: decode them in receive_raw_msg")
        if payload.get("timestamp") is None:
            payload["timestamp"] = timestamp_utc_now()
        if raw_message is None or self.SEND_RAW_MESSAGE_TO_DB != "TRUE":
            return
        body = dumps({"payload": payload, "connector_version": self.version})
        self.mqtt_client.publish(
            topic=self.MQTT_TOPIC_RAW_MESSAGE_TO_DB, payload=body.decode(), qos=2
        )

    def _flatten_parsed_msg(self, parsed_msg: Message) -> Message:
        """Nested members become keys joined by ``__``; lists stay values."""
        payload = parsed_msg["payload"]
        flat: Message = {}
        _flatten(payload["parsed_message"], "", flat)
        timestamp = payload.get("timestamp")
        if timestamp is None:
            timestamp = timestamp_utc_now()
        return {"payload": {"flattened_message": flat, "timestamp": timestamp}}

    def _update_available_datapoints(
        self, available_datapoints: dict[str, Message]
    ) -> None:
        """Note keys; a connector publishes them."""
        inherited = getattr(super(), "_update_available_datapoints", None)
        if inherited is not None:
            inherited(available_datapoints=available_datapoints)

    def _note_values(self, payload: Message) -> None:
        """Keep the newest values, for keys that are selected later."""
        inherited = getattr(super(), "_note_values", None)
        if inherited is not None:
            inherited(payload)

    def _filter_and_publish_datapoint_values(self, flattened_msg: Message) -> None:
        """Publish the values whose keys are in the map, retained."""
        payload = flattened_msg["payload"]
        timestamp = payload["timestamp"]
        messages: Messages = []
        # Else the current value of a newly selected key could overtake a newer one.
        with self._values_lock:
            self._note_values(payload)
            topics = self.datapoint_map["sensor"]
            for key, value in payload["flattened_message"].items():
                topic = topics.get(key)
                if topic is not None:
                    body = value_message(key, value, timestamp)
                    if body is not None:
                        messages.append((topic, body, True))
            self._publish_batch(messages)

    def _publish_batch(self, messages: Messages) -> None:
        publish_all(self.mqtt_client, messages)


def value_message(key: str, value: Any, timestamp: int) -> bytes | None:
    """The message with a value; None, and a line in the log, if it is no JSON."""
    try:
        return dumps({"value": value, "timestamp": timestamp})
    except TypeError as problem:
        logger.error("%s is not published: %s", key, problem)
        return None


def _flatten(value: Message, prefix: str, flat: Message) -> None:
    for name, member in value.items():
        if isinstance(member, dict):
            _flatten(member, f"{prefix}{name}{SEPARATOR}", flat)
        else:
            flat[f"{prefix}{name}"] = member
