"""Readings as the sampledValue of 1.6 (section 7.42 and the appendix on measurands)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType
from typing import Any

import orjson

from connector.station.ports import Reading
from connector.station.times import iso

Json = dict[str, Any]
_ENERGY = "Energy.Active.Import.Register"
_L, _L_N = ("L1", "L2", "L3"), ("L1-N", "L2-N", "L3-N")
Numbers = float | tuple[float, ...] | None
"""One number, one of each phase, or none."""


def _at_least_0(number: float) -> float:
    return max(0.0, number)


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
        _ENERGY: ("Wh", 0, (), lambda r: r.energy_wh),
        "Energy.Active.Export.Register": ("Wh", 0, (), lambda r: r.exported_wh),
        "Energy.Reactive.Import.Register": ("varh", 0, (), lambda r: r.reactive_varh),
        "Power.Active.Import": ("W", 1, (), lambda r: _at_least_0(r.power_w)),
        "Power.Active.Export": ("W", 1, (), lambda r: _at_least_0(-r.power_w)),
        "Power.Reactive.Import": ("var", 1, (), lambda r: r.reactive_var),
        "Power.Factor": (None, 3, (), _factor),
        "Current.Import": ("A", 2, _L, lambda r: r.currents_a),
        "Voltage": ("V", 1, _L_N, lambda r: r.voltages),
        "Frequency": (None, 2, (), lambda r: r.frequency_hz),
        "Temperature": ("Celsius", 1, (), lambda r: r.temperature_c),
        "SoC": ("Percent", 1, (), lambda r: _percent(r.state_of_charge)),
    }
)
"""Unit, digits after the point, phases, and where the numbers come from. Frequency has
no unit: StopTransaction knows no Hertz."""
_INSIDE_THE_CAR = frozenset({"SoC"})


@dataclass(frozen=True, slots=True)
class _Shape:
    """What is the same in every value of a measurand; ``text`` writes its number."""

    measurand: str
    read: Callable[[Reading], Numbers]
    text: Callable[[float], str]
    plain: Json
    phases: tuple[Json, ...]


def meter_value(
    time_ms: int, reading: Reading, measurands: Sequence[str], context: str
) -> Json | None:
    """A MeterValue; None where the meter shows nothing that is wanted."""
    found: list[Json] = []
    for shape in _shapes(tuple(measurands), context):
        if reading.signed:
            found += _signed(reading.signed, shape.measurand, context)
        numbers, text = shape.read(reading), shape.text
        if isinstance(numbers, tuple):
            # Of a single number nobody says which phase (DC, or one phase alone).
            forms = shape.phases if len(numbers) > 1 else (shape.plain,)
            for form, number in zip(forms, numbers, strict=False):
                value = form.copy()
                value["value"] = text(number)
                found.append(value)
        elif numbers is not None:
            value = shape.plain.copy()
            value["value"] = text(numbers)
            found.append(value)
    return {"timestamp": iso(time_ms), "sampledValue": found} if found else None


@lru_cache(maxsize=256)
def _shapes(measurands: tuple[str, ...], context: str) -> tuple[_Shape, ...]:
    return tuple(_shape(each, context) for each in measurands if each in _MEASURANDS)


def _shape(measurand: str, context: str) -> _Shape:
    unit, digits, phases, read = _MEASURANDS[measurand]
    location = "EV" if measurand in _INSIDE_THE_CAR else "Outlet"
    plain = {
        "value": "",
        "context": context,
        "measurand": measurand,
        "location": location,
    }
    if unit is not None:
        plain["unit"] = unit
    forms = tuple({**plain, "phase": phase} for phase in phases)
    return _Shape(measurand, read, f"%.{digits}f".__mod__, plain, forms)


def _signed(
    all_signed: Mapping[str, Mapping[str, Any]], measurand: str, context: str
) -> Iterator[Json]:
    """What 2.x has as a SignedMeterValue goes into the value as its JSON."""
    signed = all_signed.get(measurand)
    if signed is None:
        return
    yield {
        "value": orjson.dumps(dict(signed)).decode(),
        "context": context,
        "format": "SignedData",
        "measurand": measurand,
        "location": "Outlet",
    }


def at_the_start(session_start_wh: float, started_ms: int) -> Json:
    """The meter when a transaction began, for its transactionData."""
    reading = Reading(session_start_wh)
    found = meter_value(started_ms, reading, (_ENERGY,), "Transaction.Begin")
    assert found is not None  # noqa: S101
    return found
