"""One that floods, one that is slow, one that says nothing: the others do not notice.

How long the others wait is measured by ``bench/neighbours.py``; here it counts that all
of them are answered, in their order.
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from itertools import count
from typing import Any

import orjson
import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.typing import Subprotocol

from connector.csms.events import Disconnected
from connector.errors import CommandTimeout
from connector.sessions.websocket_server import ServerOptions, WebSocketServer
from connector.tests.mqtt.conftest import eventually
from connector.tests.rubbish.bench import BOOT, Rig, check_log, running

OTHERS = [f"CP{number}" for number in range(50)]
CALLS = 40
RATE = 20
DEADLINE_S = 30
BUFFER_BYTES = 4096
SLOW_CALLS = 3000
"""Their answers do not fit into what lies between the two ends."""


@dataclass
class Site:
    """A central system on a port."""

    rig: Rig
    port: int

    async def dial(self, identity: str, **more: Any) -> ClientConnection:
        """A station that is connected, and has said nothing yet."""
        return await connect(
            f"ws://127.0.0.1:{self.port}/{identity}",
            subprotocols=[Subprotocol("ocpp1.6")],
            compression=None,
            **more,
        )

    async def until_gone(self, identity: str) -> None:
        """Wait until a station is shown as gone."""
        gone = asyncio.Event()
        self.rig.central.events.subscribe(Disconnected, lambda _: gone.set())
        while self.rig.central.stations[identity].is_connected:
            gone.clear()
            await gone.wait()

    async def others(self) -> list[list[str]]:
        """The ids that all the others were answered with, each in its order."""
        return await asyncio.gather(*(self._talk(name) for name in OTHERS))

    async def _talk(self, identity: str) -> list[str]:
        station = await self.dial(identity)
        await station.send(call("boot", "BootNotification", BOOT))
        for number in range(CALLS):
            await station.send(call(str(number)))
        found = await answers(station, CALLS + 1)
        await station.close()
        return found


EXPECTED = [["boot", *map(str, range(CALLS))]] * len(OTHERS)


@asynccontextmanager
async def site(rate: float, *more: str, pings_s: float = 20) -> AsyncIterator[Site]:
    async with running(names=(*OTHERS, *more), max_frames_per_s=rate) as rig:
        options = ServerOptions(host="127.0.0.1", port=0, ping_interval_s=pings_s)
        server = WebSocketServer(options, rig.central.gate, rig.central.serve)
        await server.start()
        [listener] = server._servers
        for listening in listener.sockets:
            # Those who connect have it, too: a system may buffer megabytes.
            listening.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, BUFFER_BYTES)
        yield Site(rig, server.port)
        await server.stop()


def call(unique_id: str, action: str = "Heartbeat", payload: Any = None) -> str:
    return orjson.dumps([2, unique_id, action, payload or {}]).decode()


async def answers(station: ClientConnection, amount: int) -> list[str]:
    """The ids of the next answers, each a CALLRESULT; questions are not answered."""
    found: list[str] = []
    while len(found) < amount:
        frame = orjson.loads(await station.recv())
        if frame[0] != 2:
            assert frame[0] == 3, frame
            found.append(frame[1])
    return found


async def flood(station: ClientConnection) -> None:
    for number in count():
        await station.send(call(str(number)))


async def ended(*tasks: asyncio.Task[Any]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


async def test_one_that_floods_is_held_to_its_rate_and_the_others_are_answered(
    caplog: pytest.LogCaptureFixture,
) -> None:
    loop = asyncio.get_running_loop()
    async with asyncio.timeout(DEADLINE_S), site(RATE, "Flooder") as place:
        began_s = loop.time()
        flooder = await place.dial("Flooder")
        flooding = asyncio.create_task(flood(flooder))
        heard = await place.others()
        # More than it may have at once: it is slowed down, and served all the same.
        flooded = await answers(flooder, 2 * RATE)
        elapsed_s = loop.time() - began_s
        await ended(flooding)
        flooder.transport.abort()
        # Thousands of its calls are here, and would take minutes at its rate.
        await place.until_gone("Flooder")
    assert heard == EXPECTED
    assert flooded == [str(number) for number in range(2 * RATE)]
    assert len(flooded) <= RATE * (1 + elapsed_s) + 1
    check_log(caplog.records)


async def test_one_that_is_slowed_down_is_not_taken_for_dead() -> None:
    many = 4 * RATE
    async with asyncio.timeout(DEADLINE_S), site(RATE, "Queue", pings_s=0.1) as place:
        station = await place.dial("Queue")
        await station.send(call("first"))
        assert await answers(station, 1) == ["first"]
        session = place.rig.central.stations["Queue"].session
        assert session is not None
        await asyncio.to_thread(eventually, lambda: session.link.latency_ms is not None)
        for number in range(many):
            await station.send(call(str(number)))
        assert await answers(station, many) == [str(number) for number in range(many)]
        await station.close()


async def test_one_that_floods_without_a_rate_leaves_the_others_their_turns(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async with asyncio.timeout(DEADLINE_S), site(0, "Flooder") as place:
        flooder = await place.dial("Flooder")
        reading = asyncio.create_task(answers(flooder, 10**9))
        flooding = asyncio.create_task(flood(flooder))
        heard = await place.others()
        await ended(flooding, reading)
        flooder.transport.abort()
    assert heard == EXPECTED
    check_log(caplog.records)


async def test_one_that_reads_late_gets_all_its_answers_and_delays_nobody(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async with asyncio.timeout(DEADLINE_S), site(0, "Slow") as place:
        line = socket.socket()
        line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, BUFFER_BYTES)
        line.connect(("127.0.0.1", place.port))
        slow = await place.dial("Slow", sock=line, max_queue=1)
        asking = asyncio.create_task(ask(slow))
        heard = await place.others()
        found = await answers(slow, SLOW_CALLS)
        await asking
        await slow.close()
    assert heard == EXPECTED
    assert found == [str(number) for number in range(SLOW_CALLS)]
    check_log(caplog.records)


async def ask(station: ClientConnection) -> None:
    for number in range(SLOW_CALLS):
        await station.send(call(str(number)))


async def test_the_commands_of_one_that_says_nothing_time_out_and_no_others(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async with asyncio.timeout(DEADLINE_S), site(RATE, "Silent") as place:
        silent = await place.dial("Silent")
        station = place.rig.central.stations["Silent"]
        asking = [
            asyncio.create_task(station.call("ClearCache", {}, 0.2)) for _ in range(5)
        ]
        heard = await place.others()
        found = await asyncio.gather(*asking, return_exceptions=True)
        await silent.send(call("1"))
        assert await answers(silent, 1) == ["1"]
        await silent.close()
    assert heard == EXPECTED
    assert {type(each) for each in found} == {CommandTimeout}
    check_log(caplog.records)
