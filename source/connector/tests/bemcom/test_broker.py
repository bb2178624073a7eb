"""Over a real broker, that comes late, goes away and comes back."""

from __future__ import annotations

import json
import logging
import os
import signal
import subprocess
import sys
import textwrap
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import paho.mqtt.client as paho
import pytest
from paho.mqtt.enums import CallbackAPIVersion

from connector.bemcom import DispatchOnce, Environment
from connector.tests.bemcom.recording import TIMEOUT_S, Connector, running, wait_until
from connector.tests.broker import Broker

pytestmark = pytest.mark.broker

MAP = {
    "sensor": {"power": "demo/messages/1/value"},
    "actuator": {"demo/messages/2/value": "limit"},
}
SOURCE = Path(__file__).resolve().parents[3]


class Application:
    """Stands for BEMCom: hears everything, writes what it is told to."""

    def __init__(self, port: int) -> None:
        self.heard: list[tuple[str, Any, bool]] = []
        self._client = paho.Client(CallbackAPIVersion.VERSION2)
        self._client.on_connect = lambda client, *_: client.subscribe("#", 2)
        self._client.on_subscribe = lambda *_: self._is_ready.set()
        self._client.on_message = self._hear
        self._client.reconnect_delay_set(1, 1)
        self._is_ready = threading.Event()
        self._client.connect("127.0.0.1", port)
        self._client.loop_start()
        assert self._is_ready.wait(TIMEOUT_S)

    def _hear(self, _: Any, __: Any, message: Any) -> None:
        # A payload that is no JSON stops BEMCom's database writer: it fails here too.
        body = json.loads(message.payload)
        self.heard.append((message.topic, body, bool(message.retain)))

    def on(self, topic: str) -> list[Any]:
        return [body for heard, body, _ in tuple(self.heard) if heard == topic]

    def write(self, topic: str, body: object, retain: bool = False) -> None:
        payload = body if isinstance(body, bytes) else json.dumps(body)
        info = self._client.publish(topic, payload, qos=1, retain=retain)
        info.wait_for_publish(TIMEOUT_S)

    def close(self) -> None:
        self._client.disconnect()
        self._client.loop_stop()


@pytest.fixture
def application(broker: Broker) -> Iterator[Application]:
    application = Application(broker.port)
    yield application
    application.close()


def over(broker: Broker, **kwargs: Any) -> Connector:
    """A connector with the robust client."""
    return Connector(
        MqttClient=paho.Client,
        environment=Environment("demo", "127.0.0.1", broker.port, "TRUE"),
        **kwargs,
    )


def retained(broker: Broker) -> dict[str, Any]:
    """What somebody who comes now is told."""
    late = Application(broker.port)
    late.write("end", 1)
    wait_until(lambda: late.on("end"))
    late.close()
    return {topic: body for topic, body, is_retained in late.heard if is_retained}


def test_values_go_out_and_commands_come_in(
    broker: Broker, application: Application
) -> None:
    with running(over(broker, datapoint_map=MAP)) as connector:
        wait_until(lambda: application.on("demo/heartbeat"))
        connector.run_sensor_flow({"power": 7, "energy": 8})
        wait_until(lambda: application.on("demo/messages/1/value"))
        application.write("demo/messages/2/value", {"value": 16, "timestamp": 1})
        wait_until(lambda: connector.commands)
        wait_until(lambda: application.on("demo/raw_message_to_db"))

    kept = retained(broker)
    assert connector.commands == [("limit", 16, 1)]
    assert kept["demo/messages/1/value"]["value"] == 7
    assert kept["demo/available_datapoints"] == {
        "sensor": {"power": 7, "energy": 8},
        "actuator": {},
    }
    assert "demo/raw_message_to_db" not in kept
    assert "demo/heartbeat" not in kept


def test_a_retained_map_wins_over_the_default(
    broker: Broker, application: Application
) -> None:
    application.write("demo/datapoint_map", MAP, retain=True)
    default = {"sensor": {}, "actuator": {"c/9": "other"}}

    with running(over(broker, datapoint_map=default)) as connector:
        wait_until(lambda: connector.datapoint_map == MAP)


def test_a_retained_command_is_not_executed(
    broker: Broker, application: Application, caplog: pytest.LogCaptureFixture
) -> None:
    application.write("demo/messages/2/value", {"value": 1}, retain=True)

    with running(over(broker, datapoint_map=MAP)) as connector:
        wait_until(lambda: "retained value" in caplog.text)

    assert connector.commands == []


def test_a_new_map_publishes_what_it_selects(
    broker: Broker, application: Application
) -> None:
    with running(over(broker)) as connector:
        wait_until(lambda: application.on("demo/heartbeat"))
        connector.run_sensor_flow({"power": 7})

        application.write("demo/datapoint_map", MAP, retain=True)

        wait_until(lambda: application.on("demo/messages/1/value"))


def test_malformed_messages_hurt_nobody(
    broker: Broker, caplog: pytest.LogCaptureFixture
) -> None:
    writer = paho.Client(CallbackAPIVersion.VERSION2)
    writer.connect("127.0.0.1", broker.port)
    writer.loop_start()

    with running(over(broker, datapoint_map=MAP)) as connector:
        wait_until(lambda: connector.datapoint_map == MAP)
        # Again and again: the first ones may come before the subscription.
        wait_until(
            lambda: (
                writer.publish("demo/datapoint_map", b"\xff{")
                and "the datapoint map is not taken" in caplog.text
            )
        )
        wait_until(
            lambda: (
                writer.publish("demo/messages/2/value", b"{")
                and "it is no JSON" in caplog.text
            )
        )
        writer.publish("demo/messages/2/value", b'{"value":1,"timestamp":2}')
        wait_until(lambda: connector.commands)

    writer.disconnect()
    writer.loop_stop()
    assert connector.datapoint_map == MAP
    assert connector.commands == [("limit", 1, 2)]


def test_a_broker_that_lost_everything_gets_everything_again(
    broker: Broker, application: Application
) -> None:
    with running(over(broker, datapoint_map=MAP)) as connector:
        wait_until(lambda: application.on("demo/heartbeat"))
        connector.run_sensor_flow({"power": 7})
        wait_until(lambda: application.on("demo/messages/1/value"))
        application.heard.clear()

        broker.restart()

        wait_until(lambda: application.on("demo/messages/1/value"))
        wait_until(lambda: application.on("demo/available_datapoints"))
        wait_until(
            lambda: (
                application.write("demo/messages/2/value", {"value": 3})
                or connector.commands
            )
        )
        application.write("demo/datapoint_map", {"sensor": {}, "actuator": {}})
        wait_until(lambda: not connector.datapoint_map["sensor"])


def test_it_starts_before_the_broker(broker: Broker) -> None:
    broker.stop()

    with running(over(broker, available_datapoints={"actuator": {"limit": 0}})):
        broker.start()
        application = Application(broker.port)
        wait_until(lambda: application.on("demo/available_datapoints"))

    application.close()
    assert application.on("demo/available_datapoints")[0]["actuator"] == {"limit": 0}


def test_the_reason_of_a_death_reaches_bemcom(
    broker: Broker, application: Application
) -> None:
    def fail(termination_event: threading.Event) -> None:
        wait_until(connector.mqtt_client.is_connected)
        raise OSError("the device is gone")

    connector = over(
        broker,
        DeviceDispatcher=DispatchOnce,
        device_dispatcher_kwargs={"target_func": fail},
    )

    with pytest.raises(OSError, match="the device is gone"):
        connector.run()

    wait_until(
        lambda: any(
            "unexpected exception" in line["msg"]
            and "Shuting down." in line["msg"]
            and line["level"] == logging.ERROR
            for line in application.on("demo/logs")
        )
    )


def test_a_client_of_paho_that_is_handed_over_subscribes_again(
    broker: Broker, application: Application
) -> None:
    class Handed(paho.Client):
        def __init__(self, userdata: Any) -> None:
            super().__init__(CallbackAPIVersion.VERSION2, userdata=userdata)

    connector = Connector(
        MqttClient=Handed,
        environment=Environment("demo", "127.0.0.1", broker.port),
        datapoint_map=MAP,
    )
    with running(connector):
        wait_until(lambda: application.on("demo/heartbeat"))
        connector.run_sensor_flow({"power": 7})
        wait_until(lambda: application.on("demo/messages/1/value"))
        application.heard.clear()

        broker.restart()

        wait_until(lambda: application.on("demo/messages/1/value"))
        wait_until(
            lambda: (
                application.write("demo/messages/2/value", {"value": 3})
                or connector.commands
            )
        )


PROGRAM = """
    import sys, threading
    from connector.bemcom import Connector, DispatchOnce

    connected = threading.Event()

    class Telling(Connector):
        def _on_mqtt_connected(self):
            connected.set()

    def target(termination_event):
        connected.wait()
        print("ready", flush=True)
        if sys.argv[1] == "die":
            raise OSError("the device is gone")
        termination_event.wait()

    Telling(
        "1",
        DeviceDispatcher=DispatchOnce,
        device_dispatcher_kwargs={"target_func": target},
    ).run()
"""


class TestAProcess:
    @pytest.fixture
    def environment(self, broker: Broker) -> dict[str, str]:
        return {
            "PYTHONPATH": str(SOURCE),
            "PATH": os.environ.get("PATH", ""),
            "CONNECTOR_NAME": "demo",
            "MQTT_BROKER_HOST": "127.0.0.1",
            "MQTT_BROKER_PORT": str(broker.port),
        }

    def start(
        self, how: str, folder: Path, environment: dict[str, str]
    ) -> subprocess.Popen[str]:
        process = subprocess.Popen(
            [sys.executable, "-c", textwrap.dedent(PROGRAM), how],
            cwd=folder,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        return process

    def test_a_signal_ends_it_with_code_0(
        self, tmp_path: Path, environment: dict[str, str]
    ) -> None:
        process = self.start("wait", tmp_path, environment)

        process.send_signal(signal.SIGTERM)
        _, problems = process.communicate(timeout=TIMEOUT_S)

        assert (process.returncode, problems) == (0, "")

    def test_a_dead_dispatcher_does_not(
        self, tmp_path: Path, environment: dict[str, str]
    ) -> None:
        process = self.start("die", tmp_path, environment)

        _, problems = process.communicate(timeout=TIMEOUT_S)

        assert process.returncode != 0
        assert "the device is gone" in problems
