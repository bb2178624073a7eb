"""A central system with a clock that tests move, and stations at memory links."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, TypeVar

import pytest

from connector.csms.central_system import CentralSystem, LinkOptions
from connector.csms.events import Event
from connector.csms.facts import Datum, Facts, Scalar
from connector.csms.options import CsmsOptions, StationOptions
from connector.csms.registering import no_members
from connector.csms.sampled import text_key
from connector.csms.station import Station
from connector.csms.times import iso
from connector.errors import CallErrorReceived, LinkClosed
from connector.ocppj.frames import Call, encode_call
from connector.sessions.engine import Session, SessionOptions
from connector.sessions.memory import MemoryLink, link_pair
from connector.sessions.versions import SESSIONS
from connector.tests.clock import FakeClock
from connector.tests.csms.memory_store import MemoryStore

Json = dict[str, Any]
NAME = "CP-7"
MOST_STEPS = 200


async def settle() -> None:
    """Let everything happen that waits for nothing but the loop."""
    for _ in range(MOST_STEPS):
        await asyncio.sleep(0)


@dataclass
class StationEnd:
    """The station's side of a link; ``answers`` by action, ``calls`` as they came."""

    link: MemoryLink
    session: Session
    tasks: list[asyncio.Task[None]]
    calls: list[tuple[str, Json]] = field(default_factory=list)
    answers: dict[str, Any] = field(default_factory=dict)
    clock: FakeClock = field(default_factory=FakeClock)

    async def say(self, action: str, **payload: Any) -> Json:
        """Send a call; its answer, after what follows it."""
        async with asyncio.timeout(10):
            answer = await self.session.call_action(action, payload)
        await settle()
        return answer

    async def say_raw(self, action: str, payload: Json) -> Json:
        """Send a call that this end would not let out, as it is."""
        unique_id = str(uuid.uuid4())
        text = encode_call(unique_id, action, payload)
        outbox = self.session._outbox
        answer = await outbox.call(unique_id, action, text, timeout_s=10)
        await settle()
        return answer

    async def refused(self, action: str, **payload: Any) -> str:
        """Send a call that gets a CALLERROR; its code."""
        with pytest.raises(CallErrorReceived) as caught:
            await self.say(action, **payload)
        return caught.value.code

    def asked(self, action: str) -> list[Json]:
        """What was asked of the station, by action."""
        return [payload for name, payload in self.calls if name == action]

    async def boot(self, **more: Any) -> Json:
        return await self.say(
            "BootNotification", chargePointVendor="V", chargePointModel="M", **more
        )

    async def status(self, status: str, connector: int = 1, **more: Any) -> Json:
        return await self.say(
            "StatusNotification",
            connectorId=connector,
            errorCode="NoError",
            status=status,
            **more,
        )

    async def start(
        self, *, connector: int = 1, meter: int = 1000, ago_s: float = 0, **more: Any
    ) -> Json:
        return await self.say(
            "StartTransaction",
            **{
                "connectorId": connector,
                "idTag": "card",
                "meterStart": meter,
                "timestamp": self.time(ago_s),
            }
            | more,
        )

    async def stop(
        self, transaction_id: int, *, meter: int = 2000, ago_s: float = 0, **more: Any
    ) -> Json:
        return await self.say(
            "StopTransaction",
            transactionId=transaction_id,
            meterStop=meter,
            timestamp=self.time(ago_s),
            **more,
        )

    async def meter(
        self,
        *samples: Json,
        connector: int = 1,
        ago_s: float = 0,
        time: str | None = None,
        transaction: int | None = None,
    ) -> Json:
        """MeterValues with one time."""
        more = {} if transaction is None else {"transactionId": transaction}
        value = {"timestamp": time or self.time(ago_s), "sampledValue": list(samples)}
        return await self.say(
            "MeterValues", connectorId=connector, meterValue=[value], **more
        )

    def time(self, ago_s: float = 0) -> str:
        return iso(self.clock.now_ms() - round(ago_s * 1000))

    async def leave(self) -> None:
        await self.link.close()
        await settle()

    @property
    def close_code(self) -> int | None:
        return self.link.closed.code if self.link.closed else None


AGREES: dict[str, Json] = {
    "TriggerMessage": {"status": "Accepted"},
    "GetConfiguration": {},
    "ChangeConfiguration": {"status": "Accepted"},
    "Reset": {"status": "Accepted"},
}


E = TypeVar("E", bound=StationEnd)


class Harness:
    """A central system that runs, and all that it told."""

    def __init__(self, store: MemoryStore | None = None, **options: Any) -> None:
        links = options.pop("links", LinkOptions(max_frames_per_s=0))
        read_entry = options.pop("read_entry", no_members)
        options.setdefault("stations", {NAME: StationOptions()})
        self.clock = options.pop("clock", None) or FakeClock()
        self.store = store or MemoryStore()
        self.facts: list[Facts] = []
        self.events: list[Event] = []
        self.ends: list[StationEnd] = []
        self.central = CentralSystem(
            CsmsOptions(**options),
            self.store,
            self.clock,
            self.facts.append,
            links,
            read_entry=read_entry,
        )

    def hear(self, *kinds: type[Event]) -> None:
        """Collect events of these types from now on."""
        for kind in kinds:
            self.central.events.subscribe(kind, self.events.append)

    async def connect(
        self, identity: str = NAME, *, boots: bool = False, **answers: Any
    ) -> StationEnd:
        end = self.begin(identity, "ocpp1.6", AGREES | answers, StationEnd)
        await settle()
        if boots:
            await end.boot()
        return end

    def begin(self, identity: str, subprotocol: str, answers: Json, kind: type[E]) -> E:
        """Open a link of a station that gives these answers."""
        pair = link_pair()
        serving = asyncio.create_task(
            self.central.serve(pair.server, identity, subprotocol)
        )
        end = _station_end(identity, pair.client, answers, subprotocol, kind)
        end.clock = self.clock
        end.tasks.append(serving)
        self.ends.append(end)
        return end

    def station(self, identity: str = NAME) -> Station:
        return self.central.stations[identity]

    def told(self, name: str, where: str = "1", station: str = NAME) -> list[Scalar]:
        """All values of one datum, by its key behind the place."""
        return [
            value
            for facts in self.facts
            if facts.station == station
            for datum, value in facts.values.items()
            if (datum.where, text_key(datum)) == (where, name)
        ]

    def fact(self, name: str, where: str = "1") -> Facts:
        """The newest facts that have this datum."""
        for facts in reversed(self.facts):
            if any((d.where, text_key(d)) == (where, name) for d in facts.values):
                return facts
        raise AssertionError(name)

    def newest(self, name: str, where: str = "1", station: str = NAME) -> Scalar:
        return self.told(name, where, station)[-1]

    def data(self) -> set[Datum]:
        return {datum for facts in self.facts for datum in facts.values}

    async def advance(self, seconds: float) -> None:
        self.clock.advance(seconds)
        await settle()

    async def close(self) -> None:
        await self.central.stop()
        for end in self.ends:
            await end.link.close()
        async with asyncio.timeout(10):
            await asyncio.gather(
                *(task for end in self.ends for task in end.tasks),
                return_exceptions=True,
            )


def _station_end(
    identity: str,
    link: MemoryLink,
    answers: dict[str, Any],
    subprotocol: str,
    kind: type[E],
) -> E:
    session = SESSIONS[subprotocol](
        identity,
        link,
        options=SessionOptions(call_timeout_s=10, is_station=True),
    )
    end = kind(link, session, [], answers=answers)

    def handle(owner: Any, call: Call) -> Any:
        end.calls.append((call.action, call.payload))
        answer = end.answers[call.action]
        if isinstance(answer, Exception):
            raise answer
        return answer(call.payload) if callable(answer) else answer

    session.handlers = dict.fromkeys(end.answers, handle)
    end.tasks.append(asyncio.create_task(_listen(session)))
    return end


async def _listen(session: Session) -> None:
    with suppress(LinkClosed):
        await session.start()


@pytest.fixture
async def start() -> AsyncIterator[Callable[..., Any]]:
    """Makes central systems that run until the end of the test."""
    made: list[Harness] = []

    async def begin(store: MemoryStore | None = None, **options: Any) -> Harness:
        harness = Harness(store, **options)
        made.append(harness)
        await harness.central.start()
        return harness

    yield begin
    for harness in made:
        await harness.close()


@pytest.fixture
async def system(start: Callable[..., Any]) -> Harness:
    """A central system that knows one station, with all defaults."""
    found: Harness = await start()
    return found
