"""A central system with its store, its limits and its commands, and stations as texts."""

from __future__ import annotations

import asyncio
import math
import os
from collections import deque
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from typing import Any

import orjson
from hypothesis import settings

from connector.csms.central_system import CentralSystem, LinkOptions
from connector.csms.facts import Facts
from connector.csms.options import CsmsOptions, LimitOptions, StationOptions
from connector.datapoints.command_runs import Context
from connector.datapoints.commands import Commands, Order
from connector.datapoints.keys import local_key, parse_local_key
from connector.datapoints.limits.service import LimitService
from connector.datapoints.outcomes import Outcome
from connector.datapoints.profile_template import ProfileTemplate
from connector.errors import LinkClosed
from connector.ocppj.schemas import schemas
from connector.sessions.memory import MemoryLink, link_pair
from connector.store import DatabaseStore, open_store
from connector.tests.clock import FakeClock

Json = dict[str, Any]
Answer = Callable[[str, Json], str | None]
"""Takes the id and the payload of a call; gives the text to answer with, if any."""

NAME, NEIGHBOUR = "CP1", "CP2"
DEADLINE_S = 5.0
BOOT = {"chargePointVendor": "V", "chargePointModel": "M"}
CODES = frozenset(
    """
    NotImplemented NotSupported InternalError ProtocolError SecurityError
    FormationViolation PropertyConstraintViolation OccurenceConstraintViolation
    TypeConstraintViolation GenericError
    """.split()
)
"""OCPP-J 1.6, table 7."""
_LONGEST_LOG_LINE = 1000
_LONGEST_TEXT = 1_048_576
"""Nothing that is told is longer than the frame it came in."""
_MOST_WARNINGS, _MOST_NAMES, _MOST_PLACES = 200, 200, 65


BOUNDED = settings(
    max_examples=60,
    deadline=None,
    database=None,
    derandomize=os.environ.get("CI") == "true",
)
"""How far the property tests go."""


def agrees(unique_id: str, payload: Json) -> str:
    """The usual answer."""
    return f'[3,"{unique_id}",{{"status":"Accepted"}}]'


def lists_nothing(unique_id: str, payload: Json) -> str:
    """To GetConfiguration."""
    return f'[3,"{unique_id}",{{}}]'


class RawEnd:
    """A station that says texts; ``answers`` by action answer what it is asked."""

    def __init__(self, link: MemoryLink, serving: asyncio.Task[None]) -> None:
        self.link = link
        self.serving = serving
        self.answers: dict[str, Answer] = {"GetConfiguration": lists_nothing}
        self.asked: list[tuple[str, str, Json]] = []
        """Ids, actions and payloads of the calls that came, in their order."""
        self._heard: deque[list[Any]] = deque()
        self._changed = asyncio.Event()
        self._count = 0
        self._saying: set[asyncio.Task[None]] = set()
        self._reader = asyncio.create_task(self._read())

    async def _read(self) -> None:
        try:
            while True:
                await self._take(orjson.loads(await self.link.recv()))
        except LinkClosed:
            self._changed.set()

    async def _take(self, frame: list[Any]) -> None:
        if frame[0] == 2:
            _, unique_id, action, payload = frame
            fits = schemas("1.6").request(action).is_valid(payload)
            assert fits, frame
            self.asked.append((unique_id, action, payload))
            text = self.answers.get(action, agrees)(unique_id, payload)
            if text is not None:
                await self.link.send(text)
        else:
            self._heard.append(frame)
        self._changed.set()

    async def say(self, text: str | bytes) -> None:
        await self.link.send(text)

    def say_soon(self, text: str) -> None:
        """Say something after what is being handled."""
        task = asyncio.create_task(self._say_unless_closed(text))
        self._saying.add(task)
        task.add_done_callback(self._saying.discard)

    async def _say_unless_closed(self, text: str) -> None:
        with suppress(LinkClosed):
            await self.link.send(text)

    async def until(self, test: Callable[[], Any]) -> None:
        """Wait until something holds, looking whenever something came."""
        async with asyncio.timeout(DEADLINE_S):
            while not test():
                self._changed.clear()
                await self._changed.wait()

    async def hear(self) -> list[Any]:
        """The next answer."""
        await self.until(lambda: self._heard or self.link.closed)
        assert self._heard, self.link.closed
        return self._heard.popleft()

    async def call(self, action: str, payload: str = "{}") -> list[Any]:
        """Say a call and give the one frame that answers it.

        That it is the only one shows at the heartbeat that follows.
        """
        self._count += 1
        unique_id, alive = f"id-{self._count}", f"alive-{self._count}"
        await self.say(f'[2,"{unique_id}","{action}",{payload}]')
        await self.say(f'[2,"{alive}","Heartbeat",{{}}]')
        answer, after = await self.hear(), await self.hear()
        assert answer[1] == unique_id, answer
        assert after[:2] == [3, alive], after
        assert not self._heard
        return answer

    async def boot(self) -> None:
        answer = await self.call("BootNotification", orjson.dumps(BOOT).decode())
        assert answer[2]["status"] == "Accepted"

    async def leave(self) -> None:
        await self.link.close()
        await self.serving
        await self._reader


class Rig:
    """Everything between links and values, with a clock that stands still."""

    def __init__(self, **options: Any) -> None:
        names = options.pop("names", (NAME, NEIGHBOUR))
        rate = options.pop("max_frames_per_s", 0)
        options.setdefault("stations", dict.fromkeys(names, StationOptions()))
        options.setdefault("heartbeat_interval_s", 300)
        self.clock = FakeClock()
        self.store: DatabaseStore = open_store("sqlite://")
        self.facts: list[Facts] = []
        self.outcomes: list[tuple[Order, Outcome, Json]] = []
        self.central = CentralSystem(
            CsmsOptions(**options),
            self.store,
            self.clock,
            self.facts.append,
            LinkOptions(max_frames_per_s=rate),
        )
        self.limits = LimitService(
            self.central.stations,
            self.central.events,
            LimitOptions(min_interval_s=0),
            self.store,
            self.clock,
            publish=self.facts.append,
            report=lambda *_: None,
            remember=self.central.registry.remember,
        )
        context = Context(self.limits, "remote", ProfileTemplate(), self.central.blocks)
        self.commands = Commands(
            self.central.stations, context, self.clock, self.facts.append
        )
        self.ends: list[RawEnd] = []

    async def open(self) -> None:
        await self.store.open()
        await self.central.start()
        await self.limits.start()

    async def close(self) -> None:
        await self.commands.finish(0.1)
        await self.limits.stop()
        for end in self.ends:
            await end.leave()
        await self.central.stop()
        await self.store.close()

    async def connect(self, identity: str = NAME) -> RawEnd:
        """A station that has booted."""
        end = self.dial(identity)
        await end.boot()
        async with asyncio.timeout(DEADLINE_S):
            while (setup := self.central.stations[identity].setup) is not None:
                await asyncio.wait({setup})
        return end

    def dial(self, identity: str = NAME) -> RawEnd:
        """A station that has said nothing yet."""
        pair = link_pair()
        serving = asyncio.create_task(
            self.central.serve(pair.server, identity, "ocpp1.6")
        )
        end = RawEnd(pair.client, serving)
        self.ends.append(end)
        return end

    async def order(self, name: str, value: object, where: str = "0") -> Json:
        """The one result of a command, as it is published."""
        done = asyncio.Event()
        results: list[Json] = []

        def report(order: Order, outcome: Outcome, text: str) -> None:
            results.append(orjson.loads(text))
            done.set()

        self.commands.submit(Order(NAME, where, name, value), report)
        async with asyncio.timeout(DEADLINE_S):
            await done.wait()
        for _ in range(5):
            await asyncio.sleep(0)
        assert len(results) == 1
        return results[0]


@asynccontextmanager
async def running(**options: Any) -> AsyncIterator[Rig]:
    """A rig that ends with the block."""
    rig = Rig(**options)
    await rig.open()
    try:
        yield rig
    finally:
        await rig.close()


def check_answer(action: str, answer: list[Any]) -> None:
    """A CALLRESULT that fits, or a CALLERROR in the words of 1.6, and no mistake."""
    if answer[0] == 3:
        assert schemas("1.6").response(action).is_valid(answer[2]), answer
        assert len(answer) == 3
        return
    assert answer[0] == 4, answer
    assert len(answer) == 5
    assert answer[2] in CODES - {"InternalError"}, answer
    assert len(answer[3]) <= 255
    assert answer[4] == {}


def check_facts(facts: list[Facts]) -> None:
    """Scalars that JSON has words for, under keys that read one way."""
    for told in facts:
        for datum, value in told.values.items():
            assert type(value) in (str, int, float, bool, type(None)), (datum, value)
            orjson.dumps(value)
            assert not isinstance(value, float) or math.isfinite(value)
            assert not isinstance(value, str) or len(value) <= _LONGEST_TEXT
            key = local_key(datum)
            assert parse_local_key(key) == datum
            assert not set(key) & set("+#/\x00\n")


def check_bounds(rig: Rig) -> None:
    """What a station says does not make us grow without end."""
    for station in rig.central.stations.values():
        assert len(station.warned or ()) <= _MOST_WARNINGS
        assert len(station.unknown_names or ()) <= _MOST_NAMES
        assert len(station.connectors) <= _MOST_PLACES
        assert len(station.asked or ()) <= _MOST_PLACES
        assert len(orjson.dumps(station.boot)) < 10_000


def check_log(records: list[Any]) -> None:
    """Nothing is our mistake, and no line is filled by a station."""
    for record in records:
        assert record.levelname not in ("ERROR", "CRITICAL"), record.getMessage()
        assert record.exc_info is None, record.getMessage()
        assert len(record.getMessage()) <= _LONGEST_LOG_LINE, record.getMessage()[:200]
