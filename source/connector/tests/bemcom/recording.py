"""A client that only records calls, and connectors around it."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import SimpleNamespace
from typing import Any

from connector.bemcom import ActuatorFlow, Environment, SensorFlow
from connector.bemcom import Connector as BaseConnector

ENVIRONMENT = Environment("demo", "broker.example", 1883)
TIMEOUT_S = 10.0


def wait_until(is_so: Callable[[], object]) -> None:
    """Until something is so; fails when it takes too long."""
    deadline_s = time.monotonic() + TIMEOUT_S
    pause = threading.Event()
    while not is_so():
        assert time.monotonic() < deadline_s, "it did not happen"
        pause.wait(0.005)


class RecordingClient:
    """Constructed with ``userdata`` alone, as the template's clients are."""

    def __init__(self, userdata: dict[str, Any]) -> None:
        self.userdata = userdata
        self.calls: list[tuple[str, dict[str, Any]]] = []
        self.on_message: Any = None
        self.on_connect: Any = None

    def __getattr__(self, name: str) -> Callable[..., None]:
        if name not in ("connect", "subscribe", "unsubscribe", "publish", "disconnect"):
            raise AttributeError(name)
        return lambda **kwargs: self.calls.append((name, kwargs))

    def loop_forever(self) -> None:
        """Nothing comes."""

    def all(self, name: str) -> list[dict[str, Any]]:
        """The arguments of all calls of one kind."""
        return [kwargs for called, kwargs in tuple(self.calls) if called == name]

    def published(self, topic: str) -> list[Any]:
        """What was published on a topic, read."""
        return [
            json.loads(kwargs["payload"])
            for kwargs in self.all("publish")
            if kwargs["topic"] == topic
        ]

    def receive(self, topic: str, payload: object, retain: bool = False) -> None:
        """Have a message arrive; anything but bytes as JSON."""
        body = payload if isinstance(payload, bytes) else json.dumps(payload).encode()
        message = SimpleNamespace(topic=topic, payload=body, retain=retain)
        self.on_message(self, self.userdata, message)


class Connector(SensorFlow, ActuatorFlow, BaseConnector):
    """Raw data are the values; commands are kept."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs = {"environment": ENVIRONMENT, "MqttClient": RecordingClient} | kwargs
        super().__init__("1.2.3", **kwargs)
        self.commands: list[tuple[str, Any, int]] = []

    def send_command(
        self, datapoint_key: str, datapoint_value: Any, datapoint_timestamp: int
    ) -> None:
        self.commands.append((datapoint_key, datapoint_value, datapoint_timestamp))


def connected(kind: type[BaseConnector] = Connector, **kwargs: Any) -> Any:
    """A connector that has a client and is not run."""
    connector = kind(**kwargs)
    connector.mqtt_client = RecordingClient({"self": connector})
    connector.mqtt_client.on_message = connector._handle_incoming_mqtt_msg
    return connector


@contextmanager
def running(connector: Any) -> Iterator[Any]:
    """A connector that runs in a thread, and ends orderly."""
    failures: list[BaseException] = []

    def run() -> None:
        try:
            connector.run()
        except BaseException as failure:
            failures.append(failure)

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    try:
        yield connector
    finally:
        connector.stop()
        thread.join(TIMEOUT_S)
    assert not thread.is_alive()
    assert failures == []


def is_subscribed(connector: Any) -> bool:
    """Whether `run` came as far as the map, which is subscribed to last."""
    client = connector.mqtt_client
    wanted = {"topic": "demo/datapoint_map", "qos": 1}
    return client is not None and wanted in client.all("subscribe")
