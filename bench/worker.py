"""The load generator: a process that keeps stations connected and does as it is told.

It reads one JSON object per line from stdin (``{"do": name, ..}``), answers each with
one line on stdout, and ends with stdin.
"""

from __future__ import annotations

import asyncio
import json
import math
import re
import resource
import sys
import time
from collections.abc import Callable, Sequence
from typing import Any

import orjson
from fleet import Fleet, LoadError
from frames import DATAPOINTS, ENERGY_BASE, ENERGY_KEY
from mqtt_wire import MqttClient
from station_socket import StationSocket

try:
    from uvloop import run
except ImportError:
    from asyncio import run

_LIMIT = re.compile(rb'"limit":\s*(\d+)')
_FIRST_LIMIT_W = 4000
_TAIL_S = 15.0
"""How long the last answers may take after the load has ended."""


def quantiles_ms(seconds: Sequence[float]) -> dict[str, float]:
    """Median, 99th percentile and maximum in milliseconds."""
    if not seconds:
        return {"p50": math.nan, "p99": math.nan, "max": math.nan}
    ordered = sorted(seconds)
    last = len(ordered) - 1
    return {
        "p50": ordered[round(last * 0.50)] * 1000,
        "p99": ordered[round(last * 0.99)] * 1000,
        "max": ordered[-1] * 1000,
    }


class Worker(Fleet):
    """Loads on the stations, and one connection to the broker where asked for."""

    def __init__(self) -> None:
        super().__init__()
        self.mqtt: MqttClient | None = None
        self.name = ""
        self._commands = 0
        self._turn = 0
        """Where the next open loop goes on among the stations."""

    # -- closed loop

    async def closed(self, seconds: float) -> dict[str, Any]:
        """One call outstanding per station, for a time."""
        answered = meters = 0
        outstanding = len(self.stations)
        finished: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        began, cpu = time.perf_counter(), time.process_time()
        ends = began + seconds

        def proceed(station: StationSocket) -> None:
            nonlocal answered, meters, outstanding
            answered += 1
            if time.perf_counter() < ends:
                meters += self._send_next(station)
                return
            outstanding -= 1
            if not outstanding:
                finished.set_result(None)

        errors = self.errors()
        self._on_answers(proceed)
        for station in self.stations:
            meters += self._send_next(station)
        try:
            await asyncio.wait_for(finished, seconds + _TAIL_S)
        except TimeoutError:
            raise LoadError(f"{outstanding} stations wait for an answer") from None
        self._on_answers(None)
        return {
            "answered": answered,
            "meters": meters,
            "seconds": time.perf_counter() - began,
            "client_cpu": time.process_time() - cpu,
            "errors": self.errors() - errors,
        }

    # -- open loop

    async def open(
        self, rate: float, seconds: float, commands: float = 0.0
    ) -> dict[str, Any]:
        """A fixed rate, whatever the answers do; latencies from the scheduled time."""
        answers: list[float] = []
        published: list[float] = []
        commanded: list[float] = []
        scheduled: dict[int, float] = {}
        limits: dict[int, float] = {}

        def answer(station: StationSocket) -> None:
            answers.append(time.perf_counter() - station.sent.popleft())

        def message(topic: bytes, payload: bytes) -> None:
            if topic in energy_topics:
                value = orjson.loads(payload)["value"]
                due = scheduled.pop(round(value) - ENERGY_BASE, None) if value else None
                if due is not None:
                    published.append(time.perf_counter() - due)

        def command(_: StationSocket, payload: bytes) -> None:
            found = _LIMIT.search(payload)
            due = limits.pop(int(found[1]), None) if found else None
            if due is not None:
                commanded.append(time.perf_counter() - due)

        def send(number: int, due: float) -> None:
            station = self.stations[(first + number) % len(self.stations)]
            station.sent.append(due)
            if self._send_next(station):
                scheduled[self._number] = due

        def order(number: int, due: float) -> None:
            station = self.stations[number % len(self.stations)]
            self._commands += 1
            limits[_FIRST_LIMIT_W + self._commands] = due
            self._write_limit(station, _FIRST_LIMIT_W + self._commands)

        first, self._turn = self._turn, self._turn + round(rate * seconds)
        energy_topics = {
            self._sensor_topic(s.identity, ENERGY_KEY).encode() for s in self.stations
        }
        errors, cpu = self.errors(), time.process_time()
        self._on_answers(answer)
        for station in self.stations:
            station.on_command = command
        if self.mqtt is not None:
            self.mqtt.on_message = message
        start = time.perf_counter() + 0.05
        paces = [_pace(rate, start, seconds, send)]
        if commands:
            paces.append(_pace(commands, start + 0.5 / rate, seconds, order))
        sent = await asyncio.gather(*paces)
        await self._answered()
        return {
            "sent": sent[0],
            "commands": sum(sent[1:]),
            "answer": quantiles_ms(answers),
            "publish": quantiles_ms(published) | {"missing": len(scheduled)},
            "command": quantiles_ms(commanded) | {"missing": len(limits)},
            "client_cpu": time.process_time() - cpu,
            "errors": self.errors() - errors,
        }

    async def _answered(self) -> None:
        ends = time.perf_counter() + _TAIL_S
        while any(station.sent for station in self.stations):
            if time.perf_counter() > ends:
                raise LoadError("calls were not answered")
            await asyncio.sleep(0.05)
        if self.mqtt is not None:
            await self.mqtt.settled(0.2, 5)
        self._on_answers(None)

    # -- MQTT

    async def observe(self, port: int, topic: str) -> dict[str, Any]:
        """Count what arrives below a topic."""
        self.mqtt = await MqttClient.connect(port, "bench-observer")
        await self.mqtt.subscribe([topic])
        return {}

    async def counted(self, expected: int = 0, limit_s: float = 15) -> dict[str, Any]:
        """How many have arrived so far, once they have ceased to come."""
        assert self.mqtt is not None
        ends = time.perf_counter() + limit_s
        while self.mqtt.count < expected and time.perf_counter() < ends:
            await asyncio.sleep(0.05)
        await self.mqtt.settled(0.3, limit_s)
        return {"count": self.mqtt.count, "cpu": time.process_time()}

    async def arrived(self, expected: int, limit_s: float) -> dict[str, Any]:
        """Return as soon as so many have arrived, or after the time."""
        assert self.mqtt is not None
        ends = time.perf_counter() + limit_s
        while self.mqtt.count < expected and time.perf_counter() < ends:
            await asyncio.sleep(0.02)
        return {"count": self.mqtt.count}

    def _sensor_topic(self, identity: str, datapoint: str) -> str:
        return f"{self.name}/messages/{identity}__1__{datapoint}"

    def _actuator_topic(self, identity: str) -> str:
        return f"{self.name}/actuators/{identity}__1__power_limit"

    def _write_limit(self, station: StationSocket, limit_w: int) -> None:
        assert self.mqtt is not None
        value = {"value": limit_w, "timestamp": time.time_ns() // 1_000_000}
        topic = self._actuator_topic(station.identity)
        self.mqtt.publish(topic, json.dumps(value).encode())

    async def select(self, port: int, name: str) -> dict[str, Any]:
        """Send a datapoint map: twelve sensors and the power limit of every station."""
        self.name = name
        self.mqtt = await MqttClient.connect(port, f"bench-{name}")
        await self._wait_for_keys()
        sensors = {
            f"{station.identity}__1__{datapoint}": self._sensor_topic(
                station.identity, datapoint
            )
            for station in self.stations
            for datapoint in DATAPOINTS
        }
        actuators = {
            self._actuator_topic(
                station.identity
            ): f"{station.identity}__1__power_limit"
            for station in self.stations
        }
        datapoint_map = json.dumps({"sensor": sensors, "actuator": actuators})
        await self.mqtt.subscribe([f"{name}/messages/#"])
        self.mqtt.on_message, self.mqtt.count = None, 0
        self.mqtt.publish(f"{name}/datapoint_map", datapoint_map.encode(), retain=True)
        await self.counted(len(sensors), 15)
        if self.mqtt.count < len(sensors):
            raise LoadError(
                f"{self.mqtt.count} of {len(sensors)} selected values were published"
            )
        return {"sensors": len(sensors), "actuators": len(actuators)}

    async def _wait_for_keys(self) -> None:
        """Have every station say its values once; wait until the keys are announced."""
        assert self.mqtt is not None
        topic = f"{self.name}/available_datapoints"
        wanted = {
            f"{station.identity}__1__{datapoint}"
            for station in self.stations
            for datapoint in DATAPOINTS
        }
        limits = {f"{station.identity}__1__power_limit" for station in self.stations}
        complete = asyncio.Event()
        missing = wanted | limits

        def announced(heard: bytes, payload: bytes) -> None:
            nonlocal missing
            if heard == topic.encode():
                available = orjson.loads(payload)
                missing = (wanted - available["sensor"].keys()) | (
                    limits - available["actuator"].keys()
                )
                if not missing:
                    complete.set()

        self.mqtt.on_message = announced
        await self.mqtt.subscribe([topic])
        for station in self.stations:
            self._send(station, self._meter_values)
        try:
            await asyncio.wait_for(complete.wait(), 90)
        except TimeoutError:
            some = ", ".join(sorted(missing)[:4])
            raise LoadError(f"{len(missing)} keys were not announced: {some}") from None


async def _pace(
    rate: float, start: float, seconds: float, send: Callable[[int, float], None]
) -> int:
    """Call ``send(number, due)`` ``rate`` times a second; what is late goes at once."""
    total = round(rate * seconds)
    for number in range(total):
        due = start + number / rate
        wait = due - time.perf_counter()
        if wait > 0:
            await asyncio.sleep(wait)
        send(number, due)
    return total


def raise_open_files() -> None:
    """As many descriptors as this process may have."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


async def _lines() -> asyncio.StreamReader:
    reader = asyncio.StreamReader(limit=1 << 20)
    await asyncio.get_running_loop().connect_read_pipe(
        lambda: asyncio.StreamReaderProtocol(reader), sys.stdin
    )
    return reader


async def main() -> None:
    raise_open_files()
    worker = Worker()
    actions = {
        action.__name__: action
        for action in (
            worker.connect,
            worker.introduce,
            worker.come_back,
            worker.closed,
            worker.open,
            worker.observe,
            worker.counted,
            worker.arrived,
            worker.select,
        )
    }
    reader = await _lines()
    while line := await reader.readline():
        order = json.loads(line)
        try:
            answer = await actions[order.pop("do")](**order)
        except (LoadError, OSError, TimeoutError) as failure:
            answer = {"failure": f"{type(failure).__name__}: {failure}"}
        print(json.dumps(answer), flush=True)
    for station in worker.stations:
        station.close()


if __name__ == "__main__":
    run(main())
