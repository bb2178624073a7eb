"""Swapping batteries (2.1, block S): what goes in and out of a station."""

from __future__ import annotations

import logging
from typing import Any

from connector.csms.context import Context
from connector.csms.station import STATION, Station
from connector.ocppj.frames import Call
from connector.ocppj.redaction import blanked_json
from connector.sessions.handlers import Answer, Handler

Json = dict[str, Any]

logger = logging.getLogger(__name__)


class BatterySwap:
    """Shows the last step of a swap."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self.handlers: dict[str, Handler] = {"BatterySwap": self.on_battery_swap}

    def on_battery_swap(self, station: Station, call: Call) -> Answer:
        """BatterySwap."""
        return Answer({}, lambda: self._tell(station, call.payload))

    def _tell(self, station: Station, step: Json) -> None:
        logger.info(
            "%s: %s of %d batteries, request %d",
            station.identity,
            step["eventType"],
            len(step["batteryData"]),
            step["requestId"],
        )
        text = blanked_json(step)
        self._context.tell_state(station, STATION, {"battery_swap": text})
