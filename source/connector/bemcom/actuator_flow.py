"""From a value on MQTT to a command for the device."""

from __future__ import annotations

import inspect
import json
import logging
from collections.abc import Callable
from functools import lru_cache
from typing import Any

from connector.bemcom.times import timestamp_utc_now

logger = logging.getLogger("pyconnector")

_NO_TIME_MS = 2**63


class ActuatorFlow:
    """Override `send_command`; expects the attribute ``datapoint_map``."""

    datapoint_map: dict[str, dict[str, str]]

    def run_actuator_flow(self, topic: str, value_msg_json: str | bytes) -> None:
        """Take one value message to the device; one that is none is only logged."""
        key = self.datapoint_map["actuator"].get(topic)
        if key is None:
            logger.warning("ignored a value on %s: no actuator is there now", topic)
            return
        if not value_msg_json:
            logger.warning("ignored an empty message on %s", topic)
            return
        try:
            message = _loads(value_msg_json)
        except ValueError as problem:
            self.reject_value(datapoint_key=key, problem=f"it is no JSON: {problem}")
            return
        if not isinstance(message, dict) or "value" not in message:
            expected = 'expected {"value": .., "timestamp": ..}'
            self.reject_value(datapoint_key=key, problem=expected)
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

    def reject_value(self, datapoint_key: str, problem: str) -> None:
        """A message that holds no value; whoever can answer it overrides this."""
        logger.error("%s: a value that cannot be taken: %s", datapoint_key, problem)


def _loads(text: str | bytes) -> Any:
    """JSON as REST clients write it: a long whole number is itself, 1e400 is infinite.

    Neither is so with orjson.

    Raises:
        ValueError: it is none.
    """
    try:
        return json.loads(text)
    except RecursionError:
        raise ValueError("it is nested too deep") from None


def _timestamp(message: dict[str, Any]) -> int:
    """When it was written; now, where the sender does not say, or says no time."""
    given = message.get("timestamp")
    if isinstance(given, bool) or not isinstance(given, int | float):
        return timestamp_utc_now()
    # NaN is in no range.
    return int(given) if abs(given) < _NO_TIME_MS else timestamp_utc_now()


@lru_cache(maxsize=16)
def _takes_timestamp(send_command: Callable[..., Any]) -> bool:
    """Older connectors define it with key and value alone."""
    parameters = inspect.signature(send_command).parameters
    return "datapoint_timestamp" in parameters or any(
        parameter.kind is parameter.VAR_KEYWORD for parameter in parameters.values()
    )
