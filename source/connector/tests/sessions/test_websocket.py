"""The server over a real socket, on a port that the system chooses."""

from __future__ import annotations

import asyncio
import base64
import select
import socket
import struct
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import (
    AbstractAsyncContextManager,
    ExitStack,
    asynccontextmanager,
    suppress,
)
from pathlib import Path
from typing import Any

import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.frames import Frame, Opcode

from connector.errors import LinkClosed, LinkRefused
from connector.sessions.engine import SessionOptions
from connector.sessions.link import Link
from connector.sessions.v16 import ChargePoint
from connector.sessions.websocket_client import open_link
from connector.sessions.websocket_link import WebSocketLink
from connector.sessions.websocket_server import (
    Gate,
    HandshakeRequest,
    Refusal,
    Serve,
    ServerOptions,
    WebSocketServer,
)
from connector.tests.sessions.bench import NOW, now

DEADLINE_S = 10.0
OCPP16 = ["ocpp1.6"]


async def let_in(request: HandshakeRequest) -> Refusal | None:
    return None


async def echo(link: Link, identity: str, subprotocol: str) -> None:
    """Say who it is, then give every text back."""
    await link.send(f"{identity} {subprotocol}")
    with suppress(LinkClosed):
        while True:
            text = await link.recv()
            await link.send(str(text))


@asynccontextmanager
async def server(
    gate: Gate = let_in,
    serve: Serve = echo,
    pinned: Callable[[str], str | None] = lambda _: None,
    **options: Any,
) -> AsyncIterator[WebSocketServer]:
    running = WebSocketServer(
        ServerOptions(host="127.0.0.1", port=0, **options), gate, serve, pinned
    )
    async with asyncio.timeout(DEADLINE_S):
        await running.start()
        try:
            yield running
        finally:
            await running.stop()


def url(running: WebSocketServer, path: str = "/cs1") -> str:
    return f"ws://127.0.0.1:{running.port}{path}"


def dial(
    running: WebSocketServer,
    path: str = "/cs1",
    subprotocols: Sequence[str] | None = ("ocpp1.6",),
) -> AbstractAsyncContextManager[Any]:
    return connect(url(running, path), subprotocols=subprotocols, proxy=None)  # type: ignore[arg-type]


async def raw_request(running: WebSocketServer, request: bytes) -> bytes:
    """What the port answers to any bytes, until it closes."""
    reader, writer = await asyncio.open_connection("127.0.0.1", running.port)
    writer.write(request)
    if writer.can_write_eof():
        writer.write_eof()
    try:
        return await reader.read()
    except ConnectionError:
        return b""
    finally:
        writer.close()


def upgrade(path: bytes) -> bytes:
    return (
        b"GET " + path + b" HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\n"
        b"Connection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
        b"Sec-WebSocket-Version: 13\r\n\r\n"
    )


@pytest.mark.parametrize(
    ("path", "identity"),
    [("/cs1", "cs1"), ("/ocpp/CS%201?x=1", "CS 1"), ("/%C3%A4", "ä")],
)
async def test_a_station_is_served_under_its_identity(path: str, identity: str) -> None:
    async with server() as running, dial(running, path) as station:
        assert await station.recv() == f"{identity} ocpp1.6"
        await station.send("hello")
        assert await station.recv() == "hello"


def longest_backlog() -> int:
    return int(Path("/proc/sys/net/core/somaxconn").read_text())


def connected(sockets: Sequence[socket.socket], within_ms: int) -> int:
    """How many the kernel connects while nobody accepts."""
    poll, left = select.poll(), {each.fileno(): each for each in sockets}
    for number in left:
        poll.register(number, select.POLLOUT)
    while left and (ready := poll.poll(within_ms)):
        for number, _ in ready:
            poll.unregister(number)
            del left[number]
    return len(sockets) - len(left)


async def test_all_stations_may_come_at_once_after_an_outage() -> None:
    most = longest_backlog()
    async with server() as running:
        with ExitStack() as stack:
            sockets = [stack.enter_context(socket.socket()) for _ in range(400)]
            for each in sockets[:most]:
                each.setblocking(False)
                each.connect_ex(("127.0.0.1", running.port))
            assert connected(sockets[:most], 500) == len(sockets[:most])
        async with dial(running) as station:
            assert await station.recv() == "cs1 ocpp1.6"


@pytest.mark.parametrize("path", ["/", "/ocpp/", "/%FF", "/a%2Fb", "/" + "x" * 256])
async def test_a_bad_identity_is_refused_with_400_before_the_gate_is_asked(
    path: str,
) -> None:
    asked: list[HandshakeRequest] = []

    async def gate(request: HandshakeRequest) -> Refusal | None:
        asked.append(request)
        return None

    async with server(gate) as running:
        with pytest.raises(InvalidStatus) as caught:
            async with dial(running, path):
                pass
    assert caught.value.response.status_code == 400
    assert b"is no identity" in caught.value.response.body
    assert asked == []


async def test_a_path_with_bytes_beyond_ascii_is_refused_and_harms_nobody() -> None:
    async with server() as running:
        answer = await raw_request(running, upgrade(b"/cs\xff\xfe"))
        assert answer == b"" or answer.startswith(b"HTTP/1.1 4")
        async with dial(running) as station:
            assert await station.recv() == "cs1 ocpp1.6"


async def test_the_gate_sees_the_request_and_its_refusal_is_the_answer() -> None:
    asked: list[HandshakeRequest] = []

    async def gate(request: HandshakeRequest) -> Refusal | None:
        asked.append(request)
        return Refusal(401, "who are you")

    async with server(gate) as running:
        credentials = base64.b64encode(b"cs1:s3cret").decode()
        with pytest.raises(InvalidStatus) as caught:
            await connect(
                url(running, "/a/cs1"),
                additional_headers={"Authorization": f"Basic {credentials}"},
                proxy=None,
            )

    response = caught.value.response
    assert response.status_code == 401
    assert response.headers["WWW-Authenticate"] == 'Basic realm="OCPP"'
    assert response.body == b"who are you\n"
    [request] = asked
    assert (request.identity, request.path) == ("cs1", "/a/cs1")
    assert request.headers["Authorization"] == f"Basic {credentials}"
    assert request.remote_address == "127.0.0.1"


async def test_a_gate_that_fails_lets_nobody_in_and_harms_nobody() -> None:
    async def gate(request: HandshakeRequest) -> Refusal | None:
        if request.identity == "bad":
            raise KeyError("gate")
        return None

    async with server(gate) as running:
        with pytest.raises(InvalidStatus) as caught:
            async with dial(running, "/bad"):
                pass
        assert caught.value.response.status_code == 500
        async with dial(running) as station:
            assert await station.recv() == "cs1 ocpp1.6"


@pytest.mark.parametrize(
    ("offered", "chosen"),
    [
        (["ocpp1.6"], "ocpp1.6"),
        (["ocpp2.1", "ocpp1.6"], "ocpp1.6"),
        (["ocpp2.0.1", "ocpp1.6"], "ocpp2.0.1"),
        (["ocpp1.6", "ocpp2.0.1"], "ocpp1.6"),
    ],
)
async def test_the_first_subprotocol_of_the_station_that_is_known_is_chosen(
    offered: list[str], chosen: str
) -> None:
    known = ("ocpp1.6", "ocpp2.0.1")
    async with (
        server(subprotocols=known) as running,
        dial(running, subprotocols=offered) as station,
    ):
        assert station.subprotocol == chosen
        assert await station.recv() == f"cs1 {chosen}"


async def test_a_station_that_offers_no_subprotocol_speaks_the_default() -> None:
    async with server() as running, dial(running, subprotocols=None) as station:
        assert station.subprotocol is None
        assert await station.recv() == "cs1 ocpp1.6"


@pytest.mark.parametrize(
    ("default", "offered"), [("", None), ("ocpp1.6", ["ocpp2.0"]), ("", ["soap"])]
)
async def test_without_a_common_subprotocol_the_link_is_closed_with_what_is_offered(
    default: str, offered: list[str] | None
) -> None:
    async with (
        server(default_subprotocol=default) as running,
        dial(running, subprotocols=offered) as station,
    ):
        assert station.subprotocol is None
        with pytest.raises(ConnectionClosed) as caught:
            await station.recv()
    assert caught.value.rcvd is not None
    assert caught.value.rcvd.code == 1002
    assert caught.value.rcvd.reason == "this server offers ocpp2.1, ocpp2.0.1, ocpp1.6"


def heard(running: WebSocketServer) -> list[tuple[str, str]]:
    told: list[tuple[str, str]] = []
    running.refusals.on_told = lambda station, text: told.append((station, text))
    return told


async def test_without_a_common_subprotocol_it_is_told_who_offered_what() -> None:
    async with server() as running:
        told = heard(running)
        async with dial(running, subprotocols=["ocpp2.0", "soap"]) as station:
            with pytest.raises(ConnectionClosed):
                await station.recv()

        assert running.refusals.counts == {"subprotocol": 1}
    assert told == [
        (
            "cs1",
            "cs1 from 127.0.0.1: no common subprotocol: it offered 'ocpp2.0', 'soap', "
            "this server offers ocpp2.1, ocpp2.0.1, ocpp1.6",
        )
    ]


async def test_who_has_to_offer_a_subprotocol_and_does_not_is_told_of() -> None:
    async with server(default_subprotocol="") as running:
        told = heard(running)
        async with dial(running, subprotocols=None) as station:
            with pytest.raises(ConnectionClosed):
                await station.recv()
    assert "it offered nothing, this server offers" in told[0][1]


async def test_a_path_without_an_identity_is_told_without_what_may_be_secret() -> None:
    async with server() as running:
        told = heard(running)
        with pytest.raises(InvalidStatus) as caught:
            async with dial(running, "/steve/websocket/?password=geheim"):
                pass
    [(station, text)] = told
    assert station == ""
    assert text.startswith("refused a connection from 127.0.0.1: 400 the last segment")
    assert text.endswith("; the path is '/steve/websocket/' and a query")
    assert b"steve" not in caught.value.response.body


async def test_a_frame_that_is_too_long_closes_its_own_link_alone() -> None:
    async with (
        server(max_frame_bytes=1000) as running,
        dial(running, "/long") as long,
        dial(running, "/other") as other,
    ):
        await long.recv()
        await long.send("x" * 1000)
        assert await long.recv() == "x" * 1000
        await long.send("x" * 1001)
        with pytest.raises(ConnectionClosed) as caught:
            await long.recv()
        assert caught.value.rcvd is not None
        assert caught.value.rcvd.code == 1009

        assert await other.recv() == "other ocpp1.6"
        await other.send("still here")
        assert await other.recv() == "still here"


@pytest.mark.parametrize(
    "request_bytes",
    [
        b"",
        b"\x00\xff\x16\x03\x01",
        b"GET /cs1 HTTP/1.1\r\n\r\n",
        b"GET /cs1 HTTP/1.1\r\nHost: x\r\n\r\n",
        b"POST /cs1 HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\n\r\nx",
        b"GET " + b"x" * 20_000,
        b"rubbish\r\n\r\n",
    ],
    ids=lambda request: repr(request[:20]),
)
async def test_rubbish_on_the_port_harms_nobody(
    request_bytes: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    async with server() as running, dial(running) as station:
        await raw_request(running, request_bytes)

        assert await station.recv() == "cs1 ocpp1.6"
        async with dial(running, "/late") as late:
            assert await late.recv() == "late ocpp1.6"
    assert not [record for record in caplog.records if record.exc_info]


async def test_a_session_that_fails_is_logged_and_its_link_closed(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async def fail(link: Link, identity: str, subprotocol: str) -> None:
        raise KeyError("session")

    async with server(serve=fail) as running, dial(running) as station:
        with pytest.raises(ConnectionClosed):
            await station.recv()
    assert "cs1: its session failed" in caplog.text


async def test_stopping_closes_every_link_with_1001_and_takes_nobody_in() -> None:
    ended: list[int] = []

    async def serve(link: Link, identity: str, subprotocol: str) -> None:
        await link.send("up")
        try:
            await link.recv()
        except LinkClosed as closed:
            ended.append(closed.code)

    async with server(serve=serve) as running, dial(running) as station:
        await station.recv()
        stopping = asyncio.create_task(running.stop())
        with pytest.raises(ConnectionClosed) as caught:
            await station.recv()
        await stopping
        assert caught.value.rcvd is not None
        assert caught.value.rcvd.code == 1001
        assert ended == [1001]
        with pytest.raises(LinkRefused):
            await open_link(url(running), OCPP16)


async def test_a_port_that_is_taken_is_an_os_error() -> None:
    async with server() as running:
        second = WebSocketServer(
            ServerOptions(host="127.0.0.1", port=running.port), let_in, echo
        )
        with pytest.raises(OSError, match=str(running.port)):
            await second.start()
        await second.stop()


async def test_sending_waits_for_a_peer_that_does_not_read_and_ends_with_it() -> None:
    outcome: asyncio.Future[LinkClosed] = asyncio.get_running_loop().create_future()
    is_behind = asyncio.Event()

    async def flood(link: Link, identity: str, subprotocol: str) -> None:
        try:
            while True:
                sending = asyncio.ensure_future(link.send("x" * 100_000))
                await asyncio.sleep(0)
                if not sending.done():
                    is_behind.set()
                await sending
        except LinkClosed as closed:
            outcome.set_result(closed)

    async with server(serve=flood) as running:
        peer = socket.create_connection(("127.0.0.1", running.port))
        peer.sendall(upgrade(b"/cs1"))
        await is_behind.wait()
        assert not outcome.done()
        # Ends the connection at once, as a network does.
        peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        peer.close()
        assert (await outcome).code == 1006


# -- our own end


async def test_a_link_that_is_opened_carries_texts_until_it_is_closed() -> None:
    async with server() as running:
        link = await open_link(url(running), OCPP16)
        assert link.subprotocol == "ocpp1.6"
        assert await link.recv() == "cs1 ocpp1.6"
        await link.send("hello")
        assert await link.recv() == "hello"
        assert link.last_received_s > 0
        await link.close(1000, "ä" * 200)
        await link.close()
        for action in (link.recv(), link.send("x")):
            with pytest.raises(LinkClosed) as caught:
                await action
            assert caught.value.code == 1000


TAPPED = Frame(Opcode.TEXT, b"[3,a]")
OTHERS = (
    (Frame(Opcode.TEXT, b"[2,b]"),),
    (Frame(Opcode.BINARY, b"[3,b]"),),
    (Frame(Opcode.TEXT, b"[3,", fin=False), Frame(Opcode.CONT, b"b]")),
)


@pytest.mark.parametrize("others", OTHERS)
async def test_a_tap_takes_only_what_nothing_else_waits_before(
    others: tuple[Frame, ...],
) -> None:
    taken: list[str] = []

    def tap(text: str) -> bool:
        if text.startswith("[3"):
            taken.append(text)
        return text.startswith("[3")

    async with server() as running:
        link = await open_link(url(running), OCPP16)
        assert await link.recv() == "cs1 ocpp1.6"
        link.tap(tap)
        hear = link._websocket.process_event
        hear(TAPPED)
        # Nobody was receiving.
        assert (await link.recv(), taken) == ("[3,a]", [])
        received = asyncio.create_task(link.recv())
        await asyncio.sleep(0)
        for frame in (TAPPED, *others, TAPPED):
            hear(frame)
        assert taken == ["[3,a]"]
        assert str(await received).strip("b'") in {"[2,b]", "[3,b]"}
        assert await link.recv() == "[3,a]"
        assert taken == ["[3,a]"]
        await link.close()


@pytest.mark.parametrize("opcode", [Opcode.PING, Opcode.PONG])
async def test_what_is_no_message_leaves_a_tap_where_it_is(opcode: Opcode) -> None:
    taken: list[str] = []
    async with server() as running:
        link = await open_link(url(running), OCPP16)
        assert await link.recv() == "cs1 ocpp1.6"
        link.tap(lambda text: not taken.append(text))
        received = asyncio.create_task(link.recv())
        await asyncio.sleep(0)
        for frame in (TAPPED, Frame(opcode, b"1234"), TAPPED):
            link._websocket.process_event(frame)
        assert taken == ["[3,a]", "[3,a]"]
        assert not received.done()
        await link.close()
        await asyncio.wait({received})
        assert isinstance(received.exception(), LinkClosed)


async def test_a_tapped_link_ends_with_a_text_that_is_none() -> None:
    async with server() as running:
        link = await open_link(url(running), OCPP16)
        assert await link.recv() == "cs1 ocpp1.6"
        link.tap(lambda _: True)
        received = asyncio.create_task(link.recv())
        await asyncio.sleep(0)
        link._websocket.process_event(Frame(Opcode.TEXT, b"\xff"))
        with pytest.raises(LinkClosed) as caught:
            await received
        assert caught.value.code == 1007


async def test_a_pong_is_noted_with_its_latency() -> None:
    async with server() as running:
        link = await open_link(url(running), OCPP16)
        assert (link.has_ponged, link.latency_ms) == (False, None)
        link.ping()
        sent = link._websocket.pinged
        link.ping()
        assert link._websocket.pinged is sent, "one waits for its answer already"
        assert await link.recv() == "cs1 ocpp1.6"
        await (await link._websocket.ping())
        assert link.has_ponged, "the pong of the later ping is here already"
        assert link.latency_ms is not None
        assert link._websocket.pinged is None


async def test_a_pong_that_nobody_asked_for_says_nothing() -> None:
    async with server() as running:
        link = await open_link(url(running), OCPP16)
        link._websocket.process_event(Frame(Opcode.PONG, b"more"))
        assert not link.has_ponged
        link.ping()
        link._websocket.process_event(Frame(Opcode.PONG, b"more"))
        assert link._websocket.pinged is not None


async def test_a_link_that_is_gone_is_not_pinged() -> None:
    async with server() as running:
        link = await open_link(url(running), OCPP16)
        link.abort()
        link.ping()
        assert link._websocket.pinged is None
        with pytest.raises(LinkClosed) as caught:
            while True:
                await link.recv()
        assert caught.value.code == 1006


@pytest.mark.parametrize("status", [401, 403, 404, 503])
async def test_a_link_that_is_refused_says_with_which_status(status: int) -> None:
    async def gate(request: HandshakeRequest) -> Refusal | None:
        return Refusal(status, "not today")

    async with server(gate) as running:
        with pytest.raises(LinkRefused) as caught:
            await open_link(url(running), OCPP16)
    assert caught.value.status == status
    assert caught.value.reason == "not today"


async def serve_rubbish(reader: asyncio.StreamReader, writer: Any) -> None:
    writer.write(b"SSH-2.0-rubbish\r\n")
    writer.close()


async def test_a_peer_that_speaks_no_http_is_a_refusal_without_a_status() -> None:
    listener = await asyncio.start_server(serve_rubbish, "127.0.0.1", 0)
    port = listener.sockets[0].getsockname()[1]
    async with asyncio.timeout(DEADLINE_S), listener:
        with pytest.raises(LinkRefused) as caught:
            await open_link(f"ws://127.0.0.1:{port}/cs1", OCPP16)
    assert caught.value.status is None


@pytest.mark.parametrize("target", ["http://127.0.0.1/cs1", "ws://", "rubbish"])
async def test_a_url_that_is_none_is_a_refusal(target: str) -> None:
    with pytest.raises(LinkRefused):
        await open_link(target, OCPP16)


async def test_a_peer_that_never_answers_is_a_refusal() -> None:
    is_over = asyncio.Event()

    async def wait(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await is_over.wait()
        writer.close()

    listener = await asyncio.start_server(wait, "127.0.0.1", 0)
    port = listener.sockets[0].getsockname()[1]
    async with asyncio.timeout(DEADLINE_S), listener:
        with pytest.raises(LinkRefused):
            await open_link(f"ws://127.0.0.1:{port}/cs1", OCPP16, timeout_s=0.05)
        is_over.set()


async def test_sessions_speak_over_a_socket() -> None:
    async def serve(link: Link, identity: str, subprotocol: str) -> None:
        await ChargePoint(identity, link, handlers={"Heartbeat": now}).start()

    async with server(serve=serve) as running:
        link: WebSocketLink = await open_link(url(running), OCPP16)
        station = ChargePoint("cs1", link, options=SessionOptions(is_station=True))
        task = asyncio.create_task(station.start())
        assert await station.call_action("Heartbeat", {}) == NOW
        await station.close()
        await task


async def test_a_version_that_is_pinned_is_the_only_one() -> None:
    async with (
        server(pinned=lambda _: "ocpp2.0.1") as running,
        dial(running, subprotocols=["ocpp1.6", "ocpp2.0.1"]) as station,
        dial(running, subprotocols=None) as silent,
    ):
        assert station.subprotocol == "ocpp2.0.1"
        assert await silent.recv() == "cs1 ocpp2.0.1"
