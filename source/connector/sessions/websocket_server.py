"""Stations come in here: handshake, subprotocol, one link for each.

The only place that serves WebSockets.
"""

from __future__ import annotations

import http
import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from websockets.asyncio.server import Server, ServerConnection, serve
from websockets.datastructures import Headers
from websockets.http11 import Request, Response
from websockets.typing import Subprotocol

from connector.sessions.identity import identity_of
from connector.sessions.link import Link
from connector.sessions.liveness import Liveness
from connector.sessions.open_files import raise_open_files
from connector.sessions.reached import reached_host
from connector.sessions.versions import SUBPROTOCOLS
from connector.sessions.websocket_link import Alive, WebSocketLink

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


@dataclass(frozen=True, slots=True)
class HandshakeRequest:
    """A station that wants in."""

    identity: str
    path: str
    headers: Headers
    remote_address: str


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why it does not get in."""

    status: int
    text: str


Gate = Callable[[HandshakeRequest], Awaitable[Refusal | None]]
Serve = Callable[[Link, str, str], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class ServerOptions:
    """Where and how stations are served; 0 turns a bound off."""

    host: str | None = None
    port: int = 9000
    subprotocols: Sequence[str] = SUBPROTOCOLS
    default_subprotocol: str = "ocpp1.6"
    max_frame_bytes: int = 1_048_576
    handshake_timeout_s: float = 10.0
    ping_interval_s: float = 20.0
    heartbeat_interval_s: float = 300.0


_FORGOTTEN = Request("", Headers())


class _Connection(Alive, ServerConnection):
    """A connection that notes when it heard anything.

    Slots: one more entry would take the library's dictionary out of what all
    connections share, and cost a kilobyte each.
    """

    __slots__ = ("identity", "last_received_s")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.identity = ""
        self.last_received_s = 0.0


@dataclass
class WebSocketServer:
    """Asks ``gate`` before the upgrade, and runs ``serve`` while a link is up."""

    options: ServerOptions
    gate: Gate
    serve: Serve
    pinned: Callable[[str], str | None] = lambda _identity: None
    """The only subprotocol of a station; None: any."""
    port: int = 0
    """The port that is served, once started."""
    _server: Server | None = field(default=None, repr=False)

    def __post_init__(self) -> None:
        self._liveness = Liveness(
            self.options.ping_interval_s, self.options.heartbeat_interval_s
        )

    async def start(self) -> None:
        """Listen.

        Raises:
            OSError: the address cannot be used.
        """
        raise_open_files()
        options = self.options
        self._server = await serve(
            self._handle,
            options.host,
            options.port,
            create_connection=_Connection,
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
        self.port = next(iter(self._server.sockets)).getsockname()[1]
        self._liveness.start()
        logger.info("stations connect at ws://<this host>:%d/<station>", self.port)

    async def stop(self) -> None:
        """Take nobody in any more, and close what is open."""
        await self._liveness.stop()
        if self._server is not None:
            self._server.close()
            await self._server.wait_closed()

    async def _process_request(
        self, connection: _Connection, request: Request
    ) -> Response | None:
        address = connection.remote_address
        remote = str(address[0]) if address else ""
        try:
            connection.identity = identity_of(request.path)
        except ValueError as problem:
            return _refused(connection, remote, Refusal(400, str(problem)))
        refusal = await self.gate(
            HandshakeRequest(connection.identity, request.path, request.headers, remote)
        )
        return _refused(connection, remote, refusal) if refusal else None

    def _select(
        self, connection: ServerConnection, offered: Sequence[Subprotocol]
    ) -> Subprotocol | None:
        """The first that the station offers and we speak: its order counts."""
        assert isinstance(connection, _Connection)  # noqa: S101
        known = self._spoken_by(connection.identity)
        return next((name for name in offered if name in known), None)

    async def _handle(self, connection: ServerConnection) -> None:
        assert isinstance(connection, _Connection)  # noqa: S101
        subprotocol = connection.subprotocol or self._assumed(connection)
        link = WebSocketLink(connection, connection.subprotocol)
        link.reached_at = _reached_at(connection)
        # Nobody asks for the handshake any more: three kilobytes for each station.
        connection.request, connection.response = _FORGOTTEN, None
        if not subprotocol:
            offered = ", ".join(self._spoken_by(connection.identity))
            logger.warning("%s: no common subprotocol", connection.identity)
            await link.close(_PROTOCOL_ERROR, f"this server offers {offered}")
            return
        share = self._liveness.add(link)
        try:
            await self.serve(link, connection.identity, subprotocol)
        except Exception:
            logger.exception("%s: its session failed", connection.identity)
        finally:
            share.discard(link)

    def _assumed(self, connection: _Connection) -> str:
        """What a station speaks that offers nothing."""
        request = connection.request
        has_offered = request and "Sec-WebSocket-Protocol" in request.headers
        if has_offered:
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


def _refused(connection: _Connection, remote: str, refusal: Refusal) -> Response:
    logger.warning(
        "refused %s from %s: %d %s",
        connection.identity[:80] or "a connection",
        remote,
        refusal.status,
        refusal.text,
    )
    response = connection.respond(http.HTTPStatus(refusal.status), refusal.text + "\n")
    if refusal.status == http.HTTPStatus.UNAUTHORIZED:
        response.headers["WWW-Authenticate"] = 'Basic realm="OCPP"'
    return response
