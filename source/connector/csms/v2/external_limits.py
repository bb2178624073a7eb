"""Limits that somebody else has set at a station (2.x, use cases K11 to K14)."""

from __future__ import annotations

from typing import Any

from connector.csms.context import Context
from connector.csms.events import ExternalLimitsChanged
from connector.csms.places import place
from connector.csms.station import STATION, Station
from connector.ocppj.frames import Call
from connector.ocppj.redaction import blanked_json
from connector.sessions.handlers import Answer, Handler

Json = dict[str, Any]

_LEARNED = "external_limits"
_MOST_SOURCES = 8
_MOST_PERIODS = 96
"""Of each schedule: a day in quarters of an hour."""
_MOST_SCHEDULES = 3


def external_limits(station: Station) -> dict[str, list[Json]]:
    """By place: what was told, with `received_ms`."""
    kept = station.learned.get(_LEARNED) or {}
    return {where: list(by_source.values()) for where, by_source in kept.items()}


class ExternalLimits:
    """Keeps what stations tell of them: they hold until they are said to be over."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self.handlers: dict[str, Handler] = {
            "NotifyChargingLimit": self.on_limit,
            "ClearedChargingLimit": self.on_cleared,
        }

    def on_limit(self, station: Station, call: Call) -> Answer:
        """NotifyChargingLimit."""
        return Answer({}, lambda: self._set(station, call.payload))

    def on_cleared(self, station: Station, call: Call) -> Answer:
        """ClearedChargingLimit."""
        return Answer({}, lambda: self._clear(station, call.payload))

    def _set(self, station: Station, payload: Json) -> None:
        found = place(self._context, station, payload.get("evseId", 0))
        if found is None:
            return
        limit = payload["chargingLimit"]
        entry = {
            **limit,
            "chargingSchedule": [
                _shortened(schedule)
                for schedule in payload.get("chargingSchedule", ())[:_MOST_SCHEDULES]
            ],
            "received_ms": self._context.clock.now_ms(),
        }
        kept = _kept(station)
        there = kept.setdefault(found.where, {})
        there.pop(limit["chargingLimitSource"], None)
        there[limit["chargingLimitSource"]] = entry
        while len(there) > _MOST_SOURCES:
            del there[next(iter(there))]
        self._changed(station, kept, [found.where])

    def _clear(self, station: Station, payload: Json) -> None:
        """Without an EVSE it is over everywhere."""
        kept = _kept(station)
        source, evse_id = payload["chargingLimitSource"], payload.get("evseId")
        places = list(kept) if evse_id is None else [str(evse_id)]
        places = [where for where in places if source in kept.get(where, {})]
        for where in places:
            del kept[where][source]
        self._changed(station, kept, places)

    def _changed(self, station: Station, kept: Json, places: list[str]) -> None:
        station.learned[_LEARNED] = {w: there for w, there in kept.items() if there}
        if not station.is_adopted:
            return
        self._context.remember(station)
        for where in places or [STATION]:
            told = [_told(entry) for entry in kept.get(where, {}).values()]
            text = blanked_json(told) if told else None
            self._context.tell_state(station, where, {"external_limit": text})
        self._context.events.emit(ExternalLimitsChanged(station))


def _kept(station: Station) -> dict[str, dict[str, Json]]:
    kept = station.learned.get(_LEARNED) or {}
    return {where: dict(by_source) for where, by_source in kept.items()}


def _shortened(schedule: Json) -> Json:
    periods = schedule["chargingSchedulePeriod"][:_MOST_PERIODS]
    names = ("chargingRateUnit", "startSchedule", "duration")
    found = {name: schedule[name] for name in names if name in schedule}
    return {**found, "chargingSchedulePeriod": periods}


def _told(entry: Json) -> Json:
    return {name: value for name, value in entry.items() if name != "received_ms"}
