"""Stations come in here: handshake, subprotocol, one link for each.

The only place that serves WebSockets: on a plain port, on one with TLS, or on both.
"""

from __future__ import annotations

import asyncio
import http
import logging
import ssl
from collections.abc import Awaitable, Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

from websockets.asyncio.server import Server, ServerConnection, serve
from websockets.datastructures import Headers
from websockets.http11 import Request, Response
from websockets.typing import Subprotocol

from connector.sessions.asked_for import shown_offers, shown_path
from connector.sessions.identity import identity_of
from connector.sessions.link import Link
from connector.sessions.liveness import Liveness
from connector.sessions.open_files import raise_open_files
from connector.sessions.openings import Openings
from connector.sessions.proxies import Network, Origin, Proxies
from connector.sessions.reached import reached_host
from connector.sessions.refusals import Refusals
from connector.sessions.tls_problems import why
from connector.sessions.tls_wire import Tls, TlsWire
from connector.sessions.versions import SUBPROTOCOLS
from connector.sessions.websocket_link import NOTED, Alive, WebSocketLink

logger = logging.getLogger(__name__)
# Rubbish on an open port is no event of ours.
_library_logger = logging.getLogger("websockets.server")
_library_logger.setLevel(logging.CRITICAL)

_CLOSE_TIMEOUT_S = 2.0
_WRITE_LIMIT_BYTES = 8192
_QUEUED_MESSAGES = 4
_WAITING_CONNECTIONS = 4096
"""After an outage all stations come at once; the kernel may have a lower bound."""
_PROTOCOL_ERROR = 1002
"""RFC 6455, section 7.4.1."""
_TOO_LONG = 1009
_TLS_THREADS = 2
_FEWEST_OPENINGS = 512


@dataclass(frozen=True, slots=True)
class HandshakeRequest:
    """A station that wants in.

    ``remote_address`` and ``is_secure`` (its way is encrypted) are what a reverse proxy
    says, where we know that one. ``certificate`` is its own (DER), of a chain that was
    verified; it has to be our own TLS.
    """

    identity: str
    path: str
    headers: Headers = field(repr=False)
    remote_address: str
    is_secure: bool = False
    certificate: bytes | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why it does not get in: ``text`` is told to it, ``detail`` to the log alone.

    ``reason`` is the word under which it is counted.
    """

    status: int
    text: str
    reason: str = "refused"
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Admission:
    """It gets in, with the security profile that its link has.

    ``end`` is called when the connection ends, whatever became of it.
    """

    security_profile: int = 0
    end: Callable[[], None] | None = None


Gate = Callable[[HandshakeRequest], Awaitable[Refusal | Admission | None]]
Serve = Callable[[Link, str, str], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class ServerOptions:
    """Where and how stations are served; 0 turns a bound off.

    A port of None is closed, one of 0 is chosen by the system.
    """

    host: str | None = None
    port: int | None = 9000
    tls_port: int | None = None
    subprotocols: Sequence[str] = SUBPROTOCOLS
    default_subprotocol: str = "ocpp1.6"
    max_frame_bytes: int = 1_048_576
    handshake_timeout_s: float = 10.0
    ping_interval_s: float = 20.0
    heartbeat_interval_s: float = 300.0
    trusted_proxies: Iterable[Network] = ()


_FORGOTTEN = Request("", Headers())


class _Connection(Alive, ServerConnection):
    """A connection that knows what it was let in with."""

    __slots__ = (*NOTED, "admission", "identity", "openings", "origin")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.identity = ""
        self.admission = _NOBODY
        self.origin = _NOWHERE
        self.openings: Openings | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Called by the loop; from now on it has to hurry."""
        if self.openings is not None:
            self.openings.add(transport)
        super().connection_made(transport)

    def connection_lost(self, exc: Exception | None) -> None:
        """Called by the transport."""
        if self.openings is not None:
            self.openings.discard(self.transport)
        if self.admission.end is not None:
            self.admission.end()
        super().connection_lost(exc)


_NOBODY, _NOWHERE = Admission(), Origin("", False)


@dataclass
class WebSocketServer:
    """Asks ``gate`` before the upgrade, and runs ``serve`` while a link is up.

    ``tls`` gives the context of the next TLS connection.
    """

    options: ServerOptions
    gate: Gate
    serve: Serve
    pinned: Callable[[str], str | None] = lambda _identity: None
    """The only subprotocol of a station; None: any."""
    tls: Callable[[], ssl.SSLContext] | None = None
    refusals: Refusals = field(default_factory=Refusals)
    port: int = 0
    """The plain port that is served, once started; 0: none."""
    tls_port: int = 0
    _servers: list[Server] = field(default_factory=list, repr=False)

    def __post_init__(self) -> None:
        options = self.options
        self._liveness = Liveness(options.ping_interval_s, options.heartbeat_interval_s)
        self._proxies = Proxies(options.trusted_proxies)
        self._openings = Openings(
            options.handshake_timeout_s, _FEWEST_OPENINGS, self._too_late
        )
        self._threads: ThreadPoolExecutor | None = None

    async def start(self) -> None:
        """Listen.

        Raises:
            OSError: an address cannot be used.
        """
        most = raise_open_files() // 2
        self._openings.most = max(_FEWEST_OPENINGS, most)
        self._liveness.start()
        options = self.options
        if options.port is not None:
            self.port = await self._listen(options.port, self._plain)
            logger.info("stations connect at ws://<this host>:%d/<station>", self.port)
        if options.tls_port is not None and self.tls is not None:
            self._threads = ThreadPoolExecutor(_TLS_THREADS, "tls")
            tls = Tls(self.tls, self._threads)
            self.tls_port = await self._listen(
                options.tls_port, lambda *args, **kw: self._wire(tls, *args, **kw)
            )
            text = "stations connect at wss://<this host>:%d/<station>"
            logger.info(text, self.tls_port)

    async def _listen(self, port: int, create: Callable[..., Any]) -> int:
        options = self.options
        server = await serve(
            self._handle,
            options.host,
            port,
            create_connection=create,  # type: ignore[arg-type]
            process_request=self._process_request,  # type: ignore[arg-type]
            select_subprotocol=self._select,
            compression=None,
            open_timeout=options.handshake_timeout_s or None,
            close_timeout=_CLOSE_TIMEOUT_S,
            ping_interval=None,
            max_size=options.max_frame_bytes or None,
            backlog=_WAITING_CONNECTIONS,
            max_queue=_QUEUED_MESSAGES,
            write_limit=_WRITE_LIMIT_BYTES,
            server_header=None,
            logger=_library_logger,
        )
        self._servers.append(server)
        return int(next(iter(server.sockets)).getsockname()[1])

    async def stop(self) -> None:
        """Take nobody in any more, and close what is open."""
        await self._liveness.stop()
        for server in self._servers:
            server.close()
        self._openings.end()
        for server in self._servers:
            await server.wait_closed()
        if self._threads is not None:
            self._threads.shutdown(wait=False, cancel_futures=True)

    # -- connections

    def _plain(self, *args: Any, **kwargs: Any) -> _Connection:
        connection = _Connection(*args, **kwargs)
        connection.openings = self._openings
        return connection

    def _wire(self, tls: Tls, *args: Any, **kwargs: Any) -> TlsWire:
        return TlsWire(self._plain(*args, **kwargs), self, tls)

    def opened(self, transport: asyncio.BaseTransport) -> None:
        """A wire: there is a TCP connection."""
        self._openings.add(transport)

    def lost(self, transport: asyncio.BaseTransport) -> None:
        """A wire: it ended before there was a connection on it."""
        self._openings.discard(transport)

    def refused_tls(self, wire: TlsWire, problem: ssl.SSLError) -> None:
        """A wire: the handshake failed."""
        reason, text = why(problem)
        self.refusals.tell(reason, "refused %s: %s", _peer(wire), text)

    def _too_late(self, transport: Any) -> None:
        text = "refused %s: it did not ask for anything within %g s"
        peer, seconds = _peer(transport), self.options.handshake_timeout_s
        self.refusals.tell("handshake_timeout", text, peer, seconds)

    # -- the handshake

    async def _process_request(
        self, connection: _Connection, request: Request
    ) -> Response | None:
        self._openings.discard(connection.transport)
        wire = connection.transport
        certificate = wire.certificate if isinstance(wire, TlsWire) else None
        origin = self._proxies.origin(
            _peer(wire), request.headers, is_secure=isinstance(wire, TlsWire)
        )
        connection.origin = origin
        try:
            connection.identity = identity_of(request.path)
        except ValueError as problem:
            told = f"{problem}; the path is {shown_path(request.path)}"
            return self._refuse(
                connection, Refusal(400, str(problem), "identity", told)
            )
        answer = await self.gate(
            HandshakeRequest(
                connection.identity,
                request.path,
                request.headers,
                origin.address,
                origin.is_secure,
                certificate,
            )
        )
        if isinstance(answer, Refusal):
            return self._refuse(connection, answer)
        if answer is not None:
            self._admit(connection, answer)
        return None

    def _admit(self, connection: _Connection, admission: Admission) -> None:
        connection.admission = admission
        if connection.connection_lost_waiter.done() and admission.end is not None:
            # It went while the gate thought about it.
            admission.end()

    def _refuse(self, connection: _Connection, refusal: Refusal) -> Response:
        self.refusals.tell(
            refusal.reason,
            "refused %s from %s: %d %s",
            connection.identity[:80] or "a connection",
            connection.origin.address,
            refusal.status,
            refusal.detail or refusal.text,
            station=connection.identity,
        )
        status = http.HTTPStatus(refusal.status)
        response = connection.respond(status, refusal.text + "\n")
        if refusal.status == http.HTTPStatus.UNAUTHORIZED:
            response.headers["WWW-Authenticate"] = 'Basic realm="OCPP"'
        return response

    def _select(
        self, connection: ServerConnection, offered: Sequence[Subprotocol]
    ) -> Subprotocol | None:
        """The first that the station offers and we speak: its order counts."""
        found: Any = connection
        if isinstance(found, TlsWire):
            found = found.connection
        known = self._spoken_by(found.identity)
        return next((name for name in offered if name in known), None)

    # -- links

    async def _handle(self, connection: ServerConnection) -> None:
        assert isinstance(connection, _Connection)  # noqa: S101
        subprotocol = connection.subprotocol or self._assumed(connection)
        link = WebSocketLink(connection, connection.subprotocol)
        link.reached_at = _reached_at(connection)
        link.remote_address = connection.origin.address
        link.security_profile = connection.admission.security_profile
        if not subprotocol:
            await self._part(connection, link)
            return
        # Nobody asks for the handshake any more: three kilobytes for each station.
        connection.request, connection.response = _FORGOTTEN, None
        connection.origin = _NOWHERE
        share = self._liveness.add(link)
        try:
            await self.serve(link, connection.identity, subprotocol)
        except Exception:
            logger.exception("%s: its session failed", connection.identity)
        finally:
            share.discard(link)
            self._count_end(connection)

    async def _part(self, connection: _Connection, link: WebSocketLink) -> None:
        """There is no language in common."""
        ours = f"this server offers {', '.join(self._spoken_by(connection.identity))}"
        self.refusals.tell(
            "subprotocol",
            "%s from %s: no common subprotocol: it offered %s, %s",
            connection.identity[:80],
            connection.origin.address,
            shown_offers((connection.request or _FORGOTTEN).headers),
            ours,
            station=connection.identity,
        )
        await link.close(_PROTOCOL_ERROR, ours)

    def _count_end(self, connection: _Connection) -> None:
        sent = connection.protocol.close_sent
        if sent is not None and sent.code == _TOO_LONG:
            text = "%s: a message of more than %d bytes ended its link"
            size, identity = self.options.max_frame_bytes, connection.identity
            self.refusals.tell("frame_bytes", text, identity, size, station=identity)

    def _assumed(self, connection: _Connection) -> str:
        """What a station speaks that offers nothing."""
        request = connection.request
        if request and "Sec-WebSocket-Protocol" in request.headers:
            return ""
        return self.pinned(connection.identity) or self.options.default_subprotocol

    def _spoken_by(self, identity: str) -> Sequence[str]:
        """What a station may speak: its version may be pinned."""
        pinned = self.pinned(identity)
        return (pinned,) if pinned else self.options.subprotocols


def _reached_at(connection: _Connection) -> str:
    request, address = connection.request, connection.local_address
    hosts = request.headers.get_all("Host") if request else []
    return reached_host(hosts[0] if hosts else "", str(address[0]) if address else "")


def _peer(transport: Any) -> str:
    address = transport.get_extra_info("peername")
    return str(address[0]) if address else ""
