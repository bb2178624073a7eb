"""Opening links to a real server: address, version, password, certificates."""

from __future__ import annotations

import asyncio
import base64
import socket
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from datetime import timedelta
from pathlib import Path

import pytest
import pytest_asyncio
from websockets.asyncio.server import Server, ServerConnection, serve
from websockets.http11 import Request, Response
from websockets.typing import Subprotocol

from connector.errors import LinkRefused
from connector.sessions.websocket_link import WebSocketLink
from connector.station.client.dialing import address, dial
from connector.station.client.options import NEWEST_FIRST, Endpoint
from connector.station.client.refusals import explained
from connector.tests.authority import HOUR, Authority


class Door:
    """A WebSocket server that notes who came."""

    def __init__(self) -> None:
        self.requests: list[Request] = []
        self.connections: list[ServerConnection] = []
        self.servers: list[Server] = []
        self.status: int | None = None

    async def open(
        self, known: Sequence[str] = NEWEST_FIRST, tls: ssl.SSLContext | None = None
    ) -> str:
        server = await serve(
            self._talk,
            "127.0.0.1",
            0,
            subprotocols=[Subprotocol(each) for each in known] or None,
            select_subprotocol=None if known else lambda *_: None,
            process_request=self._look,
            ssl=tls,
        )
        self.servers.append(server)
        port = next(iter(server.sockets)).getsockname()[1]
        return f"{'wss' if tls else 'ws'}://localhost:{port}/ocpp"

    def _look(self, connection: ServerConnection, request: Request) -> Response | None:
        self.requests.append(request)
        if self.status is not None:
            return connection.respond(self.status, "no\n")
        return None

    async def _talk(self, connection: ServerConnection) -> None:
        self.connections.append(connection)
        async for text in connection:
            await connection.send(text)

    async def close(self) -> None:
        for server in self.servers:
            server.close()
            await server.wait_closed()


@pytest_asyncio.fixture
async def door() -> AsyncIterator[Door]:
    found = Door()
    yield found
    await found.close()


Connect = Callable[..., Awaitable[WebSocketLink]]


@pytest_asyncio.fixture
async def connect() -> AsyncIterator[Connect]:
    links = []

    async def open_(
        endpoint: Endpoint,
        identity: str = "CP 1",
        offered: Sequence[str] = NEWEST_FIRST,
    ) -> WebSocketLink:
        link = await dial(endpoint, identity, offered, 5.0)
        assert isinstance(link, WebSocketLink)
        links.append(link)
        return link

    yield open_
    for link in links:
        await link.close()


@pytest.mark.parametrize(
    ("url", "identity", "profile", "expected"),
    [
        ("ws://h:9000/ocpp", "CP1", 0, "ws://h:9000/ocpp/CP1"),
        ("ws://h:9000/ocpp/", "CP1", 0, "ws://h:9000/ocpp/CP1"),
        ("ws://h", "a b/c?d#é", 1, "ws://h/a%20b%2Fc%3Fd%23%C3%A9"),
        ("ws://h/ocpp?t=1", "CP1", 0, "ws://h/ocpp/CP1?t=1"),
        ("ws://h:9000/ocpp", "CP1", 2, "wss://h:9000/ocpp/CP1"),
        ("wss://h/ocpp", "CP1", 0, "wss://h/ocpp/CP1"),
    ],
)
def test_the_identity_is_the_end_of_the_address(
    url: str, identity: str, profile: int, expected: str
) -> None:
    assert address(Endpoint(url, profile), identity) == expected


async def test_the_newest_common_version_is_spoken(
    door: Door, connect: Connect
) -> None:
    url = await door.open(["ocpp2.0.1", "ocpp1.6"])
    link = await connect(Endpoint(url))

    assert link.subprotocol == "ocpp2.0.1"
    offered = door.requests[0].headers["Sec-WebSocket-Protocol"]
    assert offered == "ocpp2.1, ocpp2.0.1, ocpp1.6"


async def test_nothing_is_compressed_and_nothing_waits_for_more(
    door: Door, connect: Connect
) -> None:
    link = await connect(Endpoint(await door.open()))

    assert "Sec-WebSocket-Extensions" not in door.requests[0].headers
    plug = link._websocket.transport.get_extra_info("socket")
    assert plug.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)


async def test_a_server_without_a_version_of_ours_is_refused(
    door: Door, connect: Connect
) -> None:
    url = await door.open([])
    with pytest.raises(LinkRefused, match="none of our versions"):
        await connect(Endpoint(url))


async def test_a_server_that_names_no_version_agrees_where_there_is_one(
    door: Door, connect: Connect
) -> None:
    url = await door.open([])
    link = await connect(Endpoint(url), offered=["ocpp1.6"])

    assert link.subprotocol == "ocpp1.6"


@pytest.mark.parametrize("profile", [1, 2])
async def test_the_password_is_shown_with_the_identity(
    door: Door, connect: Connect, profile: int, tmp_path: Path
) -> None:
    authority = Authority(tmp_path)
    tls = server_context(authority) if profile == 2 else None
    endpoint = Endpoint(await door.open(tls=tls), profile, "p:ä55", ca=authority.file)
    link = await connect(endpoint, "CP é")

    scheme, secret = door.requests[0].headers["Authorization"].split()
    assert scheme == "Basic"
    assert base64.b64decode(secret).decode() == "CP é:p:ä55"
    assert link.security_profile == profile
    assert "ä55" not in repr(endpoint)


@pytest.mark.parametrize("profile", [0, 3])
async def test_other_profiles_show_no_password(
    door: Door, connect: Connect, profile: int, tmp_path: Path
) -> None:
    authority = Authority(tmp_path)
    tls = server_context(authority, authority) if profile == 3 else None
    own = authority.issue("CP 1")
    url = await door.open(tls=tls)
    await connect(Endpoint(url, profile, "secret", authority.file, own, own))

    assert "Authorization" not in door.requests[0].headers


async def test_a_station_shows_its_certificate(
    door: Door, connect: Connect, tmp_path: Path
) -> None:
    authority = Authority(tmp_path)
    own = authority.issue("CP 1")
    url = await door.open(tls=server_context(authority, authority))
    await connect(Endpoint(url, 3, None, authority.file, own, own))

    shown = door.connections[0].transport.get_extra_info("peercert")
    assert ("commonName", "CP 1") in [pair[0] for pair in shown["subject"]]


async def test_a_server_of_another_authority_is_not_trusted(
    door: Door, connect: Connect, tmp_path: Path
) -> None:
    url = await door.open(tls=server_context(Authority(tmp_path / "a")))
    other = Authority(tmp_path / "b", "Other CA")
    with pytest.raises(LinkRefused, match="certificate verify failed"):
        await connect(Endpoint(url, 2, "p", other.file))


async def test_an_expired_server_is_not_trusted(
    door: Door, connect: Connect, tmp_path: Path
) -> None:
    authority = Authority(tmp_path)
    url = await door.open(tls=server_context(authority, lasts=-HOUR))
    with pytest.raises(LinkRefused, match="expired"):
        await connect(Endpoint(url, 2, "p", authority.file))


async def test_tls_before_1_2_is_refused(
    door: Door, connect: Connect, tmp_path: Path
) -> None:
    authority = Authority(tmp_path)
    tls = server_context(authority)
    with pytest.warns(DeprecationWarning):
        tls.minimum_version = tls.maximum_version = ssl.TLSVersion.TLSv1_1
    tls.set_ciphers("ALL:@SECLEVEL=0")
    with pytest.raises(LinkRefused):
        await connect(Endpoint(await door.open(tls=tls), 2, "p", authority.file))


async def test_certificates_that_are_no_files_are_named(
    door: Door, connect: Connect, tmp_path: Path
) -> None:
    with pytest.raises(LinkRefused, match=r"certificates: .*nowhere\.pem"):
        await connect(Endpoint("wss://localhost:1/", 2, "p", tmp_path / "nowhere.pem"))


@pytest.mark.parametrize("status", [401, 403, 404, 500, 503])
async def test_a_door_that_stays_shut_says_its_status(
    door: Door, connect: Connect, status: int
) -> None:
    door.status = status
    with pytest.raises(LinkRefused) as caught:
        await connect(Endpoint(await door.open()))

    assert caught.value.status == status


async def test_what_is_no_websocket_is_refused(connect: Connect) -> None:
    async def chat(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 smtp.example.com ESMTP\r\n")
        writer.close()
        await writer.wait_closed()

    server = await asyncio.start_server(chat, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    async with server:
        with pytest.raises(LinkRefused):
            await connect(Endpoint(f"ws://127.0.0.1:{port}/"))


def server_context(
    authority: Authority,
    clients: Authority | None = None,
    lasts: timedelta = 24 * HOUR,
) -> ssl.SSLContext:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(authority.issue_server(lasts=lasts))
    if clients is not None:
        context.verify_mode = ssl.CERT_REQUIRED
        context.load_verify_locations(clients.file)
    return context


async def test_where_nobody_listens_is_said_with_what_to_look_at() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        url = f"ws://127.0.0.1:{free.getsockname()[1]}/ocpp"
    endpoint = Endpoint(url)
    with pytest.raises(LinkRefused) as refused:
        await dial(endpoint, "CP 1", NEWEST_FIRST, 5)

    text = explained(refused.value, endpoint, "CP 1")
    assert text.startswith(f"{url}/CP%201: ")
    assert text.endswith("does a central system listen there?")


@pytest.mark.parametrize(
    ("status", "hint"),
    [
        (401, "; is the password right, and is the station known there?"),
        (404, "; is the path right, and is the station known there?"),
        (500, "500: no"),
    ],
)
def test_a_door_that_stays_shut_is_named_without_secrets(
    status: int, hint: str
) -> None:
    endpoint = Endpoint("ws://me:s3cret@csms/ocpp?key=s3cret")
    text = explained(LinkRefused("no", status), endpoint, "CP 1")

    assert text.startswith(f"ws://csms/ocpp/CP%201: {status}: no")
    assert text.endswith(hint)
    assert "s3cret" not in text
