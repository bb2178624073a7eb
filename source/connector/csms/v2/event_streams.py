"""Streams of a monitored variable's values (2.1, use cases N11 to N15).

A station opens a stream for a monitor; its values come as SEND, and nobody answers.
"""

from __future__ import annotations

import logging
from typing import Any

from connector.csms import sampled, times, unknown_names
from connector.csms.context import Context
from connector.csms.events import Answered, Forgotten, MonitorsTold
from connector.csms.facts import Datum, Scalar, Weight
from connector.csms.places import place
from connector.csms.sampled import Reading
from connector.csms.station import STATION, Station
from connector.csms.times import DAY_MS
from connector.csms.v2.evses import connector_where
from connector.csms.v2.variables import Variable, of_wire
from connector.ocppj.frames import Call
from connector.sessions.handlers import Handler

Json = dict[str, Any]

logger = logging.getLogger(__name__)

_LEARNED = "event_streams"
"""In `Station.learned`: by id of the stream, `monitor` and, where known, `variable`."""
MOST_STREAMS = 32
_MOST_MONITORS = 200
_MOST_VALUES = 1000
"""Of one message; the newest."""
_FULL = {
    "status": "Rejected",
    "statusInfo": {
        "reasonCode": "TooManyElements",
        "additionalInfo": f"at most {MOST_STREAMS} streams of a station",
    },
}
_FLAGS = {"true": True, "false": False}


class EventStreams:
    """Lets stations open streams, and shows their values."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._monitors: dict[str, dict[int, Variable]] = {}
        self.handlers: dict[str, Handler] = {
            "OpenPeriodicEventStream": self.on_open,
            "ClosePeriodicEventStream": self.on_close,
            "NotifyPeriodicEventStream": self.on_values,
        }
        context.events.subscribe(Answered, self._on_answered)
        context.events.subscribe(MonitorsTold, self._on_monitors)
        context.events.subscribe(Forgotten, self._on_forgotten)

    # -- streams

    def on_open(self, station: Station, call: Call) -> Json:
        """OpenPeriodicEventStream; an id that is open already begins anew."""
        stream = call.payload["constantStreamData"]
        known = _streams(station)
        if len(known) >= MOST_STREAMS and str(stream["id"]) not in known:
            if station.first_time("streams"):
                logger.warning(
                    "%s: may not open more than %d streams",
                    station.identity,
                    MOST_STREAMS,
                )
            return _FULL
        opened = {str(stream["id"]): self._stream(station, stream)}
        self._keep(station, {**known, **opened})
        return {"status": "Accepted"}

    def on_close(self, station: Station, call: Call) -> Json:
        """ClosePeriodicEventStream."""
        closed = str(call.payload["id"])
        known = _streams(station)
        if closed in known:
            left = {number: s for number, s in known.items() if number != closed}
            self._keep(station, left)
        return {}

    def _stream(self, station: Station, told: Json) -> Json:
        monitor = told["variableMonitoringId"]
        stream: Json = {"monitor": monitor}
        variable = self._monitors.get(station.identity, {}).get(monitor)
        if variable is not None:
            stream["variable"] = _place_and_name(station, variable)
        return stream

    def _keep(self, station: Station, streams: Json) -> None:
        if streams != _streams(station):
            station.learned[_LEARNED] = streams
            self._context.remember(station)

    # -- what is monitored

    def _on_answered(self, event: Answered) -> None:
        match event.action:
            case "SetVariableMonitoring":
                results = event.answer["setMonitoringResult"]
                set_ = [r for r in results if r["status"] == "Accepted" and "id" in r]
                self._learn(event.station, {r["id"]: of_wire(r) for r in set_})
            case "GetPeriodicEventStream":
                told = event.answer.get("constantStreamData", [])[:MOST_STREAMS]
                before = _streams(event.station)
                streams = {
                    str(stream["id"]): _still(before, stream)
                    or self._stream(event.station, stream)
                    for stream in told
                }
                self._keep(event.station, streams)

    def _on_monitors(self, event: MonitorsTold) -> None:
        monitors = {number: of_wire(item) for number, item in event.monitors.items()}
        self._learn(event.station, monitors)

    def _learn(self, station: Station, monitors: dict[int, Variable]) -> None:
        known = self._monitors.setdefault(station.identity, {})
        known |= monitors
        while len(known) > _MOST_MONITORS:
            del known[next(iter(known))]
        streams = {
            number: {**s, "variable": _place_and_name(station, monitors[s["monitor"]])}
            if s["monitor"] in monitors
            else s
            for number, s in _streams(station).items()
        }
        self._keep(station, streams)

    def _on_forgotten(self, event: Forgotten) -> None:
        self._monitors.pop(event.station.identity, None)

    # -- values

    def on_values(self, station: Station, call: Call) -> None:
        """NotifyPeriodicEventStream."""
        payload = call.payload
        datum = self._datum(station, str(payload["id"]))
        if datum is None:
            return
        values = sorted(payload["data"], key=lambda item: item["t"])[-_MOST_VALUES:]
        base_ms, is_queued = self._base(station, payload["basetime"], values[-1]["t"])
        for item in values:
            self._context.tell(
                station,
                {datum: _scalar(item["v"])},
                time_ms=base_ms + _offset_ms(item["t"]),
                weight=Weight.SAMPLE,
                is_queued=is_queued,
            )

    def _datum(self, station: Station, number: str) -> Datum | None:
        """What the values of a stream are; None where there is no room for it."""
        stream = _streams(station).get(number, {})
        where, name = stream.get("variable", (STATION, f"stream.{number}"))
        if place(self._context, station, int(where.partition(".")[0])) is None:
            return None
        datum = Datum(where, name)
        reading = Reading({datum: None}, [datum], [])
        unknown_names.bound(station, reading)
        return datum if reading.values else None

    def _base(self, station: Station, text: str, last_s: float) -> tuple[int, bool]:
        """The time that offsets add to, so that the last value holds when it may."""
        now_ms = self._context.clock.now_ms()
        base_ms = times.parse(text)
        if base_ms is None:
            return now_ms - _offset_ms(last_s), False
        # Judged in whole seconds, and never before the value itself.
        last_ms = -(-(base_ms + _offset_ms(last_s)) // 1000) * 1000
        moment = times.judge(station, times.iso(last_ms), now_ms, is_live=False)
        return base_ms + moment.time_ms - last_ms, moment.is_queued


def _still(before: Json, told: Json) -> Json | None:
    """A stream as it was known, if it is that of the same monitor."""
    stream: Json | None = before.get(str(told["id"]))
    same = stream is not None and stream["monitor"] == told["variableMonitoringId"]
    return stream if same else None


def _streams(station: Station) -> Json:
    found: Json = station.learned.get(_LEARNED, {})
    return found


def _place_and_name(station: Station, variable: Variable) -> list[str]:
    """Where a variable is shown, and as what: `Component.instance.Variable`."""
    evse, connector = variable.evse or 0, variable.connector or 0
    where = connector_where(evse, connector) if evse else STATION
    parts = [variable.component, variable.instance]
    if "." in where and where not in station.parts:
        where = str(evse)
        parts.append(str(connector))
    parts += [variable.variable, variable.variable_instance]
    return [where, sampled.safe_name(".".join(filter(None, parts)))]


def _offset_ms(seconds: float) -> int:
    """Within a day: what is further away is no time that anybody meant."""
    return round(min(max(seconds * 1000, -DAY_MS), DAY_MS))


def _scalar(text: str) -> Scalar:
    """A value of the device model, whose type nobody has told."""
    flag = _FLAGS.get(text.strip().lower())
    if flag is not None:
        return flag
    found = sampled.number(text)
    return text if found is None else found
