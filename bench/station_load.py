"""What stations of our own cost: thousands of them in one process (see README.md).

bench/stations [--idle n] [--charging n] [--seconds s] [--rounds n] [--version 1.6]
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import astuple, dataclass, replace
from pathlib import Path
from statistics import median
from typing import Any

from figures import Figure, at_most, machine, table, verdicts
from processes import BenchError, Broker, Load, running_load
from servers import OURS, Server
from worker import raise_open_files

from bench import Bench, Extent

_SHARE = 0.5
"""Of the connector's processor time for a message."""
_IDLE_KIB, _CHARGING_KIB = 64.0, 96.0
_CALM, _CALM_EACH = 0.02, 5e-6
"""Shares of a processor: a connector that has published all that came, pings apart."""


@dataclass(frozen=True)
class Sizes:
    """How much is measured; each charging station tells its values in ``each_s``."""

    idle: int = 10_000
    charging: int = 2_000
    seconds: float = 30.0
    rounds: int = 3
    each_s: int = 10
    version: str = "1.6"
    publishes: bool = False
    """Whether the connector has its open tree, and so publishes every value."""

    @property
    def stations(self) -> int:
        """All of them; before they charge, the others are idle, too."""
        return self.idle + self.charging


@dataclass(frozen=True)
class Cost:
    """Processor time of both ends while so many calls were answered."""

    calls: int
    seconds: float
    stations_s: float
    connector_s: float


def _measured(load: Load, server: Server, seconds: float) -> Cost:
    before = server.process.cpu_s()
    done = load.do("measure", seconds=seconds)
    if done["lost"]:
        raise BenchError(f"{done['lost']} stations are not accepted any more")
    if done["waiting"] > max(20, done["calls"]):
        raise BenchError(f"{done['waiting']} messages wait: the load is too high")
    return Cost(
        done["calls"], done["seconds"], done["cpu"], server.process.cpu_s() - before
    )


@dataclass(frozen=True)
class Shares:
    """What a message costs at both ends, in us of processor time."""

    stations_us: float
    connector_us: float
    ratio: float

    @classmethod
    def of(cls, cost: Cost) -> Shares:
        """All that a round took, for each of its messages."""
        stations_us = _per(cost.stations_s, cost.calls)
        connector_us = _per(cost.connector_s, cost.calls)
        if min(stations_us, connector_us) <= 0:
            raise BenchError("what came before was still at work, or nothing is told")
        return cls(stations_us, connector_us, stations_us / connector_us)

    @classmethod
    def typical(cls, found: Sequence[Shares]) -> Shares:
        """Medians, also of the ratios: both ends had the same machine in each round."""
        columns = zip(*map(astuple, found), strict=True)
        return cls(*(median(column) for column in columns))


def _beyond(rest: Cost, busy: Cost) -> Cost:
    """What came on top of the pings and heartbeats that go on at rest."""
    part = busy.seconds / rest.seconds
    stations_s = busy.stations_s - rest.stations_s * part
    return replace(
        busy,
        stations_s=stations_s,
        connector_s=busy.connector_s - rest.connector_s * part,
    )


def _rss_kib(pid: int) -> int:
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1])
    raise BenchError("the stations have ended")


def _come(load: Load, server: Server, sizes: Sizes) -> dict[str, Any]:
    names = {"prefix": "B", "version": sizes.version}
    return load.do("come", port=server.port, count=sizes.stations, **names)


def _per(seconds: float, number: float) -> float:
    return seconds / number * 1e6 if number else 0.0


def measure(bench: Bench, sizes: Sizes) -> list[Figure]:
    """All of it, on one connector."""
    kind = replace(OURS, environment={"OPEN_TREE": str(sizes.publishes).upper()})
    with bench.server(kind) as server, running_load("station_worker.py") as load:
        load.do("tidy")
        empty = _rss_kib(load.pid)
        came = _come(load, server, sizes)
        load.do("tidy")
        idle_kib = (_rss_kib(load.pid) - empty) / sizes.stations
        server.process.calm_down(_CALM + _CALM_EACH * sizes.stations, 180)
        rest = _measured(load, server, sizes.seconds)
        before = _rss_kib(load.pid)
        load.do("charge", count=sizes.charging, each_s=sizes.each_s)
        load.do("measure", seconds=sizes.each_s)
        rounds = [_measured(load, server, sizes.seconds) for _ in range(sizes.rounds)]
        charging_kib = idle_kib + (_rss_kib(load.pid) - before) / sizes.charging
    whole = Shares.typical([Shares.of(each) for each in rounds])
    beyond = Shares.typical([Shares.of(_beyond(rest, each)) for each in rounds])
    head = ("", "stations", "connector")
    rows = [
        ("arrival, us each", f"{_per(came['cpu'], sizes.stations):.0f}", ""),
        ("all accepted, s", f"{came['seconds']:.1f}", ""),
        (
            "idle, us/s each",
            f"{_per(rest.stations_s / rest.seconds, sizes.stations):.1f}",
            f"{_per(rest.connector_s / rest.seconds, sizes.stations):.1f}",
        ),
        ("CPU us/msg", f"{whole.stations_us:.0f}", f"{whole.connector_us:.0f}"),
        (
            "beyond idle, us/msg",
            f"{beyond.stations_us:.0f}",
            f"{beyond.connector_us:.0f}",
        ),
        ("beyond idle, ratio", f"{beyond.ratio:.2f}", ""),
        ("messages/s", f"{median(r.calls / r.seconds for r in rounds):.0f}", ""),
    ]
    bench.tables.append((head, rows))
    version = sizes.version
    return [
        at_most(f"{version}: memory of an idle station", idle_kib, _IDLE_KIB, "KiB"),
        at_most(
            f"{version}: memory of a charging one",
            charging_kib,
            _CHARGING_KIB,
            "KiB",
        ),
        at_most(
            f"{version}: CPU per message, of the connector's",
            whole.ratio,
            _SHARE,
            "x",
        ),
    ]


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="bench/stations", description=__doc__)
    parser.add_argument("--idle", type=int, default=Sizes.idle)
    parser.add_argument("--charging", type=int, default=Sizes.charging)
    parser.add_argument("--seconds", type=float, default=Sizes.seconds)
    parser.add_argument("--rounds", type=int, default=Sizes.rounds)
    parser.add_argument("--each", type=int, default=Sizes.each_s, dest="each_s")
    parser.add_argument("--version", default=Sizes.version)
    parser.add_argument("--publishes", action="store_true", help="with the open tree")
    sizes = Sizes(**vars(parser.parse_args()))
    raise_open_files()
    with tempfile.TemporaryDirectory() as folder:
        broker = Broker(Path(folder))
        broker.start()
        bench = Bench(Path(folder), Extent(), broker)
        try:
            figures = measure(bench, sizes)
        except BenchError as problem:
            print(problem, file=sys.stderr)
            return 1
        finally:
            broker.stop()
    print(machine())
    for head, rows in bench.tables:
        print("\n" + table(head, rows))
    print("\n" + verdicts(figures))
    return 0


if __name__ == "__main__":
    sys.exit(main())
