"""Growth: the same load from ever more stations; nothing grows faster than they do."""

from __future__ import annotations

import contextlib
import dataclasses
import resource
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from figures import Figure, at_most, median
from processes import BenchError, Load, running_load
from servers import OURS, OURS_MQTT, Kind, Server

from bench import MIB, Bench

_HEAD = (
    "server",
    "stations",
    "CPU us/msg",
    "answer p99",
    "arrival ms each",
    "idle us/s each",
    "KiB each",
    "MiB",
    "all back",
)
_FIRST = 20
"""Stations that are there before memory is counted."""
_OTHER_FILES = 200
_CALM, _CALM_EACH = 0.05, 25e-6
"""A processor's share that is none, and what pings add to it for each station."""


@dataclass
class Fleet:
    """A server with so many stations, and what was found."""

    count: int
    server: Server
    load: Load
    pause_s: float
    arrival_cpu_s: float = 0.0
    idle_cpu_per_s: float = 0.0
    first_kib: int = 0
    kib: int = 0
    back_s: float | None = None
    lost: int = 0
    cpu_us: list[float] = field(default_factory=list)
    answer_ms: list[float] = field(default_factory=list)

    @property
    def arrival_ms_each(self) -> float:
        return self.arrival_cpu_s / (self.count - _FIRST) * 1000

    @property
    def idle_us_each(self) -> float:
        return self.idle_cpu_per_s / self.count * 1e6

    @property
    def kib_each(self) -> float:
        return (self.kib - self.first_kib) / (self.count - _FIRST)

    def calm_down(self) -> None:
        usual = _CALM + self.count * _CALM_EACH
        self.server.process.calm_down(usual, 40, self.pause_s)

    def row(self) -> tuple[str, ...]:
        return (
            self.server.kind.title,
            f"{self.count:,}",
            f"{median(self.cpu_us):.0f}",
            f"{median(self.answer_ms):.1f} ms",
            f"{self.arrival_ms_each:.2f}",
            f"{self.idle_us_each:.1f}",
            f"{self.kib_each:.1f}",
            f"{self.kib / MIB:.0f}",
            "" if self.back_s is None else f"{self.back_s:.1f} s",
        )


def growth(bench: Bench) -> list[Figure]:
    """All sizes side by side, so that what else the machine does concerns them all."""
    if not bench.with_connector:
        return []
    most = resource.getrlimit(resource.RLIMIT_NOFILE)[0] - _OTHER_FILES
    extent = bench.extent
    figures = [Figure("load of the next lines", f"{extent.fleet_rate:.0f} msg/s")]
    rows: list[tuple[str, ...]] = []
    for kind, counts in ((OURS, extent.fleets), (OURS_MQTT, extent.selected_fleets)):
        fleets = _measure(bench, kind, [count for count in counts if count <= most])
        rows += [fleet.row() for fleet in fleets]
        rows += [_absent(kind, count) for count in counts if count > most]
        figures += _figures(fleets)
    bench.tables.append((_HEAD, rows))
    return figures


def _absent(kind: Kind, count: int) -> tuple[str, ...]:
    reason = "not measured: too few open files are allowed (ulimit -n)"
    return (kind.title, f"{count:,}", reason, *[""] * (len(_HEAD) - 3))


def _measure(bench: Bench, kind: Kind, counts: Sequence[int]) -> list[Fleet]:
    with contextlib.ExitStack() as stack:
        # The largest first: the others' coming is its time to settle.
        fleets = [
            stack.enter_context(_fleet(bench, kind, count))
            for count in sorted(counts, reverse=True)
        ]
        settled_s = time.perf_counter() + bench.extent.fleet_settles_s
        _rest(fleets, bench.extent.fleet_idle_s)
        time.sleep(max(0.0, settled_s - time.perf_counter()))
        for fleet in fleets:
            _introduce(bench, fleet)
        for _ in range(bench.extent.rounds):
            for fleet in fleets:
                _round(bench, fleet)
        for fleet in fleets:
            fleet.kib = fleet.server.process.settled_rss_kib(10, bench.extent.pause_s)
        if fleets and not kind.is_selected:
            _come_back(fleets[0])
    return fleets[::-1]


@contextlib.contextmanager
def _fleet(bench: Bench, kind: Kind, count: int) -> Iterator[Fleet]:
    """A server and its stations, booted and set up."""
    name = f"{kind.name}-{count}"
    topic = kind.topic and kind.topic.replace(kind.name, name)
    own = dataclasses.replace(kind, name=name, topic=topic)
    with bench.server(own) as server, running_load() as load:
        fleet = Fleet(count, server, load, bench.extent.pause_s)
        load.do("connect", port=server.port, count=_FIRST, prefix="W")
        fleet.first_kib = server.process.settled_rss_kib(6, fleet.pause_s)
        cpu = server.process.cpu_s()
        load.do("connect", port=server.port, count=count - _FIRST, prefix="B")
        fleet.calm_down()
        fleet.arrival_cpu_s = server.process.cpu_s() - cpu
        yield fleet


def _rest(fleets: Sequence[Fleet], seconds: float) -> None:
    """What stations cost that say nothing, of all fleets at the same time."""
    before = [fleet.server.process.cpu_s() for fleet in fleets]
    began = time.perf_counter()
    time.sleep(seconds)
    took = time.perf_counter() - began
    for fleet, cpu in zip(fleets, before, strict=True):
        fleet.idle_cpu_per_s = (fleet.server.process.cpu_s() - cpu) / took


def _introduce(bench: Bench, fleet: Fleet) -> None:
    """Every station says its first values; their keys are told and kept."""
    cpu = fleet.server.process.cpu_s()
    began = time.perf_counter()
    _refuse_errors(fleet, fleet.load.do("introduce")["errors"])
    fleet.calm_down()
    idle_s = fleet.idle_cpu_per_s * (time.perf_counter() - began)
    fleet.arrival_cpu_s += fleet.server.process.cpu_s() - cpu - idle_s
    bench.listen(fleet.server.kind, fleet.load)


def _round(bench: Bench, fleet: Fleet) -> None:
    extent = bench.extent
    cpu, began = fleet.server.process.cpu_s(), time.perf_counter()
    done = fleet.load.do("open", rate=extent.fleet_rate, seconds=extent.round_s)
    used_s = fleet.server.process.cpu_s() - cpu
    used_s -= fleet.idle_cpu_per_s * (time.perf_counter() - began)
    _refuse_errors(fleet, done["errors"])
    fleet.cpu_us.append(used_s / done["sent"] * 1e6)
    fleet.answer_ms.append(done["answer"]["p99"])
    if fleet.server.kind.is_selected:
        fleet.lost += done["publish"]["missing"]


def _come_back(fleet: Fleet) -> None:
    """The network was away: all connections break, and all stations come at once."""
    done = fleet.load.do("come_back", port=fleet.server.port)
    fleet.back_s = done["seconds"]


def _refuse_errors(fleet: Fleet, errors: int) -> None:
    if errors:
        title = fleet.server.kind.title
        raise BenchError(f"{title}, {fleet.count} stations: {errors} calls refused")


# -- what must not grow


def _figures(fleets: Sequence[Fleet]) -> list[Figure]:
    """The largest fleet against smaller ones: per message and per station."""
    if len(fleets) < 2:
        return []
    first, second, last = fleets[0], fleets[1], fleets[-1]
    title = last.server.kind.title.removeprefix("connector, ")
    pairs = zip(last.cpu_us, first.cpu_us, strict=True)

    def grown(what: str, of: Fleet, value: float, bound: float) -> Figure:
        name = f"{what}, {last.count:,} of {of.count:,} ({title})"
        return at_most(name, value, bound, "x")

    arrival = last.arrival_ms_each / second.arrival_ms_each
    idle = last.idle_us_each / second.idle_us_each
    memory = last.kib_each / second.kib_each
    figures = [
        grown("CPU per message", first, median([a / b for a, b in pairs]), 1.5),
        grown("CPU per arrival", second, arrival, 1.5),
        grown("CPU per idle station", second, idle, 1.5),
        grown("memory per station", second, memory, 1.25),
    ]
    if last.server.kind.is_selected:
        lost = sum(fleet.lost for fleet in fleets)
        figures.append(at_most("values that did not arrive", lost, 0, ""))
    if last.back_s is not None:
        name = f"{last.count:,} stations come back at once"
        figures.append(at_most(name, last.back_s, 60, "s"))
    return figures
