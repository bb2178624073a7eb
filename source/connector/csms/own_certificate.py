"""The certificate with which a station says who it is, as far as it is known.

It is the one that it has shown on its link, else the last one that it took from us.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from connector.csms.station import Station

Json = dict[str, Any]

LEARNED = "certificate"
"""In `Station.learned`: ``serial``, ``expires_ms`` and, once it was asked to renew it,
``asked_ms``."""


def known(station: Station) -> Json | None:
    """What is kept of it; None: it has none that we know of."""
    found: Json | None = station.learned.get(LEARNED)
    return found


def note(station: Station, serial: str, expires: datetime) -> bool:
    """Keep it with the station; whether it is another one than before."""
    before = known(station)
    if before is not None and before["serial"] == serial:
        return False
    expires_ms = round(expires.timestamp() * 1000)
    station.learned[LEARNED] = {"serial": serial, "expires_ms": expires_ms}
    return True


def holds(station: Station, now_ms: int) -> bool:
    """Whether it has one that has not expired."""
    found = known(station)
    return found is not None and found["expires_ms"] > now_ms
