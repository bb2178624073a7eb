"""A virtual meter: from a power to the sampled values of OCPP 1.6.

Pure but for the given random source, which gives the values their last digits.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable
from dataclasses import dataclass

_PHASES = ("L1", "L2", "L3")
_POWER_FACTOR = 0.99

SampledValue = dict[str, str]


@dataclass(frozen=True, slots=True)
class Reading:
    """What a meter shows at one moment; amperes and volts are per phase."""

    energy_wh: float
    power_w: float
    offered_w: float
    offered_a: float
    currents_a: tuple[float, ...]
    voltages: tuple[float, ...]
    frequency_hz: float
    temperature_c: float
    state_of_charge: float | None = None


class Meter:
    """An energy register with a voltage of its own."""

    def __init__(
        self, register_wh: float, voltage: float, *, is_dc: bool, source: random.Random
    ) -> None:
        self.register_wh = register_wh
        self._voltage = voltage
        self._is_dc = is_dc
        self._source = source
        self._temperature_c = 22.0

    def count(self, energy_wh: float, power_w: float, elapsed_s: float) -> None:
        """Add energy; the housing follows the power slowly."""
        self.register_wh += energy_wh
        final_c = 22.0 + power_w / 1500
        self._temperature_c += (final_c - self._temperature_c) * min(
            1.0, elapsed_s / 600
        )

    def read(
        self,
        power_w: float,
        offered_w: float,
        phases: int,
        state_of_charge: float | None,
    ) -> Reading:
        """Read it, with ``power_w`` flowing over so many phases."""
        conductors = 1 if self._is_dc else phases
        voltages = tuple(
            self._voltage + self._source.gauss(0, 0.6)
            for _ in range(1 if self._is_dc else 3)
        )
        factor = 1.0 if self._is_dc else _POWER_FACTOR
        currents = tuple(
            power_w / conductors / volts / factor if number < conductors else 0.0
            for number, volts in enumerate(voltages)
        )
        return Reading(
            energy_wh=self.register_wh,
            power_w=power_w,
            offered_w=offered_w,
            offered_a=offered_w / (self._voltage * conductors),
            currents_a=currents,
            voltages=voltages,
            frequency_hz=50 + self._source.gauss(0, 0.01),
            temperature_c=self._temperature_c,
            state_of_charge=state_of_charge,
        )


def _one(
    measurand: str, unit: str, digits: int, get: Callable[[Reading], float | None]
) -> Callable[[Reading], Iterable[SampledValue]]:
    def values(reading: Reading) -> Iterable[SampledValue]:
        number = get(reading)
        if number is not None:
            yield {
                "value": f"{number:.{digits}f}",
                "measurand": measurand,
                "unit": unit,
            }

    return values


def _per_phase(
    measurand: str,
    unit: str,
    digits: int,
    get: Callable[[Reading], tuple[float, ...]],
    suffix: str = "",
) -> Callable[[Reading], Iterable[SampledValue]]:
    def values(reading: Reading) -> Iterable[SampledValue]:
        numbers = get(reading)
        for phase, number in zip(_PHASES, numbers, strict=False):
            value = {
                "value": f"{number:.{digits}f}",
                "measurand": measurand,
                "unit": unit,
            }
            yield value | ({"phase": phase + suffix} if len(numbers) > 1 else {})

    return values


def _percent(reading: Reading) -> float | None:
    charge = reading.state_of_charge
    return None if charge is None else charge * 100


MEASURANDS: dict[str, Callable[[Reading], Iterable[SampledValue]]] = {
    "Energy.Active.Import.Register": _one(
        "Energy.Active.Import.Register", "Wh", 0, lambda reading: reading.energy_wh
    ),
    "Power.Active.Import": _one(
        "Power.Active.Import", "W", 1, lambda reading: reading.power_w
    ),
    "Power.Offered": _one("Power.Offered", "W", 0, lambda reading: reading.offered_w),
    "Current.Import": _per_phase(
        "Current.Import", "A", 2, lambda reading: reading.currents_a
    ),
    "Current.Offered": _one(
        "Current.Offered", "A", 1, lambda reading: reading.offered_a
    ),
    "Voltage": _per_phase(
        "Voltage", "V", 1, lambda reading: reading.voltages, suffix="-N"
    ),
    "Frequency": _one("Frequency", "Hertz", 2, lambda reading: reading.frequency_hz),
    "Temperature": _one(
        "Temperature", "Celsius", 1, lambda reading: reading.temperature_c
    ),
    "SoC": _one("SoC", "Percent", 0, _percent),
}


def sampled_values(
    reading: Reading, measurands: Iterable[str], context: str
) -> list[SampledValue]:
    """The asked measurands of a reading, in the form of MeterValues."""
    return [
        {"context": context, "location": "Outlet"} | value
        if value["measurand"] != "SoC"
        else {"context": context, "location": "EV"} | value
        for measurand in measurands
        for value in MEASURANDS[measurand](reading)
    ]
