"""What vehicles ask for, and plan (2.x, use cases K15 to K17).

Needs are kept with their transaction: limits depend on them, over a restart of ours,
too. A limit that holds goes out again as the answer to them.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from connector.csms.context import Context
from connector.csms.events import (
    ChargingNeedsTold,
    Event,
    TransactionEnded,
    TransactionStarted,
)
from connector.csms.places import place
from connector.csms.station import STATION, Station
from connector.csms.v2.limit_source import LimitSource
from connector.ocppj.frames import Call
from connector.ocppj.redaction import blanked_json
from connector.sessions.handlers import Answer, Handler

Json = dict[str, Any]

_LEARNED = "charging_needs"
_NOT_KEPT = ("evEnergyOffer", "derChargingParameters")
"""They may be long, and no limit depends on them."""


class Needs(NamedTuple):
    """What the vehicle of a transaction asks for (`chargingNeeds`)."""

    needs: Json
    most_periods: int | None
    """How many periods of a schedule it understands."""


def needs_at(station: Station, where: str) -> Needs | None:
    """The needs of the vehicle that charges at a place, if it has told any."""
    running = station.transaction(where)
    kept = station.learned.get(_LEARNED, {}).get(where)
    if running is None or kept is None or kept["transaction"] != running.ocpp_id:
        return None
    return Needs(kept["needs"], kept["most_periods"])


class ChargingNeeds:
    """Answers what stations tell of vehicles, and tells it on."""

    def __init__(self, context: Context, limits: LimitSource) -> None:
        self._context = context
        self._limits = limits
        self.handlers: dict[str, Handler] = {
            "NotifyEVChargingNeeds": self.on_needs,
            "NotifyEVChargingSchedule": self.on_schedule,
        }
        context.events.subscribe(TransactionStarted, self._on_transaction)
        context.events.subscribe(TransactionEnded, self._on_transaction)

    # -- needs

    def on_needs(self, station: Station, call: Call) -> Answer:
        """NotifyEVChargingNeeds: Accepted promises a profile (K15.FR.03)."""
        payload = call.payload
        where = str(payload["evseId"])
        if station.transaction(where) is None:
            return Answer({"status": "Rejected"}, lambda: self._tell(station, payload))
        self._keep(station, where, payload)
        status = "Accepted"
        if station.spoken != "2.0.1" and not self._limits.has_limit(station, where):
            status = "NoChargingProfile"
        return Answer({"status": status}, lambda: self._told(station, where, payload))

    def _keep(self, station: Station, where: str, payload: Json) -> None:
        running = station.transaction(where)
        if running is None:
            return
        needs = payload["chargingNeeds"]
        station.learned[_LEARNED] = {
            **station.learned.get(_LEARNED, {}),
            where: {
                "transaction": running.ocpp_id,
                "needs": {n: v for n, v in needs.items() if n not in _NOT_KEPT},
                "most_periods": payload.get("maxScheduleTuples"),
            },
        }
        self._context.remember(station)

    def _told(self, station: Station, where: str, payload: Json) -> None:
        self._tell(station, payload)
        self._context.events.emit(ChargingNeedsTold(station, where))

    def _tell(self, station: Station, payload: Json) -> None:
        found = place(self._context, station, payload["evseId"])
        if found is None or found.where == STATION:
            return
        needs = dict(payload["chargingNeeds"])
        if "maxScheduleTuples" in payload:
            needs["maxScheduleTuples"] = payload["maxScheduleTuples"]
        text = blanked_json(needs)
        self._context.tell_state(station, found.where, {"ev_charging_needs": text})

    def _on_transaction(self, event: Event) -> None:
        """Needs end with the transaction in which they were told."""
        station = event.station
        kept = station.learned.get(_LEARNED)
        if not kept:
            return
        held = {
            where: needs
            for where, needs in kept.items()
            if (running := station.transaction(where)) is not None
            and running.ocpp_id == needs["transaction"]
        }
        if held != kept:
            station.learned[_LEARNED] = held
            self._context.remember(station)

    # -- schedules

    def on_schedule(self, station: Station, call: Call) -> Answer:
        """NotifyEVChargingSchedule: Accepted is no approval (K15, response status)."""
        return Answer(
            {"status": "Accepted"}, lambda: self._tell_schedule(station, call.payload)
        )

    def _tell_schedule(self, station: Station, payload: Json) -> None:
        found = place(self._context, station, payload["evseId"])
        if found is None or found.where == STATION:
            return
        known = {name: value for name, value in payload.items() if name != "evseId"}
        text = blanked_json(known)
        self._context.tell_state(station, found.where, {"ev_charging_schedule": text})
