"""The port with TLS, over real sockets, with certificates that are made here."""

from __future__ import annotations

import asyncio
import socket
import ssl
import struct
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed

from connector.errors import CertificateError, LinkClosed
from connector.security.server_tls import CIPHERS, ServerTls, TlsFiles
from connector.sessions.link import Link
from connector.sessions.refusals import Refusals
from connector.sessions.websocket_server import (
    Admission,
    HandshakeRequest,
    Refusal,
    ServerOptions,
    WebSocketServer,
)
from connector.tests.authority import HOUR, Authority, self_signed

DEADLINE_S = 10.0
LONG_AGO = -24 * HOUR


@pytest.fixture
def ca(tmp_path: Path) -> Authority:
    return Authority(tmp_path / "ca")


class Noting(Refusals):
    """Tells when there was one."""

    def __init__(self) -> None:
        super().__init__()
        self.told = asyncio.Event()

    def tell(
        self, reason: str, text: str, *arguments: object, station: str = ""
    ) -> None:
        super().tell(reason, text, *arguments, station=station)
        self.told.set()


class Bench:
    """A server with TLS that notes who asked, and says what it is told."""

    def __init__(self, files: TlsFiles, **options: Any) -> None:
        self.requests: list[HandshakeRequest] = []
        self.tls = ServerTls(files)
        self.server = WebSocketServer(
            ServerOptions(host="127.0.0.1", **{"port": None, "tls_port": 0} | options),
            self.gate,
            self.serve,
            tls=lambda: self.tls.context,
            refusals=Noting(),
        )
        self.ended: asyncio.Queue[int] = asyncio.Queue()

    async def gate(self, request: HandshakeRequest) -> Refusal | Admission | None:
        self.requests.append(request)
        return Refusal(401, "no") if request.identity == "bad" else Admission(2)

    async def serve(self, link: Link, identity: str, subprotocol: str) -> None:
        await link.send(f"{identity} {link.security_profile}")
        try:
            while True:
                await link.send(str(await link.recv()))
        except LinkClosed as closed:
            self.ended.put_nowait(closed.code)

    def dial(self, context: ssl.SSLContext, path: str = "/cs1") -> Any:
        return connect(
            f"wss://localhost:{self.server.tls_port}{path}",
            host="127.0.0.1",
            subprotocols=["ocpp1.6"],  # type: ignore[list-item]
            ssl=context,
            proxy=None,
        )

    async def refuses(self, context: ssl.SSLContext) -> None:
        """Neither end lets the other in."""
        with pytest.raises((OSError, ConnectionClosed, EOFError, Exception)) as caught:
            async with self.dial(context) as station:
                await station.recv()
        assert not isinstance(caught.value, AssertionError)
        await self.noted()

    async def noted(self) -> None:
        assert isinstance(self.server.refusals, Noting)
        await self.server.refusals.told.wait()

    @property
    def counts(self) -> dict[str, int]:
        return dict(self.server.refusals.counts)


@asynccontextmanager
async def bench(
    ca: Authority,
    *,
    certificates: Sequence[Path] = (),
    client_ca: Path | None = None,
    crl: Path | None = None,
    **options: Any,
) -> AsyncIterator[Bench]:
    files = tuple(certificates) or (ca.issue_server(file="server.pem"),)
    running = Bench(TlsFiles(files, (None,) * len(files), client_ca, crl), **options)
    async with asyncio.timeout(DEADLINE_S):
        await running.tls.start()
        await running.server.start()
        try:
            yield running
        finally:
            await running.server.stop()
            await running.tls.stop()


async def test_a_station_is_served_over_tls(ca: Authority) -> None:
    async with bench(ca) as running, running.dial(ca.client()) as station:
        assert await station.recv() == "cs1 2"
        await station.send("hello")
        assert await station.recv() == "hello"
    [request] = running.requests
    assert request.is_secure
    assert request.certificate is None
    assert await running.ended.get() == 1000
    assert running.counts == {}


async def test_long_messages_and_many_at_once_go_both_ways(ca: Authority) -> None:
    texts = ["x" * 900_000, *(str(number) for number in range(500)), "ä" * 300_000]
    async with bench(ca) as running, running.dial(ca.client()) as station:
        await station.recv()
        sending = asyncio.gather(*(station.send(text) for text in texts))
        assert [await station.recv() for _ in texts] == texts
        await sending


async def test_plain_and_tls_are_served_beside_each_other(ca: Authority) -> None:
    async with bench(ca, port=0) as running, running.dial(ca.client()) as secure:
        url = f"ws://127.0.0.1:{running.server.port}/cs2"
        async with connect(url, subprotocols=["ocpp1.6"], proxy=None) as plain:  # type: ignore[list-item]
            assert await secure.recv() == "cs1 2"
            assert await plain.recv() == "cs2 2"
    assert [request.is_secure for request in running.requests] == [True, False]


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
async def test_tls_from_1_2_on_is_spoken(
    ca: Authority, version: ssl.TLSVersion
) -> None:
    context = ca.client(maximum_version=version, minimum_version=version)
    async with bench(ca) as running, running.dial(context) as station:
        assert await station.recv() == "cs1 2"
        spoken = station.transport.get_extra_info("ssl_object")
        assert spoken.version() == version.name.replace("_", ".")
        assert spoken.compression() is None


@pytest.mark.parametrize("cipher", CIPHERS)
async def test_every_suite_that_ocpp_demands_is_there(
    ca: Authority, cipher: str
) -> None:
    kinds = [ca.issue_server(kind=kind, file=f"{kind}.pem") for kind in ("ec", "rsa")]
    context = ca.client(maximum_version=ssl.TLSVersion.TLSv1_2)
    context.set_ciphers(cipher)
    async with (
        bench(ca, certificates=kinds) as running,
        running.dial(context) as station,
    ):
        assert await station.recv() == "cs1 2"
        found = station.transport.get_extra_info("ssl_object").cipher()
        assert found[0] == cipher


def hello(version: bytes, *suites: int) -> bytes:
    """A ClientHello that a library of today would not send (RFC 5246, 7.4.1.2)."""
    listed = struct.pack(f"!{len(suites)}H", *suites)
    body = version + bytes(32) + b"\0" + struct.pack("!H", len(listed)) + listed
    extensions = bytes.fromhex(
        "000a000400020017000b00020100000d000400020403"  # groups, points, signatures
    )
    body += b"\1\0" + struct.pack("!H", len(extensions)) + extensions
    message = b"\1" + struct.pack("!I", len(body))[1:] + body
    return b"\x16\x03\x01" + struct.pack("!H", len(message)) + message


TLS_1_0, TLS_1_1, TLS_1_2 = b"\x03\x01", b"\x03\x02", b"\x03\x03"
SSL_3 = b"\x03\x00"
FALLBACK = 0x5600
GOOD, RC4, TRIPLE_DES, NULL, CBC = 0xC02B, 0x0005, 0x000A, 0x0002, 0xC009


@pytest.mark.parametrize(
    ("first", "reason"),
    [
        (hello(SSL_3, GOOD), "tls_version"),
        (hello(TLS_1_0, GOOD), "tls_version"),
        (hello(TLS_1_1, GOOD), "tls_version"),
        (hello(TLS_1_2, GOOD, FALLBACK), "tls_version"),
        (hello(TLS_1_2, RC4), "tls_cipher"),
        (hello(TLS_1_2, TRIPLE_DES), "tls_cipher"),
        (hello(TLS_1_2, NULL), "tls_cipher"),
        (hello(TLS_1_2, CBC), "tls_cipher"),
        (hello(TLS_1_2, 0x0000), "tls_cipher"),
        (b"GET /cs1 HTTP/1.1\r\nHost: x\r\n\r\n", "tls_handshake"),
        (b"rubbish" * 100, "tls_handshake"),
    ],
    ids=[
        "SSL 3",
        "TLS 1.0",
        "TLS 1.1",
        "a fallback from 1.3 (RFC 7507)",
        "RC4",
        "3DES",
        "no encryption",
        "CBC",
        "anonymous",
        "plain",
        "rubbish",
    ],
)
async def test_what_is_weak_is_refused_counted_and_told(
    ca: Authority, first: bytes, reason: str, caplog: pytest.LogCaptureFixture
) -> None:
    async with bench(ca) as running:
        reader, writer = await asyncio.open_connection(
            "127.0.0.1", running.server.tls_port
        )
        writer.write(first)
        answer = await reader.read()
        writer.close()
        await running.noted()
        assert running.counts == {reason: 1}
        assert b"HTTP" not in answer
        assert "refused 127.0.0.1: no TLS, " in caplog.text
        async with running.dial(ca.client()) as station:
            assert await station.recv() == "cs1 2"


async def test_the_same_hello_with_a_good_suite_is_answered(ca: Authority) -> None:
    async with bench(ca) as running:
        reader, writer = await asyncio.open_connection(
            "127.0.0.1", running.server.tls_port
        )
        writer.write(hello(TLS_1_2, GOOD, RC4))
        answer = await reader.readexactly(6)
        writer.close()
    assert (answer[:1], answer[5:]) == (b"\x16", b"\x02")  # a ServerHello


async def test_a_refusal_of_the_gate_arrives_over_tls(ca: Authority) -> None:
    async with bench(ca) as running:
        with pytest.raises(Exception, match="HTTP 401"):
            async with running.dial(ca.client(), "/bad"):
                pass


# -- certificates of stations


async def test_the_certificate_that_a_station_shows_is_handed_on(
    ca: Authority,
) -> None:
    own = ca.issue("cs1")
    async with (
        bench(ca, client_ca=ca.file) as running,
        running.dial(ca.client(own)) as station,
        running.dial(ca.client()) as other,
    ):
        await station.recv()
        await other.recv()
    shown, none = running.requests
    assert none.certificate is None
    assert shown.certificate is not None
    assert shown.certificate == ssl.PEM_cert_to_DER_cert(
        own.read_text().partition("-----BEGIN PRIVATE")[0]
    )


def foreign(ca: Authority, tmp_path: Path) -> Path:
    return Authority(tmp_path / "foreign", "Foreign CA").issue("cs1")


def same_name(ca: Authority, tmp_path: Path) -> Path:
    return Authority(tmp_path / "same", ca.title).issue("cs1")


def own(ca: Authority, tmp_path: Path) -> Path:
    return self_signed(tmp_path / "own", "cs1")


def expired(ca: Authority, tmp_path: Path) -> Path:
    return ca.issue("cs1", lasts=LONG_AGO)


def revoked(ca: Authority, tmp_path: Path) -> Path:
    found = ca.issue("cs1")
    ca.revoke(ca.last)
    return found


def of_a_server(ca: Authority, tmp_path: Path) -> Path:
    return ca.issue_server(file="another-server.pem")


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
@pytest.mark.parametrize(
    ("make", "words"),
    [
        (foreign, "unable to get local issuer certificate"),
        (same_name, "unable to get local issuer certificate"),
        (own, "self-signed certificate"),
        (expired, "certificate has expired"),
        (revoked, "certificate revoked"),
        (of_a_server, "unsuitable certificate purpose"),
    ],
)
async def test_a_certificate_that_is_no_good_is_refused_with_its_reason(
    ca: Authority,
    tmp_path: Path,
    make: Any,
    words: str,
    version: ssl.TLSVersion,
    caplog: pytest.LogCaptureFixture,
) -> None:
    ca.revoke()
    shown = make(ca, tmp_path)
    crl = ca.folder / "crl.pem"
    context = ca.client(shown, maximum_version=version)
    async with bench(ca, client_ca=ca.file, crl=crl) as running:
        await running.refuses(context)
        assert running.requests == []
        assert running.counts == {"client_certificate": 1}
    assert f"refused 127.0.0.1: the certificate that it showed: {words}" in caplog.text


def joined(folder: Path, name: str, *files: Path) -> Path:
    path = folder / name
    path.write_bytes(b"".join(file.read_bytes() for file in files))
    return path


@pytest.mark.parametrize(
    ("trusted", "lists", "is_revoked", "is_let_in"),
    [
        (("root",), ("root", "below"), False, True),
        (("root",), ("root", "below"), True, False),
        (("root", "below"), ("root", "below"), False, True),
        (("root", "below"), ("root", "below"), True, False),
        # One CA has no list, or is not there: the station's own is looked at alone.
        (("root",), ("below",), True, True),
        (("root", "below"), ("below",), True, True),
        (("below",), ("below",), True, True),
        (("below",), ("root", "below"), True, True),
    ],
)
async def test_the_whole_chain_is_looked_at_where_every_ca_has_a_list(
    ca: Authority,
    tmp_path: Path,
    trusted: tuple[str, ...],
    lists: tuple[str, ...],
    is_revoked: bool,
    is_let_in: bool,
) -> None:
    below = ca.below(tmp_path / "below", "Below")
    own = joined(tmp_path, "own.pem", below.issue("cs1"), below.file)
    revoked = (below.certificate,) if is_revoked else ()
    crls = {"root": ca.revoke(*revoked), "below": below.revoke()}
    files = {"root": ca.file, "below": below.file}
    client_ca = joined(tmp_path, "cas.pem", *(files[each] for each in trusted))
    crl = joined(tmp_path, "crls.pem", *(crls[each] for each in lists))

    async with bench(ca, client_ca=client_ca, crl=crl) as running:
        if is_let_in:
            async with running.dial(ca.client(own)) as link:
                assert await link.recv() == "cs1 2"
        else:
            await running.refuses(ca.client(own))


async def test_a_list_that_has_expired_refuses_all_client_certificates(
    ca: Authority, caplog: pytest.LogCaptureFixture
) -> None:
    own, crl = ca.issue("cs1"), ca.revoke(lasts=-HOUR)
    async with bench(ca, client_ca=ca.file, crl=crl) as running:
        assert "crl.pem (CN=Test CA) has expired: every client" in caplog.text
        await running.refuses(ca.client(own))
        assert "the certificate that it showed: CRL has expired" in caplog.text
        async with running.dial(ca.client()) as station:
            assert await station.recv() == "cs1 2"


# -- files that change


async def test_files_that_change_are_read_again_without_a_restart(
    ca: Authority, tmp_path: Path
) -> None:
    async with bench(ca) as running, running.dial(ca.client()) as before:
        await before.recv()
        other = Authority(tmp_path / "new", "New CA")
        server = ca.folder / "server.pem"
        server.write_bytes(other.issue_server(file="server.pem").read_bytes())
        await running.tls.look()
        await running.tls.look()
        async with running.dial(other.client()) as after:
            assert await after.recv() == "cs1 2"
        await before.send("still here")
        assert await before.recv() == "still here"
        [expiry] = running.tls.expiries
        assert expiry.kind == "server"
        assert 0.9 < expiry.days_left(expiry.until - 24 * HOUR) < 1.1


async def test_files_that_are_broken_leave_the_old_ones_in_use_and_are_told_once(
    ca: Authority, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO")
    async with bench(ca) as running:
        server = ca.folder / "server.pem"
        good = server.read_bytes()
        server.write_bytes(b"rubbish")
        for _ in range(5):
            await running.tls.look()
        found = [r for r in caplog.records if "stays in use" in r.getMessage()]
        assert len(found) == 1
        assert str(server) in found[0].getMessage()
        async with running.dial(ca.client()) as station:
            assert await station.recv() == "cs1 2"
        server.unlink()
        for _ in range(3):
            await running.tls.look()
        async with running.dial(ca.client()) as station:
            assert await station.recv() == "cs1 2"
        server.write_bytes(good)
        for _ in range(3):
            await running.tls.look()
        assert "were read again" in caplog.text


async def test_a_file_that_is_being_written_is_left_alone(
    ca: Authority, caplog: pytest.LogCaptureFixture
) -> None:
    async with bench(ca) as running:
        server = ca.folder / "server.pem"
        good = server.read_bytes()
        for size in (100, 300, len(good)):
            server.write_bytes(good[:size])
            await running.tls.look()
        await running.tls.look()
        assert "stays in use" not in caplog.text


async def test_who_is_revoked_is_refused_from_then_on(ca: Authority) -> None:
    own, crl = ca.issue("cs1"), ca.revoke()
    certificate = ca.last
    told: list[bool] = []
    async with bench(ca, client_ca=ca.file, crl=crl) as running:
        async with running.dial(ca.client(own)) as station:
            await station.recv()
        running.tls.on_reload = lambda: told.append(True)
        ca.revoke(certificate)
        await running.tls.look()
        await running.tls.look()
        assert told == [True]
        issuer = certificate.issuer.public_bytes()
        assert running.tls.is_revoked(issuer, certificate.serial_number)
        await running.refuses(ca.client(own))


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
async def test_a_session_is_never_resumed(
    ca: Authority, version: ssl.TLSVersion
) -> None:
    context = ca.client(maximum_version=version)
    async with bench(ca) as running, running.dial(context) as station:
        await station.recv()
        spoken = station.transport.get_extra_info("ssl_object")
        assert spoken.session is None or not spoken.session.has_ticket


@pytest.mark.parametrize(
    ("member", "content", "words"),
    [
        ("certificates", b"rubbish", "the certificate"),
        ("client_ca", b"rubbish", "the CA of stations"),
        ("crl", b"rubbish", "no revocation list in PEM"),
        ("crl", b"-----BEGIN X509 CRL-----\nrubbish", "the revocation list"),
    ],
)
async def test_files_that_cannot_be_used_at_the_start_are_an_error_that_names_them(
    ca: Authority, member: str, content: bytes, words: str
) -> None:
    bad = ca.folder / "bad.pem"
    bad.write_bytes(content)
    members = {"certificates": (ca.issue_server(),), "keys": (None,)}
    members[member] = (bad,) if member == "certificates" else bad  # type: ignore[assignment]
    with pytest.raises(CertificateError, match=f"{words}.*") as caught:
        await ServerTls(TlsFiles(**members)).start()  # type: ignore[arg-type]
    assert str(bad) in str(caught.value)


async def test_a_key_of_another_certificate_is_an_error(ca: Authority) -> None:
    files = TlsFiles((ca.issue_server(file="a.pem"),), (ca.issue_server(file="b.pem"),))
    with pytest.raises(CertificateError, match=r"a\.pem with .*b\.pem cannot be used"):
        await ServerTls(files).start()


async def test_before_they_are_read_there_is_no_context(ca: Authority) -> None:
    with pytest.raises(CertificateError, match="not been read"):
        _ = ServerTls(TlsFiles((), ())).context


async def test_files_that_expire_soon_are_told(
    ca: Authority, caplog: pytest.LogCaptureFixture
) -> None:
    server = ca.issue_server(lasts=LONG_AGO)
    async with bench(ca, certificates=[server]):
        assert "has expired: stations will not connect" in caplog.text
    async with bench(ca, client_ca=ca.file):
        assert "expires in 1.0 days" in caplog.text


# -- those that hold a connection


async def test_who_says_nothing_or_only_half_is_sent_away_in_time(
    ca: Authority, caplog: pytest.LogCaptureFixture
) -> None:
    async with bench(ca, port=0, handshake_timeout_s=0.2) as running:
        address = ("127.0.0.1", running.server.tls_port)
        firsts = [b"", hello(TLS_1_2, GOOD)[:20], hello(TLS_1_2, GOOD)]
        ends = [await asyncio.open_connection(*address) for _ in firsts]
        for (_, writer), first in zip(ends, firsts, strict=True):
            writer.write(first)
        for reader, writer in ends:
            with suppress(ConnectionError):
                await reader.read()
            writer.close()
        assert running.counts["handshake_timeout"] == 3
        assert "did not ask for anything within 0.2 s" in caplog.text
        assert len(running.server._openings) == 0


async def test_the_time_for_the_handshake_is_one_for_tls_and_the_request(
    ca: Authority,
) -> None:
    async with bench(ca, handshake_timeout_s=0.3) as running:
        reader, writer = await asyncio.open_connection(
            "127.0.0.1",
            running.server.tls_port,
            ssl=ca.client(),
            server_hostname="localhost",
        )
        writer.write(b"GET /cs1 HTTP/1.1\r\n")
        with suppress(ConnectionError):
            await reader.read()
        writer.close()
        assert running.counts == {"handshake_timeout": 1}


async def test_a_flood_instead_of_a_handshake_is_cut_off(ca: Authority) -> None:
    async with bench(ca) as running:
        reader, writer = await asyncio.open_connection(
            "127.0.0.1", running.server.tls_port
        )
        writer.write(b"\x16\x03\x01\xff\xff" + bytes(200_000))
        with suppress(ConnectionError):
            await reader.read()
        writer.close()
        assert len(running.server._openings) == 0


async def test_stopping_waits_for_nobody_who_is_silent(ca: Authority) -> None:
    async with bench(ca, port=0, handshake_timeout_s=60) as running:
        ports = (running.server.port, running.server.tls_port)
        quiet = [socket.create_connection(("127.0.0.1", port)) for port in ports]
        async with running.dial(ca.client()) as station:
            await station.recv()  # after them: they are there
            async with asyncio.timeout(3):
                await asyncio.gather(running.server.stop(), station.wait_closed())
            assert station.close_code == 1001
        for each in quiet:
            each.close()


async def test_damaged_records_end_their_own_link(ca: Authority) -> None:
    async with bench(ca) as running, running.dial(ca.client()) as other:
        await other.recv()
        async with running.dial(ca.client(), "/cs2") as station:
            await station.recv()
            raw = station.transport.get_extra_info("socket")
            with socket.socket(fileno=socket.dup(raw.fileno())) as line:
                line.send(b"\x17\x03\x03\x00\x20" + bytes(32))
            with pytest.raises(ConnectionClosed):
                await station.recv()
        await other.send("still here")
        assert await other.recv() == "still here"


async def test_a_peer_that_is_gone_ends_its_session(ca: Authority) -> None:
    async with bench(ca) as running:
        async with running.dial(ca.client()) as station:
            await station.recv()
            station.transport.abort()
        assert await running.ended.get() == 1006


async def test_a_peer_that_does_not_read_makes_the_sender_wait(
    ca: Authority,
) -> None:
    outcome: asyncio.Future[int] = asyncio.get_running_loop().create_future()
    behind = asyncio.Event()

    async def flood(link: Link, identity: str, subprotocol: str) -> None:
        try:
            while True:
                sending = asyncio.ensure_future(link.send("x" * 100_000))
                await asyncio.sleep(0)
                if not sending.done():
                    behind.set()
                await sending
        except LinkClosed as closed:
            outcome.set_result(closed.code)

    async with bench(ca) as running:
        running.server.serve = flood
        async with running.dial(ca.client()) as station:
            await behind.wait()
            assert not outcome.done()
            station.transport.abort()
            assert await outcome == 1006


@pytest.fixture(autouse=True)
def _no_line_is_held_back(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr("connector.sessions.refusals._LINES_AT_ONCE", 10_000)
    yield
