"""From a value on MQTT to a command for the device."""

from __future__ import annotations

import inspect
import logging
from collections.abc import Callable
from functools import lru_cache
from typing import Any

import orjson

from connector.bemcom.times import timestamp_utc_now

logger = logging.getLogger("pyconnector")


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
        arguments = {"datapoint_key": key, "datapoint_value": message["value"]}
        if _takes_timestamp(getattr(self.send_command, "__func__", self.send_command)):
            arguments["datapoint_timestamp"] = _timestamp(message)
        self.send_command(**arguments)

    def send_command(
        self, datapoint_key: str, datapoint_value: Any, datapoint_timestamp: int
    ) -> None:
        """Send one value to the device."""
        raise TypeError(f"{type(self).__name__} has actuators but no send_command")


def _timestamp(message: dict[str, Any]) -> int:
    """When it was written; now, where the sender does not say."""
    given = message.get("timestamp")
    if isinstance(given, int | float) and not isinstance(given, bool):
        return int(given)
    return timestamp_utc_now()


@lru_cache(maxsize=16)
def _takes_timestamp(send_command: Callable[..., Any]) -> bool:
    """Older connectors define it with key and value alone."""
    parameters = inspect.signature(send_command).parameters
    return "datapoint_timestamp" in parameters or any(
        parameter.kind is parameter.VAR_KEYWORD for parameter in parameters.values()
    )
