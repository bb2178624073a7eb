"""What a charging loop's response allows its vehicle. Pure."""

from __future__ import annotations

from typing import Any

from v2g.envelope import Json

_IN_ISO2 = {
    "ChargingStatusRes": "EVSEMaxCurrent",
    "CurrentDemandRes": "EVSEMaximumCurrentLimit",
}
_IN_ISO20 = ("EVSETargetActivePower", "EVSEMaximumChargePower")


def limit_of(name: str, members: Json) -> float | None:
    """A per phase (-2 AC), A (-2 DC), W (-20 DC), W of L1 (-20 AC); None: not told.

    Below 0 it is to feed back (-20 AC).
    """
    if name in _IN_ISO2:
        return number(members.get(_IN_ISO2[name]))
    values = _of_loop(members)
    return next((number(values[m]) for m in _IN_ISO20 if m in values), None)


def feeds_back(members: Json) -> float | None:
    """What may be fed back at DC, W (-20); None: not told."""
    return number(_of_loop(members).get("EVSEMaximumDischargePower"))


def _of_loop(members: Json) -> Json:
    """What a loop of -20 tells, in whatever mode it is."""
    for mode, values in members.items():
        if mode.endswith("ResControlMode") and isinstance(values, dict):
            return values
    return {}


def amperes_of(name: str, members: Json) -> float | None:
    """The current that a response allows at DC; None: not told."""
    if name == "CurrentDemandRes":
        return limit_of(name, members)
    return number(_of_loop(members).get("EVSEMaximumChargeCurrent"))


def number(value: Any) -> float | None:
    """A value of -2 (Multiplier) or -20 (Exponent)."""
    if not isinstance(value, dict) or "Value" not in value:
        return None
    exponent = int(value.get("Multiplier") or value.get("Exponent") or 0)
    return float(value["Value"] * 10.0**exponent)
