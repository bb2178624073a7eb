"""Readings as the sampledValue of 1.6 (section 7.42 and the appendix on measurands)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Any

import orjson

from connector.station.ports import Reading
from connector.station.times import iso

Json = dict[str, Any]
_ENERGY = "Energy.Active.Import.Register"
Value = tuple[float, str | None]
"""A number, and its phase where it has one."""
_Values = Iterator[Value]


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


def _at_least_0(number: float) -> float:
    return max(0.0, number)


def _exported(reading: Reading) -> float | None:
    return _at_least_0(-reading.power_w)


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
            _ENERGY: ("Wh", 0, lambda r: _one(r.energy_wh)),
            "Energy.Active.Export.Register": ("Wh", 0, lambda r: _one(r.exported_wh)),
            "Power.Active.Import": ("W", 1, lambda r: _one(_at_least_0(r.power_w))),
            "Power.Active.Export": ("W", 1, lambda r: _one(_exported(r))),
            "Power.Reactive.Import": ("var", 1, lambda r: _one(r.reactive_var)),
            "Power.Factor": (None, 3, lambda r: _one(_factor(r))),
            "Current.Import": ("A", 2, lambda r: _phases(r.currents_a, "L{}")),
            "Voltage": ("V", 1, lambda r: _phases(r.voltages, "L{}-N")),
            "Frequency": (None, 2, lambda r: _one(r.frequency_hz)),
            "Temperature": ("Celsius", 1, lambda r: _one(r.temperature_c)),
            "SoC": ("Percent", 1, lambda r: _one(_percent(r.state_of_charge))),
        }
    )
)
"""Unit, digits after the point, and where the numbers come from. Frequency has no
unit: StopTransaction knows no Hertz."""
_INSIDE_THE_CAR = frozenset({"SoC"})


def meter_value(
    time_ms: int, reading: Reading, measurands: Sequence[str], context: str
) -> Json | None:
    """A MeterValue; None where the meter shows nothing that is wanted."""
    found: list[Json] = []
    for measurand in measurands:
        found += _signed(reading, measurand, context)
        found += _plain(reading, measurand, context)
    return {"timestamp": iso(time_ms), "sampledValue": found} if found else None


def _plain(reading: Reading, measurand: str, context: str) -> Iterator[Json]:
    known = _MEASURANDS.get(measurand)
    if known is None:
        return
    unit, digits, values = known
    for number, phase in values(reading):
        text = f"{number:.{digits}f}"
        value: Json = {"value": text, "context": context, "measurand": measurand}
        value["location"] = "EV" if measurand in _INSIDE_THE_CAR else "Outlet"
        if unit is not None:
            value["unit"] = unit
        if phase is not None:
            value["phase"] = phase
        yield value


def _signed(reading: Reading, measurand: str, context: str) -> Iterator[Json]:
    """What 2.x has as a SignedMeterValue goes into the value as its JSON."""
    signed = reading.signed.get(measurand)
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
