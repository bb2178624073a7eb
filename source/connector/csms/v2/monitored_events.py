"""Events of a station's components (2.x, use case N07): shown, and alarms logged.

2.1 may tell of the status of connectors in events instead of StatusNotification.
"""

from __future__ import annotations

import logging
from typing import Any

import orjson

from connector.csms import times
from connector.csms.context import Context, at
from connector.csms.events import StatusTold
from connector.csms.facts import Datum, Scalar, Weight
from connector.csms.places import place
from connector.csms.station import STATION, Station
from connector.csms.v2.variables import Variable, of_wire
from connector.ocppj.frames import Call
from connector.ocppj.redaction import blank, excerpt
from connector.sessions.handlers import Answer, Handler

Json = dict[str, Any]

logger = logging.getLogger(__name__)

SENSOR = "last_event"
_STATUS, _PROBLEM = "availabilitystate", "problem"
_PLACES = frozenset({"chargingstation", "evse", "connector"})
"""Components that have a status of their own."""
_STATUSES = frozenset({"Available", "Occupied", "Reserved", "Unavailable", "Faulted"})
_ALERTING = "Alerting"
_TRUE = "true"
_AGAIN_AFTER_S = 60.0
_MOST_NOTED = 1000


class MonitoredEvents:
    """Takes what stations tell of their components."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._logged: dict[tuple[str, Variable, bool], float] = {}
        self.handlers: dict[str, Handler] = {"NotifyEvent": self.on_events}

    def on_events(self, station: Station, call: Call) -> Answer:
        """NotifyEvent; each event is one of its own."""
        return Answer({}, lambda: self._take(station, call.payload["eventData"]))

    def _take(self, station: Station, events: list[Json]) -> None:
        for event in sorted(
            events, key=lambda item: times.parse(item["timestamp"]) or 0
        ):
            self._take_one(station, event)

    def _take_one(self, station: Station, event: Json) -> None:
        variable = of_wire(event)
        where = str(variable.evse or STATION)
        if place(self._context, station, int(where)) is None:
            return
        now_ms = self._context.clock.now_ms()
        moment = times.judge(station, event["timestamp"], now_ms, is_live=False)
        is_alarm = event["trigger"] == _ALERTING
        shown = blank(event)
        text = orjson.dumps(shown).decode()
        values: dict[Datum, Scalar] = {at(where, SENSOR): text}
        self._context.tell(
            station,
            values | _problem(where, variable.folded, event),
            time_ms=moment.time_ms,
            weight=Weight.TRANSACTION if is_alarm else Weight.STATE,
            is_queued=moment.is_queued,
        )
        if is_alarm:
            self._log(station, variable, station.secrets.hide(shown))
        self._tell_status(station, variable.folded, event)

    def _tell_status(self, station: Station, variable: Variable, event: Json) -> None:
        status = event["actualValue"].strip()
        is_status = variable.component in _PLACES and variable.variable == _STATUS
        if not is_status or status not in _STATUSES:
            return
        evse_id, connector_id = variable.evse or 0, variable.connector or 0
        if variable.component == "connector":
            connector_id = connector_id or 1
        if (variable.component == "chargingstation") != (evse_id == 0):
            return
        told = StatusTold(station, evse_id, connector_id, status, event["timestamp"])
        self._context.events.emit(told)

    def _log(self, station: Station, variable: Variable, event: Json) -> None:
        is_over = bool(event.get("cleared", False))
        if not self._is_new(station, variable, is_over=is_over):
            return
        more = [event.get(name) for name in ("techCode", "techInfo")]
        logger.log(
            logging.INFO if is_over else logging.WARNING,
            "%s: alarm %s%s: %s%s",
            station.identity,
            variable,
            " is over" if is_over else "",
            excerpt(event["actualValue"]),
            "".join(f", {excerpt(text)}" for text in more if text),
        )

    def _is_new(self, station: Station, variable: Variable, *, is_over: bool) -> bool:
        """Whether it was not logged a moment ago: stations may repeat themselves."""
        now_s = self._context.clock.monotonic()
        key = (station.identity, variable, is_over)
        logged_s = self._logged.get(key)
        if logged_s is not None and now_s - logged_s < _AGAIN_AFTER_S:
            return False
        if len(self._logged) >= _MOST_NOTED:
            self._logged.clear()
        self._logged[key] = now_s
        # What comes back after it was over is new.
        self._logged.pop((station.identity, variable, not is_over), None)
        return True


def _problem(where: str, variable: Variable, event: Json) -> dict[Datum, Scalar]:
    """The error code of a place; 2.x has none beside the status."""
    if variable.component not in _PLACES or variable.variable != _PROBLEM:
        return {}
    is_there = event["actualValue"].strip().lower() == _TRUE
    is_there = is_there and not event.get("cleared", False)
    code = event.get("techCode") or "OtherError"
    values: dict[Datum, Scalar] = {
        at(where, "error_code"): code if is_there else "NoError"
    }
    if where != STATION:
        told = event.get("techInfo") if is_there else None
        values[at(where, "vendor_error_code")] = told
    return values
