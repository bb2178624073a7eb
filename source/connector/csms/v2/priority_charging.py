"""Priority charging, and profiles whose limits a station asks for (2.1, K21, K28)."""

from __future__ import annotations

from typing import Any

from connector.csms.context import Context
from connector.csms.events import (
    Answered,
    Forgotten,
    PriorityChargingChanged,
    TransactionEnded,
)
from connector.csms.station import Station
from connector.csms.v2.limit_source import LimitSource
from connector.ocppj.frames import Call
from connector.sessions.handlers import Answer, Handler

Json = dict[str, Any]


class PriorityCharging:
    """Notes which transactions have it, whoever asked for it."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._active: dict[str, set[str]] = {}
        self.handlers: dict[str, Handler] = {"NotifyPriorityCharging": self.on_notified}
        context.events.subscribe(Answered, self._on_answered)
        context.events.subscribe(TransactionEnded, self._on_ended)
        context.events.subscribe(Forgotten, self._on_forgotten)

    def on_notified(self, station: Station, call: Call) -> Answer:
        """NotifyPriorityCharging."""
        name, is_active = call.payload["transactionId"], call.payload["activated"]
        return Answer({}, lambda: self._note(station, name, is_active=is_active))

    def _on_answered(self, event: Answered) -> None:
        is_it = event.action == "UsePriorityCharging"
        if is_it and event.answer["status"] == "Accepted":
            wanted = event.payload
            self._note(
                event.station, wanted["transactionId"], is_active=wanted["activate"]
            )

    def _note(self, station: Station, ocpp_id: str, *, is_active: bool) -> None:
        for where in station.places:
            running = station.transaction(where)
            if running is not None and running.ocpp_id == ocpp_id:
                self._set(station, where, is_active=is_active)

    def _on_ended(self, event: TransactionEnded) -> None:
        where = event.transaction.where
        if event.station.transaction(where) is None:
            self._set(event.station, where, is_active=False)

    def _on_forgotten(self, event: Forgotten) -> None:
        self._active.pop(event.station.identity, None)

    def _set(self, station: Station, where: str, *, is_active: bool) -> None:
        active = self._active.get(station.identity, set())
        if is_active == (where in active):
            return
        active = active ^ {where}
        if active:
            self._active[station.identity] = active
        else:
            del self._active[station.identity]
        self._context.tell_state(station, where, {"priority_charging": is_active})
        changed = PriorityChargingChanged(station, where, is_active)
        self._context.events.emit(changed)


class DynamicSchedules:
    """Answers stations that ask for the limits of a dynamic profile."""

    def __init__(self, limits: LimitSource) -> None:
        self._limits = limits
        self.handlers: dict[str, Handler] = {"PullDynamicScheduleUpdate": self.on_pull}

    def on_pull(self, station: Station, call: Call) -> Json:
        """PullDynamicScheduleUpdate; a profile that is not ours is rejected."""
        found = self._limits.schedule_update(station, call.payload["chargingProfileId"])
        if found is None:
            return {"status": "Rejected"}
        return {"status": "Accepted", "scheduleUpdate": found}
