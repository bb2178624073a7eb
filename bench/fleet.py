"""The stations of a load generator: how they come, say who they are, and come back."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Callable
from typing import Any

from frames import (
    BOOTS,
    Stamps,
    Template,
    meter_values,
    mix,
    status_notification,
    text_frame,
)
from station_socket import StationSocket

_ANSWERED_WITHIN_S = 60.0
_ALL_WITHIN_S = 120.0
_TRY_AGAIN_S = 1.0
_TURN_S, _QUIET_TURNS = 0.1, 3


class LoadError(Exception):
    """The server does not do what it has to; the text says what."""


class Fleet:
    """Stations on one server."""

    def __init__(self) -> None:
        self.stations: list[StationSocket] = []
        self._speak("1.6")
        self._stamps = Stamps()
        self._number = 0
        self._retries = 0

    def _speak(self, version: str) -> None:
        self._version = version
        self._mix = mix(version)
        self._meter_values = meter_values(version)
        self._status = status_notification(version)

    # -- sending

    def _next_frame(self, station: StationSocket, template: Template) -> bytes:
        station.next_id += 1
        self._number += template.is_meter_values
        return template.fill(station.next_id, self._number, self._stamps.now())

    def _send(self, station: StationSocket, template: Template) -> bool:
        station.write(self._next_frame(station, template))
        return template.is_meter_values

    def _send_next(self, station: StationSocket) -> bool:
        template = self._mix[station.step % len(self._mix)]
        station.step += 1
        return self._send(station, template)

    def _on_answers(self, callback: Callable[[StationSocket], None] | None) -> None:
        for station in self.stations:
            station.on_answer = callback

    def errors(self) -> int:
        """Calls that were refused so far.

        Raises:
            LoadError: connections were lost.
        """
        lost = sum(station.lost for station in self.stations)
        if lost:
            raise LoadError(f"{lost} of {len(self.stations)} connections were lost")
        return sum(station.errors for station in self.stations)

    # -- coming

    async def connect(
        self,
        port: int,
        count: int,
        prefix: str,
        at_once: int = 50,
        version: str = "1.6",
    ) -> dict[str, Any]:
        """Connect and boot stations; returns once they are left alone."""
        self._speak(version)
        first = len(self.stations)
        identities = [f"{prefix}{first + number}" for number in range(count)]
        return await self._come(port, identities, at_once)

    async def come_back(self, port: int) -> dict[str, Any]:
        """All connections break, and all stations come back at once."""
        identities = [station.identity for station in self.stations]
        for station in self.stations:
            station.abort()
        while not all(station.lost for station in self.stations):
            await asyncio.sleep(0.01)
        self.stations = []
        return await self._come(port, identities, len(identities))

    async def _come(
        self, port: int, identities: list[str], at_once: int
    ) -> dict[str, Any]:
        gate = asyncio.Semaphore(at_once)
        started = time.perf_counter()
        self._retries = 0
        known = sum(station.calls for station in self.stations)
        ends = asyncio.get_running_loop().time() + _ALL_WITHIN_S
        coming = [self._come_one(gate, name, port, ends) for name in identities]
        await asyncio.gather(*coming)
        seconds = time.perf_counter() - started
        await self._left_alone()
        calls = sum(station.calls for station in self.stations) - known
        return {"seconds": seconds, "calls": calls, "retries": self._retries}

    async def _come_one(
        self, gate: asyncio.Semaphore, identity: str, port: int, ends: float
    ) -> None:
        """Connect and boot; who is not let in tries again, as stations do."""
        loop = asyncio.get_running_loop()
        async with gate:
            while True:
                try:
                    await self._try(identity, port)
                    return
                except (OSError, TimeoutError) as problem:
                    if loop.time() > ends:
                        text = f"{identity} cannot connect: {problem!r}"
                        raise LoadError(text) from problem
                self._retries += 1
                await asyncio.sleep(_TRY_AGAIN_S)

    async def _try(self, identity: str, port: int) -> None:
        loop = asyncio.get_running_loop()
        _, station = await loop.create_connection(
            lambda: StationSocket(identity, port, self._version), "127.0.0.1", port
        )
        try:
            await asyncio.wait_for(station.opened, _ANSWERED_WITHIN_S)
            payload = BOOTS[self._version]
            boot = json.dumps([2, "boot", "BootNotification", payload]).encode()
            await self._answered_by(station, text_frame(boot))
        except BaseException:
            station.abort()
            raise
        station.step = len(self.stations)
        self.stations.append(station)

    async def _answered_by(self, station: StationSocket, frame: bytes) -> None:
        """Send a call and wait for its answer."""
        answered = asyncio.get_running_loop().create_future()
        station.on_answer = lambda _: answered.done() or answered.set_result(None)
        station.write(frame)
        await asyncio.wait_for(answered, _ANSWERED_WITHIN_S)
        station.on_answer = None

    async def _left_alone(self) -> None:
        """Wait until the server has stopped configuring its stations, 15 s at most."""
        before, quiet = -1, 0
        for _ in range(150):
            calls = sum(station.calls for station in self.stations)
            quiet = quiet + 1 if calls == before else 0
            if quiet == _QUIET_TURNS:
                return
            before = calls
            await asyncio.sleep(_TURN_S)

    # -- first words

    async def introduce(self, at_once: int = 50) -> dict[str, Any]:
        """Every station says its status and its values once."""
        gate = asyncio.Semaphore(at_once)
        errors = self.errors()
        await asyncio.gather(*(self._introduce(gate, each) for each in self.stations))
        return {"errors": self.errors() - errors}

    async def _introduce(self, gate: asyncio.Semaphore, station: StationSocket) -> None:
        async with gate:
            for template in (self._status, self._meter_values):
                await self._answered_by(station, self._next_frame(station, template))
