"""The same over a real WebSocket: a part of all that can be spoilt, and raw bytes."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator

import orjson
import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed
from websockets.typing import Subprotocol

from connector.sessions.websocket_server import ServerOptions, WebSocketServer
from connector.tests.rubbish import payloads
from connector.tests.rubbish.bench import (
    BOOT,
    DEADLINE_S,
    NAME,
    NEIGHBOUR,
    Rig,
    check_answer,
    check_bounds,
    check_facts,
    check_log,
    running,
)
from connector.tests.rubbish.mutations import spoilt

_EACH = 23
"""A prime, so that the part has something of everything."""


class Port:
    """A rig behind a real port."""

    def __init__(self, rig: Rig, server: WebSocketServer) -> None:
        self.rig = rig
        self._server = server

    async def dial(self, identity: str) -> ClientConnection:
        """A station that has booted, and whose questions nobody answers."""
        station = await connect(
            f"ws://127.0.0.1:{self._server.port}/{identity}",
            subprotocols=[Subprotocol("ocpp1.6")],
            compression=None,
        )
        answer = await ask(station, "boot", "BootNotification", orjson.dumps(BOOT))
        assert answer[2]["status"] == "Accepted"
        return station


async def ask(
    station: ClientConnection, unique_id: str, action: str, payload: bytes | str
) -> list[object]:
    """The next frame that answers something."""
    text = payload if isinstance(payload, str) else payload.decode()
    await station.send(f'[2,"{unique_id}","{action}",{text}]')
    async with asyncio.timeout(DEADLINE_S):
        while True:
            frame: list[object] = orjson.loads(await station.recv())
            if frame[0] != 2:
                assert frame[1] == unique_id, frame
                return frame


@pytest.fixture
async def port() -> AsyncIterator[Port]:
    async with running() as rig:
        server = WebSocketServer(
            ServerOptions(host="127.0.0.1", port=0),
            rig.central.gate,
            rig.central.serve,
        )
        await server.start()
        yield Port(rig, server)
        await server.stop()


async def test_a_part_of_all_spoilt_calls_has_one_answer_each(
    port: Port, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    station, neighbour = await port.dial(NAME), await port.dial(NEIGHBOUR)
    every = [(a, each) for a in payloads.UP for each in spoilt(payloads.full(a))]
    for number, (action, each) in enumerate(every[::_EACH]):
        answer = await ask(station, str(number), action, each.text)
        check_answer(action, answer)
    assert (await ask(neighbour, "alive", "Heartbeat", b"{}"))[0] == 3
    check_facts(port.rig.facts)
    check_bounds(port.rig)
    check_log(caplog.records)
    await station.close()
    await neighbour.close()


@pytest.mark.parametrize(
    "raw",
    [
        b"\x81\x80",
        b"\x81\x83\x00\x00\x00\x00\xff\xfe\xfd",
        b"\x82\x82\x00\x00\x00\x00{}",
        b"\x83\x80\x00\x00\x00\x00",
        b"\x01\x81\x00\x00\x00\x00[\x81\x81\x00\x00\x00\x00]",
        b"\x81\x02[]",
        b"\x88\x82\x00\x00\x00\x00\x00\x01",
        b"\x89\xfe\x00\x80\x00\x00\x00\x00" + bytes(128),
        b"\x81\xff\x7f\xff\xff\xff\xff\xff\xff\xff\x00\x00\x00\x00",
        b"\xc1\x80\x00\x00\x00\x00",
        b"GET / HTTP/1.1\r\n\r\n",
    ],
    ids=lambda raw: raw[:4].hex(),
)
async def test_bytes_that_are_no_frame_end_no_other_connection(
    port: Port, raw: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    station, neighbour = await port.dial(NAME), await port.dial(NEIGHBOUR)
    station.transport.write(raw)
    station.transport.write_eof()
    async with asyncio.timeout(DEADLINE_S):
        with pytest.raises(ConnectionClosed):
            while True:
                await station.recv()
    assert (await ask(neighbour, "alive", "Heartbeat", b"{}"))[0] == 3
    again = await port.dial(NAME)
    check_log(caplog.records)
    await again.close()
    await neighbour.close()
