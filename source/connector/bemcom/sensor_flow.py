"""From a device's message to values on MQTT."""

from __future__ import annotations

import logging
from typing import Any

from connector.bemcom.json_values import dumps
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

    def run_sensor_flow(self, raw_data: Any) -> None:
        """Take one message from the device to MQTT.

        Raises:
            TypeError: the raw message is no JSON.
        """
        raw_msg = self.receive_raw_msg(raw_data=raw_data)
        payload = raw_msg["payload"]
        if payload is None:
            return
        raw_message = payload.get("raw_message")
        if isinstance(raw_message, bytes | bytearray):
            raise TypeError("raw_message holds bytes: decode them in receive_raw_msg")
        payload.setdefault("timestamp", timestamp_utc_now())
        if raw_message is not None and self.SEND_RAW_MESSAGE_TO_DB == "TRUE":
            self._publish_raw_message(payload)
        parsed_msg = self.parse_raw_msg(raw_msg=raw_msg)
        if parsed_msg["payload"] is None:
            return
        flattened_msg = self._flatten_parsed_msg(parsed_msg=parsed_msg)
        self._update_available_datapoints(
            available_datapoints={
                "sensor": flattened_msg["payload"]["flattened_message"],
                "actuator": {},
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

    def _publish_raw_message(self, payload: Message) -> None:
        body = dumps({"payload": payload, "connector_version": self.version}).decode()
        self.mqtt_client.publish(
            topic=self.MQTT_TOPIC_RAW_MESSAGE_TO_DB, payload=body, qos=2
        )

    def _flatten_parsed_msg(self, parsed_msg: Message) -> Message:
        """Nested members become keys joined by ``__``; lists stay values."""
        payload = parsed_msg["payload"]
        flat: Message = {}
        _flatten(payload["parsed_message"], "", flat)
        timestamp = payload.get("timestamp", None) or timestamp_utc_now()
        return {"payload": {"flattened_message": flat, "timestamp": timestamp}}

    def _update_available_datapoints(self, available_datapoints: Message) -> None:
        """Note keys; a connector publishes them."""
        inherited = getattr(super(), "_update_available_datapoints", None)
        if inherited is not None:
            inherited(available_datapoints=available_datapoints)

    def _note_values(self, values: Message, timestamp: int) -> None:
        """Keep the newest values, for keys that are selected later."""
        inherited = getattr(super(), "_note_values", None)
        if inherited is not None:
            inherited(values, timestamp)

    def _filter_and_publish_datapoint_values(self, flattened_msg: Message) -> None:
        """Publish the values whose keys are in the map, retained."""
        payload = flattened_msg["payload"]
        topics = self.datapoint_map["sensor"]
        messages = []
        self._note_values(payload["flattened_message"], payload["timestamp"])
        for key, value in payload["flattened_message"].items():
            topic = topics.get(key)
            if topic is None:
                continue
            try:
                body = dumps({"value": value, "timestamp": payload["timestamp"]})
            except TypeError as problem:
                logger.error("%s is not published: %s", key, problem)
                continue
            messages.append((topic, body, True))
        publish_all(self.mqtt_client, messages)


def publish_all(client: Any, messages: list[tuple[str, bytes, bool]]) -> None:
    """Publish messages, in one batch where the client can."""
    if not messages:
        return
    batch = getattr(type(client), "publish_batch", None)
    if batch is not None:
        batch(client, messages)
        return
    for topic, payload, retain in messages:
        client.publish(topic=topic, payload=payload.decode(), retain=retain)


def _flatten(value: Message, prefix: str, flat: Message) -> None:
    for name, member in value.items():
        key = f"{prefix}{name}"
        if isinstance(member, dict):
            _flatten(member, key + SEPARATOR, flat)
        else:
            flat[key] = member
