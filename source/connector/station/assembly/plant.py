"""The hardware of a whole station: simulated, or services on MQTT."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Protocol

from connector.station.assembly.meter_key import MeterKeyFile
from connector.station.assembly.plan import StationPlan
from connector.station.client.clock import StationClock
from connector.station.core.settings import SIGNS, SIGNS_ALIGNED, Variables
from connector.station.core.station import NEVER_MS, StationCore
from connector.station.ports import Hardware
from connector.station.simulated import SimulatedHardware

Registers = Mapping[int, tuple[float, float]]
"""Wh by EVSE: imported, exported."""


class Plant(Protocol):
    """Hardware that is told of one core after another."""

    core_class: type[StationCore]
    """What such hardware needs."""
    never_ms: int

    @property
    def hardware(self) -> Hardware:
        """The hardware itself."""

    @property
    def asked(self) -> Hardware:
        """What the core asks: the hardware, or who stands before it."""

    def attach(self, core: StationCore, on_due: Callable[[], None]) -> None:
        """A core has started: tell it what is there, and from now on what happens."""

    def detach(self) -> None:
        """The power is lost: nothing flows, and nobody is told."""

    def step(self, now_ms: int) -> int:
        """Do what is due; gives when to come again at the latest (epoch ms)."""

    def registers_wh(self) -> Registers:
        """What has to be kept of the meters."""

    def restore(self, registers_wh: Registers) -> None:
        """What was kept."""


PlantOf = Callable[[StationPlan, StationClock], Plant]
"""What makes one."""


class Simulated:
    """Simulated hardware; ``hardware`` has what drivers do."""

    core_class = StationCore
    never_ms = NEVER_MS

    def __init__(self, plan: StationPlan, clock: StationClock) -> None:
        self.hardware = SimulatedHardware(
            plan.model, clock.now_ms, plan.source(), key=MeterKeyFile(plan.folder).key
        )
        self.hardware.signs = _never

    @property
    def asked(self) -> Hardware:
        """See `Plant`."""
        return self.hardware

    def attach(self, core: StationCore, on_due: Callable[[], None]) -> None:
        """See `Plant`."""
        self.hardware.signs = partial(_signs, core.variables)
        self.hardware.told, self.hardware.on_due = core, on_due
        self.hardware.tell_all()

    def detach(self) -> None:
        """See `Plant`."""
        self.hardware.told = None
        self.hardware.on_due = _nobody
        for number in self.hardware.outlets:
            self.hardware.contactor(number, is_closed=False)
            self.hardware.offer(number, 0.0, None)

    def step(self, now_ms: int) -> int:
        """See `Plant`."""
        return self.hardware.step(now_ms)

    def registers_wh(self) -> Registers:
        """See `Plant`."""
        return self.hardware.registers_wh()

    def restore(self, registers_wh: Registers) -> None:
        """See `Plant`."""
        self.hardware.restore(registers_wh)


def _signs(variables: Variables) -> bool:
    return variables.flag(SIGNS) or variables.flag(SIGNS_ALIGNED)


def _never() -> bool:
    """Before there is a core nobody wants signatures."""
    return False


def _nobody() -> None:
    """Nobody is told."""
