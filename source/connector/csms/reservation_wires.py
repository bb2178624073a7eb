"""Reservations as each version writes them."""

from __future__ import annotations

from typing import Any, Protocol

from connector.csms import reservation_requests as of_16
from connector.csms.station import Station
from connector.csms.v2 import reservation_requests as of_2
from connector.store.records import ReservationRecord

Json = dict[str, Any]


class Requests(Protocol):
    """How a version writes what is reserved."""

    ID: str
    """The member that is the reservation's id."""
    EXPIRY: str
    """The member that says when it ends."""

    def read(self, payload: Json, where: str, now_ms: int) -> Json:
        """The members of a ReserveNow that somebody wants, as they are understood.

        Raises:
            LocalProtocolError: members are missing, or mean nothing.
        """

    def on_the_wire(self, asked: Json, station: Station) -> Json:
        """The ReserveNow of what was read."""

    def record(
        self, key: str, station: Station, payload: Json, now_ms: int
    ) -> ReservationRecord | None:
        """The reservation that a ReserveNow makes; None: nobody can follow it."""


def requests_of(station: Station) -> Requests:
    """How a station's version writes it."""
    return of_2 if station.speaks_2 else of_16
