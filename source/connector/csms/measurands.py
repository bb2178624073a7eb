"""What stations measure: OCPP's measurands, their units, and how totals are made.

Names, units and scales never depend on how a station spells them (contract: datapoints,
section 1); 1.6 and 2.x share one vocabulary.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum

DEFAULT_MEASURAND = "Energy.Active.Import.Register"


class Total(Enum):
    """How the total follows from phases where only phases come."""

    SUM = "sum"
    MEAN = "mean"
    VOLTAGE = "voltage"
    LARGEST = "largest"


@dataclass(frozen=True, slots=True)
class Measurand:
    """One measurand in its canonical unit; ``is_flow``: it is 0 when nothing flows."""

    unit: str
    example: float
    text: str
    total: Total = Total.SUM
    is_flow: bool = False


_SUM, _MEAN, _LARGEST = Total.SUM, Total.MEAN, Total.LARGEST

# fmt: off
MEASURANDS: dict[str, Measurand] = {
    "Current.Export": Measurand("A", 16.0, "current to the grid", _LARGEST, is_flow=True),
    "Current.Import": Measurand("A", 16.0, "current to the vehicle", _LARGEST, is_flow=True),
    "Current.Offered": Measurand("A", 16.0, "current offered to the vehicle", _LARGEST),
    "Energy.Active.Export.Register": Measurand("Wh", 1234.0, "energy to the grid, meter reading"),
    "Energy.Active.Import.Register": Measurand("Wh", 1234567.0, "energy to vehicles, meter reading"),
    "Energy.Reactive.Export.Register": Measurand("varh", 12.0, "reactive energy to the grid, meter reading"),
    "Energy.Reactive.Import.Register": Measurand("varh", 12.0, "reactive energy to vehicles, meter reading"),
    "Energy.Active.Export.Interval": Measurand("Wh", 10.0, "energy to the grid in the last interval"),
    "Energy.Active.Import.Interval": Measurand("Wh", 120.0, "energy to the vehicle in the last interval"),
    "Energy.Active.Net": Measurand("Wh", 1234.0, "net energy"),
    "Energy.Reactive.Export.Interval": Measurand("varh", 1.0, "reactive energy to the grid in the last interval"),
    "Energy.Reactive.Import.Interval": Measurand("varh", 1.0, "reactive energy to the vehicle in the last interval"),
    "Energy.Reactive.Net": Measurand("varh", 1.0, "net reactive energy"),
    "Energy.Apparent.Net": Measurand("VAh", 1234.0, "net apparent energy"),
    "Energy.Apparent.Import": Measurand("VAh", 1234.0, "apparent energy to vehicles"),
    "Energy.Apparent.Export": Measurand("VAh", 1234.0, "apparent energy to the grid"),
    "Frequency": Measurand("Hz", 50.0, "grid frequency", _MEAN),
    "Power.Active.Export": Measurand("W", 3600.0, "power to the grid", is_flow=True),
    "Power.Active.Import": Measurand("W", 11000.0, "power to the vehicle", is_flow=True),
    "Power.Factor": Measurand("", 0.99, "power factor, 0 to 1", _MEAN),
    "Power.Offered": Measurand("W", 11000.0, "power offered to the vehicle"),
    "Power.Reactive.Export": Measurand("var", 10.0, "reactive power to the grid", is_flow=True),
    "Power.Reactive.Import": Measurand("var", 10.0, "reactive power to the vehicle", is_flow=True),
    "RPM": Measurand("rpm", 1200.0, "fan speed", _MEAN),
    "SoC": Measurand("Percent", 55.0, "state of charge of the vehicle", _MEAN),
    "Temperature": Measurand("Celsius", 25.0, "temperature", _MEAN),
    "Voltage": Measurand("V", 230.0, "voltage", Total.VOLTAGE),
}
# fmt: on

Scale = Callable[[float], float]
_PREFIXES = {"": 1.0, "k": 1e3, "K": 1e3, "m": 1e-3, "M": 1e6}
_BASES = ("W", "Wh", "A", "V", "Hz", "var", "varh", "VA", "VAh")
_ROUNDED = 6


def _times(factor: float) -> Scale:
    return lambda value: round(value * factor, _ROUNDED)


def as_it_is(value: float) -> float:
    """The number is canonical already."""
    return value


def _spellings(base: str) -> set[str]:
    return {base, base.lower(), base.upper()}


UNITS: dict[str, tuple[str, Scale]] = {
    prefix + spelling: (base, _times(factor) if factor != 1 else as_it_is)
    for base in _BASES
    for spelling in _spellings(base)
    for prefix, factor in _PREFIXES.items()
} | {
    "Hertz": ("Hz", as_it_is),
    "Watt": ("W", as_it_is),
    "Volt": ("V", as_it_is),
    "Ampere": ("A", as_it_is),
    "Amp": ("A", as_it_is),
    "Percent": ("Percent", as_it_is),
    "percent": ("Percent", as_it_is),
    "%": ("Percent", as_it_is),
    "Celsius": ("Celsius", as_it_is),
    "Celcius": ("Celsius", as_it_is),
    "C": ("Celsius", as_it_is),
    "Fahrenheit": ("Celsius", lambda value: round((value - 32) / 1.8, _ROUNDED)),
    "K": ("Celsius", lambda value: round(value - 273.15, _ROUNDED)),
    "RPM": ("rpm", as_it_is),
    "rpm": ("rpm", as_it_is),
}
"""Every spelling: the canonical unit, and how a number gets there."""


def scale(measurand: Measurand, unit: str | None, multiplier: int = 0) -> Scale | None:
    """How numbers of ``unit`` become canonical; None for a unit of something else."""
    if not unit or unit == measurand.unit:
        return _times(10.0**multiplier) if multiplier else as_it_is
    canonical, convert = UNITS.get(unit, ("", as_it_is))
    if measurand.unit == "" and unit in ("Percent", "%"):
        canonical, convert = "", _times(0.01)
    elif canonical != measurand.unit:
        return None
    if multiplier:
        factor = 10.0**multiplier
        return lambda value: convert(value * factor)
    return convert
