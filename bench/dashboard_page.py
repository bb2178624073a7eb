"""What an open page costs the connector: the same load, without and with one.

    PYTHONPATH=source python bench/dashboard_page.py [--rounds n] [--seconds s]
        [--stations n] [--each s] [--together]

A reader of events stands for the page: it takes what the page takes, and reads it all.
Rounds alternate, so that what else the machine does concerns both alike.
"""

from __future__ import annotations

import argparse
import asyncio
import statistics
import tempfile
from itertools import count
from operator import truediv
from pathlib import Path

import httpx
from connector.tests.system.process import ConnectorProcess
from connector.tests.system.station import RawStation
from processes import Broker

TOKEN = "of-the-bench"
WANTED = 1.10
AT_ONCE = 50
TYPES = "station,datapoint,outcome,transaction"
SETTLES_S = 2.0
Query = list[tuple[str, str | int | float | bool | None]]
READERS: dict[str, Query | None] = {
    "without": None,
    "all stations": [
        ("types", TYPES),
        ("name", "session_energy"),
        ("name", "Power.Active.Import"),
        ("name", "power_limit"),
        ("name", "Current.Import"),
        ("name", "current_limit"),
    ],
    "a station": [("types", TYPES), ("station", "CP0")],
    "every value": [("types", TYPES)],
}
"""What is read: nothing, what the two pages take, and everything there is."""


def cpu_s(pid: int) -> float:
    """User and system time so far."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / 100


def samples(number: int) -> list[dict[str, str]]:
    """Twelve values, all of them new."""
    phases = [
        {"measurand": name, "phase": phase, "value": str(number % 32 + at)}
        for name in ("Current.Import", "Voltage")
        for at, phase in enumerate(("L1", "L2", "L3"))
    ]
    names = ("Power.Active.Import", "SoC", "Temperature", "Frequency", "Power.Factor")
    single = [{"measurand": name, "value": str(number % 100)} for name in names]
    return [*phases, *single, {"value": str(number)}]


class Load:
    """Stations that tell their values at an interval, until it is cancelled."""

    def __init__(self, stations: list[RawStation], each_s: float) -> None:
        self._stations = stations
        self._each_s = each_s
        self.sent = 0

    async def together(self) -> None:
        """All of them at once."""
        loop = asyncio.get_running_loop()
        due, groups = loop.time(), range(0, len(self._stations), AT_ONCE)
        for number in count():
            for start in groups:
                group = self._stations[start : start + AT_ONCE]
                await asyncio.gather(*(each.meter(samples(number)) for each in group))
                self.sent += len(group)
            due += self._each_s
            await asyncio.sleep(max(0, due - loop.time()))

    async def one_by_one(self) -> None:
        """One after the other."""
        loop = asyncio.get_running_loop()
        due = loop.time()
        for number in count():
            for station in self._stations:
                await station.meter(samples(number))
                self.sent += 1
                due += self._each_s / len(self._stations)
                await asyncio.sleep(max(0, due - loop.time()))


async def read(base: str, query: Query) -> None:
    """As the page does."""
    headers = {"Authorization": f"Bearer {TOKEN}"}
    async with (
        httpx.AsyncClient(base_url=base, headers=headers, timeout=60) as client,
        client.stream("GET", "/api/v1/events", params=query) as answer,
    ):
        async for _ in answer.aiter_bytes():
            pass


async def round_of(
    connector: ConnectorProcess, load: Load, seconds: float, query: Query | None
) -> float:
    """Processor time of the connector for a message, in microseconds, all told."""
    base = f"http://127.0.0.1:{connector.http_port}"
    reading = None if query is None else asyncio.create_task(read(base, query))
    await asyncio.sleep(SETTLES_S)
    sent, before = load.sent, cpu_s(connector.pid)
    await asyncio.sleep(seconds)
    used, sent = cpu_s(connector.pid) - before, load.sent - sent
    if reading is not None:
        reading.cancel()
        await asyncio.gather(reading, return_exceptions=True)
    return used / sent * 1e6


async def rounds_of(
    connector: ConnectorProcess, load: Load, given: argparse.Namespace
) -> dict[str, list[float]]:
    """Of each reader, what it took in each round."""
    used: dict[str, list[float]] = {name: [] for name in READERS}
    await round_of(connector, load, given.each, [("types", TYPES)])
    for _ in range(given.rounds):
        for name, query in READERS.items():
            used[name].append(await round_of(connector, load, given.seconds, query))
            print(f"{name}: {used[name][-1]:.0f} us/message", flush=True)
    return used


async def measure(given: argparse.Namespace) -> dict[str, float]:
    """Each one's share of the time without a page."""
    with tempfile.TemporaryDirectory() as folder:
        broker = Broker(Path(folder))
        broker.start()
        settings = {"API_TOKEN": TOKEN, "UNKNOWN_STATIONS": "accept"}
        connector = ConnectorProcess(broker.port, Path(folder), **settings)
        connector.until_healthy()
        stations = []
        for number in range(given.stations):
            station = await RawStation.open(connector.ocpp_port, f"CP{number}")
            await station.boot()
            stations.append(station)
        load = Load(stations, given.each)
        telling = load.together() if given.together else load.one_by_one()
        loading = asyncio.create_task(telling)
        used = await rounds_of(connector, load, given)
        loading.cancel()
        await asyncio.wait({loading})
        for station in stations:
            await station.close()
        connector.stop()
        broker.stop()
    return {
        name: statistics.median(map(truediv, each, used["without"]))
        for name, each in used.items()
    }


def main() -> None:
    """Measure and tell."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=10)
    parser.add_argument("--stations", type=int, default=1000)
    parser.add_argument("--each", type=float, default=10, help="interval of values, s")
    parser.add_argument("--together", action="store_true", help="all tell at once")
    shares = asyncio.run(measure(parser.parse_args()))
    for name, share in shares.items():
        print(f"{name}: {share:.3f} of the time without ({WANTED} at most wanted)")


if __name__ == "__main__":
    main()
