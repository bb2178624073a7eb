"""A core with simulated hardware: whole sessions, in simulated time."""

from __future__ import annotations

import random

import pytest

from connector.station.core.events import SessionEvent, StatusChanged
from connector.station.core.station import StationCore
from connector.station.model import EvseModel, StationModel
from connector.station.simulated import SimulatedHardware, Vehicle, VehicleModel
from connector.tests.station.core.bench import CARD, T0_MS, Allowed, Values


class Plant:
    """Core and hardware, stepped when they said."""

    def __init__(self, evses: int = 1) -> None:
        models = tuple(EvseModel(number) for number in range(1, evses + 1))
        model, source = StationModel("CP", evses=models), random.Random(3)
        self.now_ms = T0_MS
        self.hardware = SimulatedHardware(model, lambda: self.now_ms, source)
        self.offers = Allowed()
        values = Values({"AuthCtrlr/Enabled": "false"})
        self.core = StationCore(
            model, self.hardware, values, self.offers, source=source
        )
        self.hardware.told = self.core
        self.core.is_online = True
        self.steps = 0

    def run(self, seconds: float) -> None:
        until_ms = self.now_ms + round(seconds * 1000)
        while self.now_ms < until_ms:
            self.steps += 1
            due_ms = min(self.hardware.step(self.now_ms), self.core.step(self.now_ms))
            self.now_ms = min(until_ms, max(self.now_ms + 1, due_ms))
        self.hardware.step(self.now_ms)
        self.core.step(self.now_ms)

    def statuses(self) -> list[str]:
        events = self.core.take_events()
        return [
            e.status for e in events if isinstance(e, StatusChanged) and e.evse == 1
        ]


def test_a_session_from_the_plug_to_the_road() -> None:
    plant = Plant()
    vehicle = Vehicle(VehicleModel(10_000.0), state_of_charge=0.8)
    plant.hardware.plug(1, vehicle)
    plant.hardware.swipe(CARD)
    plant.run(3600)
    assert vehicle.is_full
    plant.hardware.unplug(1)
    events = plant.core.take_events()
    session = [e for e in events if isinstance(e, SessionEvent)]
    statuses = [
        e.status for e in events if isinstance(e, StatusChanged) and e.evse == 1
    ]

    assert statuses == ["Preparing", "Charging", "SuspendedEV", "Available"]
    assert (session[0].kind, session[-1].kind) == ("Started", "Ended")
    energies = [e.reading.energy_wh for e in session if e.reading]
    assert energies == sorted(energies)
    assert energies[-1] - energies[0] == pytest.approx(2_000 / 0.92, rel=0.01)
    assert [e.number for e in session] == list(range(len(session)))


def test_a_pause_and_a_fault_in_a_session() -> None:
    plant = Plant()
    plant.hardware.plug(1, Vehicle())
    plant.hardware.swipe(CARD)
    plant.run(60)
    plant.statuses()

    plant.offers.limit = 0.0
    plant.core.offer_anew(plant.now_ms)
    assert plant.statuses() == ["SuspendedEVSE"]
    assert plant.hardware.read(1).power_w == 0

    plant.offers.limit = 11_040.0
    plant.core.offer_anew(plant.now_ms)
    assert plant.statuses() == ["Charging"]

    plant.hardware.fault(1, "GroundFailure")
    plant.run(60)
    assert plant.statuses() == ["Faulted"]
    assert plant.hardware.read(1).power_w == 0

    plant.hardware.clear(1)
    plant.run(60)
    assert plant.statuses() == ["Charging"]
    assert plant.hardware.read(1).power_w > 10_000


def test_who_is_offered_too_little_draws_nothing() -> None:
    plant = Plant()
    plant.hardware.plug(1, Vehicle())
    plant.hardware.swipe(CARD)
    plant.run(60)
    plant.statuses()

    plant.offers.limit = 3 * 690.0
    plant.core.offer_anew(plant.now_ms)
    before = plant.hardware.read(1)
    plant.run(600)
    after = plant.hardware.read(1)

    assert plant.statuses() == ["SuspendedEVSE"]
    assert after.energy_wh == before.energy_wh
    assert after.power_w == 0


def test_it_is_only_stepped_when_something_is_due() -> None:
    plant = Plant()
    plant.hardware.plug(1, Vehicle(VehicleModel(100_000.0), 0.1))
    plant.hardware.swipe(CARD)
    plant.run(3600)

    assert plant.steps < 3600 / 10 + 20
