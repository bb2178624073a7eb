"""A connector as it runs, looked at with a browser."""

from __future__ import annotations

import asyncio
import signal
from typing import Any

from playwright.async_api import Browser, BrowserContext, Page

from connector.tests.dashboard.charging import Charging, charging
from connector.tests.dashboard.watched import Watched
from connector.tests.system.process import ConnectorProcess
from connector.tests.system.station import RawStation
from connector.tests.system.station2 import open_station

TOKEN = "of-the-dashboard-tests"
GONE = (
    "ERR_CONNECTION_REFUSED",
    "ERR_INCOMPLETE_CHUNKED",
    "ERR_CONNECTION_RESET",
    "ERR_EMPTY_RESPONSE",
    "ERR_SOCKET_NOT_CONNECTED",
)
"""What a browser itself writes while nobody answers."""


class Site:
    """The connector, browsers that look at it, and its stations."""

    def __init__(self, connector: ConnectorProcess, browser: Browser) -> None:
        self.connector = connector
        self._browser = browser
        self._contexts: list[BrowserContext] = []
        self._watched: list[Watched] = []
        self._stations: list[RawStation] = []

    @property
    def url(self) -> str:
        """Where the page is."""
        return f"http://127.0.0.1:{self.connector.http_port}/"

    async def context(self, **options: Any) -> BrowserContext:
        """Somebody else's browser, logged in."""
        defaults = {"base_url": self.url, "locale": "en-GB"}
        context = await self._browser.new_context(**(defaults | options))
        self._contexts.append(context)
        answer = await context.request.post("login", form={"token": TOKEN})
        assert answer.ok, answer.status
        return context

    async def stranger(self, **options: Any) -> Watched:
        """A page of a browser that is not logged in, empty."""
        context = await self._browser.new_context(base_url=self.url, **options)
        self._contexts.append(context)
        return await self.watch(await context.new_page())

    async def page(self, place: str = "", **options: Any) -> Watched:
        """A page of a browser of its own, at a place: ``stations/CP1``."""
        context = await self.context(**options)
        watched = await self.watch(await context.new_page())
        await watched.page.goto(f"./#/{place}")
        return watched

    async def watch(self, page: Page) -> Watched:
        """Have it held to be without complaint at the end."""
        watched = Watched(page, self.url)
        await watched.prepare()
        self._watched.append(watched)
        return watched

    async def station(self, identity: str, version: str = "1.6") -> RawStation:
        """A station end, connected."""
        port = self.connector.ocpp_port
        return self.keep(await open_station(port, identity, version))

    def keep(self, station: RawStation) -> RawStation:
        """Have it closed at the end."""
        self._stations.append(station)
        return station

    async def charger(self, identity: str = "CP1", version: str = "1.6") -> Charging:
        """A station end that is known, booted and free."""
        station = await self.station(identity, version)
        assert (await station.boot())["status"] == "Accepted"
        await station.status("Available")
        return charging(station)

    async def stop(self, how: signal.Signals = signal.SIGTERM) -> None:
        """End the connector."""
        await asyncio.to_thread(self.connector.stop, how)

    async def start(self, **settings: str) -> None:
        """Start it again, with settings that are others now."""
        await asyncio.to_thread(self.connector.start, **settings)
        await asyncio.to_thread(self.connector.until_healthy)

    async def close(self) -> None:
        """Leave; gives nothing back: complaints are asked before."""
        for context in self._contexts:
            await context.close()
        for station in self._stations:
            await station.close()

    @property
    def unexpected(self) -> list[str]:
        """What all pages complained of."""
        return [each for watched in self._watched for each in watched.unexpected]
