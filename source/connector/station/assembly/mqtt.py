"""Hardware whose services are on MQTT, as the hardware of a whole station."""

from __future__ import annotations

from collections.abc import Callable

from connector.station.assembly.plan import StationPlan
from connector.station.assembly.plant import Registers
from connector.station.client.clock import StationClock
from connector.station.core.station import NEVER_MS, StationCore
from connector.station.hardware_mqtt import (
    Bus,
    MqttHardware,
    Topics,
    Units,
    WatchedCore,
)
from connector.station.hardware_mqtt.topics import Place
from connector.station.ports import Hardware


class OnMqtt:
    """The services of one station on a bus (`plant.Plant`, `bus.Listener`)."""

    core_class: type[StationCore] = WatchedCore
    never_ms = NEVER_MS

    def __init__(
        self, plan: StationPlan, clock: StationClock, bus: Bus, units: Units
    ) -> None:
        self._bus = bus
        self._on_due: Callable[[], None] = _nobody
        self.hardware = MqttHardware(plan.model, bus, clock.now_ms, units=units)
        self._identity = plan.identity

    @property
    def asked(self) -> Hardware:
        """See `Plant`."""
        return self.hardware

    def attach(self, core: StationCore, on_due: Callable[[], None]) -> None:
        """See `Plant`; services tell anew what there is."""
        assert isinstance(core, WatchedCore)  # noqa: S101
        core.watcher = self.hardware
        self.hardware.core = core
        self._on_due = on_due
        self._bus.add(self._identity, self)

    def detach(self) -> None:
        """See `Plant`."""
        self._bus.remove(self._identity)
        for number in self.hardware.posts:
            if number:
                self.hardware.contactor(number, is_closed=False)
        self.hardware.core = None
        self._on_due = _nobody

    def step(self, now_ms: int) -> int:
        """See `Plant`."""
        return self.hardware.step(now_ms)

    def registers_wh(self) -> Registers:
        """See `Plant`: real meters keep their own."""
        return {}

    def restore(self, registers_wh: Registers) -> None:
        """See `Plant`: real meters keep their own."""

    # -- what comes

    def received(self, place: Place, body: bytes) -> None:
        """A message of a service."""
        self.hardware.received(place, body)
        self._on_due()

    def connected(self) -> None:
        """The broker has let us in, again."""
        self.hardware.connected()
        self._on_due()


def _nobody() -> None:
    """Nobody is told."""


def plant_on(bus: Bus, units: Units) -> Callable[[StationPlan, StationClock], OnMqtt]:
    """What makes the hardware of stations that are on a bus."""
    return lambda plan, clock: OnMqtt(plan, clock, bus, units)


__all__ = ["Bus", "OnMqtt", "Topics", "Units", "plant_on"]
