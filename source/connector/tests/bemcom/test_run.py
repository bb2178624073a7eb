from __future__ import annotations

import logging
import os
import signal
import threading
from types import SimpleNamespace
from typing import Any

import pytest

from connector.bemcom import DispatchOnce
from connector.bemcom.clients import when_connected
from connector.mqtt import MqttOptions, TlsOptions, Will
from connector.tests.bemcom.recording import (
    ENVIRONMENT,
    TIMEOUT_S,
    Connector,
    RecordingClient,
    connected,
    is_subscribed,
    running,
    wait_until,
)

ACTUATORS = {"sensor": {}, "actuator": {"c/1": "x"}}
AVAILABLE = {"sensor": {}, "actuator": {"x": 0}}


def dispatching(target: Any, **kwargs: Any) -> Connector:
    return Connector(
        DeviceDispatcher=DispatchOnce,
        device_dispatcher_kwargs={"target_func": target},
        **kwargs,
    )


def heartbeats(connector: Any) -> list[Any]:
    client = connector.mqtt_client
    return [] if client is None else client.published("demo/heartbeat")


class TestTheOrder:
    def test_defaults_come_before_the_map_and_disconnect_comes_last(self) -> None:
        connector = Connector(datapoint_map=ACTUATORS, available_datapoints=AVAILABLE)

        with running(connector):
            wait_until(lambda: heartbeats(connector))

        client = connector.mqtt_client
        names = [
            (name, kwargs.get("topic"))
            for name, kwargs in client.calls
            if kwargs.get("topic") != "demo/logs"
        ]
        assert names == [
            ("connect", None),
            ("publish", "demo/available_datapoints"),
            ("subscribe", "c/1"),
            ("subscribe", "demo/datapoint_map"),
            ("publish", "demo/heartbeat"),
            ("disconnect", None),
        ]
        assert client.all("connect") == [{"host": "broker.example", "port": 1883}]
        assert client.userdata == {"self": connector}

    def test_the_dispatcher_starts_when_all_is_ready(self) -> None:
        ready: list[bool] = []
        connector = dispatching(lambda: ready.append(is_subscribed(connector)))

        connector.run()

        assert ready == [True]

    def test_the_last_words_come_before_the_end(self) -> None:
        class Polite(Connector):
            def _on_shutdown(self) -> None:
                self.mqtt_client.calls.append(("on_shutdown", {}))

            def _last_messages(self) -> list[tuple[str, bytes, bool]]:
                return [("state", b"offline", True)]

        connector = Polite(
            DeviceDispatcher=DispatchOnce,
            device_dispatcher_kwargs={"target_func": lambda: None},
        )

        connector.run()

        assert connector.mqtt_client.calls[-3:] == [
            ("on_shutdown", {}),
            ("publish", {"topic": "state", "payload": "offline", "retain": True}),
            ("disconnect", {}),
        ]

    def test_a_client_that_can_shut_down_is_given_the_last_words(self) -> None:
        class Robust(RecordingClient):
            def shutdown(self, last_messages: Any, timeout_s: float) -> None:
                self.calls.append(("shutdown", {"last_messages": last_messages}))

        connector = dispatching(lambda: None, MqttClient=Robust)

        connector.run()

        assert connector.mqtt_client.calls[-1] == ("shutdown", {"last_messages": []})


class TestHeartbeats:
    def test_they_tell_when_the_next_one_comes(self) -> None:
        connector = connected(heartbeat_interval=30)

        connector._send_heartbeat()

        (beat,) = heartbeats(connector)
        this = beat["this_heartbeats_timestamp"]
        assert beat == {
            "this_heartbeats_timestamp": this,
            "next_heartbeats_timestamp": this + 30_000,
        }
        assert not connector.mqtt_client.all("publish")[0].get("retain")

    def test_they_go_on(self) -> None:
        with running(Connector(heartbeat_interval=0.01)) as connector:
            wait_until(lambda: len(heartbeats(connector)) > 2)


class TestTheEnd:
    def test_a_dead_dispatcher_is_noticed_at_once_and_its_exception_raised(
        self, caplog: pytest.LogCaptureFixture
    ) -> None:
        failure = OSError("the device is gone")

        def fail() -> None:
            raise failure

        connector = dispatching(fail, heartbeat_interval=3600)

        with pytest.raises(OSError, match="the device is gone") as caught:
            connector.run()

        (error,) = [r for r in caplog.records if r.levelno >= logging.WARNING]
        (line,) = connector.mqtt_client.published("demo/logs")
        assert caught.value is failure
        assert "unexpected exception" in error.getMessage()
        assert "Shuting down." in error.getMessage()
        assert line["level"] == logging.ERROR
        assert "the device is gone" in line["msg"]
        assert connector.mqtt_client.calls[-1] == ("disconnect", {})

    def test_a_dispatcher_that_leaves_the_process_is_a_failure_too(self) -> None:
        def leave() -> None:
            raise SystemExit(0)

        with pytest.raises(RuntimeError):
            dispatching(leave).run()

    def test_a_normal_end_warns_of_nothing(
        self, caplog: pytest.LogCaptureFixture
    ) -> None:
        def wait(termination_event: threading.Event) -> None:
            termination_event.wait(TIMEOUT_S)

        with running(dispatching(wait)) as connector:
            wait_until(lambda: heartbeats(connector))

        assert [r for r in caplog.records if r.levelno >= logging.WARNING] == []

    def test_a_failure_while_terminating_is_raised(self) -> None:
        def fail_late(termination_event: threading.Event) -> None:
            termination_event.wait(TIMEOUT_S)
            raise OSError("late")

        connector = dispatching(fail_late)
        connector.stop()

        with pytest.raises(OSError, match="late"):
            connector.run()

    def test_a_dead_mqtt_thread_is_no_normal_end(self) -> None:
        class Dying(RecordingClient):
            def loop_forever(self) -> None:
                raise OSError("no loop")

        with pytest.raises(OSError, match="no loop"):
            Connector(MqttClient=Dying).run()

    @pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
    def test_a_signal_ends_it_orderly_and_handlers_are_restored(
        self, number: signal.Signals
    ) -> None:
        before = signal.getsignal(number)

        def interrupt(termination_event: threading.Event) -> None:
            os.kill(os.getpid(), number)
            termination_event.wait(TIMEOUT_S)

        connector = dispatching(interrupt)

        connector.run()

        assert signal.getsignal(number) is before
        assert connector.mqtt_client.calls[-1] == ("disconnect", {})

    def test_it_can_run_again(self) -> None:
        connector = Connector(datapoint_map=ACTUATORS)

        with running(connector):
            wait_until(lambda: heartbeats(connector))
        connector.mqtt_client = None
        with running(connector):
            wait_until(lambda: heartbeats(connector))

        assert connector.mqtt_client.all("subscribe")[0]["topic"] == "c/1"

    def test_its_log_handler_is_gone_afterwards(self) -> None:
        handlers = list(logging.getLogger("pyconnector").handlers)

        dispatching(lambda: None).run()

        assert logging.getLogger("pyconnector").handlers == handlers


class TestForeignClients:
    def test_settings_that_ask_for_nothing_set_nothing(self) -> None:
        connector = Connector(mqtt_options=MqttOptions(client_id="demo"))

        assert connector._make_client().calls == []

    def test_settings_that_ask_are_set_afterwards(self) -> None:
        class Full(RecordingClient):
            def username_pw_set(self, *args: Any) -> None:
                self.calls.append(("username_pw_set", {"args": args}))

            def tls_set(self, **kwargs: Any) -> None:
                self.calls.append(("tls_set", kwargs))

            def will_set(self, *args: Any, **kwargs: Any) -> None:
                self.calls.append(("will_set", {"args": args} | kwargs))

        options = MqttOptions(
            username="me",
            password="secret",
            tls=TlsOptions("ca", "cert", "key"),
            will=Will("state", b"offline"),
        )

        client = Connector(MqttClient=Full, mqtt_options=options)._make_client()

        assert client.calls == [
            ("username_pw_set", {"args": ("me", "secret")}),
            ("tls_set", {"ca_certs": "ca", "certfile": "cert", "keyfile": "key"}),
            ("will_set", {"args": ("state", b"offline"), "qos": 1, "retain": True}),
        ]

    def test_a_will_is_left_out_where_there_is_no_method(self) -> None:
        options = MqttOptions(will=Will("state", b"offline"))

        assert Connector(mqtt_options=options)._make_client().calls == []

    def test_a_new_connection_subscribes_again_and_publishes_again(self) -> None:
        connector = Connector(datapoint_map=ACTUATORS, available_datapoints=AVAILABLE)
        with running(connector):
            wait_until(lambda: heartbeats(connector))
            client = connector.mqtt_client
            client.calls.clear()

            client.on_connect(client, client.userdata, {}, 0)

            assert client.calls[:2] == [
                ("subscribe", {"topic": "c/1", "qos": 2}),
                ("subscribe", {"topic": "demo/datapoint_map", "qos": 1}),
            ]
            assert client.published("demo/available_datapoints") == [AVAILABLE]

    def test_a_connection_before_the_defaults_does_not_ask_for_the_map(self) -> None:
        connector = connected()

        connector._subscribe()

        assert connector.mqtt_client.calls == []

    @pytest.mark.parametrize("reason", [5, SimpleNamespace(is_failure=True)])
    def test_a_refused_connection_is_an_error(
        self, reason: object, caplog: pytest.LogCaptureFixture
    ) -> None:
        client = RecordingClient({})
        calls: list[int] = []
        when_connected(client, lambda: calls.append(1), lambda: calls.append(2))

        client.on_connect(client, {}, {}, reason, None)

        assert calls == []
        assert "refuses" in caplog.text

    def test_a_failing_listener_does_not_reach_the_client(
        self, caplog: pytest.LogCaptureFixture
    ) -> None:
        def fail() -> None:
            raise OSError("gone")

        client = RecordingClient({})
        when_connected(client, fail, lambda: None)

        client.on_connect(client, {}, {}, SimpleNamespace(is_failure=False), None)

        assert "gone" in caplog.text

    def test_a_broker_that_is_not_there_yet_is_waited_for(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        class Early(RecordingClient):
            attempts = 0

            def connect(self, host: str, port: int) -> None:
                Early.attempts += 1
                if Early.attempts < 3:
                    raise ConnectionRefusedError

        monkeypatch.setattr("connector.bemcom.connector._CONNECT_AGAIN_S", 0.001)

        with running(Connector(MqttClient=Early)) as connector:
            wait_until(lambda: heartbeats(connector))

        assert Early.attempts == 3


def test_debug_makes_the_logger_speak_but_only_from_info_on_mqtt() -> None:
    def speak() -> None:
        logging.getLogger("pyconnector").debug("quiet")
        logging.getLogger("pyconnector").info("loud")

    debug = ENVIRONMENT.__class__("demo", "broker.example", 1883, debug="TRUE")
    connector = dispatching(speak, environment=debug)

    connector.run()

    (line,) = connector.mqtt_client.published("demo/logs")
    assert (line["msg"], line["emitter"]) == ("loud", "speak")
