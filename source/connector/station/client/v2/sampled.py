"""Readings as the sampledValue of 2.x (part 2, 2.36 and the appendix on measurands)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from connector.station.ports import Reading
from connector.station.times import iso

Json = dict[str, Any]
ENERGY = "Energy.Active.Import.Register"
_IN_THE_CAR = frozenset({"SoC"})
Value = tuple[float, str | None]
"""A number, and its phase where it has one."""
_Values = Iterator[Value]


@dataclass(frozen=True, slots=True)
class Offered:
    """What a vehicle may draw: in all, and per phase."""

    power_w: float
    current_a: float


@dataclass(frozen=True, slots=True)
class Shown:
    """What is told beside the numbers of a meter."""

    offered: Offered | None = None
    is_signed: bool = True
    has_public_key: bool = True


PLAIN = Shown()


def _one(number: float | None) -> _Values:
    if number is not None:
        yield number, None


def _phases(numbers: Sequence[float], form: str) -> _Values:
    """By phase; of a single number nobody says which (DC, or one phase alone)."""
    if len(numbers) == 1:
        yield numbers[0], None
        return
    for place, number in enumerate(numbers, 1):
        yield number, form.format(place)


def _drawn(reading: Reading) -> _Values:
    is_fed_back = reading.power_w < 0
    numbers = [0.0 if is_fed_back else abs(a) for a in reading.currents_a]
    return _phases(numbers, "L{}")


def _fed_back(reading: Reading) -> _Values:
    is_fed_back = reading.power_w < 0
    numbers = [abs(a) if is_fed_back else 0.0 for a in reading.currents_a]
    return _phases(numbers, "L{}")


def _factor(reading: Reading) -> float | None:
    if reading.reactive_var is None:
        return None
    apparent = (reading.power_w**2 + reading.reactive_var**2) ** 0.5
    return abs(reading.power_w) / apparent if apparent else 1.0


def _percent(share: float | None) -> float | None:
    return None if share is None else share * 100


_MEASURANDS: Mapping[str, tuple[str | None, int, Callable[[Reading], _Values]]] = (
    MappingProxyType(
        {
            ENERGY: ("Wh", 3, lambda r: _one(r.energy_wh)),
            "Energy.Active.Export.Register": ("Wh", 3, lambda r: _one(r.exported_wh)),
            "Power.Active.Import": ("W", 1, lambda r: _one(max(0.0, r.power_w))),
            "Power.Active.Export": ("W", 1, lambda r: _one(max(0.0, -r.power_w))),
            "Power.Reactive.Import": ("var", 1, lambda r: _one(r.reactive_var)),
            "Power.Factor": (None, 3, lambda r: _one(_factor(r))),
            "Current.Import": ("A", 2, _drawn),
            "Current.Export": ("A", 2, _fed_back),
            "Voltage": ("V", 1, lambda r: _phases(r.voltages, "L{}-N")),
            "Frequency": ("Hz", 2, lambda r: _one(r.frequency_hz)),
            "SoC": ("Percent", 1, lambda r: _one(_percent(r.state_of_charge))),
        }
    )
)
"""Unit, digits after the point, and where the numbers come from."""
_OFFERED: Mapping[str, tuple[str, Callable[[Offered], float]]] = MappingProxyType(
    {
        "Power.Offered": ("W", lambda offered: offered.power_w),
        "Current.Offered": ("A", lambda offered: offered.current_a),
    }
)


def meter_value(
    time_ms: int,
    reading: Reading,
    measurands: Sequence[str],
    context: str,
    shown: Shown = PLAIN,
) -> Json | None:
    """A MeterValueType; None where the meter shows nothing that is wanted."""
    found: list[Json] = []
    for measurand in measurands:
        found += _plain(reading, measurand, context, shown)
        found += _offer(measurand, context, shown)
    return {"timestamp": iso(time_ms), "sampledValue": found} if found else None


def _plain(
    reading: Reading, measurand: str, context: str, shown: Shown
) -> Iterator[Json]:
    known = _MEASURANDS.get(measurand)
    if known is None:
        return
    unit, digits, values = known
    signed = reading.signed.get(measurand) if shown.is_signed else None
    for number, phase in values(reading):
        value = _value(round(number, digits), measurand, context, unit)
        if phase is not None:
            value["phase"] = phase
        elif signed is not None:
            value["signedMeterValue"] = _signed(signed, shown)
        yield value


def _value(number: float, measurand: str, context: str, unit: str | None) -> Json:
    value: Json = {
        "value": number,
        "context": context,
        "measurand": measurand,
        "location": "EV" if measurand in _IN_THE_CAR else "Outlet",
    }
    if unit is not None:
        value["unitOfMeasure"] = {"unit": unit}
    return value


def _signed(signed: Mapping[str, Any], shown: Shown) -> Json:
    """2.0.1 requires all members; a key that is not told is empty there."""
    found = {"signingMethod": "", "encodingMethod": "", "publicKey": "", **signed}
    return found if shown.has_public_key else {**found, "publicKey": ""}


def _offer(measurand: str, context: str, shown: Shown) -> Iterator[Json]:
    known = _OFFERED.get(measurand)
    if known is not None and shown.offered is not None:
        unit, number = known
        yield _value(round(number(shown.offered), 1), measurand, context, unit)


def phases_used(reading: Reading | None) -> int | None:
    """On how many phases current flows; None where nobody can tell."""
    if reading is None or not reading.currents_a or not reading.voltages:
        return None
    used = sum(1 for current in reading.currents_a if abs(current) >= _LEAST_A)
    return used or None


_LEAST_A = 0.5
