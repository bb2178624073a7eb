"""The API over a real socket, before a central system with a real store."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

import httpx
import pytest
import pytest_asyncio

from connector.csms.central_system import LinkOptions
from connector.csms.options import FileOptions, LimitOptions
from connector.datapoints.command_runs import Context
from connector.datapoints.commands import Commands
from connector.datapoints.flow_numbers import FlowNumbers
from connector.datapoints.limits.service import LimitService
from connector.datapoints.live import Live
from connector.datapoints.present import Present
from connector.datapoints.profile_template import ProfileTemplate
from connector.datapoints.sensors import Sensors
from connector.security.passwords import Passwords
from connector.sessions.frame_log import FrameLog
from connector.settings.registered import entry_schema, read_entry
from connector.store import open_store
from connector.tests.clock import FakeClock
from connector.tests.csms.conftest import Harness, StationEnd
from connector.web.api.context import ApiContext
from connector.web.events.hub import Hub
from connector.web.server import HttpServer

TOKEN = "a-token-of-the-tests"
NAME = "CP-7"


@dataclass
class Facts:
    broker_connected: bool = True
    store_works: bool = True
    stations_connected: int = 0


@dataclass
class Api:
    """`client` bears the token, `stranger` does not; paths are whole (`/api/v1/..`).

    `harness.clock` stands still; `harness.connect(NAME, boots=True)` gives the
    station's end.
    """

    harness: Harness
    context: ApiContext
    server: HttpServer
    client: httpx.AsyncClient
    stranger: httpx.AsyncClient

    async def get(self, path: str, **query: Any) -> Any:
        """The JSON of a GET that has to succeed."""
        answer = await self.client.get(path, params=query)
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def connect(self, identity: str = NAME, **answers: Any) -> StationEnd:
        """A station that has booted."""
        return await self.harness.connect(identity, boots=True, **answers)


StartApi = Callable[..., Awaitable[Api]]


# Of tests that take `shared_api`: they run on its loop.
on_shared_loop = pytest.mark.asyncio(loop_scope="module")
_schema = cache(entry_schema)


@pytest.fixture
async def start_api(tmp_path: Path, empty_store: Path) -> AsyncIterator[StartApi]:
    """Makes APIs that run until the end of the test; takes `CsmsOptions`.

    ``context``: members of `ApiContext` that are to be others.
    """
    async with AsyncExitStack() as closing:

        async def begin(**options: Any) -> Api:
            return await _begin(tmp_path, empty_store, closing, **options)

        yield begin


@pytest.fixture
async def api(start_api: StartApi) -> Api:
    """An API whose central system knows one station, with all defaults."""
    return await start_api()


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def shared_api(
    tmp_path_factory: pytest.TempPathFactory, empty_store: Path
) -> AsyncIterator[Api]:
    """Like `api`, for all tests of a file that leave it as they found it.

    Theirs are descriptions and refusals: no station connects, nothing is registered,
    nobody comes with a wrong token. They are marked `on_shared_loop`.
    """
    async with AsyncExitStack() as closing:
        yield await _begin(tmp_path_factory.mktemp("shared"), empty_store, closing)


async def _begin(
    folder: Path, empty_store: Path, closing: AsyncExitStack, **options: Any
) -> Api:
    path = folder / "connector.sqlite"
    if not path.exists():
        shutil.copy(empty_store, path)
    store = open_store(f"sqlite:///{path}")
    options.setdefault("files", FileOptions(data_dir=folder))
    more = options.pop("context", {})
    clock = options.setdefault("clock", FakeClock())
    frames = FrameLog(clock.now_ms, 1_000_000)
    links = LinkOptions(max_frames_per_s=0, frames=frames)
    harness = Harness(store, read_entry=read_entry, links=links, **options)
    await store.open()
    context = replace(_context(harness, store, folder), **({"frames": frames} | more))
    await harness.central.start()
    await context.limits.start()
    files = harness.central.blocks.files
    server = HttpServer(Facts(), "127.0.0.1", 0, files, context)
    await server.start()
    files.port = server.port
    bearer = {"Authorization": f"Bearer {TOKEN}"}
    client = _client(server, headers=bearer)
    stranger = _client(server)
    for close in (
        store.close,
        harness.close,
        context.limits.stop,
        server.stop,
        client.aclose,
        stranger.aclose,
    ):
        closing.push_async_callback(close)
    return Api(harness, context, server, client, stranger)


def _client(server: HttpServer, **more: Any) -> httpx.AsyncClient:
    # There is no TLS here, and CAs of the system take their time to load.
    return httpx.AsyncClient(
        base_url=f"http://127.0.0.1:{server.port}",
        trust_env=False,
        verify=False,
        **more,
    )


def _context(harness: Harness, store: Any, folder: Path) -> ApiContext:
    central, clock = harness.central, harness.clock
    limits = LimitService(
        central.stations,
        central.events,
        LimitOptions(),
        store,
        clock,
        publish=harness.facts.append,
        report=lambda *_: None,
        remember=central.registry.remember,
    )
    runs = Context(limits, "remote", ProfileTemplate(), central.blocks)
    commands = Commands(central.stations, runs, clock, harness.facts.append)
    sensors = Sensors()
    return ApiContext(
        central_system=central,
        commands=commands,
        limits=limits,
        store=store,
        clock=clock,
        version="0.0.0",
        data_dir=folder,
        token=TOKEN,
        read_entry=read_entry,
        entry_schema=_schema(),
        passwords=Passwords(folder),
        present=Present(sensors, lambda run: run()),
        live=Live(sensors, lambda run: run()),
        frames=None,
        flow=FlowNumbers(),
        hub=Hub(clock),
        started_ms=clock.now_ms(),
    )
