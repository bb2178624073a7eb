"""Ids of requests that a station answers in messages of their own (`requestId`)."""

from __future__ import annotations

from connector.csms.context import Context
from connector.csms.events import Answered
from connector.csms.station import Station

_LEARNED = "request_id"
_LARGEST = 2**31 - 1
_OF_STATIONS = "CertificateSigned"
"""Its id is that of the station's own request (2.1)."""


class RequestIds:
    """Counts per station, over restarts, above ids that others have used."""

    def __init__(self, context: Context) -> None:
        self._context = context
        context.events.subscribe(Answered, self._note)

    def next(self, station: Station) -> int:
        """An id that is new to the station."""
        number = int(station.learned.get(_LEARNED, 0)) % _LARGEST + 1
        self._keep(station, number)
        return number

    def _note(self, event: Answered) -> None:
        asked = event.payload.get("requestId")
        if asked is None or event.action == _OF_STATIONS:
            return
        number = int(asked)
        if event.station.learned.get(_LEARNED, 0) < number <= _LARGEST:
            self._keep(event.station, number)

    def _keep(self, station: Station, number: int) -> None:
        station.learned[_LEARNED] = number
        self._context.remember(station)
