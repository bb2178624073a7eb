"""A connector without its sockets, and a recording that plays before it.

Time is a clock that moves as soon as everybody waits for it.
"""

from __future__ import annotations

import asyncio
import heapq
from collections.abc import Callable
from itertools import count
from typing import Any

import orjson

from connector.csms.facts import Scalar
from connector.csms.options import LimitOptions, StationOptions
from connector.datapoints.command_runs import Context
from connector.datapoints.commands import Commands, Order
from connector.datapoints.limits.service import LimitService
from connector.datapoints.profile_template import ProfileTemplate
from connector.sessions.memory import link_pair
from connector.sessions.recorder import Recorder
from connector.sessions.recordings import Command, Recording
from connector.station.replay import ReplayOptions, replay
from connector.station.replay_result import ReplayResult
from connector.tests.csms.conftest import Harness, settle

Json = dict[str, Any]
_STEP_S = 1.0
_DEADLINE_S = 60


class Stage:
    """Central system, limits and commands around one recording."""

    def __init__(self, recording: Recording, **options: Any) -> None:
        self.recording = recording
        self.identity = recording.header.station
        options.setdefault("stations", {self.identity: StationOptions()})
        self.harness = Harness(**options)
        self.clock = self.harness.clock
        self.outcomes: list[list[str]] = []
        self._due: list[tuple[float, int]] = []
        self._unique = count()
        central = self.harness.central
        self.limits = LimitService(
            central.stations,
            central.events,
            LimitOptions(),
            self.harness.store,
            self.clock,
            publish=self.harness.facts.append,
            report=lambda *_: None,
            remember=central.registry.remember,
        )
        context = Context(self.limits, "remote", ProfileTemplate(), central.blocks)
        self.commands = Commands(
            central.stations, context, self.clock, self.harness.facts.append
        )

    async def play(self, recorder: Recorder | None = None) -> ReplayResult:
        """The whole recording, in its own time."""
        central = self.harness.central
        await central.start()
        await self.limits.start()
        pair = link_pair(self.recording.header.subprotocol)
        serve = central.serve if recorder is None else recorder.around(central.serve)
        serving = asyncio.create_task(
            serve(pair.server, self.identity, "ocpp1.6")  # type: ignore[arg-type]
        )
        playing = asyncio.create_task(
            replay(
                self.recording,
                pair.client,
                options=ReplayOptions(speed=1.0),
                operator=self.operate,
                now_ms=self.clock.now_ms,
                sleep=self.sleep,
            )
        )
        async with asyncio.timeout(_DEADLINE_S):
            await self._let_time_pass(playing)
            await serving
        await settle()
        await self.limits.stop()
        await self.harness.close()
        return playing.result()

    async def _let_time_pass(self, playing: asyncio.Task[Any]) -> None:
        while True:
            await settle()
            if playing.done():
                return
            now_s = self.clock.monotonic()
            next_s = self._due[0][0] if self._due else now_s + _STEP_S
            self.clock.advance(min(max(next_s - now_s, 0.0), _STEP_S))

    async def sleep(self, seconds: float) -> None:
        """Wait until the clock has moved so far."""
        over = asyncio.Event()
        due = (self.clock.monotonic() + seconds, next(self._unique))
        heapq.heappush(self._due, due)
        timer = self.clock.call_later(seconds, over.set)
        try:
            await over.wait()
        finally:
            timer.cancel()
            self._due.remove(due)
            heapq.heapify(self._due)

    async def operate(self, command: Command) -> None:
        """Somebody gives a command; its outcome is noted."""
        order = Order(self.identity, command.where, command.name, command.value)
        outcome = await self.commands.execute(order)
        self.outcomes.append([command.where, command.name, outcome.outcome.value])

    # -- facts

    def newest(self, key: str) -> Scalar:
        """The newest value of a datum, by its local key; raises where there is none."""
        where, _, name = key.partition("__")
        return self.harness.newest(name, where, self.identity)

    def transactions(self) -> list[Json]:
        """The ended transactions as they were told, in their order."""
        told = self.harness.told("last_transaction", "0", self.identity)
        return [orjson.loads(str(text)) for text in told]

    @property
    def is_quiet(self) -> bool:
        """Whether no transaction is left open."""
        records = self.harness.store.transaction_records
        return not any(record.is_open for record in records)


Make = Callable[..., Stage]
