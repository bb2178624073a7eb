"""Log records on MQTT, as BEMCom shows them."""

from __future__ import annotations

import logging
from typing import Any

from connector.bemcom.json_values import dumps
from connector.bemcom.times import timestamp_utc_now

_LOWEST, _HIGHEST = logging.DEBUG, logging.CRITICAL
_traceback = logging.Formatter()


class MQTTHandler(logging.Handler):
    """Publishes records, retained, on ``log_topic``; its failures reach nobody."""

    def __init__(self, mqtt_client: Any, log_topic: str) -> None:
        # Below INFO the retained topic would be flooded.
        super().__init__(logging.INFO)
        self.mqtt_client = mqtt_client
        self.log_topic = log_topic

    def emit(self, record: logging.LogRecord) -> None:
        """Publish one record."""
        try:
            body = {
                "timestamp": timestamp_utc_now(),
                "msg": _text(record),
                "emitter": record.funcName or record.name,
                "level": min(max(record.levelno, _LOWEST), _HIGHEST),
            }
            self.mqtt_client.publish(
                topic=self.log_topic, payload=dumps(body).decode(), retain=True
            )
        except Exception:
            self.handleError(record)


def _text(record: logging.LogRecord) -> str:
    """The text of a record, also where its arguments do not fit it."""
    try:
        text = record.getMessage()
    except (TypeError, ValueError, KeyError):
        text = f"{record.msg} {record.args!r}"
    if record.exc_info:
        text += "\n" + _traceback.formatException(record.exc_info)
    return text.encode("utf-8", "replace").decode()
