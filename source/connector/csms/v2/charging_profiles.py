"""The profiles that a station of 2.x has, as it reports them (use case K09)."""

from __future__ import annotations

from typing import Any

from connector.csms.context import Context
from connector.csms.request_ids import RequestIds
from connector.csms.station import STATION, Station
from connector.csms.v2.evses import evse_id
from connector.csms.v2.gathered import Gathered
from connector.csms.v2.parts import Reports
from connector.errors import CommandRejected
from connector.ocppj.frames import Call
from connector.ocppj.redaction import blanked_json
from connector.sessions.handlers import Answer, Handler

Json = dict[str, Any]

_ACTION = "GetChargingProfiles"


class ChargingProfiles:
    """Asks for them, and puts the reports together, whoever asked."""

    def __init__(self, context: Context, ids: RequestIds) -> None:
        self._context = context
        self._ids = ids
        self._reports = Reports(context.clock)
        self._unasked = Gathered(context, self._tell_unasked)
        self.handlers: dict[str, Handler] = {"ReportChargingProfiles": self.on_report}

    def on_report(self, station: Station, call: Call) -> Answer:
        """ReportChargingProfiles; one that `call` has asked for is shown, too."""
        return Answer({}, lambda: self._take(station, call.payload))

    def _take(self, station: Station, payload: Json) -> None:
        shared = {name: payload[name] for name in ("evseId", "chargingLimitSource")}
        items = [shared | profile for profile in payload["chargingProfile"]]
        if not self._reports.add(station.identity, payload, items):
            self._unasked.add(station, payload, items)

    def _tell_unasked(
        self, station: Station, _request: Json | None, items: list[Json]
    ) -> None:
        self._tell(station, items)

    async def _whole(self, station: Station, request_id: int) -> list[Json]:
        """Wait for a report that is expected, and show it."""
        report = self._reports.expected(station.identity, request_id)
        try:
            items = await report.whole()
        finally:
            self._reports.end(station.identity, request_id)
        self._tell(station, items)
        return items

    def _tell(self, station: Station, items: list[Json]) -> None:
        text = blanked_json(items)
        self._context.tell_state(station, STATION, {"charging_profiles": text})

    async def get(
        self, station: Station, where: str | None = None, **criteria: Any
    ) -> list[Json]:
        """GetChargingProfiles: each with its `evseId` and `chargingLimitSource`.

        ``where`` None is everywhere; ``criteria`` are those of `chargingProfile`.

        Raises:
            CommandRejected: the station answered with a status that nobody knows.
            ReportIncomplete: it began, and did not end.
            ConnectorError: as `Station.call`.
        """
        request_id = self._ids.next(station)
        payload: Json = {"requestId": request_id, "chargingProfile": criteria}
        if where is not None:
            payload["evseId"] = evse_id(where)
        self._reports.expect(station.identity, request_id)
        try:
            answer = await station.call(_ACTION, payload)
            if answer["status"] == "NoProfiles":
                return []
            if answer["status"] != "Accepted":
                raise CommandRejected(answer["status"], answer)
            return await self._whole(station, request_id)
        finally:
            self._reports.end(station.identity, request_id)
