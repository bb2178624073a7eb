"""The energy of one session, from meters that do not all count alike.

Some stations report the energy of the session in the lifetime register, in samples, at
the end, or in both; some say that every session starts at 0.
"""

from __future__ import annotations

from collections.abc import Iterable

from connector.csms.measurands import DEFAULT_MEASURAND
from connector.store.records import SampleRecord, TransactionRecord

_FASTEST_WH_PER_S = 120.0
_SLACK_WH = 1000.0
_ROUNDING_WH = 10.0
"""Of readings in kWh with two digits; a start may be rounded otherwise than an end."""


class SessionMeter:
    """Follows one transaction; energies in Wh."""

    __slots__ = (
        "_is_guessed",
        "_of_session",
        "_start_wh",
        "energy_wh",
        "register_wh",
        "start_ms",
    )

    def __init__(self, start_ms: int, start_wh: float | None) -> None:
        self.start_ms = start_ms
        self._start_wh = start_wh
        self._is_guessed = start_wh is None
        self._of_session = False
        """A reading was smaller than the start: the register is the session's."""
        self.energy_wh: float | None = None if start_wh is None else 0.0
        self.register_wh = start_wh
        """The register as it was told last."""

    def begin(self, register_wh: float | None) -> None:
        """The meter at the start, told later; it never replaces what is known."""
        if register_wh and (self._is_guessed or not self._start_wh):
            self._start_wh = register_wh
            self._is_guessed = False

    def resume(self, register_wh: float, energy_wh: float) -> None:
        """Go on from a reading and the energy that it gave."""
        self._start_wh = register_wh - energy_wh
        self.energy_wh = energy_wh
        self.register_wh = register_wh

    def sample(self, register_wh: float, time_ms: int) -> float:
        """The energy so far, by a reading of the lifetime register."""
        self.register_wh = register_wh
        if self._start_wh is None:
            self._start_wh = register_wh
        energy_wh = register_wh - self._start_wh
        if -_ROUNDING_WH <= energy_wh < 0 and not self._of_session:
            energy_wh = 0.0
        elif energy_wh < 0:
            self._of_session = True
            energy_wh = register_wh
        elif self._of_session:
            energy_wh = self._nearest(register_wh, energy_wh)
        elif self._start_wh == 0 and self._is_too_much(register_wh, time_ms):
            energy_wh = self.energy_wh or 0.0
            self._start_wh = register_wh - energy_wh
        self.energy_wh = round(energy_wh, 3)
        return self.energy_wh

    def _nearest(self, *energies_wh: float) -> float:
        """Where both are possible, the one that is nearest to the energy before."""
        before_wh = self.energy_wh or 0.0
        return min(energies_wh, key=lambda energy_wh: abs(energy_wh - before_wh))

    def _is_too_much(self, energy_wh: float, time_ms: int) -> bool:
        """More than any station could have delivered since the start."""
        seconds = max(0.0, (time_ms - self.start_ms) / 1000)
        return energy_wh > _SLACK_WH + seconds * _FASTEST_WH_PER_S

    def stop(self, meter_stop_wh: float | None, time_ms: int) -> float | None:
        """The energy of the whole session; None where its start is not known."""
        if meter_stop_wh is None:
            return self.energy_wh
        if self._start_wh is None:
            self.register_wh = meter_stop_wh
            return None
        return self.sample(meter_stop_wh, time_ms)

    def seconds(self, time_ms: int) -> int:
        """How long the session takes, or took."""
        return max(0, (time_ms - self.start_ms) // 1000)


def resumed_meter(
    record: TransactionRecord, samples: Iterable[SampleRecord]
) -> SessionMeter:
    """The meter of a transaction that went on before, by its samples that are kept."""
    meter = SessionMeter(record.start_ms, record.meter_start_wh)
    for sample in samples:
        register = sample.values.get(DEFAULT_MEASURAND)
        energy = sample.values.get("session_energy")
        if not isinstance(register, int | float):
            continue
        if record.meter_start_wh or not isinstance(energy, int | float):
            meter.sample(register, sample.time_ms)
        else:
            meter.resume(register, energy)
    return meter
