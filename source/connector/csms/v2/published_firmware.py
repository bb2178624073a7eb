"""Firmware that a local controller publishes in its network (2.x, L03 and L04)."""

from __future__ import annotations

import logging
from typing import Any

import orjson

from connector.csms.context import Context
from connector.csms.events import Answered
from connector.csms.progress import Progress
from connector.csms.station import STATION, Station
from connector.ocppj.frames import Call
from connector.ocppj.redaction import blank
from connector.sessions.handlers import Answer, Handler

Json = dict[str, Any]

logger = logging.getLogger(__name__)

SENSOR = "published_firmware"
_FAILED = frozenset({"DownloadFailed", "InvalidChecksum", "PublishFailed"})
_GONE = frozenset({"Unpublished", "NoFirmware"})


class PublishedFirmware:
    """Shows how far it is, and where it can be had."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._progress = Progress(context, SENSOR, _FAILED, _shown)
        self.handlers: dict[str, Handler] = {
            "PublishFirmwareStatusNotification": self.on_status
        }
        context.events.subscribe(Answered, self._on_answered)

    def on_status(self, station: Station, call: Call) -> Answer:
        """PublishFirmwareStatusNotification."""
        return Answer({}, lambda: self._progress.tell(station, call.payload))

    def _on_answered(self, event: Answered) -> None:
        if event.action != "UnpublishFirmware":
            return
        status = event.answer["status"]
        logger.info("%s: UnpublishFirmware: %s", event.station.identity, status)
        if status in _GONE:
            self._context.tell_state(event.station, STATION, {SENSOR: None})


def _shown(payload: Json) -> str:
    return orjson.dumps(blank(payload)).decode()
