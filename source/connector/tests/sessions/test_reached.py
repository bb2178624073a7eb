"""The host by which a station reached us, for URLs that it is told."""

from __future__ import annotations

import asyncio

import pytest
from websockets.asyncio.client import connect

from connector.sessions.link import Link
from connector.sessions.reached import reached_host
from connector.sessions.websocket_server import ServerOptions, WebSocketServer

LOCAL = "192.0.2.1"


@pytest.mark.parametrize(
    ("header", "host"),
    [
        ("example.com:9000", "example.com"),
        (" example.com ", "example.com"),
        ("ocpp_server", "ocpp_server"),
        ("198.51.100.7:9000", "198.51.100.7"),
        ("[2001:db8::1]:9000", "[2001:db8::1]"),
        ("[::ffff:198.51.100.7]", "198.51.100.7"),
        ("localhost:9000", "localhost"),
        ("example.com:", "example.com"),
    ],
)
def test_what_the_station_calls_us_is_used(header: str, host: str) -> None:
    assert reached_host(header, LOCAL) == host


@pytest.mark.parametrize(
    "header",
    ["", ":9000", "0.0.0.0:9000", "[::]:9000", "[2001:db8::1", "[x]:1", "a b", "a/b", "user@host", "host:port", "host:1:2", "1.2.3", "999.1.1.1", "a" * 254, "é.com", "[fe80::1%eth0]:9000"],
)  # fmt: skip
def test_where_that_is_no_host_our_own_address_is(header: str) -> None:
    assert reached_host(header, LOCAL) == LOCAL


@pytest.mark.parametrize(
    ("address", "host"),
    [("::1", "[::1]"), ("::ffff:192.0.2.9", "192.0.2.9"), ("", ""), ("fe80::1%eth0", "")],
)  # fmt: skip
def test_our_own_address_may_be_one_of_ipv6_or_none(address: str, host: str) -> None:
    assert reached_host("", address) == host


async def test_a_link_knows_it_from_the_handshake() -> None:
    found: asyncio.Future[str] = asyncio.get_running_loop().create_future()

    async def gate(_: object) -> None:
        return None

    async def serve(link: Link, *_: str) -> None:
        found.set_result(link.reached_at)

    server = WebSocketServer(ServerOptions("127.0.0.1", 0), gate, serve)
    await server.start()
    url = f"ws://localhost:{server.port}/CP-7"
    async with connect(url, subprotocols=["ocpp1.6"], host="127.0.0.1"):  # type: ignore[list-item]
        assert await asyncio.wait_for(found, 10) == "localhost"
    await server.stop()
