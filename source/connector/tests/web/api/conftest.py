"""The API over a real socket, before a central system with a real store."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import httpx
import pytest

from connector.csms.options import FileOptions, LimitOptions
from connector.datapoints.command_runs import Context
from connector.datapoints.commands import Commands
from connector.datapoints.flow_numbers import FlowNumbers
from connector.datapoints.limits.service import LimitService
from connector.datapoints.present import Present
from connector.datapoints.profile_template import ProfileTemplate
from connector.datapoints.sensors import Sensors
from connector.security.passwords import Passwords
from connector.settings.registered import entry_schema, read_entry
from connector.store import open_store
from connector.tests.csms.conftest import Harness, StationEnd
from connector.web.api.context import ApiContext
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


@pytest.fixture
async def start_api(tmp_path: Path) -> AsyncIterator[StartApi]:
    """Makes APIs that run until the end of the test; takes `CsmsOptions`.

    ``context``: members of `ApiContext` that are to be others.
    """
    closing: list[Callable[[], Awaitable[None]]] = []

    async def begin(**options: Any) -> Api:
        store = open_store(f"sqlite:///{tmp_path / 'connector.sqlite'}")
        options.setdefault("files", FileOptions(data_dir=tmp_path))
        more = options.pop("context", {})
        harness = Harness(store, read_entry=read_entry, **options)
        await store.open()
        context = replace(_context(harness, store, tmp_path), **more)
        await harness.central.start()
        await context.limits.start()
        files = harness.central.blocks.files
        server = HttpServer(Facts(), "127.0.0.1", 0, files, context)
        await server.start()
        files.port = server.port
        url = f"http://127.0.0.1:{server.port}"
        bearer = {"Authorization": f"Bearer {TOKEN}"}
        client = httpx.AsyncClient(base_url=url, headers=bearer, trust_env=False)
        stranger = httpx.AsyncClient(base_url=url, trust_env=False)
        closing.append(store.close)
        closing.append(harness.close)
        closing.append(context.limits.stop)
        closing.append(server.stop)
        closing.append(client.aclose)
        closing.append(stranger.aclose)
        return Api(harness, context, server, client, stranger)

    yield begin
    for close in reversed(closing):
        await close()


@pytest.fixture
async def api(start_api: StartApi) -> Api:
    """An API whose central system knows one station, with all defaults."""
    return await start_api()


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
        entry_schema=entry_schema(),
        passwords=Passwords(folder),
        present=Present(Sensors(), lambda run: run()),
        flow=FlowNumbers(),
    )
