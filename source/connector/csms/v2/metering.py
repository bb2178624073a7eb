"""MeterValues of 2.x: values outside transactions, of an EVSE or the main meter."""

from __future__ import annotations

from typing import Any

from connector.csms import times
from connector.csms.context import Context
from connector.csms.places import place
from connector.csms.readings import note
from connector.csms.station import Station
from connector.csms.v2.sampled import read
from connector.ocppj.frames import Call
from connector.sessions.handlers import Answer, Handler

Json = dict[str, Any]


class Metering:
    """Handles meter values that belong to no transaction."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self.handlers: dict[str, Handler] = {"MeterValues": self.on_meter_values}

    def on_meter_values(self, station: Station, call: Call) -> Answer:
        """MeterValues."""
        return Answer({}, lambda: self._take(station, call.payload))

    def _take(self, station: Station, payload: Json) -> None:
        connector = place(self._context, station, payload["evseId"])
        if connector is None:
            return
        now_ms = self._context.clock.now_ms()
        for meter_value in times.in_order(payload["meterValue"]):
            text = meter_value.get("timestamp")
            moment = times.judge(station, text, now_ms, is_live=True)
            reading = read(connector.where, meter_value["sampledValue"])
            note(self._context, station, connector, None, reading, moment)
