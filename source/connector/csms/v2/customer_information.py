"""What a station has stored of a customer (2.x, use cases N09 and N10).

It is personal: shown to whoever asked, and taken back after ten minutes, at our end,
and at our next start where we ended otherwise.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any

from connector.csms.clock import Timer
from connector.csms.context import Context
from connector.csms.events import Answered, Forgotten
from connector.csms.station import STATION, Station
from connector.csms.v2.gathered import Gathered
from connector.ocppj.frames import Call
from connector.ocppj.redaction import blank
from connector.sessions.handlers import Answer, Handler

Json = dict[str, Any]

logger = logging.getLogger(__name__)

SENSOR = "customer_information"
SHOWN_FOR_S = 600.0
LEARNED = "shows_customer_information"
"""In `Station.learned`, while it is shown."""
_MOST_CHARACTERS = 100_000


class CustomerInformation:
    """Puts the text together, and shows it for a while."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._reports = Gathered(context, self._reported)
        self._timers: dict[str, Timer] = {}
        self._stations: Mapping[str, Station] = {}
        self.handlers: dict[str, Handler] = {
            "NotifyCustomerInformation": self.on_information
        }
        context.events.subscribe(Answered, self._on_answered)
        context.events.subscribe(Forgotten, self._on_forgotten)

    async def start(self, stations: Mapping[str, Station]) -> None:
        """Take back what was shown when we ended."""
        self._stations = stations
        for station in stations.values():
            if LEARNED in station.learned:
                self._take_back(station)

    async def finish(self) -> None:
        """Take back what is shown."""
        for identity in list(self._timers):
            station = self._stations.get(identity)
            self._timers.pop(identity).cancel()
            if station is not None:
                self._take_back(station)

    def on_information(self, station: Station, call: Call) -> Answer:
        """NotifyCustomerInformation."""
        items = [{"data": call.payload["data"]}]
        return Answer({}, lambda: self._reports.add(station, call.payload, items))

    def _on_answered(self, event: Answered) -> None:
        if event.action != "CustomerInformation":
            return
        asked, status = event.payload, event.answer["status"]
        logger.info(
            "%s: information on a customer: %s (report %s, clear %s)",
            event.station.identity,
            status,
            asked["report"],
            asked["clear"],
        )

    def _reported(
        self, station: Station, request: Json | None, items: list[Json]
    ) -> None:
        text = "".join(item["data"] for item in items)
        logger.info(
            "%s: information on a customer: %d characters", station.identity, len(text)
        )
        if text:
            self._show(station, text[:_MOST_CHARACTERS])

    def _show(self, station: Station, text: str) -> None:
        self._cancel(station)
        station.learned[LEARNED] = True
        self._context.remember(station)
        self._context.tell_state(station, STATION, {SENSOR: blank(text)})
        self._timers[station.identity] = self._context.clock.call_later(
            SHOWN_FOR_S, lambda: self._end(station)
        )

    def _end(self, station: Station) -> None:
        self._timers.pop(station.identity, None)
        self._take_back(station)

    def _take_back(self, station: Station) -> None:
        station.learned.pop(LEARNED, None)
        self._context.remember(station)
        self._context.tell_state(station, STATION, {SENSOR: None})

    def _on_forgotten(self, event: Forgotten) -> None:
        self._cancel(event.station)

    def _cancel(self, station: Station) -> None:
        timer = self._timers.pop(station.identity, None)
        if timer is not None:
            timer.cancel()
