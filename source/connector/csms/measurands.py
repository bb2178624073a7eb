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
    "Current.Export.Minimum": Measurand("A", 6.0, "smallest current that the vehicle can give", _LARGEST),
    "Current.Export.Offered": Measurand("A", 16.0, "current to the grid that the vehicle is allowed", _LARGEST),
    "Current.Import.Minimum": Measurand("A", 6.0, "smallest current that the vehicle can take", _LARGEST),
    "Current.Import.Offered": Measurand("A", 16.0, "current to the vehicle that it is allowed", _LARGEST),
    "Display.BatteryEnergyCapacity": Measurand("Wh", 60000.0, "capacity of the vehicle's battery", _MEAN),
    "Display.ChargingComplete": Measurand("", 0.0, "1 when the vehicle is done, else 0", _MEAN),
    "Display.InletHot": Measurand("", 0.0, "1 while the vehicle's inlet is too hot, else 0", _MEAN),
    "Display.MaximumSOC": Measurand("Percent", 100.0, "state of charge at which the vehicle is full", _MEAN),
    "Display.MinimumSOC": Measurand("Percent", 30.0, "state of charge that the vehicle needs", _MEAN),
    "Display.PresentSOC": Measurand("Percent", 55.0, "state of charge as the vehicle shows it", _MEAN),
    "Display.RemainingTimeToMaximumSOC": Measurand("s", 7200.0, "time until the vehicle is full", _MEAN),
    "Display.RemainingTimeToMinimumSOC": Measurand("s", 600.0, "time until the state of charge that it needs", _MEAN),
    "Display.RemainingTimeToTargetSOC": Measurand("s", 3600.0, "time until the state of charge that it wants", _MEAN),
    "Display.TargetSOC": Measurand("Percent", 80.0, "state of charge that the vehicle wants", _MEAN),
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
    "Energy.Active.Import.CableLoss": Measurand("Wh", 12.0, "energy lost in the cable"),
    "Energy.Active.Import.LocalGeneration.Register": Measurand("Wh", 1234.0, "energy to vehicles from local generation, meter reading"),
    "Energy.Active.Setpoint.Interval": Measurand("Wh", 120.0, "energy of the setpoints in the last interval"),
    "EnergyRequest.Bulk": Measurand("Wh", 20000.0, "energy that the vehicle wants until its bulk state of charge"),
    "EnergyRequest.Maximum": Measurand("Wh", 40000.0, "most energy that the vehicle takes"),
    "EnergyRequest.Maximum.V2X": Measurand("Wh", 30000.0, "most energy that the vehicle takes while it can give, too"),
    "EnergyRequest.Minimum": Measurand("Wh", 10000.0, "least energy that the vehicle needs"),
    "EnergyRequest.Minimum.V2X": Measurand("Wh", 10000.0, "least energy from which on the vehicle gives, too"),
    "EnergyRequest.Target": Measurand("Wh", 30000.0, "energy that the vehicle wants until it leaves"),
    "Frequency": Measurand("Hz", 50.0, "grid frequency", _MEAN),
    "Power.Active.Export": Measurand("W", 3600.0, "power to the grid", is_flow=True),
    "Power.Active.Import": Measurand("W", 11000.0, "power to the vehicle", is_flow=True),
    "Power.Factor": Measurand("", 0.99, "power factor, 0 to 1", _MEAN),
    "Power.Offered": Measurand("W", 11000.0, "power offered to the vehicle"),
    "Power.Reactive.Export": Measurand("var", 10.0, "reactive power to the grid", is_flow=True),
    "Power.Reactive.Import": Measurand("var", 10.0, "reactive power to the vehicle", is_flow=True),
    "Power.Active.Setpoint": Measurand("W", 3600.0, "power that is to flow, as set"),
    "Power.Active.Residual": Measurand("W", 0.0, "difference between the setpoint and the power that flows"),
    "Power.Export.Minimum": Measurand("W", 0.0, "smallest power that the vehicle can give"),
    "Power.Export.Offered": Measurand("W", 11000.0, "power to the grid that the vehicle is allowed"),
    "Power.Import.Minimum": Measurand("W", 1380.0, "smallest power that the vehicle can take"),
    "Power.Import.Offered": Measurand("W", 11000.0, "power to the vehicle that it is allowed"),
    "RPM": Measurand("rpm", 1200.0, "fan speed", _MEAN),
    "SoC": Measurand("Percent", 55.0, "state of charge of the vehicle", _MEAN),
    "Temperature": Measurand("Celsius", 25.0, "temperature", _MEAN),
    "Voltage": Measurand("V", 230.0, "voltage", Total.VOLTAGE),
    "Voltage.Maximum": Measurand("V", 253.0, "largest voltage that is allowed", _LARGEST),
    "Voltage.Minimum": Measurand("V", 207.0, "smallest voltage that is allowed", _LARGEST),
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
