"""Simulated hardware with a clock in the hand, and somebody who notes what it tells."""

from __future__ import annotations

import random
from typing import Any

from connector.station.model import EvseModel, Rating, StationModel
from connector.station.ports import Demand, Needs, Plug, Token
from connector.station.simulated import SimulatedHardware

T0_MS = 1_780_000_000_000


class Noted:
    """What hardware told (`ports.Told`)."""

    def __init__(self) -> None:
        self.told: list[tuple[Any, ...]] = []

    def plugged(self, evse: int, plug: Plug, now_ms: int, connector: int = 1) -> None:
        self.told.append((plug.value, evse, connector))

    def demands(self, evse: int, demand: Demand, now_ms: int) -> None:
        self.told.append((demand.value, evse))

    def presented(self, token: Token, now_ms: int, evse: int | None = None) -> None:
        self.told.append((token.id, evse))

    def in_bay(self, evse: int, now_ms: int, *, is_occupied: bool) -> None:
        self.told.append(("bay", evse, is_occupied))

    def fault(
        self,
        evse: int,
        error_code: str,
        now_ms: int,
        info: str = "",
        connector: int = 0,
    ) -> None:
        self.told.append((error_code, evse, info))

    def departs(self, evse: int, departure_ms: int | None, energy_wh: float) -> None:
        self.told.append(("departs", evse, departure_ms, energy_wh))

    def needs(self, evse: int, needs: Needs, now_ms: int) -> None:
        self.told.append(("needs", evse, needs))

    def words(self) -> list[Any]:
        taken, self.told = [each[0] for each in self.told], []
        return taken


class Site:
    """One station of simulated hardware."""

    def __init__(
        self,
        *ratings: Rating,
        connectors: tuple[str, ...] = ("cType2",),
        seed: int = 7,
        **more: Any,
    ) -> None:
        models = [
            EvseModel(number, connectors, rating)
            for number, rating in enumerate(ratings or (Rating(),), 1)
        ]
        self.now_ms = T0_MS
        self.noted = Noted()
        self.dues = 0
        self.hardware = SimulatedHardware(
            StationModel("CP", evses=tuple(models)),
            lambda: self.now_ms,
            random.Random(seed),
            on_due=self._due,
            **more,
        )
        self.hardware.told = self.noted

    def _due(self) -> None:
        self.dues += 1

    def power(
        self, limit_w: float = 22_080.0, phases: int | None = 3, evse: int = 1
    ) -> None:
        """As the core does when a transaction begins."""
        self.hardware.offer(evse, limit_w, phases)
        self.hardware.contactor(evse, is_closed=True)

    def wait(self, seconds: float) -> int:
        self.now_ms += round(seconds * 1000)
        return self.hardware.step(self.now_ms)

    @property
    def true_wh(self) -> float:
        return self.hardware.registers_wh()[1][0]
