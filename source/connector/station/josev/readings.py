"""`meter_values`: what a meter shows, in Josev's words. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from connector.station.model import Rating
from connector.station.ports import Reading
from connector.station.times import iso

Json = dict[str, Any]
_LINES = ("l1", "l2", "l3")
_GRID_HZ = 50.0
_SIGNED = {
    "signedMeterData": "signed_meter_data",
    "signingMethod": "signing_method",
    "encodingMethod": "encoding_method",
    "publicKey": "public_key",
}


def of(reading: Reading, rating: Rating, now_ms: int) -> Json:
    """The data of the answer, without the EVSE."""
    is_dc = rating.is_dc
    volts = _grid_volts(reading, rating)
    found: Json = {
        "timestamp": iso(now_ms),
        "voltage": volts,
        "current": _lines(() if is_dc else reading.currents_a),
        "power_factor": _power_factor(reading, is_dc=is_dc),
        "frequency": _GRID_HZ if reading.frequency_hz is None else reading.frequency_hz,
        "total_active_energy_imported": round(reading.energy_wh, 3),
        "total_reactive_energy_imported": round(reading.reactive_varh or 0.0, 3),
    }
    if is_dc:
        found["dc_current"] = next(iter(reading.currents_a), 0.0)
        found["dc_voltage"] = next(iter(reading.voltages), 0.0)
    if reading.exported_wh is not None:
        found["total_active_energy_exported"] = round(reading.exported_wh, 3)
    if reading.state_of_charge is not None:
        found["soc"] = round(reading.state_of_charge * 100)
    if reading.signed:
        found["signed_meter_values"] = _signed(reading.signed)
    return found


def _grid_volts(reading: Reading, rating: Rating) -> Json:
    """At DC the meter is behind the rectifier, and knows nothing of the grid."""
    if rating.is_dc or not reading.voltages:
        nominal = 230.0 if rating.is_dc else rating.voltage
        return _lines((nominal,) * (3 if rating.is_dc else rating.phases))
    return _lines(reading.voltages)


def _lines(values: tuple[float, ...]) -> Json:
    there = (*values, 0.0, 0.0, 0.0)
    return {line: round(there[number], 3) for number, line in enumerate(_LINES)}


def _power_factor(reading: Reading, *, is_dc: bool) -> float:
    pairs = zip(reading.voltages, reading.currents_a, strict=False)
    apparent = sum(abs(volts * amperes) for volts, amperes in pairs)
    if is_dc or apparent <= 0:
        return 1.0
    return round(min(1.0, abs(reading.power_w) / apparent), 4)


def _signed(signed: Mapping[str, Mapping[str, Any]]) -> list[Json]:
    return [
        {"measurand": measurand, **_signature(value)}
        for measurand, value in signed.items()
    ]


def _signature(value: Mapping[str, Any]) -> Json:
    return {ours: str(value.get(theirs, "")) for theirs, ours in _SIGNED.items()}
