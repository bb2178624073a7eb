"""The demo as a process of its own, before a real server."""

from __future__ import annotations

import asyncio
import signal
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from connector.sessions.link import Link
from connector.sessions.v16 import ChargePoint
from connector.sessions.websocket_server import (
    HandshakeRequest,
    ServerOptions,
    WebSocketServer,
)
from connector.station.demo import __main__ as demo
from connector.tests.station.central import Central

SOURCE = Path(__file__).resolve().parents[3]
DEADLINE_S = 30.0


class Server:
    """Takes everybody in; ``told`` are the stations that told every status."""

    def __init__(self) -> None:
        self.told: set[str] = set()
        self.left: set[str] = set()
        self.changed = asyncio.Condition()
        self.server = WebSocketServer(
            ServerOptions(host="127.0.0.1", port=0), self._gate, self._serve
        )

    async def _gate(self, request: HandshakeRequest) -> None:
        return None

    async def _serve(self, link: Link, identity: str, subprotocol: str) -> None:
        central = Central()
        handlers = dict.fromkeys(
            central.answers, lambda owner, call: self._hear(identity, central, call)
        )
        await ChargePoint(identity, link, owner=central, handlers=handlers).start()
        async with self.changed:
            self.left.add(identity)
            self.changed.notify_all()

    async def _hear(self, identity: str, central: Central, call: object) -> object:
        answer = central._hear(call)  # type: ignore[arg-type]
        if len(central.statuses()) >= 2:
            async with self.changed:
                self.told.add(identity)
                self.changed.notify_all()
        return answer

    async def wait_for(self, names: set[str], where: set[str]) -> None:
        async with asyncio.timeout(DEADLINE_S), self.changed:
            await self.changed.wait_for(lambda: where == names)


@pytest.fixture
async def server() -> AsyncIterator[Server]:
    server = Server()
    await server.server.start()
    yield server
    await server.server.stop()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_two_stations_live_until_a_signal_and_end_well(
    server: Server, number: signal.Signals
) -> None:
    both = {"DEMO-1", "DEMO-2"}
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-W", "error", "-m", "connector.station.demo"),
        *("--url", f"ws://127.0.0.1:{server.server.port}/", "--count", "2"),
        cwd=SOURCE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    try:
        await server.wait_for(both, server.told)
        process.send_signal(number)
        async with asyncio.timeout(DEADLINE_S):
            printed, _ = await process.communicate()
        await server.wait_for(both, server.left)
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    assert (process.returncode, printed) == (0, b"")


async def test_a_station_that_ends_by_itself_ends_the_demo(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    class Ending:
        def __init__(self, url: str, number: int) -> None:
            self._is_broken = number == 2

        async def run(self) -> None:
            if self._is_broken:
                raise OSError("broken")
            await asyncio.get_running_loop().create_future()

    monkeypatch.setattr(demo, "station", Ending)
    with pytest.raises(ExceptionGroup) as caught:
        async with asyncio.timeout(DEADLINE_S):
            await demo.run("ws://nowhere/", 2)
    assert caught.group_contains(OSError, match="broken")


def test_every_demo_station_is_another_one_and_samples_often() -> None:
    first, second = (demo.station("ws://nowhere", number) for number in (1, 2))
    assert first.core.model.identity == "DEMO-1"
    assert second.core.model.identity == "DEMO-2"
    assert first.core.model.serial_number != second.core.model.serial_number
    assert first.core.configuration.number("MeterValueSampleInterval") == 5
