"""Distributed energy resources: what the grid code asks of a station (2.1, block R).

Controls go out by `call`; which of them a station has is followed by its answers, its
reports, and what it tells of their start and end.
"""

from __future__ import annotations

import logging
from typing import Any

from connector.csms.context import Context
from connector.csms.events import Answered
from connector.csms.station import STATION, Station
from connector.csms.v2.gathered import Gathered
from connector.ocppj.frames import Call
from connector.ocppj.redaction import blanked_json
from connector.sessions.handlers import Answer, Handler

Json = dict[str, Any]
_Controls = dict[str, Json]
"""By id: `type`, `isDefault`, and, as they are told, `started`, `isSuperseded`."""

logger = logging.getLogger(__name__)

_LEARNED = "der_controls"
_MOST = 64
"""Controls of one station that are remembered; the oldest make room."""
_LONGEST_ID = 36
_MOST_REPORTED = 100
_TYPES = {
    "enterService": "EnterService",
    "fixedPFAbsorb": "FixedPFAbsorb",
    "fixedPFInject": "FixedPFInject",
    "fixedVar": "FixedVar",
    "freqDroop": "FreqDroop",
    "gradient": "Gradients",
    "limitMaxDischarge": "LimitMaxDischarge",
}
"""Members of a report that are of one type; a curve names its own."""
_CURVE = "curve"
_FILTERS = ("isDefault", "controlType", "controlId")


class DerControl:
    """Takes alarms and reports, and follows the controls of a station."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._reports = Gathered(context, self._reported)
        self.handlers: dict[str, Handler] = {
            "NotifyDERAlarm": self.on_alarm,
            "NotifyDERStartStop": self.on_start_stop,
            "ReportDERControl": self.on_report,
        }
        context.events.subscribe(Answered, self._on_answered)

    # -- what stations say

    def on_alarm(self, station: Station, call: Call) -> Answer:
        """NotifyDERAlarm."""
        return Answer({}, lambda: self._alarm(station, call.payload))

    def _alarm(self, station: Station, alarm: Json) -> None:
        logger.info(
            "%s: alarm of %s %s%s",
            station.identity,
            alarm["controlType"],
            alarm.get("gridEventFault", ""),
            ", over" if alarm.get("alarmEnded") else "",
        )
        text = blanked_json(alarm)
        self._context.tell_state(station, STATION, {"der_alarm": text})

    def on_start_stop(self, station: Station, call: Call) -> Answer:
        """NotifyDERStartStop."""
        return Answer({}, lambda: self._start_stop(station, call.payload))

    def _start_stop(self, station: Station, told: Json) -> None:
        known, control_id = _known(station), told["controlId"][:_LONGEST_ID]
        control = {**known.get(control_id, {}), "started": told["started"]}
        superseded = told.get("supersededIds", ())
        self._tell(station, _superseding({**known, control_id: control}, superseded))

    def on_report(self, station: Station, call: Call) -> Answer:
        """ReportDERControl."""
        payload, items = call.payload, _items(call.payload)
        return Answer({}, lambda: self._reports.add(station, payload, items))

    def _reported(
        self, station: Station, request: Json | None, items: list[Json]
    ) -> None:
        is_all = request is not None and not any(name in request for name in _FILTERS)
        known = _known(station)
        found = {
            (number := item["id"][:_LONGEST_ID]): {
                **_started(known, number),
                **_control(item),
            }
            for item in items
        }
        shown = blanked_json(items[:_MOST_REPORTED])
        self._context.tell_state(station, STATION, {"der_report": shown})
        self._tell(station, found if is_all else {**known, **found})

    # -- what they agreed to

    def _on_answered(self, event: Answered) -> None:
        station, payload = event.station, event.payload
        match event.action, event.answer.get("status"):
            case "SetDERControl", "Accepted":
                self._set(station, payload, event.answer.get("supersededIds", ()))
            case "ClearDERControl", "Accepted" | "NotFound":
                known = _known(station)
                left = {n: c for n, c in known.items() if not _fits(n, c, payload)}
                if left != known:
                    self._tell(station, left)
            case "GetDERControl", "Accepted":
                self._reports.asked(station, payload)

    def _set(self, station: Station, payload: Json, superseded: Any) -> None:
        control = {"type": payload["controlType"], "isDefault": payload["isDefault"]}
        known = {**_known(station), payload["controlId"]: control}
        self._tell(station, _superseding(known, superseded))

    def _tell(self, station: Station, controls: _Controls) -> None:
        while len(controls) > _MOST:
            del controls[next(iter(controls))]
        station.learned[_LEARNED] = controls
        self._context.remember(station)
        listed = [{"id": number, **control} for number, control in controls.items()]
        text = blanked_json(listed)
        self._context.tell_state(station, STATION, {"der_controls": text})


def _known(station: Station) -> _Controls:
    found: _Controls = station.learned.get(_LEARNED, {})
    return found


def _superseding(controls: _Controls, ids: Any) -> _Controls:
    return {
        number: {**control, "isSuperseded": True} if number in ids else control
        for number, control in controls.items()
    }


def _items(payload: Json) -> list[Json]:
    """The controls of a part of a report, each with its `controlType`."""
    return [
        {"controlType": _TYPES.get(member) or item.get("curveType"), **item}
        for member in (_CURVE, *_TYPES)
        for item in payload.get(member, ())
    ]


def _control(item: Json) -> Json:
    found = {"type": item["controlType"], "isDefault": item.get("isDefault", True)}
    if item.get("isSuperseded"):
        found["isSuperseded"] = True
    return found


def _started(known: _Controls, control_id: str) -> Json:
    """Reports do not tell which controls are in force."""
    control = known.get(control_id, {})
    return {"started": control["started"]} if "started" in control else {}


def _fits(control_id: str, control: Json, cleared: Json) -> bool:
    """Whether a control is one of those that were cleared (2.1 part 2, R04)."""
    if "controlId" in cleared:
        return bool(cleared["controlId"] == control_id)
    is_type = cleared.get("controlType") in (None, control.get("type"))
    return is_type and control.get("isDefault") == cleared["isDefault"]
