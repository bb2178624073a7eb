"""`/metrics` for Prometheus: everything is read when it is asked for."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import accumulate
from typing import Any

from fastapi import APIRouter
from prometheus_client import CollectorRegistry
from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
    Metric,
)
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest
from prometheus_client.registry import Collector
from starlette.responses import PlainTextResponse, Response

from connector.csms.central_system import CentralSystem
from connector.csms.station import Station
from connector.datapoints.flow_numbers import FlowNumbers
from connector.sessions.tally import BUCKETS_S
from connector.store.interface import Store
from connector.web.api.context import ApiContext
from connector.web.api.entrance import AuthCounts
from connector.web.connections import Connections

CONTENT_TYPE = CONTENT_TYPE_LATEST
_NEVER = "none"
"""The version of a station that was never here."""


@dataclass(frozen=True, slots=True)
class Sources:
    """Whose numbers they are."""

    api: ApiContext
    connections: Connections
    auth: AuthCounts


class Metrics:
    """The page; a registry of its own, so that nothing else is on it."""

    def __init__(self, sources: Sources) -> None:
        self._registry = CollectorRegistry(auto_describe=False)
        self._registry.register(_Collector(sources))

    def page(self) -> bytes:
        """All of them, in the text format."""
        return generate_latest(self._registry)


def metrics_routes(metrics: Metrics) -> APIRouter:
    """`/metrics`."""
    router = APIRouter(tags=["health"])

    @router.get(
        "/metrics",
        summary="Numbers for Prometheus",
        response_class=PlainTextResponse,
    )
    async def show_metrics() -> Response:
        return Response(metrics.page(), media_type=CONTENT_TYPE)

    return router


class _Collector(Collector):
    def __init__(self, sources: Sources) -> None:
        self._sources = sources

    def collect(self) -> Iterator[Metric]:
        api = self._sources.api
        yield from _info(api)
        yield from _stations(api.central_system)
        yield from _messages(api.central_system)
        yield from _commands(api)
        yield from _flow(api.flow)
        yield from _store(api.store)
        yield _certificates(api.central_system)
        yield from _http(self._sources)
        yield from _onlookers(api)


def _info(api: ApiContext) -> Iterator[Metric]:
    name, text = "ocpp_connector_info", "The connector."
    yield _labelled(GaugeMetricFamily, name, text, ("version",), {(api.version,): 1})
    yield _gauge(
        "ocpp_connector_start_time_seconds",
        "When it started, since the epoch.",
        api.started_ms / 1000,
    )
    yield _counter(
        "ocpp_connector_cpu_seconds", "Time of processors.", time.process_time()
    )


def _stations(central: CentralSystem) -> Iterator[Metric]:
    found = Counter(_kind(station) for station in tuple(central.stations.values()))
    yield _labelled(
        GaugeMetricFamily,
        "ocpp_stations",
        "Stations that are known: connected, disconnected, pending or rejected.",
        ("version", "state"),
        found,
    )
    running = sum(
        connector.transaction is not None
        for station in tuple(central.stations.values())
        for connector in tuple(station.connectors.values())
    )
    yield _gauge("ocpp_transactions_running", "Transactions that run.", running)
    counts = central.counts
    yield _counter(
        "ocpp_transactions_started",
        "Transactions that began, or were adopted.",
        counts.transactions_started,
    )
    yield _counter(
        "ocpp_transactions_closed",
        "Transactions that ended.",
        counts.transactions_ended,
    )
    yield _counter(
        "ocpp_reconnects", "Stations that connected again.", counts.reconnects
    )
    yield _counter(
        "ocpp_evictions",
        "Links that were closed for a newer one of the same identity.",
        counts.evictions,
    )
    yield _labelled(
        CounterMetricFamily,
        "ocpp_refusals",
        "Connections that were refused or ended, and frames made to wait, by reason.",
        ("reason",),
        _one_label(central.refusals.counts),
    )


def _certificates(central: CentralSystem) -> Metric:
    return _labelled(
        GaugeMetricFamily,
        "ocpp_certificate_expiry_timestamp_seconds",
        "When it expires, since the epoch: server, ca, crl, the first of stations'.",
        ("certificate",),
        _one_label(central.blocks.certificate_days.expiries_s()),
    )


def _kind(station: Station) -> tuple[str, str]:
    was_here = station.reconnects >= 0 or bool(station.boot)
    version = station.spoken if was_here else _NEVER
    if not station.is_adopted:
        return version, station.registration
    return version, "connected" if station.is_connected else "disconnected"


def _messages(central: CentralSystem) -> Iterator[Metric]:
    tally = central.counts.messages
    by_way = {(action, "in"): n for action, n in tuple(tally.received.items())}
    by_way |= {(action, "out"): n for action, n in tuple(tally.sent.items())}
    yield _labelled(
        CounterMetricFamily,
        "ocpp_messages",
        "Calls by action: in from stations, out to them.",
        ("action", "direction"),
        by_way,
    )
    yield _labelled(
        CounterMetricFamily,
        "ocpp_refused_messages",
        "Calls of stations that were answered with an error, by its code.",
        ("code",),
        _one_label(tally.refused),
    )
    yield _counter(
        "ocpp_frame_errors",
        "Frames that were no messages.",
        central.counts.malformed_frames,
    )
    sums = list(accumulate(tally.answered_within))
    found = HistogramMetricFamily(
        "ocpp_call_duration_seconds", "From a call of ours to its answer."
    )
    bounds = [*(str(bound) for bound in BUCKETS_S), "+Inf"]
    found.add_metric([], list(zip(bounds, sums, strict=True)), tally.answered_s)
    yield found


def _commands(api: ApiContext) -> Iterator[Metric]:
    outcomes = tuple(api.commands.outcomes.items())
    yield _labelled(
        CounterMetricFamily,
        "ocpp_command_outcomes",
        "Commands and calls, by how they ended.",
        ("command", "outcome"),
        {(command, outcome.value): count for (command, outcome), count in outcomes},
    )
    waiting = sum(
        station.session.waiting_calls
        for station in tuple(api.central_system.stations.values())
        if station.session is not None
    )
    yield _labelled(
        GaugeMetricFamily,
        "ocpp_queue_depth",
        "What waits: facts for the broker, calls for their turn, commands for an end.",
        ("queue",),
        {
            ("facts",): api.flow.waiting(),
            ("calls",): waiting,
            ("commands",): api.commands.running,
        },
    )


def _flow(flow: FlowNumbers) -> Iterator[Metric]:
    yield _gauge(
        "ocpp_broker_connected", "Whether the broker answers.", flow.is_connected()
    )
    yield _counter(
        "ocpp_datapoints_published", "Values handed to the broker.", flow.published()
    )
    yield _counter(
        "ocpp_datapoints_replaced",
        "Values for which a newer one came while they waited.",
        flow.replaced(),
    )
    yield _counter(
        "ocpp_mqtt_dropped",
        "Messages that were never sent: the broker was away or too slow.",
        flow.dropped(),
    )


def _store(store: Store) -> Iterator[Metric]:
    yield _gauge(
        "ocpp_store_writable",
        "Whether the store kept what it was last asked to.",
        store.is_writable,
    )
    yield _counter(
        "ocpp_samples_dropped",
        "Meter values of transactions that could not be kept.",
        store.samples_dropped,
    )


def _http(sources: Sources) -> Iterator[Metric]:
    connections = sources.connections
    yield _gauge("ocpp_http_connections", "Connections of HTTP.", connections.count)
    yield _labelled(
        CounterMetricFamily,
        "ocpp_http_refusals",
        "Connections of HTTP that were cut off or refused, and wrong tokens.",
        ("reason",),
        {
            ("evicted",): connections.evicted,
            ("no_room",): connections.refused,
            ("timed_out",): connections.timed_out,
            ("wrong_token",): sources.auth.failures,
        },
    )


def _onlookers(api: ApiContext) -> Iterator[Metric]:
    yield _gauge("ocpp_event_readers", "Who reads events.", api.hub.readers)
    yield _counter(
        "ocpp_event_readers_dropped",
        "Readers of events that did not read.",
        api.hub.dropped,
    )
    if api.frames is not None:
        yield _gauge(
            "ocpp_frame_log_bytes", "What the frame log takes.", api.frames.bytes
        )


def _one_label(counts: Mapping[str, float]) -> dict[tuple[str, ...], float]:
    return {(name,): count for name, count in tuple(counts.items())}


def _gauge(name: str, text: str, value: float) -> Metric:
    return GaugeMetricFamily(name, text, value=float(value))


def _counter(name: str, text: str, value: float) -> Metric:
    return CounterMetricFamily(name, text, value=float(value))


def _labelled(
    kind: type[Any],
    name: str,
    text: str,
    labels: tuple[str, ...],
    values: Mapping[Any, float],
) -> Metric:
    found: Metric = kind(name, text, labels=labels)
    for label, value in values.items():
        found.add_metric(label, value)  # type: ignore[attr-defined]
    return found
