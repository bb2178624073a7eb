"""What an open page costs the connector: the same load, without and with one.

    PYTHONPATH=source python bench/dashboard_page.py [--rounds n] [--seconds s]
        [--stations n] [--each s]

A reader of events stands for the page: it takes what the page takes, and reads it all.
Rounds alternate, so that what else the machine does concerns both alike.
"""

from __future__ import annotations

import argparse
import asyncio
import statistics
import tempfile
from operator import truediv
from pathlib import Path

import httpx
from connector.tests.system.process import ConnectorProcess
from connector.tests.system.station import RawStation
from processes import Broker

TOKEN = "of-the-bench"
WANTED = 1.10
TYPES = "station,datapoint,outcome,transaction"
READERS: dict[str, tuple[str, ...] | None] = {
    "without": None,
    "all stations": ("Power.Active.Import", "session_energy"),
    "every value": (),
}
"""What is read: nothing, what the page of all stations shows, everything."""


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


async def load(stations: list[RawStation], ended: asyncio.Event, each_s: float) -> int:
    """One after the other tells its values, each at this interval; how often."""
    number = 0
    loop = asyncio.get_running_loop()
    due = loop.time()
    while not ended.is_set():
        station = stations[number % len(stations)]
        number += 1
        await station.meter(samples(number // len(stations)))
        due += each_s / len(stations)
        await asyncio.sleep(max(0, due - loop.time()))
    return number


async def read(base: str, names: tuple[str, ...]) -> None:
    """As the page: everything of all stations, some values of them."""
    headers = {"Authorization": f"Bearer {TOKEN}"}
    query: list[tuple[str, str | int | float | bool | None]] = [("types", TYPES)]
    query += [("name", name) for name in names]
    async with (
        httpx.AsyncClient(base_url=base, headers=headers, timeout=60) as client,
        client.stream("GET", "/api/v1/events", params=query) as answer,
    ):
        async for _ in answer.aiter_bytes():
            pass


async def round_of(
    connector: ConnectorProcess,
    stations: list[RawStation],
    seconds: float,
    each_s: float,
    names: tuple[str, ...] | None,
) -> float:
    """Processor time of the connector for a message, in microseconds, all told."""
    base = f"http://127.0.0.1:{connector.http_port}"
    reading = None if names is None else asyncio.create_task(read(base, names))
    ended = asyncio.Event()
    loading = asyncio.create_task(load(stations, ended, each_s))
    await asyncio.sleep(1)
    before = cpu_s(connector.pid)
    await asyncio.sleep(seconds)
    used = cpu_s(connector.pid) - before
    ended.set()
    sent = await loading
    if reading is not None:
        reading.cancel()
        await asyncio.gather(reading, return_exceptions=True)
    return used / (sent * seconds / (seconds + 1)) * 1e6


async def measure(
    rounds: int, seconds: float, count: int, each_s: float
) -> dict[str, float]:
    """Each one's share of the time without a page."""
    with tempfile.TemporaryDirectory() as folder:
        broker = Broker(Path(folder))
        broker.start()
        settings = {"API_TOKEN": TOKEN, "UNKNOWN_STATIONS": "accept"}
        connector = ConnectorProcess(broker.port, Path(folder), **settings)
        connector.until_healthy()
        used: dict[str, list[float]] = {name: [] for name in READERS}
        stations = []
        for number in range(count):
            station = await RawStation.open(connector.ocpp_port, f"CP{number}")
            await station.boot()
            stations.append(station)
        await round_of(connector, stations, 3, each_s, ())
        for _ in range(rounds):
            for name, names in READERS.items():
                found = await round_of(connector, stations, seconds, each_s, names)
                used[name].append(found)
                print(f"{name}: {used[name][-1]:.0f} us/message", flush=True)
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
    parser.add_argument("--seconds", type=float, default=8)
    parser.add_argument("--stations", type=int, default=1000)
    parser.add_argument("--each", type=float, default=10, help="interval of values, s")
    given = parser.parse_args()
    shares = asyncio.run(
        measure(given.rounds, given.seconds, given.stations, given.each)
    )
    for name, share in shares.items():
        print(f"{name}: {share:.3f} of the time without ({WANTED} at most wanted)")


if __name__ == "__main__":
    main()
