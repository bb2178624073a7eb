"""The connector itself: MQTT, heartbeats, the datapoint map, an orderly life."""

from __future__ import annotations

import logging
import signal
import threading
import time
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import paho.mqtt.client

from connector.bemcom import datapoint_map as maps
from connector.bemcom import environment as settings
from connector.bemcom.datapoint_map import DatapointMap
from connector.bemcom.environment import Environment
from connector.bemcom.json_values import dumps
from connector.bemcom.logs import MQTTHandler
from connector.bemcom.sensor_flow import publish_all
from connector.bemcom.times import timestamp_utc_now

if TYPE_CHECKING:
    from connector.mqtt import MqttOptions

logger = logging.getLogger("pyconnector")

Message = tuple[str, bytes, bool]
_TURN_S = 0.2
_DISPATCHER_ENDS_WITHIN_S = 10.0
_MQTT_ENDS_WITHIN_S = 2.0


class Connector:
    """Runs a device's dispatcher and speaks BEMCom's protocol on MQTT.

    ``MqttClient`` is constructed with ``userdata`` alone, so that any class with paho's
    face will do; paho's own, the default, stands for our robust client. ``environment``
    and ``mqtt_options`` replace what is else read from the environment.
    """

    def __init__(
        self,
        version: str,
        datapoint_map: Mapping[str, Any] | None = None,
        available_datapoints: Mapping[str, Any] | None = None,
        DeviceDispatcher: Callable[..., Any] | None = None,
        device_dispatcher_kwargs: Mapping[str, Any] | None = None,
        MqttClient: Callable[..., Any] = paho.mqtt.client.Client,
        heartbeat_interval: float = 30,
        *,
        environment: Environment | None = None,
        mqtt_options: MqttOptions | None = None,
    ) -> None:
        if environment is None:
            variables = settings.load()
            environment = settings.environment(variables)
            mqtt_options = mqtt_options or settings.mqtt_options(variables)
        self.version = version
        self._initial_datapoint_map = datapoint_map
        self._initial_available_datapoints = available_datapoints
        self._DeviceDispatcher = DeviceDispatcher
        self._device_dispatcher_kwargs = device_dispatcher_kwargs
        self._MqttClient = MqttClient
        self._heartbeat_interval = heartbeat_interval
        self._mqtt_options = mqtt_options
        self._take(environment)
        self.datapoint_map: DatapointMap = {"sensor": {}, "actuator": {}}
        self.available_datapoints: dict[str, dict[str, Any]] = {
            "sensor": {},
            "actuator": {},
        }
        self.mqtt_client: Any = None
        self._last_values: dict[str, tuple[Any, int]] = {}
        self._stop = threading.Event()

    def _take(self, environment: Environment) -> None:
        name = environment.connector_name
        self.CONNECTOR_NAME = name
        self.MQTT_BROKER_HOST = environment.mqtt_broker_host
        self.MQTT_BROKER_PORT = environment.mqtt_broker_port
        self.SEND_RAW_MESSAGE_TO_DB = environment.send_raw_message_to_db
        self.DEBUG = environment.debug
        self.MQTT_TOPIC_LOGS = f"{name}/logs"
        self.MQTT_TOPIC_HEARTBEAT = f"{name}/heartbeat"
        self.MQTT_TOPIC_AVAILABLE_DATAPOINTS = f"{name}/available_datapoints"
        self.MQTT_TOPIC_DATAPOINT_MAP = f"{name}/datapoint_map"
        self.MQTT_TOPIC_RAW_MESSAGE_TO_DB = f"{name}/raw_message_to_db"

    # -- life

    def run(self) -> None:
        """Run until SIGTERM, SIGINT, `stop`, or the end of the dispatcher.

        Raises:
            Exception: what ended the dispatcher.
        """
        previous = self._catch_signals()
        handler: MQTTHandler | None = None
        dispatcher = None
        try:
            self.mqtt_client = self._make_client()
            mqtt_thread = self._start_client()
            handler = self._log_to_mqtt()
            self._set_defaults()
            dispatcher = self._start_dispatcher()
            self._watch(dispatcher, mqtt_thread)
        finally:
            self._end(dispatcher)
            for each in self._loggers():
                if handler is not None:
                    each.removeHandler(handler)
            for number, action in previous.items():
                signal.signal(number, action)
        exception = getattr(dispatcher, "exception", None)
        if exception is not None:
            raise exception

    def stop(self) -> None:
        """Let `run` end; callable from any thread."""
        self._stop.set()

    def _catch_signals(self) -> dict[signal.Signals, Any]:
        if threading.current_thread() is not threading.main_thread():
            return {}
        return {
            number: signal.signal(number, lambda *_: self.stop())
            for number in (signal.SIGTERM, signal.SIGINT)
        }

    def _make_client(self) -> Any:
        userdata = {"self": self}
        if self._MqttClient is not paho.mqtt.client.Client:
            client = self._MqttClient(userdata=userdata)
            self._apply_options(client)
            return client
        from connector.mqtt import Client  # noqa: PLC0415  (only where it is used)

        return Client(self._mqtt_options, userdata=userdata)

    def _apply_options(self, client: Any) -> None:
        """Set on a foreign client what a setting asks for."""
        options = self._mqtt_options
        if options is None:
            return
        if options.username is not None:
            client.username_pw_set(options.username, options.password)
        if options.tls is not None:
            tls = options.tls
            client.tls_set(ca_certs=tls.ca, certfile=tls.cert, keyfile=tls.key)
        if options.will is not None and hasattr(client, "will_set"):
            will = options.will
            client.will_set(will.topic, will.payload, qos=1, retain=will.retain)

    def _start_client(self) -> threading.Thread:
        client = self.mqtt_client
        client.on_message = self._handle_incoming_mqtt_msg
        listeners = getattr(client, "on_connected", None)
        if isinstance(listeners, list):
            listeners.append(self._on_mqtt_connected)
        client.connect(host=self.MQTT_BROKER_HOST, port=self.MQTT_BROKER_PORT)
        thread = threading.Thread(target=client.loop_forever, daemon=True, name="mqtt")
        thread.start()
        return thread

    def _loggers(self) -> list[logging.Logger]:
        """The loggers whose records go to MQTT."""
        return [logger]

    def _log_to_mqtt(self) -> MQTTHandler:
        handler = MQTTHandler(
            mqtt_client=self.mqtt_client, log_topic=self.MQTT_TOPIC_LOGS
        )
        for each in self._loggers():
            each.addHandler(handler)
        return handler

    def _set_defaults(self) -> None:
        """Before the map is subscribed to, so that a retained one wins."""
        if self._initial_available_datapoints is not None:
            self._update_available_datapoints(
                available_datapoints=dict(self._initial_available_datapoints)
            )
        if self._initial_datapoint_map is not None:
            self._validate_and_update_datapoint_map(
                datapoint_map_json=dumps(self._initial_datapoint_map).decode()
            )
        self.mqtt_client.subscribe(topic=self.MQTT_TOPIC_DATAPOINT_MAP, qos=1)

    def _start_dispatcher(self) -> Any:
        if self._DeviceDispatcher is None:
            return None
        dispatcher = self._DeviceDispatcher(**(self._device_dispatcher_kwargs or {}))
        dispatcher.start()
        return dispatcher

    def _watch(self, dispatcher: Any, mqtt_thread: threading.Thread) -> None:
        """Send heartbeats until something ends."""
        due_s = time.monotonic()
        while not self._stop.is_set():
            if time.monotonic() >= due_s:
                self._send_heartbeat()
                due_s += self._heartbeat_interval
            left_s = max(0.0, due_s - time.monotonic())
            self._stop.wait(min(_TURN_S, left_s))
            if dispatcher is not None and not dispatcher.is_alive():
                return

    def _end(self, dispatcher: Any) -> None:
        exception = getattr(dispatcher, "exception", None)
        if exception is not None:
            logger.error(
                "The dispatcher died of an unexpected exception. Shuting down.",
                exc_info=exception,
            )
        try:
            if dispatcher is not None:
                dispatcher.terminate()
                dispatcher.join(_DISPATCHER_ENDS_WITHIN_S)
            self._on_shutdown()
        finally:
            self._leave()

    def _leave(self) -> None:
        client = self.mqtt_client
        if client is None:
            return
        if hasattr(type(client), "shutdown"):
            client.shutdown(self._last_messages(), _MQTT_ENDS_WITHIN_S)
            return
        for topic, payload, retain in self._last_messages():
            client.publish(topic=topic, payload=payload.decode(), retain=retain)
        client.disconnect()

    # -- what connectors may override

    def _on_mqtt_connected(self) -> None:
        """After every (re)connect, in the MQTT thread."""
        self._publish_available_datapoints()
        self._publish_values(self.datapoint_map["sensor"])

    def _on_shutdown(self) -> None:
        """The dispatcher has ended, the broker is still there."""

    def _last_messages(self) -> list[Message]:
        """What is said before the orderly disconnect."""
        return []

    def _selected_value(self, key: str) -> bytes | None:
        """The current value message of a key."""
        if key not in self._last_values:
            return None
        value, timestamp = self._last_values[key]
        try:
            return dumps({"value": value, "timestamp": timestamp})
        except TypeError as problem:
            logger.error("%s is not published: %s", key, problem)
            return None

    def _publish_batch(self, messages: list[Message]) -> None:
        publish_all(self.mqtt_client, messages)

    def _publish_values(self, keys: Mapping[str, str]) -> None:
        """Publish the current values of selected keys on their topics."""
        found = [(topic, self._selected_value(key)) for key, topic in keys.items()]
        self._publish_batch(
            [(topic, value, True) for topic, value in found if value is not None]
        )

    # -- BEMCom's protocol

    def _note_values(self, values: dict[str, Any], timestamp: int) -> None:
        """Keep the newest values, for keys that are selected later."""
        for key, value in values.items():
            self._last_values[key] = (value, timestamp)

    def _send_heartbeat(self) -> None:
        now_ms = timestamp_utc_now()
        body = {
            "this_heartbeats_timestamp": now_ms,
            "next_heartbeats_timestamp": now_ms
            + round(self._heartbeat_interval * 1000),
        }
        self.mqtt_client.publish(
            topic=self.MQTT_TOPIC_HEARTBEAT, payload=dumps(body).decode()
        )

    def _update_available_datapoints(
        self, available_datapoints: dict[str, dict[str, Any]]
    ) -> None:
        """Add keys; the whole set is published when there are new ones."""
        known = self.available_datapoints
        merged = {
            kind: {**available_datapoints.get(kind, {}), **known[kind]}
            for kind in known
        }
        if any(len(merged[kind]) > len(known[kind]) for kind in known):
            self.available_datapoints = merged
            self._publish_available_datapoints()

    def _publish_available_datapoints(self) -> None:
        self.mqtt_client.publish(
            topic=self.MQTT_TOPIC_AVAILABLE_DATAPOINTS,
            payload=dumps(self.available_datapoints).decode(),
            retain=True,
        )

    def _validate_and_update_datapoint_map(
        self, datapoint_map_json: str | bytes
    ) -> None:
        """Take a new map; one that is none changes nothing."""
        try:
            new = maps.parse(datapoint_map_json)
        except ValueError as problem:
            logger.error("the datapoint map is not taken: %s", problem)
            return
        old, self.datapoint_map = self.datapoint_map, self._subscribed(new)
        before = old["sensor"]
        self._publish_values(
            {k: t for k, t in new["sensor"].items() if before.get(k) != t}
        )

    def _subscribed(self, new: DatapointMap) -> DatapointMap:
        """Subscribe to added actuator topics and leave removed ones."""
        before = self.datapoint_map["actuator"]
        actuators = dict(new["actuator"])
        for topic in new["actuator"].keys() - before.keys():
            try:
                self.mqtt_client.subscribe(topic=topic, qos=2)
            except ValueError as problem:
                logger.error("cannot subscribe to %r: %s", topic, problem)
                del actuators[topic]
        for topic in before.keys() - actuators.keys():
            self.mqtt_client.unsubscribe(topic=topic)
        return {"sensor": new["sensor"], "actuator": actuators}

    @staticmethod
    def _handle_incoming_mqtt_msg(client: Any, userdata: Any, msg: Any) -> None:
        """Whatever comes in, nothing gets out of here."""
        self: Connector = userdata["self"]
        try:
            self._take_message(msg)
        except Exception:
            logger.exception("a message on %s could not be dealt with", msg.topic)

    def _take_message(self, msg: Any) -> None:
        if msg.topic == self.MQTT_TOPIC_DATAPOINT_MAP:
            self._validate_and_update_datapoint_map(datapoint_map_json=msg.payload)
        elif getattr(msg, "retain", False) is True or getattr(msg, "retain", 0) == 1:
            logger.warning("ignored a retained value on %s", msg.topic)
        else:
            self.run_actuator_flow(  # type: ignore[attr-defined]
                topic=msg.topic, value_msg_json=msg.payload
            )
