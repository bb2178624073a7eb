"""A station's client at a central system that says what a test wants.

The link is in memory, the clock in the hand: everything that happens is waited for by
letting the loop turn.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable, Sequence
from itertools import count
from pathlib import Path
from typing import Any

import orjson

import connector.sessions.v16
from connector.errors import LinkClosed, LinkRefused
from connector.sessions.memory import MemoryLink, link_pair
from connector.station.assembly.assembling import assemble
from connector.station.assembly.plan import StationPlan
from connector.station.client.clock import Clock, StationClock
from connector.station.client.dialing import Dial
from connector.station.client.options import ClientOptions, Endpoint
from connector.station.model import EvseModel, StationModel
from connector.station.ports import Demand, Plug, Token
from connector.station.times import iso
from connector.tests.clock import FakeClock
from connector.tests.station.core.bench import CARD, NotedHardware

__all__ = ["CARD", "Central", "Place", "settle"]

Json = dict[str, Any]
TURNS = 400
SILENCE = object()
"""An answer that does not come."""
assert connector.sessions.v16


async def settle(turns: int = TURNS) -> None:
    """Let everything happen that waits for nothing but the loop."""
    for _ in range(turns):
        await asyncio.sleep(0)


class Central:
    """Answers by `answers` (a payload, an error, rubbish, `SILENCE`), and notes."""

    def __init__(self, clock: FakeClock) -> None:
        self.clock = clock
        self.heard: list[tuple[str, Json]] = []
        self.unanswered: list[str] = []
        self.dialled: list[tuple[Endpoint, tuple[str, ...]]] = []
        self.refuses: Callable[[], None] | None = None
        self.subprotocol = "ocpp1.6"
        self.answers: dict[str, Any] = {
            "BootNotification": self.boot("Accepted", 300),
            "Heartbeat": lambda _: {"currentTime": self.now()},
            "Authorize": {"idTagInfo": {"status": "Accepted"}},
            "StartTransaction": self._start,
            "StopTransaction": {},
            "MeterValues": {},
            "StatusNotification": {},
            "FirmwareStatusNotification": {},
            "DiagnosticsStatusNotification": {},
            "LogStatusNotification": {},
            "SecurityEventNotification": {},
            "SignedFirmwareStatusNotification": {},
            "SignCertificate": {"status": "Accepted"},
            "DataTransfer": {"status": "Accepted"},
        }
        self.link: MemoryLink | None = None
        self._ids = count(1)
        self._transactions = count(101)
        self._asked: dict[str, asyncio.Future[list[Any]]] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    def now(self) -> str:
        return iso(self.clock.now_ms())

    def boot(self, status: str, interval_s: int) -> Callable[[Json], Json]:
        return lambda _: {
            "status": status,
            "interval": interval_s,
            "currentTime": self.now(),
        }

    def _start(self, _payload: Json) -> Json:
        return {
            "transactionId": next(self._transactions),
            "idTagInfo": {"status": "Accepted"},
        }

    # -- links

    async def dial(
        self, endpoint: Endpoint, identity: str, offered: Sequence[str], timeout: float
    ) -> MemoryLink:
        self.dialled.append((endpoint, tuple(offered)))
        if self.refuses is not None:
            self.refuses()
        pair = link_pair(self.subprotocol, limit=5000)
        self.link = pair.server
        task = asyncio.create_task(self._serve(pair.server))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return pair.client

    def shut(self) -> None:
        """Nobody gets in."""

        def refuse() -> None:
            raise LinkRefused("nobody is there")

        self.refuses = refuse

    def open(self) -> None:
        self.refuses = None

    async def drop(self) -> None:
        assert self.link is not None
        await self.link.close(1001, "gone")
        await settle()

    def gone(self) -> object:
        """Hang up instead of an answer."""
        task = asyncio.get_running_loop().create_task(self.drop())
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return SILENCE

    async def _serve(self, link: MemoryLink) -> None:
        try:
            while True:
                await self._hear(link, orjson.loads(await link.recv()))
        except LinkClosed:
            return

    async def _hear(self, link: MemoryLink, frame: list[Any]) -> None:
        if frame[0] != 2:
            waits = self._asked.pop(frame[1], None)
            if waits is not None:
                waits.set_result(frame)
            return
        _, unique_id, action, payload = frame
        self.heard.append((action, payload))
        answer = self.answers.get(action, {})
        answer = answer(payload) if callable(answer) else answer
        if answer is SILENCE:
            self.unanswered.append(unique_id)
        elif isinstance(answer, str):
            await link.send(answer.replace("$ID", unique_id))
        else:
            await self.say([3, unique_id, answer])

    async def say(self, frame: list[Any]) -> None:
        assert self.link is not None
        await self.link.send(orjson.dumps(frame).decode())

    # -- asking

    async def ask(self, action: str, **payload: Any) -> Json:
        """Send a command; its answer, once everything that follows has happened."""
        frame = await self.frame(action, payload)
        assert frame[0] == 3, frame
        found: Json = frame[2]
        return found

    async def frame(self, action: str, payload: Json) -> list[Any]:
        unique_id = f"c{next(self._ids)}"
        waits = self._asked[unique_id] = asyncio.get_running_loop().create_future()
        await self.say([2, unique_id, action, payload])
        await settle()
        return await asyncio.wait_for(waits, 5)

    # -- what was heard

    def of(self, *actions: str) -> list[Json]:
        return [payload for action, payload in self.heard if action in actions]

    def actions(self, *but: str) -> list[str]:
        return [action for action, _ in self.heard if action not in but]

    def forget(self) -> None:
        self.heard.clear()


class Place:
    """A station with its client; `start` and `stop` it, and move its clock."""

    def __init__(
        self,
        folder: Path | None = None,
        *,
        evses: int = 1,
        connectors: int = 1,
        central: Central | None = None,
        initial: dict[str, str] | None = None,
        clock: Clock | None = None,
        dial: Dial | None = None,
        **options: Any,
    ) -> None:
        models = tuple(
            EvseModel(number, ("cType2",) * connectors)
            for number in range(1, evses + 1)
        )
        self.model = StationModel("CP 1", evses=models, offline_limit_w=4140.0)
        self.base = central.clock if central else FakeClock()
        self.central = central or Central(self.base)
        self.hardware = NotedHardware()
        made: Json = {"endpoint": Endpoint("ws://csms/ocpp"), "call_timeout_s": 600.0}
        self.options = ClientOptions(**{**made, **options})
        self.client = assemble(
            StationPlan(self.model, self.options, initial or {}, folder=folder),
            self.hardware,
            StationClock(clock or self.base),
            random.Random(2),
            dial=dial or self.central.dial,
        )
        parts = self.client.parts
        self.core, self.variables, self.clock = parts.core, parts.variables, parts.clock
        self.maintenance = parts.maintenance
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> Place:
        self._task = asyncio.create_task(self.client.run())
        await settle()
        return self

    async def stop(self) -> None:
        """End it, as a signal would."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait({self._task})
            if not self._task.cancelled():
                self._task.result()
            self._task = None

    async def wait(self, seconds: float, *, step_s: float = 1.0) -> None:
        """Time passes, in steps."""
        until = self.base.monotonic() + seconds
        while self.base.monotonic() < until:
            self.base.advance(min(step_s, until - self.base.monotonic()))
            await settle()

    async def until_timeout(self) -> None:
        """Let the time for an answer be over, where one is waited for."""
        timer: Any = self.client.timers._set.get("answer")
        if timer is not None:
            timer.callback()
        await settle()

    # -- what happens at the station

    async def plug(self, evse: int = 1) -> None:
        self.core.plugged(evse, Plug.PLUGIN, self.clock.now_ms())
        await settle()

    async def unplug(self, evse: int = 1) -> None:
        self.core.plugged(evse, Plug.PLUGOUT, self.clock.now_ms())
        await settle()

    async def draw(self, evse: int = 1) -> None:
        self.core.demands(evse, Demand.CHARGING, self.clock.now_ms())
        await settle()

    async def swipe(self, token: Token = CARD, evse: int | None = None) -> None:
        self.core.presented(token, self.clock.now_ms(), evse)
        await settle()

    async def charge(self, evse: int = 1) -> None:
        """A vehicle and its card: a transaction that draws power."""
        await self.plug(evse)
        await self.swipe(evse=evse)
        await self.draw(evse)
