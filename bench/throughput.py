"""Processor time and throughput: closed loops, all servers in turns."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from dataclasses import dataclass, replace

from figures import Figure, at_least, at_most, median, not_measured
from frames import DATAPOINTS
from installing import NotInstalled, ocpp_rpc
from processes import BenchError, Load
from servers import (
    OURS,
    OURS_MQTT,
    PEERS,
    STOCK,
    STOCK_MQTT,
    Kind,
    Server,
    ocpp_rpc_kind,
    of_version,
)

from bench import Bench

_HEAD = ("CPU us/msg", "msg/s", "client us/msg", "values arrived")
_OF_OCPP_RPC = "CPU per message, of ocpp-rpc strict"
_TARGETS = {"1.6": (0.10, 0.22, 9), "2.0.1": (0.06, 0.16, 9)}
"""Of stock ocpp: CPU, CPU with values on MQTT, throughput."""
_MOST_OF_OCPP_RPC = 2.5


@dataclass(frozen=True)
class Round:
    """One closed loop on one server."""

    cpu_us: float
    client_us: float
    per_s: float
    delivered: float
    """Values that arrived, of those that were sent; 1 where none are published."""


def _round(server: Server, load: Load, seconds: float) -> Round:
    has_values = server.kind.topic is not None
    before = load.do("counted")["count"] if has_values else 0
    cpu = server.process.cpu_s()
    done = load.do("closed", seconds=seconds)
    expected = done["meters"] * len(DATAPOINTS)
    arrived = expected
    client_cpu = done["client_cpu"]
    if has_values:
        arrived = load.do("counted", expected=before + expected)["count"] - before
    cpu = server.process.cpu_s() - cpu
    if done["errors"]:
        raise BenchError(f"{server.kind.title}: {done['errors']} calls were refused")
    answered = done["answered"]
    return Round(
        cpu_us=cpu / answered * 1e6,
        client_us=client_cpu / answered * 1e6,
        per_s=answered / done["seconds"],
        delivered=arrived / expected,
    )


@dataclass(frozen=True)
class _Rival:
    """ocpp-rpc, or why it is left out."""

    kind: Kind | None
    reason: str = ""


def throughput(bench: Bench) -> list[Figure]:
    """Closed loop in OCPP 1.6, servers interleaved."""
    return _of_version(bench, "1.6")


def throughput_201(bench: Bench) -> list[Figure]:
    """The same in OCPP 2.0.1."""
    return _of_version(bench, "2.0.1")


def _of_version(bench: Bench, version: str) -> list[Figure]:
    rival = _rival(bench)
    kinds = [*PEERS, *([rival.kind] if rival.kind else [])]
    kinds += [OURS, OURS_MQTT] if bench.with_connector else []
    kinds = [of_version(kind, version) for kind in kinds]
    rounds = _rounds(bench, kinds)
    rows = [_row(kind, rounds[kind.name]) for kind in kinds]
    if rival.kind is None:
        rows.append(("ocpp-rpc strict", "not measured", "", "", ""))
    bench.tables.append(((f"server, OCPP {version}", *_HEAD), rows))
    if not bench.with_connector:
        return []
    figures = [*_ratios(rounds, version), _of_rival(rounds, rival), _client(rounds)]
    return [replace(f, name=f"{version}: {f.name}") for f in figures]


def _rival(bench: Bench) -> _Rival:
    try:
        peer = ocpp_rpc()
    except NotInstalled as problem:
        return _Rival(None, str(problem))
    if peer.versions not in bench.versions:
        bench.versions.append(peer.versions)
    return _Rival(ocpp_rpc_kind(peer))


def _rounds(bench: Bench, kinds: Sequence[Kind]) -> dict[str, list[Round]]:
    extent = bench.extent
    rounds: dict[str, list[Round]] = {kind.name: [] for kind in kinds}
    with contextlib.ExitStack() as stack:
        loaded = [
            stack.enter_context(bench.loaded(kind, extent.stations)) for kind in kinds
        ]
        for server, load in loaded:
            _round(server, load, extent.warm_s)
        for _ in range(extent.rounds):
            for server, load in loaded:
                done = _round(server, load, extent.round_s)
                rounds[server.kind.name].append(done)
    return rounds


def _row(kind: Kind, rounds: Sequence[Round]) -> tuple[str, ...]:
    delivered = min(done.delivered for done in rounds)
    return (
        kind.title,
        f"{median([done.cpu_us for done in rounds]):.0f}",
        f"{median([done.per_s for done in rounds]):,.0f}",
        f"{median([done.client_us for done in rounds]):.0f}",
        f"{delivered:.1%}" if kind.topic else "",
    )


def _ratio(rounds: dict[str, list[Round]], ours: Kind, peer: Kind, what: str) -> float:
    """The median of the ratios of rounds that ran beside each other."""
    pairs = zip(rounds[ours.name], rounds[peer.name], strict=True)
    return median([getattr(a, what) / getattr(b, what) for a, b in pairs])


def _ratios(rounds: dict[str, list[Round]], version: str) -> list[Figure]:
    most, most_mqtt, least = _TARGETS[version]
    delivered = min(done.delivered for done in rounds[OURS_MQTT.name])
    cpu = _ratio(rounds, OURS, STOCK, "cpu_us")
    cpu_mqtt = _ratio(rounds, OURS_MQTT, STOCK_MQTT, "cpu_us")
    per_s = _ratio(rounds, OURS, STOCK, "per_s")
    return [
        at_most("CPU per message, of stock ocpp", cpu, most, ""),
        at_most("CPU with 12 values, of stock ocpp + paho", cpu_mqtt, most_mqtt, ""),
        at_least("values that arrived, of those sent", delivered, 1.0, ""),
        at_least("throughput, times stock ocpp", per_s, least, "x"),
    ]


def _of_rival(rounds: dict[str, list[Round]], rival: _Rival) -> Figure:
    if rival.kind is None:
        return not_measured(_OF_OCPP_RPC, _MOST_OF_OCPP_RPC, "x", rival.reason)
    cpu = _ratio(rounds, OURS, rival.kind, "cpu_us")
    return at_most(_OF_OCPP_RPC, cpu, _MOST_OF_OCPP_RPC, "x")


def _client(rounds: dict[str, list[Round]]) -> Figure:
    client = max(
        median([done.client_us / done.cpu_us for done in rounds[kind.name]])
        for kind in (OURS, OURS_MQTT)
    )
    return at_most("the client's CPU, of the server's (a check)", client, 0.5, "")
