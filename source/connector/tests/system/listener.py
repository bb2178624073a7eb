"""Somebody on the broker who remembers what was said, and can wait for it."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from typing import Any

import paho.mqtt.client as mqtt


class Listener:
    """Subscribes to everything; ``last`` is the newest payload of each topic."""

    def __init__(self, port: int) -> None:
        self.history: list[tuple[str, bytes]] = []
        self.last: dict[str, bytes] = {}
        self._changed = threading.Condition()
        self._client = mqtt.Client(mqtt.CallbackAPIVersion.VERSION2)
        self._client.on_connect = self._on_connect
        self._client.on_message = self._on_message
        self._client.connect("127.0.0.1", port)
        self._client.loop_start()

    def _on_connect(self, client: mqtt.Client, *_: Any) -> None:
        client.subscribe("#", qos=1)

    def _on_message(self, _: Any, __: Any, message: mqtt.MQTTMessage) -> None:
        with self._changed:
            self.history.append((message.topic, message.payload))
            self.last[message.topic] = message.payload
            self._changed.notify_all()

    def publish(self, topic: str, value: Any, *, retain: bool = False) -> None:
        """Publish JSON, or bytes as they are."""
        payload = value if isinstance(value, bytes) else json.dumps(value)
        self._client.publish(topic, payload, qos=1, retain=retain).wait_for_publish(10)

    def publish_bytes(self, topic: str, payload: bytes) -> None:
        """Publish whatever it is, soon."""
        self._client.publish(topic, payload)

    def publish_soon(self, topic: str, value: Any) -> None:
        """Publish JSON to a broker that may not read."""
        self._client.publish(topic, json.dumps(value), qos=1)

    def until(
        self,
        topic: str,
        test: Callable[[Any], bool] = lambda _: True,
        timeout_s: float = 20,
    ) -> Any:
        """The newest payload of ``topic`` (JSON, else text) once it passes ``test``."""

        def holds() -> bool:
            return topic in self.last and test(decoded(self.last[topic]))

        with self._changed:
            assert self._changed.wait_for(holds, timeout_s), (
                topic,
                self.last.get(topic),
            )
            return decoded(self.last[topic])

    def until_any(
        self, prefix: str, test: Callable[[Any], bool], timeout_s: float = 20
    ) -> tuple[str, Any]:
        """The first topic below ``prefix`` whose newest payload passes ``test``."""

        def found() -> tuple[str, Any] | None:
            for topic, payload in self.last.items():
                if topic.startswith(prefix) and payload and test(decoded(payload)):
                    return topic, decoded(payload)
            return None

        with self._changed:
            there = self._changed.wait_for(found, timeout_s)
            assert there, (prefix, list(self.last))
            return there

    def close(self) -> None:
        """Leave."""
        self._client.disconnect()
        self._client.loop_stop()


def decoded(payload: bytes) -> Any:
    """JSON where it is, else text."""
    try:
        return json.loads(payload)
    except ValueError:
        return payload.decode()
