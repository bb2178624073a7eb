"""The HTTP server: uvicorn within the loop of the server thread."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import re
import socket
from collections.abc import Iterator

import uvicorn
from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse

from connector.csms.file_places import FilePlaces
from connector.web import problems
from connector.web.api.auth import Guard
from connector.web.api.context import ApiContext
from connector.web.api.entrance import AuthCounts, Entrance, Tokens
from connector.web.api.identities import Identities
from connector.web.api.routes import api_routes
from connector.web.api.stations import ENTRY
from connector.web.bodies import Bodies
from connector.web.connections import (
    KEEP_ALIVE_S,
    UNREAD_TIMEOUT_S,
    Connections,
)
from connector.web.dashboard.serving import page_routes
from connector.web.description import describe, description_of
from connector.web.files import file_routes
from connector.web.headers import SafeHeaders
from connector.web.heads import Heads
from connector.web.health import HealthFacts, health_routes
from connector.web.metrics import Metrics, Sources, metrics_routes
from connector.web.reference import HEADERS, reference

logger = logging.getLogger(__name__)

_STOP_TIMEOUT_S = 2
_TICK_S = 1.0
_ANY_ADDRESS = ("", "0.0.0.0", "::")  # noqa: S104
_HOST = re.compile(r"([\w.-]+|\[[\da-f:.]+\])(:\d+)?", re.ASCII | re.IGNORECASE)
# Its life is ours to log; probes come every few seconds, and rubbish from anybody.
for _name in ("uvicorn.error", "uvicorn.access"):
    logging.getLogger(_name).setLevel(logging.ERROR)


def application(
    facts: HealthFacts,
    files: FilePlaces | None = None,
    api: ApiContext | None = None,
    connections: Connections | None = None,
) -> FastAPI:
    """The routes of this version; without ``api`` those that need no token."""
    app = FastAPI(
        title="OCPP connector",
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        openapi_url=None,
    )
    problems.add_to(app)
    app.add_middleware(Heads)

    # As they are: what is included is resolved once more, at the first request.
    app.router.routes += health_routes(facts).routes
    if files is not None:
        app.router.routes += file_routes(files).routes
    if api is not None:
        _add_api(app, api, connections or Connections())
    return app


def _add_api(app: FastAPI, api: ApiContext, connections: Connections) -> None:
    """The API behind its guard, who is asked before anything of a request is read."""
    app.router.routes += api_routes(api)
    describe(app, api.version, {ENTRY: api.entry_schema} if api.entry_schema else {})
    app.add_route("/openapi.json", _openapi, include_in_schema=False)
    counts = AuthCounts()
    metrics = Metrics(Sources(api, connections, counts))
    app.router.routes += metrics_routes(metrics).routes
    app.add_middleware(Identities)
    app.add_middleware(Bodies)
    entrance = Entrance(Tokens(api.token), counts, api.clock, api.proxies)
    app.router.routes += page_routes(entrance)
    _add_docs(app, entrance)
    app.add_middleware(Guard, entrance=entrance)


async def _openapi(request: Request) -> JSONResponse:
    """The description, for programs."""
    return JSONResponse(await description_of(request.app))


def _add_docs(app: FastAPI, entrance: Entrance) -> None:
    async def docs(request: Request) -> HTMLResponse:
        """The reference, to read, with examples for the address that was asked."""
        scheme = "https" if entrance.is_secure(request.scope) else "http"
        address = f"{scheme}://{_host(request)}"
        description = await description_of(request.app)
        page = await asyncio.to_thread(reference, description, address)
        return HTMLResponse(page, headers=HEADERS)

    app.add_route("/docs", docs, include_in_schema=False)


def _host(request: Request) -> str:
    """The host and port that were asked for; what a shell would read is none."""
    asked = request.headers.get("host", "")
    if _HOST.fullmatch(asked):
        return asked
    host, port = request.scope["server"]
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


class HttpServer:
    """Serves `application` until it is stopped; ``port`` 0 takes a free one."""

    def __init__(
        self,
        facts: HealthFacts,
        host: str,
        port: int,
        files: FilePlaces | None = None,
        api: ApiContext | None = None,
        *,
        connections: Connections | None = None,
    ) -> None:
        self._address = (host, port)
        self._hub = api.hub if api is not None else None
        self.connections = connections or Connections()
        self._server = _Server(
            uvicorn.Config(
                SafeHeaders(application(facts, files, api, self.connections)),
                # Logging is the connector's; stations have their own server.
                log_config=None,
                access_log=False,
                http=self.connections.protocol,  # type: ignore[arg-type]
                ws="none",
                loop="none",
                lifespan="off",
                proxy_headers=False,
                server_header=False,
                timeout_keep_alive=KEEP_ALIVE_S,
            ),
            self.connections,
        )
        self._serving: asyncio.Task[None] | None = None
        self.port = 0
        """The port that is served, once started."""

    async def start(self) -> None:
        """Listen.

        Raises:
            OSError: the address cannot be used.
        """
        listener = await _listen(*self._address)
        self.port = listener.getsockname()[1]
        self._serving = asyncio.create_task(
            self._server.serve(sockets=[listener]), name="http"
        )
        logger.info("http://%s:%s/health answers", self._address[0], self.port)
        if self._hub is not None:
            logger.info("the dashboard is at %s/, and asks for the token", self.url)

    @property
    def url(self) -> str:
        """Where people of this machine reach it."""
        host = self._address[0]
        if host in _ANY_ADDRESS:
            host = "localhost"
        shown = f"[{host}]" if ":" in host else host
        return f"http://{shown}:{self.port}"

    async def stop(self) -> None:
        """Answer what is being asked, then close."""
        if self._hub is not None:
            self._hub.close()
        if self._serving is not None:
            self._server.stop()
            await self._serving
            self._serving = None


class _Server(uvicorn.Server):
    """Stops at once; uvicorn's looks ten times a second whether it is to, or may.

    Signals belong to the main thread, not to this server.
    """

    def __init__(self, config: uvicorn.Config, connections: Connections) -> None:
        super().__init__(config)
        self._connections = connections
        self._stopping = asyncio.Event()

    def stop(self) -> None:
        """Have `serve` come to its end."""
        self.should_exit = True
        self._stopping.set()

    async def main_loop(self) -> None:
        """Keep the date of answers right until then."""
        while not await self.on_tick(0):
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._stopping.wait(), _TICK_S)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Take nobody more, answer what is being asked, give up what takes long."""
        for server in self.servers:
            server.close()
        for connection in tuple(self.server_state.connections):
            connection.shutdown()
        tasks = self.server_state.tasks
        try:
            async with asyncio.timeout(_STOP_TIMEOUT_S):
                await self._connections.are_over()
                await asyncio.gather(*tasks, return_exceptions=True)
        except TimeoutError:
            logger.warning("http: requests that take long are given up")
            for task in tasks:
                task.cancel()

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


def _give_up_the_dead(listener: socket.socket) -> None:
    """Its connections end when nothing they send is confirmed for a while.

    Else a peer that has lost its network keeps its place among readers of events for a
    quarter of an hour. Linux has it; what is accepted has the option of the listener.
    """
    option = getattr(socket, "TCP_USER_TIMEOUT", None)
    if option is not None:
        unread_ms = round(UNREAD_TIMEOUT_S * 1000)
        listener.setsockopt(socket.IPPROTO_TCP, option, unread_ms)


async def _listen(host: str, port: int) -> socket.socket:
    """A listening socket; ours, so that a port in use is an OSError and no exit."""
    loop = asyncio.get_running_loop()
    [(family, kind, proto, _, address), *_rest] = await loop.getaddrinfo(
        host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
    )
    listener = socket.socket(family, kind, proto)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        _give_up_the_dead(listener)
        listener.bind(address)
        listener.listen()
        listener.setblocking(False)
    except OSError:
        listener.close()
        raise
    return listener
