"""Log records on MQTT, as BEMCom shows them."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from connector.bemcom.clients import may_publish
from connector.bemcom.json_values import dumps

_LOWEST, _HIGHEST = logging.DEBUG, logging.CRITICAL
_OF_THE_CLIENT = ("connector.mqtt", "paho")
_traceback = logging.Formatter()


class MQTTHandler(logging.Handler):
    """Publishes records, retained, on ``log_topic``; its failures reach nobody.

    Records below INFO stay away from MQTT: they would flood the retained topic. So do
    those of the MQTT client, which publishing one more message could make it write.
    """

    def __init__(self, mqtt_client: Any, log_topic: str) -> None:
        super().__init__(logging.INFO)
        self.mqtt_client = mqtt_client
        self.log_topic = log_topic
        self.addFilter(_is_not_of_the_client)

    def emit(self, record: logging.LogRecord) -> None:
        """Publish one record; without a broker it is for other handlers alone."""
        try:
            if not may_publish(self.mqtt_client):
                return
            body = {
                "timestamp": int(record.created * 1000),
                "msg": _text(record),
                "emitter": record.funcName or record.name or "unknown",
                "level": min(max(record.levelno, _LOWEST), _HIGHEST),
            }
            self.mqtt_client.publish(
                topic=self.log_topic, payload=dumps(body).decode(), retain=True
            )
        except Exception:
            self.handleError(record)


class PrintableFormatter(logging.Formatter):
    """Writes records whose messages are one line each, whatever peers say in them."""

    def formatMessage(self, record: logging.LogRecord) -> str:
        """As ever, of what can be printed."""
        record.message = printable(record.message)
        return super().formatMessage(record)


def printable(text: str) -> str:
    """Text without what a terminal or a log obeys: control characters and the like.

    A name that holds a line break would be another line of the log, one that holds an
    escape sequence would be obeyed by the terminal, and one that turns the direction of
    writing reads as another.
    """
    if text.isprintable():
        return text
    return "".join(
        each if each.isprintable() else each.encode("unicode_escape").decode()
        for each in text
    )


@contextmanager
def logging_to(
    handler: logging.Handler, loggers: Sequence[logging.Logger], level: int
) -> Iterator[None]:
    """For a while, have these loggers write to a handler from a level on."""
    levels = [each.level for each in loggers]
    for each in loggers:
        each.addHandler(handler)
        if not each.isEnabledFor(level):
            each.setLevel(level)
    try:
        yield
    finally:
        for each, before in zip(loggers, levels, strict=True):
            each.removeHandler(handler)
            each.setLevel(before)


def _is_not_of_the_client(record: logging.LogRecord) -> bool:
    name = record.name or ""
    return not any(name == own or name.startswith(f"{own}.") for own in _OF_THE_CLIENT)


def _text(record: logging.LogRecord) -> str:
    """The text of a record, also where its arguments do not fit it."""
    try:
        text = record.getMessage()
    except (TypeError, ValueError, KeyError):
        text = f"{record.msg} {record.args!r}"
    text = printable(text)
    if record.exc_info:
        text += "\n" + _traceback.formatException(record.exc_info)
    return text.encode("utf-8", "replace").decode()
