"""A virtual meter: registers that never go back, and readings with their last digits.

Its error is constant, as a calibrated meter's is, and within ``ACCURACY``; noise is
only in what is momentary.
"""

from __future__ import annotations

import math
import random
from dataclasses import dataclass
from statistics import NormalDist

from connector.station.model import Rating
from connector.station.ports import Reading
from connector.station.simulated.faults import Effect

ACCURACY = 0.01
"""What it shows is at most so far from what is so (class B of EN 50470-3)."""
_GAIN = 0.004
_POWER_FACTOR = 0.999
_TANGENT = math.tan(math.acos(_POWER_FACTOR))
_AMBIENT_C, _W_PER_KELVIN, _WARMS_IN_S = 21.0, 1200.0, 900.0
_VOLTAGE_SIGMA, _FREQUENCY_SIGMA, _TEMPERATURE_SIGMA = 0.0025, 0.01, 0.1
_LEVELS = 256
_NOISE = tuple(
    NormalDist().inv_cdf((level + 0.5) / _LEVELS) for level in range(_LEVELS)
)
"""A normal distribution, to be drawn from by a byte: `Random.gauss` takes ten times as
long, and this one stays in the cache of the processor."""
_HELD = tuple(0.999 + 0.002 * level / (_LEVELS - 1) for level in range(_LEVELS))
"""How a vehicle holds its current."""
_DRAWN = 8
"""Bytes of a reading: of its currents, of its voltages, and two more."""


@dataclass(slots=True)
class Meter:
    """Of one EVSE; the registers hold what really flowed, in Wh."""

    rating: Rating
    gain: float = 1.0
    imported_wh: float = 0.0
    exported_wh: float = 0.0
    warmer_k: float = 0.0

    @classmethod
    def made(cls, rating: Rating, source: random.Random) -> Meter:
        """One with an error of its own."""
        return cls(rating, 1 + source.uniform(-_GAIN, _GAIN))

    def count(self, energy_wh: float, elapsed_s: float) -> None:
        """Energy that flowed in this time; below 0: back into the grid."""
        self.imported_wh += max(0.0, energy_wh)
        self.exported_wh += max(0.0, -energy_wh)
        mean_w = abs(energy_wh) * 3600 / elapsed_s
        left = math.exp(-elapsed_s / _WARMS_IN_S)
        self.warmer_k = self.warmer_k * left + mean_w / _W_PER_KELVIN * (1 - left)

    def shown_wh(self) -> tuple[float, float]:
        """What the registers show: imported, exported."""
        return self.imported_wh * self.gain, self.exported_wh * self.gain

    def currents_a(
        self, power_w: float, conductors: int, voltage: float, drawn: bytes
    ) -> tuple[float, ...]:
        """Per phase; a vehicle holds its currents, whatever the voltage does."""
        factor = 1.0 if self.rating.is_dc else _POWER_FACTOR
        amperes = power_w * self.gain / conductors / voltage / factor
        noisy = [amperes * _HELD[byte] for byte in drawn[:conductors]]
        missing = (1 if self.rating.is_dc else self.rating.phases) - conductors
        return (*noisy, *([0.0] * missing))

    def voltages(self, effect: Effect | None, drawn: bytes) -> tuple[float, ...]:
        """Of the grid, per phase."""
        volts = self.rating.voltage * (effect.voltage_factor if effect else 1.0)
        phases = drawn[: self.rating.phases]
        return tuple([volts + volts * _VOLTAGE_SIGMA * _NOISE[byte] for byte in phases])

    def read(
        self,
        power_w: float,
        conductors: int,
        charge: float | None,
        effect: Effect | None,
        source: random.Random,
    ) -> Reading:
        """What it shows while so much power flows over so many conductors."""
        drawn = source.randbytes(_DRAWN)
        imported_wh, exported_wh = self.shown_wh()
        shown_w = power_w * self.gain
        warm_k = self.warmer_k + (effect.temperature_c if effect else 0.0)
        is_dc = self.rating.is_dc
        nominal = self._dc_voltage(charge) if is_dc else self.rating.voltage
        return Reading(
            energy_wh=imported_wh,
            power_w=shown_w,
            currents_a=self.currents_a(power_w, conductors, nominal, drawn[:3]),
            voltages=(nominal,) if is_dc else self.voltages(effect, drawn[3:6]),
            frequency_hz=None if is_dc else 50 + _FREQUENCY_SIGMA * _NOISE[drawn[6]],
            temperature_c=_AMBIENT_C + warm_k + _TEMPERATURE_SIGMA * _NOISE[drawn[7]],
            state_of_charge=charge if is_dc else None,
            exported_wh=exported_wh if self.rating.max_discharge_w else None,
            reactive_var=None if is_dc else shown_w * _TANGENT,
            reactive_varh=None if is_dc else imported_wh * _TANGENT,
        )

    def _dc_voltage(self, charge: float | None) -> float:
        """A battery's rises as it fills; without one there is the rectifier's."""
        return self.rating.voltage * (0.8 + 0.15 * (charge or 0.0))
