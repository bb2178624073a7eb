"""A central system on a real socket that does one thing wrong, in any version."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from itertools import count
from typing import Any

import orjson
from websockets.asyncio.server import ServerConnection, serve
from websockets.exceptions import ConnectionClosed
from websockets.typing import Subprotocol

from connector.station.client.dialing import dial
from connector.station.client.options import Endpoint
from connector.station.times import iso
from connector.tests.clock import FakeClock
from connector.tests.station.client.bench import Place

Json = dict[str, Any]
VERSIONS = ("1.6", "2.0.1", "2.1")
DEADLINE_S = 15.0
LIMIT_W, OFFLINE_W = 7000.0, 4140.0
STARTED = {"1.6": "StartTransaction"}
Wrong = Callable[["WrongCentral", ServerConnection, str, Json], Awaitable[None]]


class WrongCentral:
    """Answers well but for `wrong`, which is what it does to the actions in `which`."""

    def __init__(self, version: str, clock: FakeClock) -> None:
        self.version = version
        self.clock = clock
        self.heard: list[tuple[str, Json]] = []
        self.wrong: Wrong | None = None
        self.which: frozenset[str] | None = None
        """None: all of them."""
        self.late: list[str] = []
        self.frames: list[list[Any]] = []
        """What the station answered."""
        self.connections: list[ServerConnection] = []
        self.boot = {"status": "Accepted", "interval": 300}
        self._ids = count(1)

    async def serve(self, connection: ServerConnection) -> None:
        self.connections.append(connection)
        try:
            async for text in connection:
                await self._hear(connection, orjson.loads(text))
        except ConnectionClosed:
            return

    async def _hear(self, connection: ServerConnection, frame: list[Any]) -> None:
        if frame[0] != 2:
            self.frames.append(frame)
            return
        _, unique_id, action, payload = frame
        self.heard.append((action, payload))
        answer = self._answer(action)
        is_meant = self.which is None or action in self.which
        if self.wrong is not None and is_meant:
            await self.wrong(self, connection, unique_id, answer)
        else:
            await say(connection, [3, unique_id, answer])

    def _answer(self, action: str) -> Json:
        now = iso(self.clock.now_ms())
        status = {"status": "Accepted"}
        match action:
            case "BootNotification":
                return {**self.boot, "currentTime": now}
            case "Heartbeat":
                return {"currentTime": now}
            case "StartTransaction":
                return {"transactionId": next(self._ids), "idTagInfo": status}
            case "Authorize" if self.version == "1.6":
                return {"idTagInfo": status}
            case "Authorize":
                return {"idTokenInfo": status}
        return {}

    async def command(self, action: str, payload: Json) -> str:
        unique_id = f"c{next(self._ids)}"
        await say(self.connections[-1], [2, unique_id, action, payload])
        return unique_id

    def answer_to(self, unique_id: str) -> list[Any] | None:
        return next((f for f in self.frames if f[1] == unique_id), None)

    def told(self) -> tuple[int, int]:
        """Starts and ends of transactions, each counted once."""
        if self.version == "1.6":
            names = ("StartTransaction", "StopTransaction")
            found = [{orjson.dumps(p) for a, p in self.heard if a == n} for n in names]
        else:
            events = [p for a, p in self.heard if a == "TransactionEvent"]
            kinds = ("Started", "Ended")
            found = [
                {e["transactionInfo"]["transactionId"] for e in events if _is(e, kind)}
                for kind in kinds
            ]
        return len(found[0]), len(found[1])


def _is(event: Json, kind: str) -> bool:
    return bool(event["eventType"] == kind)


async def say(connection: ServerConnection, frame: list[Any]) -> None:
    await connection.send(orjson.dumps(frame).decode())


# -- what can be wrong with an answer


async def silence(_c: WrongCentral, _l: ServerConnection, _i: str, _a: Json) -> None:
    """Nothing comes."""


async def rubbish(_c: WrongCentral, link: ServerConnection, i: str, _a: Json) -> None:
    await link.send(f'[3,"{i}",{{"currentTime":')


async def binary(_c: WrongCentral, link: ServerConnection, i: str, a: Json) -> None:
    await link.send(orjson.dumps([3, i, a]))


async def error(_c: WrongCentral, link: ServerConnection, i: str, _a: Json) -> None:
    await say(link, [4, i, "InternalError", "busy", {}])


async def misfit(_c: WrongCentral, link: ServerConnection, i: str, _a: Json) -> None:
    members = {"status": 7, "currentTime": [], "interval": "soon", "idTagInfo": 1}
    await say(link, [3, i, {**members, "idTokenInfo": None, "transactionId": "x"}])


async def twice(_c: WrongCentral, link: ServerConnection, i: str, a: Json) -> None:
    await say(link, [3, i, a])
    await say(link, [3, i, a])


async def late(central: WrongCentral, link: ServerConnection, i: str, a: Json) -> None:
    """When the next one is asked."""
    for text in central.late:
        await link.send(text)
    central.late = [orjson.dumps([3, i, a]).decode()]


async def another(_c: WrongCentral, link: ServerConnection, i: str, a: Json) -> None:
    await say(link, [3, f"{i}x", a])


async def closes(_c: WrongCentral, link: ServerConnection, _i: str, _a: Json) -> None:
    await link.close(1001, "bye")


async def aborts(_c: WrongCentral, link: ServerConnection, _i: str, _a: Json) -> None:
    link.transport.abort()


async def huge(_c: WrongCentral, link: ServerConnection, i: str, a: Json) -> None:
    await say(link, [3, i, {**a, "x": "y" * 3_000_000}])


WRONGS: tuple[Wrong, ...] = (
    silence,
    rubbish,
    binary,
    error,
    misfit,
    late,
    another,
    closes,
    aborts,
    huge,
)


# -- a station before it


class Visit:
    """One station at one such central system; time passes by hand, sockets are real."""

    def __init__(self, central: WrongCentral, place: Place) -> None:
        self.central = central
        self.place = place

    async def until(self, holds: Callable[[], Any], *, each_s: float = 0.0) -> None:
        """Until something is so, while time passes."""
        async with asyncio.timeout(DEADLINE_S):
            while not holds():
                self.place.base.advance(each_s)
                await asyncio.sleep(0.002)

    async def passes(self, seconds: float, *, each_s: float = 5.0) -> None:
        """Time, in steps that leave the sockets a moment."""
        until_s = self.place.base.monotonic() + seconds
        await self.until(lambda: self.place.base.monotonic() >= until_s, each_s=each_s)

    @property
    def offered_w(self) -> float:
        """What the vehicle may draw; 0 where the contactor is open."""
        hardware = self.place.hardware
        return hardware.offers[1] if hardware.closed.get(1) else 0.0

    async def limit(
        self, limit_w: float = LIMIT_W, offered_w: float | None = None
    ) -> None:
        """The central system limits the station."""
        await self.central.command(*profile(self.central.version, limit_w))
        wanted_w = limit_w if offered_w is None else offered_w
        await self.until(lambda: self.offered_w == wanted_w)

    async def finish(self) -> None:
        """It does everything right from now on: all is told, once."""
        self.central.wrong = None
        await self.until(lambda: self.place.client.is_accepted, each_s=1.0)
        await self.place.unplug()
        await self.until(lambda: not self.place.client.waiting, each_s=1.0)
        assert self.offered_w == 0.0
        assert self.central.told() == (1, 1)


def profile(version: str, limit_w: float, number: int = 1) -> tuple[str, Json]:
    """SetChargingProfile of a version."""
    schedule: Json = {
        "chargingRateUnit": "W",
        "chargingSchedulePeriod": [{"startPeriod": 0, "limit": limit_w}],
    }
    kind = {
        "stackLevel": 0,
        "chargingProfilePurpose": "TxDefaultProfile",
        "chargingProfileKind": "Relative",
    }
    if version == "1.6":
        wire = {"chargingProfileId": number, **kind, "chargingSchedule": schedule}
        payload: Json = {"connectorId": 1, "csChargingProfiles": wire}
    else:
        wire = {"id": number, **kind, "chargingSchedule": [{"id": 1, **schedule}]}
        payload = {"evseId": 1, "chargingProfile": wire}
    return "SetChargingProfile", payload


@asynccontextmanager
async def visit(version: str, **more: Any) -> AsyncIterator[Visit]:
    """A station that has not started, at a central system that listens."""
    clock = FakeClock()
    central = WrongCentral(version, clock)
    subprotocol = Subprotocol(f"ocpp{version}")
    async with serve(
        central.serve,
        "127.0.0.1",
        0,
        subprotocols=[subprotocol],
        compression=None,
        ping_interval=None,
        close_timeout=0.2,
    ) as server:
        port = server.sockets[0].getsockname()[1]
        place = Place(
            clock=clock,
            dial=dial,
            endpoint=Endpoint(f"ws://127.0.0.1:{port}/"),
            subprotocols=(subprotocol,),
            call_timeout_s=0.05,
            initial={
                "SampledDataCtrlr/TxUpdatedInterval": "60",
                "AuthCtrlr/OfflineTxForUnknownIdEnabled": "true",
                "OCPPCommCtrlr/MessageAttempts#TransactionEvent": "1000",
                **more,
            },
        )
        place.base = clock
        try:
            yield Visit(central, place)
        finally:
            await place.stop()
