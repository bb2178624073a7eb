"""The entry point of the connector."""

from __future__ import annotations

import logging
import sys
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

if __package__ in (None, ""):
    # Run as a script: the package is found beside this folder, and no module twice.
    sys.path[0] = str(Path(__file__).resolve().parents[1])

from connector.bemcom import ActuatorFlow, DispatchOnce
from connector.bemcom import Connector as BaseConnector
from connector.bemcom.logs import PrintableFormatter
from connector.csms import garbage, server_thread
from connector.csms.clock import SystemClock
from connector.datapoints.fact_queue import FactQueue
from connector.datapoints.flow import Message, SensorFlow
from connector.datapoints.flow_thread import FlowThread
from connector.datapoints.live import Live
from connector.datapoints.present import Present
from connector.datapoints.sensors import Sensors
from connector.errors import ConnectorError
from connector.ocppj.redaction import redact
from connector.openmqtt.topics import Topics
from connector.server import Server
from connector.server.telling import discovery, tree
from connector.settings import SettingsError, load
from connector.settings.model import Settings
from connector.settings.station_side import is_station

__version__ = "0.12.0"

_FLOW_ENDS_WITHIN_S = 2.0


class Connector(SensorFlow, ActuatorFlow, BaseConnector):
    """Stations on one side, MQTT on the other."""

    def __init__(self, settings: Settings, version: str = __version__) -> None:
        super().__init__(
            version,
            DeviceDispatcher=DispatchOnce,
            device_dispatcher_kwargs={"target_func": self._serve},
            environment=settings.bemcom,
            mqtt_options=settings.mqtt,
        )
        self._topics = Topics(settings.connector_name)
        self.sensors = Sensors()
        self.clock = SystemClock()
        self._discovery = discovery(settings, version, self.clock)
        self.follower = self._discovery or tree(settings)
        self.redact = redact
        self.outgoing: list[Message] = []
        queue = FactQueue()
        self._server = Server(settings, version, queue, self.clock)
        self._flow_thread = FlowThread(
            self,
            queue,
            self.clock,
            self._server.earlier_keys,
            publish=self._publish_batch,
            publish_available=self._publish_available_datapoints,
            save=self._server.save_datapoints,
        )
        self._flow_thread.note(self._server.history.noted)
        self._server.history.on_break = self._flow_thread.note_all
        if self._discovery is not None:
            self._server.on_started = self._discovery.inbox.started
        self._server.published = lambda: self._flow_thread.published
        self._server.present = Present(self.sensors, self._flow_thread.ask)
        self._server.live = Live(self.sensors, self._flow_thread.ask)

    def _serve(self, termination_event: threading.Event) -> None:
        """The OCPP server, in a thread with a loop of its own."""
        self._flow_thread.start()
        server_thread.run(
            lambda stop: self._server.run(stop, self.mqtt_client), termination_event
        )

    def send_command(
        self, datapoint_key: str, datapoint_value: Any, datapoint_timestamp: int
    ) -> None:
        """Hand a written value to the server; never waits."""
        self._server.write(datapoint_key, datapoint_value)

    def reject_value(self, datapoint_key: str, problem: str) -> None:
        """Answer a message that holds no value as every command is answered."""
        super().reject_value(datapoint_key, problem)
        self._server.reject(datapoint_key, problem)

    # -- hooks of the base

    def _loggers(self) -> list[logging.Logger]:
        return [*super()._loggers(), logging.getLogger("connector")]

    def _on_mqtt_connected(self) -> None:
        self._flow_thread.republish()
        if self._discovery is not None:
            self._discovery.inbox.connected(self.mqtt_client)
        self._server.broker_is_back()

    def _publish_values(self, keys: Mapping[str, str]) -> None:
        self._flow_thread.publish_selected(keys)

    def _publish_available_datapoints(self) -> None:
        """On the flow thread, which knows the keys; none is no list."""
        available = self._flow_thread.available()
        if available:
            topic = self.MQTT_TOPIC_AVAILABLE_DATAPOINTS
            self.mqtt_client.publish(topic=topic, payload=available, retain=True)

    def _on_shutdown(self) -> None:
        self._flow_thread.stop(_FLOW_ENDS_WITHIN_S)

    def _last_messages(self) -> list[Message]:
        return [(self._topics.bridge_state, b"offline", True)]


def main() -> int:
    """Run until stopped; the exit code (2: the settings cannot be used)."""
    if is_station():
        from connector.cli.station_role import run  # noqa: PLC0415

        return run()
    try:
        settings = load()
    except SettingsError as error:
        print(error, file=sys.stderr)
        return 2
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(PrintableFormatter("%(asctime)s %(levelname)-7s %(message)s"))
    level = logging.DEBUG if settings.debug else logging.INFO
    logging.basicConfig(level=level, handlers=[handler])
    try:
        connector = Connector(settings)
    except (ConnectorError, OSError) as error:
        print(error, file=sys.stderr)
        return _code(error)
    garbage.expect_stations()
    try:
        connector.run()
    except (ConnectorError, OSError) as error:
        # The log has told it.
        return _code(error)
    return 0


def _code(error: Exception) -> int:
    return 2 if isinstance(error, SettingsError) else 1


_COMMAND = "ocpp-connector"
"""The name of the command line, which may stand before its words."""


def from_words(words: Sequence[str]) -> int:
    """Run what was typed behind this file, or given to the image; the exit code.

    Nothing, or ``run``, is the connector; all else is for the command line.
    """
    own = list(words[1:] if words[:1] == [_COMMAND] else words)
    if own in ([], ["run"]):
        return main()
    from connector.cli.app import main as command  # noqa: PLC0415

    return command(own)


if __name__ == "__main__":
    raise SystemExit(from_words(sys.argv[1:]))
