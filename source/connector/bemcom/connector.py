"""The connector itself: MQTT, heartbeats, the datapoint map, an orderly life."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Any

import paho.mqtt.client

from connector.bemcom import clients
from connector.bemcom import datapoint_map as maps
from connector.bemcom import environment as settings
from connector.bemcom.datapoint_map import DatapointMap
from connector.bemcom.ending import Ending, telling
from connector.bemcom.environment import Environment
from connector.bemcom.json_values import dumps
from connector.bemcom.logs import MQTTHandler, logging_to
from connector.bemcom.publishing import Messages, publish_all
from connector.bemcom.sensor_flow import value_message
from connector.bemcom.times import timestamp_utc_now

if TYPE_CHECKING:
    from connector.mqtt import MqttOptions

logger = logging.getLogger("pyconnector")

_TURN_S = 0.5
"""For dispatchers that cannot be waited for."""
_CONNECT_AGAIN_S = 1.0
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
            if mqtt_options is None:
                mqtt_options = settings.mqtt_options(variables)
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
        self._last_values: dict[str, dict[str, Any]] = {}
        self._values_lock: AbstractContextManager[Any] = threading.RLock()
        self._available_lock = threading.RLock()
        self._without_json: set[str] = set()
        self._has_defaults = False
        self._mqtt_failure: Exception | None = None
        self._ending = Ending()

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
        self._own_topics = frozenset(
            topic for name, topic in vars(self).items() if name.startswith("MQTT_TOPIC")
        )

    # -- life

    def run(self) -> None:
        """Run until SIGTERM, SIGINT, `stop`, or the end of the dispatcher.

        Raises:
            Exception: what ended the dispatcher; the log has it.
        """
        with self._ending.on_signals():
            with telling():
                self.mqtt_client = self._make_client()
            with self._logging_to_mqtt():
                try:
                    with telling():
                        self._live()
                finally:
                    self._leave()
                    self._ending.is_asked = False

    def stop(self) -> None:
        """Let `run` end; callable from any thread."""
        self._ending.ask()

    def _make_client(self) -> Any:
        return clients.make(self._MqttClient, self._mqtt_options, {"self": self})

    def _loggers(self) -> list[logging.Logger]:
        """The loggers whose records go to MQTT."""
        return [logger]

    def _logging_to_mqtt(self) -> AbstractContextManager[None]:
        handler = MQTTHandler(
            mqtt_client=self.mqtt_client, log_topic=self.MQTT_TOPIC_LOGS
        )
        level = logging.DEBUG if self.DEBUG == "TRUE" else logging.INFO
        return logging_to(handler, self._loggers(), level)

    def _live(self) -> None:
        # A new client has subscribed to nothing, whatever an earlier run selected.
        self.datapoint_map = {"sensor": {}, "actuator": {}}
        self._has_defaults, self._mqtt_failure = False, None
        self._start_client()
        self._set_defaults()
        dispatcher = self._start_dispatcher()
        try:
            self._watch(dispatcher)
        finally:
            if dispatcher is not None:
                dispatcher.terminate()
                dispatcher.join(_DISPATCHER_ENDS_WITHIN_S)
        self._raise_what_ended(dispatcher)

    def _start_client(self) -> None:
        client = self.mqtt_client
        client.on_message = self._handle_incoming_mqtt_msg
        clients.when_connected(client, self._greet, self._subscribe)
        self._connect()
        threading.Thread(target=self._loop, daemon=True, name="mqtt").start()

    def _greet(self) -> None:
        self._send_heartbeat()
        self._on_mqtt_connected()

    def _connect(self) -> None:
        """A broker that is not there yet is waited for."""
        while not self._ending.is_asked:
            try:
                self.mqtt_client.connect(
                    host=self.MQTT_BROKER_HOST, port=self.MQTT_BROKER_PORT
                )
                return
            except OSError as problem:
                logger.warning("no broker yet: %s; trying on", problem)
                self._ending.wait(_CONNECT_AGAIN_S)

    def _loop(self) -> None:
        try:
            self.mqtt_client.loop_forever()
        except Exception as problem:
            self._mqtt_failure = problem
            self._ending.ask()

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
        self._has_defaults = True
        self.mqtt_client.subscribe(topic=self.MQTT_TOPIC_DATAPOINT_MAP, qos=1)

    def _subscribe(self) -> None:
        """Again, after a reconnect of a client that does not do so by itself."""
        if not self._has_defaults:
            return
        for topic in self.datapoint_map["actuator"]:
            self.mqtt_client.subscribe(topic=topic, qos=2)
        self.mqtt_client.subscribe(topic=self.MQTT_TOPIC_DATAPOINT_MAP, qos=1)

    def _start_dispatcher(self) -> Any:
        if self._DeviceDispatcher is None:
            return None
        dispatcher = self._DeviceDispatcher(**(self._device_dispatcher_kwargs or {}))
        dispatcher.start()
        self._ending.follow(dispatcher)
        return dispatcher

    def _watch(self, dispatcher: Any) -> None:
        """Send heartbeats until something ends."""
        due_s = time.monotonic()
        while not self._ending.is_asked:
            now_s = time.monotonic()
            if now_s >= due_s:
                # Nothing is lost: the next connection begins with one.
                if clients.may_publish(self.mqtt_client):
                    self._send_heartbeat()
                due_s = now_s + self._heartbeat_interval
            self._ending.wait(min(_TURN_S, due_s - now_s))
            if dispatcher is not None and not dispatcher.is_alive():
                return

    def _raise_what_ended(self, dispatcher: Any) -> None:
        exception = getattr(dispatcher, "exception", None) or self._mqtt_failure
        if isinstance(exception, Exception):
            raise exception
        if isinstance(exception, BaseException):
            # Not SystemExit itself: a dead dispatcher is no exit code 0.
            raise RuntimeError("the dispatcher left the process") from exception

    def _leave(self) -> None:
        try:
            self._on_shutdown()
        finally:
            self._disconnect()

    def _disconnect(self) -> None:
        client = self.mqtt_client
        if hasattr(type(client), "shutdown"):
            client.shutdown(self._last_messages(), _MQTT_ENDS_WITHIN_S)
            return
        for topic, payload, retain in self._last_messages():
            client.publish(topic=topic, payload=payload.decode(), retain=retain)
        client.disconnect()

    # -- what connectors may override

    def _on_mqtt_connected(self) -> None:
        """After every (re)connect, in the MQTT thread."""
        if any(self.available_datapoints.values()):
            self._publish_available_datapoints()
        self._publish_values(self.datapoint_map["sensor"])

    def _on_shutdown(self) -> None:
        """The dispatcher has ended, the broker is still there."""

    def _last_messages(self) -> Messages:
        """What is said before the orderly disconnect."""
        return []

    def _selected_value(self, key: str) -> bytes | None:
        """The current value message of a key."""
        payload = self._last_values.get(key)
        if payload is None:
            return None
        value = payload["flattened_message"][key]
        return value_message(key, value, payload["timestamp"])

    def _publish_batch(self, messages: Messages) -> None:
        """Send values; without a connection they are dropped."""
        publish_all(self.mqtt_client, messages)

    def _publish_values(self, keys: Mapping[str, str]) -> None:
        """Publish the current values of selected keys on their topics."""
        with self._values_lock:
            found = [(topic, self._selected_value(key)) for key, topic in keys.items()]
            self._publish_batch(
                [(topic, value, True) for topic, value in found if value is not None]
            )

    # -- BEMCom's protocol

    def _note_values(self, payload: dict[str, Any]) -> None:
        """Keep the newest values, for keys that are selected later."""
        self._last_values.update(dict.fromkeys(payload["flattened_message"], payload))

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
        if all(
            available_datapoints.get(kind, {}).keys() <= known[kind].keys()
            for kind in known
        ):
            return
        with self._available_lock:
            known = self.available_datapoints
            new = {
                kind: self._new_examples(
                    available_datapoints.get(kind, {}), known[kind]
                )
                for kind in known
            }
            if any(new.values()):
                self.available_datapoints = {
                    kind: known[kind] | new[kind] for kind in known
                }
                self._publish_available_datapoints()

    def _new_examples(
        self, examples: Mapping[str, Any], known: Mapping[str, Any]
    ) -> dict[str, Any]:
        """Those not known yet; one that is no JSON would spoil the whole message."""
        found = {}
        for key in examples.keys() - known.keys() - self._without_json:
            try:
                dumps(examples[key])
                found[key] = examples[key]
            except TypeError as problem:
                self._without_json.add(key)
                logger.error("%s is not made available: %s", key, problem)
        return found

    def _publish_available_datapoints(self) -> None:
        with self._available_lock:
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
            new = maps.parse(datapoint_map_json, self._own_topics)
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
        for topic in [each for each in actuators if each not in before]:
            try:
                self.mqtt_client.subscribe(topic=topic, qos=2)
            except ValueError as problem:
                logger.error("cannot subscribe to %r: %s", topic, problem)
                del actuators[topic]
        for topic in [each for each in before if each not in actuators]:
            self.mqtt_client.unsubscribe(topic=topic)
        return {"sensor": new["sensor"], "actuator": actuators}

    @staticmethod
    def _handle_incoming_mqtt_msg(client: Any, userdata: Any, msg: Any) -> None:
        """Whatever comes in, nothing gets out of here."""
        try:
            connector: Connector = userdata["self"]
            connector._take_message(msg)
        except Exception:
            logger.exception("a received message could not be dealt with")

    def _take_message(self, msg: Any) -> None:
        if msg.topic == self.MQTT_TOPIC_DATAPOINT_MAP:
            self._validate_and_update_datapoint_map(datapoint_map_json=msg.payload)
        elif getattr(msg, "retain", False) is True or getattr(msg, "retain", 0) == 1:
            logger.warning("ignored a retained value on %s", msg.topic)
        else:
            self.run_actuator_flow(  # type: ignore[attr-defined]
                topic=msg.topic, value_msg_json=msg.payload
            )
