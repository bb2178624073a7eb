"""How a station is, ready for JSON."""

from __future__ import annotations

from typing import Any

from connector.station.assembly.station import Station
from connector.station.core.evse import NO_ERROR, Evse

Json = dict[str, Any]


def of(station: Station) -> Json:
    """The station with its EVSEs."""
    client, core = station.client, station.core
    return {
        "station": station.identity,
        "power": station.has_power,
        "connected": client.is_connected,
        "version": client.version_number or None,
        "boot": client.boot_status or None,
        "accepted": client.is_accepted,
        "waiting": client.waiting,
        "status": core.status(0)[0],
        "evses": [of_evse(station, each) for each in core.evses.values()],
    }


def of_evse(station: Station, evse: Evse) -> Json:
    """One EVSE; powers in W, energies in Wh, the state of charge in %."""
    status, code, info = station.core.status(evse.number)
    reading = station.plant.hardware.read(evse.number)
    session = evse.session
    token = session.token if session is not None else None
    found: Json = {
        "evse": evse.number,
        "status": status,
        "error": None if code == NO_ERROR else code,
        "info": info or None,
        "plugged": evse.is_plugged,
        "token": token.id if token is not None else None,
        "transaction": None,
        "limit_w": round(evse.offered_w, 1),
        "power_w": round(reading.power_w, 1),
        "energy_wh": round(reading.energy_wh, 1),
        "soc": _charge(station, evse.number),
    }
    if session is not None and session.is_running:
        found["transaction"] = session.id_16 or session.key
        used_wh = reading.energy_wh - session.meter_start_wh
        found["session_wh"] = round(used_wh, 1)
    return found


def _charge(station: Station, where: int) -> float | None:
    outlets = getattr(station.plant.hardware, "outlets", {})
    vehicle = outlets[where].vehicle if where in outlets else None
    return None if vehicle is None else round(vehicle.state_of_charge * 100, 1)
