"""Whatever hardware a station has, with Josev before it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from connector.sessions.options import Observer
from connector.station.assembly.ev_certificates import CentralCertificates
from connector.station.assembly.plan import StationPlan
from connector.station.assembly.plant import Plant, PlantOf, Registers, Simulated
from connector.station.assembly.station import Station
from connector.station.client.clock import Clock, MachineClock, StationClock
from connector.station.client.dialing import Dial, dial
from connector.station.client.v2 import vehicles
from connector.station.core.station import StationCore
from connector.station.josev.bridge import bridge_to
from connector.station.josev.bus import JosevBus
from connector.station.josev.core import HlcCore
from connector.station.josev.desk import VERSION, Desk
from connector.station.josev.options import JOSEV, STATION, JosevOptions
from connector.station.josev.parameters import device_model
from connector.station.josev.ports import Outside
from connector.station.ports import Hardware

MACHINE = MachineClock()
_FULL = "FullInventory"


class WithJosev:
    """`plant.Plant`: the bridge between a core and the hardware of ``inner``."""

    core_class: type[StationCore] = HlcCore

    def __init__(
        self,
        inner: Plant,
        plan: StationPlan,
        clock: StationClock,
        bus: JosevBus,
        options: JosevOptions,
    ) -> None:
        self.inner = inner
        self.never_ms = inner.never_ms
        self._bus = bus
        self.outside = Outside()
        self.bridge = bridge_to(
            plan.model, inner.hardware, bus, clock.now_ms, options, outside=self.outside
        )

    @property
    def hardware(self) -> Hardware:
        """See `Plant`."""
        return self.inner.hardware

    @property
    def asked(self) -> Hardware:
        """See `Plant`."""
        return self.bridge

    def attach(self, core: StationCore, on_due: Callable[[], None]) -> None:
        """See `Plant`; Josev is told how things are."""
        assert isinstance(core, HlcCore)  # noqa: S101
        self.bridge.attach(core, on_due)
        self.inner.attach(core, on_due)
        self._bus.add(self.bridge.topics, self.bridge)

    def detach(self) -> None:
        """See `Plant`."""
        self._bus.remove(self.bridge)
        self.bridge.detach()
        self.inner.detach()

    def step(self, now_ms: int) -> int:
        """See `Plant`."""
        return min(self.inner.step(now_ms), self.bridge.step(now_ms))

    def registers_wh(self) -> Registers:
        """See `Plant`."""
        return self.inner.registers_wh()

    def restore(self, registers_wh: Registers) -> None:
        """See `Plant`."""
        self.inner.restore(registers_wh)


def plant_with(bus: JosevBus, options: JosevOptions, inner: PlantOf) -> PlantOf:
    """What makes the hardware of stations that are bridged."""
    return lambda plan, clock: WithJosev(inner(plan, clock), plan, clock, bus, options)


def bridged(
    plan: StationPlan,
    bus: JosevBus,
    options: JosevOptions,
    inner: PlantOf = Simulated,
    *,
    clock: Clock = MACHINE,
    dial: Dial = dial,
    observer: Observer | None = None,
) -> Station:
    """A station with Josev before its hardware.

    Where Josev has the OCPP client, the station's own speaks with it alone; vehicles'
    wishes reach the central system where the client is ours.
    """
    desk = Desk(clock.now_ms) if options.ocpp == JOSEV else None
    if desk is not None:
        plan = replace(plan, client=replace(plan.client, subprotocols=(VERSION,)))
    station = Station(
        plan,
        clock=clock,
        plant=plant_with(bus, options, inner),
        dial=dial if desk is None else desk.dial,
        observer=observer,
    )
    plant = station.plant
    assert isinstance(plant, WithJosev)  # noqa: S101
    if desk is not None:
        desk.authorizing = plant.bridge.authorizing
    _connect(station, plant)
    return station


def _connect(station: Station, plant: WithJosev) -> None:
    """What a vehicle tells reaches the central system, and Josev who we are."""

    def needs(evse: int, wanted: Mapping[str, Any], most: int | None) -> None:
        vehicles.tell_needs(station.client, evse, dict(wanted), most_tuples=most)

    plant.outside.needs = needs
    if plant.bridge.options.ocpp == STATION:
        plant.outside.certificates = CentralCertificates(lambda: station.client)
    plant.outside.device_model = lambda: _device_model(station, plant)
    plant.outside.reset = lambda: station.client.reboot("RemoteReset", is_hard=False)


def _device_model(station: Station, plant: WithJosev) -> Mapping[str, Any]:
    endpoint = station.plan.client.endpoint
    connection = {
        "ocpp_csms_url": endpoint.url,
        "security_profile": endpoint.security_profile,
        "basic_auth_password": endpoint.password or "",
    }
    report = station.parts.variables.report(_FULL)
    posts = plant.bridge.posts.values()
    return device_model(station.plan.model, posts, connection, report)
