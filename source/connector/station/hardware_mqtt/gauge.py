"""What the meter service of an EVSE has told last, as a reading."""

from __future__ import annotations

from dataclasses import dataclass

from connector.station.hardware_mqtt.units import PhaseSet
from connector.station.ports import Reading


@dataclass(slots=True)
class Gauge:
    """A register that never goes back, whatever the hardware's does."""

    register_wh: float = 0.0
    hardware_wh: float | None = None
    """What the hardware's register showed last."""
    session_from_wh: float | None = None
    """Where ours stood when the session's energy was 0."""
    power: PhaseSet | None = None
    current: PhaseSet | None = None
    tension: PhaseSet | None = None

    def energy(self, shown_wh: float, *, is_running: bool) -> None:
        """The hardware's register; one that was reset goes on from where it was.

        The first that is heard of it in a transaction (``is_running``) is where that
        began: what the register had counted before was never a part of it.
        """
        before_wh, self.hardware_wh = self.hardware_wh, shown_wh
        if before_wh is not None:
            is_reset = shown_wh < before_wh
            self.register_wh += shown_wh - (0.0 if is_reset else before_wh)
        if not is_running:
            self.register_wh = max(self.register_wh, shown_wh)

    def show_at_least(self, energy_wh: float) -> None:
        """What was told before a restart: the hardware had counted as much, too."""
        missing_wh = max(0.0, energy_wh - self.register_wh)
        self.register_wh += missing_wh
        if self.hardware_wh is not None:
            self.hardware_wh += missing_wh

    def session_energy(self, energy_wh: float) -> None:
        """What a session has taken so far."""
        if self.session_from_wh is None:
            self.session_from_wh = self.register_wh
        self.register_wh = max(self.register_wh, self.session_from_wh + energy_wh)

    def session_began(self, meter_wh: float) -> None:
        """A transaction begins, with the register at this."""
        self.session_from_wh = meter_wh

    def reading(self) -> Reading:
        """As the core wants it."""
        power, current, tension = self.power, self.current, self.tension
        return Reading(
            energy_wh=self.register_wh,
            power_w=power.sum if power else 0.0,
            currents_a=_lines(current),
            voltages=_lines(tension),
        )


def _lines(found: PhaseSet | None) -> tuple[float, ...]:
    if found is None:
        return ()
    return found.lines or ((found.total,) if found.total is not None else ())
