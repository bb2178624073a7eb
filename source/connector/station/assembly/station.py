"""One whole station: it runs, loses its power, and has it back.

Nothing polls: the client's timers say when core and hardware have to be looked at, and
they all are timers of the one event loop.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable

from connector.sessions.options import Observer
from connector.station.assembly.assembling import assemble
from connector.station.assembly.meters import Meters
from connector.station.assembly.plan import StationPlan
from connector.station.assembly.plant import PlantOf, Simulated
from connector.station.client.client import Client
from connector.station.client.clock import (
    Clock,
    MachineClock,
    StationClock,
    pause,
)
from connector.station.client.dialing import Dial, dial
from connector.station.client.parts import StationParts
from connector.station.core.site import OnRefused
from connector.station.core.station import StationCore

logger = logging.getLogger(__name__)

_MACHINE = MachineClock()


class Station:
    """A station of a plan; ``plant`` makes its hardware, which outlives its power."""

    _on_refused: OnRefused | None = None

    def __init__(
        self,
        plan: StationPlan,
        *,
        clock: Clock = _MACHINE,
        plant: PlantOf = Simulated,
        dial: Dial = dial,
        observer: Observer | None = None,
    ) -> None:
        self.plan = plan
        self._dial = dial
        self._observer = observer
        self.source = plan.source()
        self.clock = StationClock(clock)
        self.plant = plant(plan, self.clock)
        self._meters = Meters(plan.folder)
        self._meters.load(self.plant)
        self._noted: list[Callable[[], object]] = []
        self._off_s: float | None = None
        self._life: asyncio.Task[None] | None = None
        self.client: Client
        self.parts: StationParts
        self._build()

    # -- its parts

    @property
    def identity(self) -> str:
        """Who it is."""
        return self.plan.identity

    @property
    def core(self) -> StationCore:
        """What decides; another one after a power loss."""
        return self.parts.core

    def _build(self) -> None:
        self.client = assemble(
            self.plan,
            self.plant.asked,
            self.clock,
            self.source,
            core_class=self.plant.core_class,
            dial=self._dial,
            observer=self._observer,
        )
        self.parts = self.client.parts
        self.client.on_state = self._note
        self.core.on_events = self._has_events
        self.core.site.on_refused = self._on_refused

    # -- what happens

    def _has_events(self) -> None:
        self.client.touch()
        self._note()

    def _note(self) -> None:
        for call in tuple(self._noted):
            call()

    def on_refused(self, call: OnRefused) -> None:
        """Have something called with each token that may not charge."""
        self._on_refused = self.core.site.on_refused = call

    def watch(self, call: Callable[[], object]) -> Callable[[], None]:
        """Have something called whenever link or core may have changed.

        Gives what ends it.
        """
        self._noted.append(call)
        return lambda: self._noted.remove(call)

    # -- life

    async def run(self) -> None:
        """Be a station until cancelled.

        Raises:
            OSError: its folder cannot be used.
        """
        try:
            while True:
                await self._live()
                assert self._off_s is not None  # noqa: S101  (nothing else ends it)
                await pause(self.clock, self._off_s)
                self._off_s = None
                self._build()
        finally:
            self.plant.detach()
            self._meters.save(self.plant)

    async def _live(self) -> None:
        """Until the power is lost."""
        name = f"{self.identity} lives"
        self._life = asyncio.create_task(self.client.run(), name=name)
        asyncio.get_running_loop().call_soon(self._begin)
        try:
            await asyncio.wait({self._life})
        finally:
            if not self._life.done():
                self._life.cancel()
                await asyncio.wait({self._life})
            if not self._life.cancelled():
                self._life.result()

    def _begin(self) -> None:
        """The client has what was kept; now hardware tells what it finds."""
        self.plant.attach(self.core, self._look_soon)
        self.touch()

    def touch(self) -> None:
        """Something happened at the hardware: tell it, and see when to look again."""
        if self.has_power:
            self._look()

    def _look_soon(self) -> None:
        self.client.timers.set("hardware", 0, self._look)

    def _look(self) -> None:
        """Step the hardware; come again when it says."""
        now_ms = self.clock.now_ms()
        due_ms = now_ms + 1000
        try:
            due_ms = self.plant.step(now_ms)
        except Exception:
            # A mistake of ours must not end the charging of others.
            logger.exception("%s: in its hardware", self.identity)
        if due_ms < self.plant.never_ms:
            delay_s = max(0.001, (due_ms - now_ms) / 1000)
            self.client.timers.set("hardware", delay_s, self._look)
        self.client.touch()

    # -- power

    @property
    def has_power(self) -> bool:
        """Whether it is there at all."""
        return self._off_s is None

    def lose_power(self, for_s: float) -> None:
        """Everything that is not on disk is gone; it starts anew after a while."""
        if self._off_s is not None or self._life is None:
            return
        self._off_s = for_s
        self.plant.detach()
        self._life.cancel()
