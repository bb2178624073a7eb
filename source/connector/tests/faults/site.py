"""A connector, its stations and the store that is left: what faults are done to."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Iterable
from pathlib import Path
from random import Random
from socket import socket

from connector.store import open_store
from connector.store.records import TransactionRecord
from connector.tests.faults.field import Charge, FieldStation, Manners
from connector.tests.faults.wire import Wire
from connector.tests.system.process import ConnectorProcess

VERSIONS = ("1.6", "2.0.1", "2.1")


class Site:
    """Stations of a connector that dial whatever it listens on."""

    def __init__(
        self, connector: ConnectorProcess, folder: Path, source: Random
    ) -> None:
        self.connector = connector
        self.stations: list[FieldStation] = []
        self._folder = folder
        self._source = source
        self._steps = 0
        self._stepped = asyncio.Event()
        self._steps_wanted = 0

    # -- stations

    def add(
        self,
        identity: str,
        version: str,
        *,
        manners: Manners | None = None,
        password: str | None = None,
        wire: Wire | None = None,
    ) -> FieldStation:
        """One more station, switched on; it dials on this machine or over a line."""
        host = "127.0.0.1" if wire is None else wire.near
        station = FieldStation(
            identity,
            version,
            lambda: f"ws://{host}:{self.connector.ocpp_port}/ocpp/{identity}",
            Random(self._source.getrandbits(64)),
            manners=manners,
            password=password,
            dial=None if wire is None else lambda: self._dial(wire),
        )
        station.on_step = self._step
        station.switch_on()
        self.stations.append(station)
        return station

    async def _dial(self, wire: Wire) -> socket:
        end = wire.socket()
        end.setblocking(False)
        address = wire.near, self.connector.ocpp_port
        try:
            await asyncio.get_running_loop().sock_connect(end, address)
        except BaseException:
            end.close()
            raise
        return end

    async def accepted(self, timeout_s: float = 20) -> None:
        """Wait until every station is."""
        await asyncio.gather(*(each.accepted(timeout_s) for each in self.stations))

    async def drained(self, timeout_s: float = 20) -> None:
        """Wait until every station has said what it had to."""
        await asyncio.gather(*(each.drained(timeout_s) for each in self.stations))

    async def close(self) -> None:
        """Switch all of them off."""
        await asyncio.gather(*(each.switch_off() for each in self.stations))

    # -- points in time

    def _step(self) -> None:
        self._steps += 1
        if self._steps >= self._steps_wanted:
            self._stepped.set()

    async def after_frames(self, count: int) -> None:
        """Wait until so many frames more went in any direction."""
        self._steps_wanted = self._steps + count
        self._stepped.clear()
        async with asyncio.timeout(20):
            await self._stepped.wait()

    # -- the connector

    async def kill(self) -> None:
        """It ends where it stands."""
        await asyncio.to_thread(self.connector.stop, signal.SIGKILL)

    async def start(self) -> None:
        """It starts again, on the same ports and files."""
        await asyncio.to_thread(self.connector.start)

    async def restart(self) -> None:
        """It is killed, and starts again."""
        await self.kill()
        await self.start()

    async def stop(self) -> None:
        """It ends orderly."""
        await asyncio.to_thread(self.connector.stop)

    # -- what is left

    async def kept(self) -> list[TransactionRecord]:
        """All transactions in the store; nobody else may be using it."""
        [path] = self._folder.glob("*.sqlite")
        store = open_store(f"sqlite:///{path}")
        await store.open()
        try:
            return await store.transactions(limit=1_000_000)
        finally:
            await store.close()


def account(
    stations: Iterable[FieldStation], records: Iterable[TransactionRecord]
) -> list[str]:
    """What the store and the stations do not agree on, in words."""
    kept: dict[tuple[str, str], list[TransactionRecord]] = {}
    for record in records:
        kept.setdefault((record.station, record.ocpp_id), []).append(record)
    problems = []
    for station in stations:
        for charge in station.charges:
            found = kept.pop((charge.station, charge.transaction_id), [])
            problems += [f"{_name(charge)}: {text}" for text in _compare(charge, found)]
    problems += [f"{key}: known to no station" for key in kept]
    return problems + _repeated(stations)


def _name(charge: Charge) -> str:
    return f"{charge.station}, transaction {charge.transaction_id or '?'}"


def _compare(charge: Charge, found: list[TransactionRecord]) -> list[str]:
    if len(found) != 1:
        return [f"is there {len(found)} times"]
    [record] = found
    problems = []
    if len(charge.ids) != 1:
        problems.append(f"was given the ids {sorted(charge.ids)}")
    if charge.is_told and record.is_open:
        problems.append("is open")
    if record.meter_start_wh != charge.meter_start_wh:
        wrong = f"began at {record.meter_start_wh}, not {charge.meter_start_wh} Wh"
        problems.append(wrong)
    if charge.is_told and record.meter_stop_wh != charge.meter_stop_wh:
        wrong = f"ended at {record.meter_stop_wh}, not {charge.meter_stop_wh} Wh"
        problems.append(wrong)
    if charge.is_told and record.energy_wh not in (None, charge.energy_wh):
        problems.append(f"took {record.energy_wh}, not {charge.energy_wh} Wh")
    if record.id_token != charge.tag:
        problems.append(f"is of {record.id_token}, not {charge.tag}")
    return problems


def _repeated(stations: Iterable[FieldStation]) -> list[str]:
    """Ids of 1.6 that two transactions have: they count for the central system."""
    seen: dict[str, Charge] = {}
    problems = []
    for station in stations:
        if station.version != "1.6":
            continue
        for charge in station.charges:
            other = seen.setdefault(charge.transaction_id, charge)
            if other is not charge:
                problems.append(f"{_name(charge)}: its id is that of {_name(other)}")
    return problems
