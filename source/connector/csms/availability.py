"""How a station and its connectors are: StatusNotification, ChangeAvailability.

What follows from a status is here, too: a letter of IEC 61851, plugged, charging.
"""

from __future__ import annotations

from typing import Any

from connector.csms import times
from connector.csms.context import Context, at
from connector.csms.events import StatusChanged, StatusHeard
from connector.csms.facts import Datum, Scalar
from connector.csms.places import place
from connector.csms.station import STATION, Station
from connector.csms.v2 import remote_control as v2
from connector.ocppj.frames import Call
from connector.ocppj.redaction import blank_text
from connector.sessions.handlers import Answer, Handler

Json = dict[str, Any]

# status: letter of IEC 61851, is a vehicle plugged in (None: nobody knows)
STATUSES: dict[str, tuple[str, bool | None]] = {
    "Available": ("A", False),
    "Reserved": ("A", False),
    "Preparing": ("B", True),
    "SuspendedEVSE": ("B", True),
    "Finishing": ("B", True),
    "SuspendedEV": ("B", True),
    "Charging": ("C", True),
    "Unavailable": ("F", None),
    "Faulted": ("E", None),
}
CHARGING = "Charging"


class Availability:
    """Handles what stations say of their status."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self.handlers: dict[str, Handler] = {"StatusNotification": self.on_status}

    def on_status(self, station: Station, call: Call) -> Answer:
        """StatusNotification."""
        return Answer({}, lambda: self._note(station, call.payload))

    def _note(self, station: Station, payload: Json) -> None:
        connector = place(self._context, station, payload["connectorId"])
        if connector is None:
            return
        now_ms = self._context.clock.now_ms()
        text = payload.get("timestamp")
        moment = times.judge(station, text, now_ms, is_live=True)
        self._context.tell(
            station,
            _values(connector.where, payload),
            time_ms=moment.time_ms,
            is_queued=moment.is_queued,
        )
        if moment.is_queued and connector.status is not None:
            return
        before, connector.status = connector.status, payload["status"]
        connector.error_code = payload["errorCode"]
        if before != connector.status:
            event = StatusChanged(station, connector.where, payload["status"])
            self._context.events.emit(event)
        if not moment.is_queued:
            heard = StatusHeard(station, connector.where, payload["status"])
            self._context.events.emit(heard)


def _values(where: str, payload: Json) -> dict[Datum, Scalar]:
    values = status_values(where, payload["status"])
    values[at(where, "error_code")] = payload["errorCode"]
    if where != STATION:
        code = payload.get("vendorErrorCode")
        values[at(where, "vendor_error_code")] = blank_text(code) if code else code
    return values


def status_values(where: str, status: str) -> dict[Datum, Scalar]:
    """A status, and what follows from it."""
    values: dict[Datum, Scalar] = {at(where, "status"): status}
    if where != STATION:
        letter, is_plugged = STATUSES.get(status, (None, None))
        values |= {
            at(where, "status_iec"): letter,
            at(where, "plugged"): is_plugged,
            at(where, "charging"): status == CHARGING,
        }
    return values


async def change_availability(station: Station, where: str, operative: bool) -> Json:
    """ChangeAvailability; gives the wire response."""
    if station.speaks_2:
        return await v2.change_availability(station, where, operative)
    return await station.call(
        "ChangeAvailability",
        {
            "connectorId": int(where),
            "type": "Operative" if operative else "Inoperative",
        },
    )
