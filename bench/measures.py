"""Memory, latency and start: each starts what it needs and returns figures."""

from __future__ import annotations

import signal
import time
from typing import Any

from figures import Figure, at_most, median
from frames import DATAPOINTS
from processes import BenchError, Load, running_load
from servers import BARE, OURS, OURS_MQTT, OURS_PENDING, STOCK, Kind, Server

from bench import MIB, Bench

# -- memory


def _idle(bench: Bench, kind: Kind) -> tuple[float, float]:
    """KiB for each idle connection, and MiB in all."""
    count = bench.extent.idle
    with bench.server(kind) as server, running_load() as load:
        load.do("connect", port=server.port, count=20, prefix="W")
        before = server.process.settled_rss_kib(10, bench.extent.pause_s)
        load.do("connect", port=server.port, count=count, prefix="I")
        after = server.process.settled_rss_kib(40, bench.extent.pause_s)
        return (after - before) / count, after / MIB


def memory(bench: Bench) -> list[Figure]:
    """Idle connections after their BootNotification."""
    kinds = [BARE, STOCK, *((OURS_PENDING, OURS) if bench.with_connector else ())]
    measured = {kind.name: _idle(bench, kind) for kind in kinds}
    count = bench.extent.idle
    figures = [
        Figure(f"idle connection: {kind.title}", f"{measured[kind.name][0]:.1f} KiB")
        for kind in kinds
    ]
    if not bench.with_connector:
        return figures
    bare = measured[BARE.name][0]
    keyless, keyed = measured[OURS_PENDING.name][0], measured[OURS.name][0]
    return [
        *figures,
        at_most("idle, without keys, of bare websockets", keyless / bare, 1.5, "x"),
        at_most("idle, with keys, of bare websockets", keyed / bare, 2.2, "x"),
        at_most(f"{count:,} idle stations", measured[OURS.name][1], 350, "MiB"),
    ]


# -- latency


def latency(bench: Bench) -> list[Figure]:
    """Values and commands both ways at a fixed rate, and what an outage changes."""
    if not bench.with_connector:
        return []
    with bench.loaded(OURS_MQTT, bench.extent.stations) as (server, load):
        figures = _both_ways(bench, load)
        return figures + _outage(bench, server, load)


def _open(bench: Bench, load: Load, commands: float = 0.0) -> dict[str, Any]:
    extent = bench.extent
    done = load.do("open", rate=extent.rate, seconds=extent.round_s, commands=commands)
    if done["errors"]:
        raise BenchError(f"{done['errors']} calls were refused")
    return done


def _both_ways(bench: Bench, load: Load) -> list[Figure]:
    extent = bench.extent
    _open(bench, load, extent.commands)
    rounds = [_open(bench, load, extent.commands) for _ in range(extent.rounds)]

    def spread(what: str, key: str) -> float:
        return median([done[what][key] for done in rounds])

    def p50(what: str) -> str:
        return f"median {spread(what, 'p50'):.2f}"

    lost = sum(done["publish"]["missing"] for done in rounds)
    unsent = sum(done["command"]["missing"] for done in rounds)
    load_text = f"{extent.rate:.0f} msg/s, {extent.commands:.0f} commands/s"
    return [
        Figure("load of the next lines", load_text),
        at_most(
            "station -> MQTT, p99", spread("publish", "p99"), 5, "ms", p50("publish")
        ),
        at_most(
            "command -> frame, p99", spread("command", "p99"), 10, "ms", p50("command")
        ),
        Figure("answer, p99", f"{spread('answer', 'p99'):.2f} ms ({p50('answer')})"),
        at_most("values that did not arrive", lost, 0, ""),
        at_most("commands that became no frame", unsent, 0, ""),
    ]


def _outage(bench: Bench, server: Server, load: Load) -> list[Figure]:
    """The answers' p99 with a broker that is gone, and with one that hangs."""
    gone: list[float] = []
    hung: list[float] = []
    back: list[float] = []
    for _ in range(bench.extent.rounds):
        usual = _open(bench, load)["answer"]["p99"]
        bench.broker.process.signal(signal.SIGSTOP)
        hung.append(_open(bench, load)["answer"]["p99"] / usual)
        bench.broker.process.signal(signal.SIGCONT)
        usual = _open(bench, load)["answer"]["p99"]
        bench.broker.stop()
        gone.append(_open(bench, load)["answer"]["p99"] / usual)
        back.append(_back(bench, load))
    bench.broker.stop()
    growth = _growth(bench, server, load)
    bench.broker.start()
    return [
        at_most("answer p99 without broker, of usual", median(gone), 2, "x"),
        at_most("answer p99 with a hanging broker, of usual", median(hung), 2, "x"),
        at_most("values back after the broker is", max(back), 10, "s"),
        at_most("memory that grows without broker, later half", growth, 8, "MiB"),
    ]


def _back(bench: Bench, load: Load) -> float:
    """Seconds from the broker's return until every selected value is there again."""
    wanted = bench.extent.stations * len(DATAPOINTS)
    bench.broker.start()
    began = time.perf_counter()
    load.do("observe", port=bench.broker.port, topic=OURS_MQTT.topic)
    count = load.do("arrived", expected=wanted, limit_s=20)["count"]
    if count < wanted:
        raise BenchError(f"{count} of {wanted} values came back after a broker restart")
    return time.perf_counter() - began


def _growth(bench: Bench, server: Server, load: Load) -> float:
    """MiB by which a full load grows the server in the second of two equal times."""
    seconds = 2 * bench.extent.round_s
    load.do("closed", seconds=seconds)
    half = server.process.rss_kib()
    load.do("closed", seconds=seconds)
    return max(0, server.process.rss_kib() - half) / MIB


# -- start


def start(bench: Bench) -> list[Figure]:
    """From the start of the process to a port that accepts, with an empty DATA_DIR."""
    kinds = [BARE, STOCK, *((OURS,) if bench.with_connector else ())]
    seconds: dict[str, list[float]] = {kind.name: [] for kind in kinds}
    for _ in range(bench.extent.starts):
        for kind in kinds:
            server = Server(kind, bench.broker, bench.folder)
            try:
                seconds[kind.name].append(server.wait())
            finally:
                server.stop()
    figures = [
        Figure(f"start: {kind.title}", f"{median(seconds[kind.name]):.2f} s")
        for kind in (BARE, STOCK)
    ]
    if bench.with_connector:
        ours = median(seconds[OURS.name])
        figures.append(at_most("start to listening", ours, 1.5, "s"))
        figures += [_first_message(bench, version) for version in ("1.6", "2.0.1")]
    return figures


def _first_message(bench: Bench, version: str) -> Figure:
    """Until the first station of a version is connected, and its boot answered."""
    seconds = []
    for _ in range(bench.extent.starts):
        with bench.server(OURS) as server, running_load() as load:
            done = load.do(
                "connect", port=server.port, count=1, prefix="F", version=version
            )
            seconds.append(done["seconds"])
    name = f"first station of {version}, connected and booted"
    return at_most(name, median(seconds) * 1000, 300, "ms")
