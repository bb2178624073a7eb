"""Slow clients and many clients hold nothing."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

import pytest

from connector.web.connections import Connections
from connector.web.server import HttpServer

GET = b"GET /health/live HTTP/1.1\r\nhost: x\r\n"
ALIVE = b"\r\n"
Pair = tuple[asyncio.StreamReader, asyncio.StreamWriter]


@dataclass
class Facts:
    broker_connected: bool = True
    store_works: bool = True
    stations_connected: int = 0


@dataclass
class Served:
    """A server with few connections and little patience."""

    server: HttpServer
    connections: Connections
    opened: list[asyncio.StreamWriter] = field(default_factory=list)

    async def open(self, data: bytes = b"") -> Pair:
        reader, writer = await asyncio.open_connection("127.0.0.1", self.server.port)
        self.opened.append(writer)
        writer.write(data)
        await writer.drain()
        return reader, writer

    async def ask(self) -> bytes:
        """The first line of an answer on a new connection."""
        reader, _ = await self.open(GET + ALIVE)
        return await line(reader)


async def line(reader: asyncio.StreamReader) -> bytes:
    async with asyncio.timeout(10):
        return await reader.readline()


async def rest(reader: asyncio.StreamReader) -> bytes:
    """All until the connection ends."""
    try:
        async with asyncio.timeout(10):
            return await reader.read()
    except ConnectionResetError:
        return b""


@pytest.fixture
async def served() -> AsyncIterator[Served]:
    connections = Connections(most=3, head_timeout_s=0.2, unread_timeout_s=0.2)
    server = HttpServer(Facts(), "127.0.0.1", 0, connections=connections)
    await server.start()
    found = Served(server, connections)
    yield found
    for writer in found.opened:
        writer.close()
    await server.stop()


@pytest.mark.parametrize("data", [b"", GET, b"GET"])
async def test_a_head_that_does_not_come_ends_it(served: Served, data: bytes) -> None:
    reader, _ = await served.open(data)

    assert await rest(reader) == b""
    assert served.connections.timed_out == 1
    assert (await served.ask()).startswith(b"HTTP/1.1 200")


async def test_a_head_that_drips_ends_it_too(served: Served) -> None:
    reader, writer = await served.open()

    async def drip() -> None:
        while not writer.is_closing():
            writer.write(b"x")
            await asyncio.sleep(0.02)

    dripping = asyncio.create_task(drip())
    assert await rest(reader) == b""
    dripping.cancel()
    await asyncio.wait({dripping})


async def test_the_next_head_has_to_come_in_time_as_well(served: Served) -> None:
    reader, writer = await served.open(GET + ALIVE)
    assert (await line(reader)).startswith(b"HTTP/1.1 200")
    writer.write(GET)

    await rest(reader)

    assert served.connections.timed_out == 1


async def test_a_body_that_nobody_wants_ends_it(served: Served) -> None:
    reader, writer = await served.open(GET + b"content-length: 99999999\r\n\r\n")

    assert (await line(reader)).startswith(b"HTTP/1.1 200")
    writer.write(b"x")
    await rest(reader)

    assert served.connections.timed_out == 1


async def test_an_idle_one_makes_room(served: Served) -> None:
    readers = [(await served.open())[0] for _ in range(3)]

    assert (await served.ask()).startswith(b"HTTP/1.1 200")
    assert await rest(readers[0]) == b""
    assert served.connections.evicted == 1


async def test_what_is_no_request_is_a_problem(served: Served) -> None:
    reader, _ = await served.open(b"rubbish\r\n\r\n")

    answer = await rest(reader)

    assert answer.startswith(b"HTTP/1.1 400 ")
    assert b"application/problem+json" in answer
    assert b"no request of HTTP" in answer


async def test_those_that_are_over_are_not_counted(served: Served) -> None:
    for _ in range(10):
        _, writer = await served.open(GET + ALIVE)
        writer.close()

    async with asyncio.timeout(10):
        while served.connections.count:  # noqa: ASYNC110
            await asyncio.sleep(0)
