"""Readings as the sampledValue of 2.x (part 2, 2.36 and the appendix on measurands)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType
from typing import Any

from connector.station.ports import Reading
from connector.station.times import iso

Json = dict[str, Any]
ENERGY = "Energy.Active.Import.Register"
_IN_THE_CAR = frozenset({"SoC"})
_L, _L_N = ("L1", "L2", "L3"), ("L1-N", "L2-N", "L3-N")
Numbers = float | tuple[float, ...] | None
"""One number, one of each phase, or none."""


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


def _drawn(reading: Reading) -> Numbers:
    if reading.power_w < 0:
        return (0.0,) * len(reading.currents_a)
    return tuple(map(abs, reading.currents_a))


def _fed_back(reading: Reading) -> Numbers:
    if reading.power_w < 0:
        return tuple(map(abs, reading.currents_a))
    return (0.0,) * len(reading.currents_a)


def _factor(reading: Reading) -> float | None:
    if reading.reactive_var is None:
        return None
    apparent = (reading.power_w**2 + reading.reactive_var**2) ** 0.5
    return abs(reading.power_w) / apparent if apparent else 1.0


def _percent(share: float | None) -> float | None:
    return None if share is None else share * 100


_MEASURANDS: Mapping[
    str, tuple[str | None, int, tuple[str, ...], Callable[[Reading], Numbers]]
] = MappingProxyType(
    {
        ENERGY: ("Wh", 3, (), lambda r: r.energy_wh),
        "Energy.Active.Export.Register": ("Wh", 3, (), lambda r: r.exported_wh),
        "Energy.Reactive.Import.Register": ("varh", 3, (), lambda r: r.reactive_varh),
        "Power.Active.Import": ("W", 1, (), lambda r: max(0.0, r.power_w)),
        "Power.Active.Export": ("W", 1, (), lambda r: max(0.0, -r.power_w)),
        "Power.Reactive.Import": ("var", 1, (), lambda r: r.reactive_var),
        "Power.Factor": (None, 3, (), _factor),
        "Current.Import": ("A", 2, _L, _drawn),
        "Current.Export": ("A", 2, _L, _fed_back),
        "Voltage": ("V", 1, _L_N, lambda r: r.voltages),
        "Frequency": ("Hz", 2, (), lambda r: r.frequency_hz),
        "SoC": ("Percent", 1, (), lambda r: _percent(r.state_of_charge)),
    }
)
"""Unit, digits after the point, phases, and where the numbers come from."""
_OFFERED: Mapping[str, tuple[str, Callable[[Offered], float]]] = MappingProxyType(
    {
        "Power.Offered": ("W", lambda offered: offered.power_w),
        "Current.Offered": ("A", lambda offered: offered.current_a),
    }
)


@dataclass(frozen=True, slots=True)
class _Shape:
    """What is the same in every value of a measurand."""

    measurand: str
    digits: int
    read: Callable[[Reading], Numbers] | None
    offered: Callable[[Offered], float] | None
    plain: Json
    phases: tuple[Json, ...]


def meter_value(
    time_ms: int,
    reading: Reading,
    measurands: Sequence[str],
    context: str,
    shown: Shown = PLAIN,
) -> Json | None:
    """A MeterValueType; None where the meter shows nothing that is wanted."""
    found: list[Json] = []
    for shape in _shapes(tuple(measurands), context):
        if shape.read is not None:
            _add(found, shape, shape.read(reading), reading, shown)
        elif shape.offered is not None and shown.offered is not None:
            found.append(_value(shape.plain, shape.offered(shown.offered), 1))
    return {"timestamp": iso(time_ms), "sampledValue": found} if found else None


def _add(
    found: list[Json], shape: _Shape, numbers: Numbers, reading: Reading, shown: Shown
) -> None:
    digits = shape.digits
    if isinstance(numbers, tuple):
        if len(numbers) > 1:
            for form, number in zip(shape.phases, numbers, strict=False):
                found.append(_value(form, number, digits))
            return
        # Of a single number nobody says which phase (DC, or one phase alone).
        numbers = numbers[0] if numbers else None
    if numbers is None:
        return
    value = _value(shape.plain, numbers, digits)
    if reading.signed and shown.is_signed and shape.measurand in reading.signed:
        value["signedMeterValue"] = _signed(reading.signed[shape.measurand], shown)
    found.append(value)


def _value(form: Json, number: float, digits: int) -> Json:
    value = form.copy()
    value["value"] = round(number, digits)
    return value


@lru_cache(maxsize=256)
def _shapes(measurands: tuple[str, ...], context: str) -> tuple[_Shape, ...]:
    is_known = (_MEASURANDS.keys() | _OFFERED.keys()).__contains__
    return tuple(_shape(each, context) for each in measurands if is_known(each))


def _shape(measurand: str, context: str) -> _Shape:
    if measurand in _OFFERED:
        unit, offered = _OFFERED[measurand]
        return _Shape(measurand, 1, None, offered, _form(measurand, context, unit), ())
    of_meter, digits, phases, read = _MEASURANDS[measurand]
    plain = _form(measurand, context, of_meter)
    forms = tuple({**plain, "phase": phase} for phase in phases)
    return _Shape(measurand, digits, read, None, plain, forms)


def _form(measurand: str, context: str, unit: str | None) -> Json:
    form: Json = {
        "value": 0.0,
        "context": context,
        "measurand": measurand,
        "location": "EV" if measurand in _IN_THE_CAR else "Outlet",
    }
    if unit is not None:
        form["unitOfMeasure"] = {"unit": unit}
    return form


def _signed(signed: Mapping[str, Any], shown: Shown) -> Json:
    """2.0.1 requires all members; a key that is not told is empty there."""
    found = {"signingMethod": "", "encodingMethod": "", "publicKey": "", **signed}
    return found if shown.has_public_key else {**found, "publicKey": ""}


def phases_used(reading: Reading | None) -> int | None:
    """On how many phases current flows; None where nobody can tell."""
    if reading is None or not reading.currents_a or not reading.voltages:
        return None
    used = sum(1 for current in reading.currents_a if abs(current) >= _LEAST_A)
    return used or None


_LEAST_A = 0.5
