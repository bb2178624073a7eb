"""`/health` over a real socket."""

from __future__ import annotations

import asyncio
import logging
import signal
import socket
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import httpx
import pytest

from connector.tests.csms.conftest import settle
from connector.web.server import HttpServer


@dataclass
class Facts:
    broker_connected: bool = True
    store_works: bool = True
    stations_connected: int = 2


@pytest.fixture
def facts() -> Facts:
    return Facts()


@pytest.fixture
async def server(facts: Facts) -> AsyncIterator[HttpServer]:
    server = HttpServer(facts, "127.0.0.1", 0)
    await server.start()
    yield server
    await server.stop()


@pytest.fixture
async def client(server: HttpServer) -> AsyncIterator[httpx.AsyncClient]:
    url = f"http://127.0.0.1:{server.port}"
    async with httpx.AsyncClient(base_url=url, trust_env=False, verify=False) as client:
        yield client


@pytest.mark.parametrize(
    ("broker", "store", "code", "status"),
    [
        (True, True, 200, "ok"),
        (False, True, 200, "degraded"),
        (True, False, 200, "degraded"),
        (False, False, 503, "down"),
    ],
)
async def test_health_says_how_the_parts_are(
    client: httpx.AsyncClient,
    facts: Facts,
    broker: bool,
    store: bool,
    code: int,
    status: str,
) -> None:
    facts.broker_connected, facts.store_works = broker, store

    answer = await client.get("/health")

    assert answer.status_code == code
    assert answer.json() == {
        "status": status,
        "broker": "connected" if broker else "disconnected",
        "store": "ok" if store else "failing",
        "stations": 2,
    }


async def test_live_answers_whatever_is_broken(
    client: httpx.AsyncClient, facts: Facts
) -> None:
    facts.broker_connected = facts.store_works = False

    answer = await client.get("/health/live")

    assert (answer.status_code, answer.json()) == (200, {"status": "ok"})


@pytest.mark.parametrize("path", ["/", "/docs", "/health/", "/health/x"])
async def test_nothing_else_is_there(client: httpx.AsyncClient, path: str) -> None:
    answer = await client.get(path)

    assert answer.status_code in (404, 307)


async def test_a_websocket_is_not_served_here(client: httpx.AsyncClient) -> None:
    headers = {
        "connection": "upgrade",
        "upgrade": "websocket",
        "sec-websocket-key": "dGhlIHNhbXBsZSBub25jZQ==",
        "sec-websocket-version": "13",
    }

    answer = await client.get("/health", headers=headers)

    assert answer.status_code == 200


async def test_rubbish_ends_nothing(
    server: HttpServer, client: httpx.AsyncClient
) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
    writer.write(b"\x00\xff rubbish\r\n\r\n")
    await writer.drain()
    async with asyncio.timeout(5):
        assert (await reader.read()).startswith(b"HTTP/1.1 400")
    writer.close()
    await writer.wait_closed()

    assert (await client.get("/health/live")).status_code == 200


async def test_signals_are_left_alone(facts: Facts) -> None:
    numbers = (signal.SIGINT, signal.SIGTERM)
    before = [signal.getsignal(number) for number in numbers]
    server = HttpServer(facts, "127.0.0.1", 0)

    await server.start()

    assert [signal.getsignal(number) for number in numbers] == before
    await server.stop()
    assert [signal.getsignal(number) for number in numbers] == before


async def test_a_port_in_use_is_an_error_of_the_caller(facts: Facts) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        server = HttpServer(facts, "127.0.0.1", taken.getsockname()[1])

        with pytest.raises(OSError, match="in use"):
            await server.start()

    await server.stop()


async def test_the_port_is_free_again_after_the_end(facts: Facts) -> None:
    server = HttpServer(facts, "127.0.0.1", 0)
    await server.start()
    await server.stop()

    with socket.socket() as probe:
        assert probe.connect_ex(("127.0.0.1", server.port)) != 0


class Slow:
    """An application that has begun to answer, and ends when it may."""

    def __init__(self) -> None:
        self.has_begun, self.may_end = asyncio.Event(), asyncio.Event()

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        self.has_begun.set()
        await self.may_end.wait()
        await send({"type": "http.response.start", "status": 204})
        await send({"type": "http.response.body"})


async def test_what_is_being_asked_is_answered_before_the_end(
    server: HttpServer, client: httpx.AsyncClient
) -> None:
    app = server._server.config.loaded_app = Slow()
    asking = asyncio.create_task(client.get("/"))
    await app.has_begun.wait()

    stopping = asyncio.create_task(server.stop())
    await settle()
    assert not stopping.done()
    app.may_end.set()

    assert (await asking).status_code == 204
    await stopping


async def test_what_takes_long_is_given_up_at_the_end(
    server: HttpServer, client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("connector.web.server._STOP_TIMEOUT_S", 0.01)
    app = server._server.config.loaded_app = Slow()
    asking = asyncio.create_task(client.get("/"))
    await app.has_begun.wait()

    await server.stop()

    assert (await asking).status_code == 500


async def test_only_what_matters_is_logged(
    facts: Facts, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    server = HttpServer(facts, "127.0.0.1", 0)
    await server.start()
    url = f"http://127.0.0.1:{server.port}/health"
    async with httpx.AsyncClient(trust_env=False, verify=False) as client:
        await client.get(url)
    await server.stop()

    logged = [each for each in caplog.records if each.name.startswith("uvicorn")]

    assert logged == []
    assert f"{url} answers" in caplog.text


@pytest.mark.skipif(
    not hasattr(socket, "TCP_USER_TIMEOUT"), reason="this system has no such option"
)
async def test_connections_end_when_nothing_is_confirmed_for_a_minute(
    server: HttpServer, client: httpx.AsyncClient
) -> None:
    await client.get("/health")

    [connection] = server._server.server_state.connections
    wire = connection.transport.get_extra_info("socket")  # type: ignore[union-attr]
    option = socket.TCP_USER_TIMEOUT
    assert wire.getsockopt(socket.IPPROTO_TCP, option) == 60_000
