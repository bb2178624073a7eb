"""Whether energy can flow back at a place: version, station and vehicle must agree."""

from __future__ import annotations

from connector.csms.station import STATION
from connector.csms.v2.charging_needs import needs_at
from connector.datapoints.limits.book import Book
from connector.datapoints.limits.profiles import TX
from connector.datapoints.limits.vehicles import Vehicle, vehicle

NO_NEGATIVE = "OCPP {} knows no negative limits"
_SWITCHES = ("Available", "Enabled")
_COMPONENT = "V2XChargingCtrlr"


def vehicle_at(book: Book, where: str) -> Vehicle | None:
    """What the vehicle of the transaction that runs has told of itself."""
    if not book.station.speaks_2:
        return None
    found = needs_at(book.station, where)
    if found is None:
        return None
    return vehicle(found.needs, found.most_periods)


def why_not(book: Book, where: str) -> str | None:
    """Why nothing can discharge at a place now; None where it can."""
    if not book.dialect.can_discharge:
        return NO_NEGATIVE.format(book.dialect.version)
    if book.is_pointless(TX):
        return "this station takes no TxProfile here, and nothing else discharges"
    if where == STATION:
        return "only a connector can discharge, with a limit of its own"
    if _is_switched_off(book, where):
        return "this station does not discharge (V2XChargingCtrlr)"
    found = vehicle_at(book, where)
    if found is None or not found.gives_back:
        return "no vehicle here has asked for a transfer in both directions"
    return None


def _is_switched_off(book: Book, where: str) -> bool:
    known = book.station.configuration
    texts = (
        known.get(f"{_COMPONENT}{place}/{name}") or ""
        for place in ("", f"@{where}")
        for name in _SWITCHES
    )
    return any(text.strip().lower() == "false" for text in texts)
