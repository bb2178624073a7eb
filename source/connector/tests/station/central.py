"""A central system of a few lines, and a station on memory links before it."""

from __future__ import annotations

import asyncio
import contextlib
import random
from collections.abc import AsyncIterator, Callable
from typing import Any

from connector.errors import LinkRefused
from connector.ocppj.frames import Call
from connector.sessions.engine import SessionOptions
from connector.sessions.link import Link
from connector.sessions.memory import link_pair
from connector.sessions.v16 import ChargePoint
from connector.station.demo.core import Model, StationCore
from connector.station.demo.station16 import Station16
from connector.station.demo.vehicle import Vehicle
from connector.station.demo.visits import Visits
from connector.tests.clock import FakeClock

Json = dict[str, Any]
Answer = Json | Callable[[Json], Any]

_TIME = "2026-01-31T12:00:00Z"
_ACCEPTED: Json = {"idTagInfo": {"status": "Accepted"}}


async def settle() -> None:
    """Let everything happen that needs no time."""
    for _ in range(60):
        await asyncio.sleep(0)


class Central:
    """Answers with ``answers`` and notes what it heard; ``refusals`` come first."""

    def __init__(self) -> None:
        self.heard: list[tuple[str, Json]] = []
        self.refusals = 0
        self.sessions: list[ChargePoint] = []
        self.tasks: list[asyncio.Task[None]] = []
        self.answers: dict[str, Answer] = {
            "Authorize": _ACCEPTED,
            "BootNotification": self.boot("Accepted"),
            "Heartbeat": {"currentTime": _TIME},
            "MeterValues": {},
            "StartTransaction": self._start,
            "StatusNotification": {},
            "StopTransaction": {},
        }
        self._last_id = 40

    @staticmethod
    def boot(status: str, interval: int = 300) -> Json:
        return {"status": status, "currentTime": _TIME, "interval": interval}

    def _start(self, payload: Json) -> Json:
        self._last_id += 1
        return {"transactionId": self._last_id} | _ACCEPTED

    def _hear(self, call: Call) -> Any:
        self.heard.append((call.action, call.payload))
        answer = self.answers[call.action]
        return answer(call.payload) if callable(answer) else answer

    async def open_link(self) -> Link:
        if self.refusals:
            self.refusals -= 1
            raise LinkRefused("no", 503)
        pair = link_pair()
        session = ChargePoint(
            "A",
            pair.server,
            owner=self,
            handlers=dict.fromkeys(
                self.answers, lambda central, call: central._hear(call)
            ),
            options=SessionOptions(strict=True),
        )
        self.sessions.append(session)
        self.tasks.append(asyncio.create_task(session.start()))
        return pair.client

    async def call(self, action: str, **payload: Any) -> Json:
        """Send a call to the station; gives its answer once all is quiet."""
        async with asyncio.timeout(30):
            answer = await self.sessions[-1].call_action(action, payload)
            await settle()
        return answer

    async def cut(self) -> None:
        """End the link."""
        await self.sessions[-1].close(1006)
        await settle()

    def payloads(self, action: str) -> list[Json]:
        return [payload for name, payload in self.heard if name == action]

    def take(self) -> list[str]:
        """The actions that were heard since, in their order."""
        heard, self.heard = self.heard, []
        return [action for action, _ in heard]

    def statuses(self) -> list[tuple[int, str]]:
        return [
            (payload["connectorId"], payload["status"])
            for payload in self.payloads("StatusNotification")
        ]


class Stage:
    """A station, its central system, and the time they live in."""

    def __init__(self, *, connectors: int = 1) -> None:
        self.clock = FakeClock()
        self.central = Central()
        source = random.Random(1)
        self.core = StationCore(Model("A", connectors=connectors), source=source)
        self.core.configuration.change("MeterValueSampleInterval", "10")
        self.visits: list[Visits] = []
        self.station = Station16(
            self.core,
            self.central.open_link,
            source=source,
            step=self._step,
            now_ms=self.clock.now_ms,
            sleep=self._sleep,
        )

    def _step(self, now_ms: int) -> None:
        for visits in self.visits:
            visits.step(now_ms)

    async def _sleep(self, seconds: float) -> None:
        future = asyncio.get_running_loop().create_future()

        def wake() -> None:
            if not future.done():
                future.set_result(None)

        self.clock.call_later(seconds, wake)
        await future

    async def let_pass(self, seconds: int) -> None:
        for _ in range(seconds):
            self.clock.advance(1)
            await settle()

    def plug(self, where: int = 1, **more: Any) -> None:
        vehicle = Vehicle(50_000.0, 0.2, 11_000.0, **more)
        self.core.plug(where, vehicle, self.clock.now_ms())

    async def charge(self, where: int = 1, id_tag: str = "CARD") -> None:
        """Somebody comes, plugs in, is authorized and charges at full power."""
        self.plug(where)
        self.core.swipe(where, id_tag)
        await self.let_pass(9)

    async def begin(self) -> None:
        await settle()
        await self.let_pass(1)


@contextlib.asynccontextmanager
async def running(stage: Stage) -> AsyncIterator[Stage]:
    """The station lives; whatever went wrong in it comes out at the end."""
    task = asyncio.create_task(stage.station.run())
    try:
        await stage.begin()
        yield stage
    finally:
        task.cancel()
        async with asyncio.timeout(30):
            with contextlib.suppress(asyncio.CancelledError):
                await task
            await asyncio.gather(*stage.central.tasks)
