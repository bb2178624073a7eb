"""The central system with its store, its limits and its commands, behind a real port."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

from connector.csms.central_system import CentralSystem, LinkOptions
from connector.csms.facts import Facts
from connector.csms.options import CsmsOptions, FileOptions, LimitOptions
from connector.datapoints.command_runs import Context
from connector.datapoints.commands import Commands, Order
from connector.datapoints.limits.service import LimitService
from connector.datapoints.outcomes import Outcome
from connector.datapoints.profile_template import ProfileTemplate
from connector.sessions.websocket_server import ServerOptions, WebSocketServer
from connector.store import open_store
from connector.tests.both_ends.station import StationEnd
from connector.tests.clock import FakeClock

Json = dict[str, Any]
DEADLINE_S = 10.0


class CentralEnd:
    """All between the sockets of stations and values; every station is adopted.

    The clock stands still at the time that the examples have.
    """

    def __init__(self, folder: Path) -> None:
        self.clock = FakeClock()
        self.facts: list[Facts] = []
        self._told = asyncio.Event()
        self._store = open_store(f"sqlite:///{folder / 'store.db'}")
        options = CsmsOptions(
            unknown_stations="accept",
            heartbeat_interval_s=300,
            files=FileOptions(data_dir=folder),
        )
        self.central = CentralSystem(
            options,
            self._store,
            self.clock,
            self._publish,
            LinkOptions(max_frames_per_s=0, max_connections_per_address=0),
        )
        self._limits = LimitService(
            self.central.stations,
            self.central.events,
            LimitOptions(min_interval_s=0),
            self._store,
            self.clock,
            publish=self._publish,
            report=lambda *_: None,
            remember=self.central.registry.remember,
        )
        blocks = self.central.blocks
        blocks.files.port = 80
        context = Context(self._limits, "remote", ProfileTemplate(), blocks)
        self._commands = Commands(
            self.central.stations, context, self.clock, self._publish
        )
        self._websocket = WebSocketServer(
            ServerOptions(host="127.0.0.1", port=0),
            self.central.gate,
            self.central.serve,
            self.central.pinned,
        )
        self._ends: list[StationEnd] = []

    def _publish(self, facts: Facts) -> None:
        self.facts.append(facts)
        self._told.set()

    async def open(self) -> None:
        await self._store.open()
        await self.central.start()
        await self._limits.start()
        await self._websocket.start()

    async def close(self) -> None:
        for end in self._ends:
            await end.close()
        await self._websocket.stop()
        await self._commands.finish(0.1)
        await self._limits.stop()
        await self.central.stop()
        await self._store.close()

    async def connect(self, identity: str, version: str) -> StationEnd:
        """A station that has booted and is set up."""
        end = await StationEnd.dial(self._websocket.port, identity, version)
        self._ends.append(end)
        await end.boot()
        station = self.central.stations[identity]
        async with asyncio.timeout(DEADLINE_S):
            while (setup := station.setup) is not None:
                await asyncio.wait({setup})
        return end

    async def order(
        self, identity: str, name: str, value: object, where: str = "0"
    ) -> Outcome:
        """The outcome of a command."""
        async with asyncio.timeout(DEADLINE_S):
            return await self._commands.execute(Order(identity, where, name, value))

    async def told(self, identity: str, since: int, names: set[str]) -> None:
        """Wait until one of these names was told of a station since so many facts."""
        async with asyncio.timeout(DEADLINE_S):
            while not names & self._names(identity, since):
                self._told.clear()
                await self._told.wait()

    def _names(self, identity: str, since: int) -> set[str]:
        return {
            datum.name
            for facts in self.facts[since:]
            if facts.station == identity
            for datum in facts.values
        }
