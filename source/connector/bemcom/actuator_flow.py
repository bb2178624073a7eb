"""From a value on MQTT to a command for the device."""

from __future__ import annotations

import inspect
import logging
from collections.abc import Callable
from functools import cache
from typing import Any

import orjson

from connector.bemcom.times import timestamp_utc_now

logger = logging.getLogger("pyconnector")

_WITH_TIMESTAMP = 3


class ActuatorFlow:
    """Override `send_command`; expects the attribute ``datapoint_map``."""

    datapoint_map: dict[str, dict[str, str]]

    def run_actuator_flow(self, topic: str, value_msg_json: str | bytes) -> None:
        """Take one value message to the device; one that is none is only logged."""
        key = self.datapoint_map["actuator"].get(topic)
        if key is None:
            logger.warning("ignored a value on %s: no actuator is there now", topic)
            return
        try:
            message = orjson.loads(value_msg_json)
        except orjson.JSONDecodeError as problem:
            logger.error("%s: a value that is no JSON: %s", key, problem)
            return
        if not isinstance(message, dict) or "value" not in message:
            logger.error('%s: expected {"value": .., "timestamp": ..}', key)
            return
        arguments = {
            "datapoint_key": key,
            "datapoint_value": message["value"],
            "datapoint_timestamp": message.get("timestamp", timestamp_utc_now()),
        }
        if not _takes_timestamp(type(self).send_command):
            del arguments["datapoint_timestamp"]
        self.send_command(**arguments)

    def send_command(
        self, datapoint_key: str, datapoint_value: Any, datapoint_timestamp: int
    ) -> None:
        """Send one value to the device."""
        raise TypeError(f"{type(self).__name__} has actuators but no send_command")


@cache
def _takes_timestamp(send_command: Callable[..., Any]) -> bool:
    """Older connectors define it with key and value alone."""
    parameters = inspect.signature(send_command).parameters
    if any(p.kind is p.VAR_KEYWORD for p in parameters.values()):
        return True
    return len(parameters) - 1 >= _WITH_TIMESTAMP
