"""Monitors of variables, and streams of their values (2.x part 2, block N)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from connector.ocppj.frames import Call, Json
from connector.sessions.handlers import Answer
from connector.station.client.v2.answers import answer, too_many
from connector.station.client.v2.desk import desk_of, known_desk

if TYPE_CHECKING:
    from connector.station.client.client import Client

_ITEMS = "MonitoringCtrlr/ItemsPerMessage"
_STREAM = "periodicEventStream"
_PERIODS = frozenset({"Periodic", "PeriodicClockAligned"})


def _check_many(client: Client, call: Call, items: list[object]) -> None:
    most = int(client.parts.variables.number(f"{_ITEMS}#{call.action}"))
    if most and len(items) > most:
        raise too_many(call.action, most)


def set_variable_monitoring(client: Client, call: Call) -> Json | Answer:
    """SetVariableMonitoring; a stream is opened once that was answered (N11)."""
    items = call.payload["setMonitoringData"]
    _check_many(client, call, items)
    desk = desk_of(client)
    results = desk.watching.monitors.set(items)
    desk.watching.wake()
    streams = list(_streams(items, results))
    payload = {"setMonitoringResult": results}
    if not streams:
        return payload

    def follow() -> None:
        for monitor_id, params in streams:
            desk.streams.open(monitor_id, params)

    return Answer(payload, follow)


def _streams(items: list[Json], results: list[Json]) -> Iterator[tuple[int, Json]]:
    for item, result in zip(items, results, strict=True):
        is_period = item["type"] in _PERIODS and _STREAM in item
        if is_period and result["status"] == "Accepted":
            yield result["id"], item[_STREAM]


def clear_variable_monitoring(client: Client, call: Call) -> Json:
    """ClearVariableMonitoring."""
    ids = call.payload["id"]
    _check_many(client, call, ids)
    desk = desk_of(client)
    results = desk.watching.monitors.clear(ids)
    if desk.has("streams"):
        desk.streams.close(ids)
    desk.watching.wake()
    return {"clearMonitoringResult": results}


def set_monitoring_base(client: Client, call: Call) -> Json:
    """SetMonitoringBase."""
    watching = desk_of(client).watching
    status = watching.monitors.set_base(call.payload["monitoringBase"])
    watching.wake()
    return answer(status)


def set_monitoring_level(client: Client, call: Call) -> Json:
    """SetMonitoringLevel."""
    monitors = desk_of(client).watching.monitors
    return answer(monitors.set_level(call.payload["severity"]))


# -- streams (2.1)


def get_streams(client: Client, call: Call) -> Json:
    """GetPeriodicEventStream."""
    desk = known_desk(client)
    found = desk.streams.wire() if desk is not None and desk.has("streams") else []
    return {"constantStreamData": found} if found else {}


def adjust_stream(client: Client, call: Call) -> Json:
    """AdjustPeriodicEventStream."""
    payload, desk = call.payload, desk_of(client)
    is_done = desk.has("streams") and desk.streams.adjust(
        payload["id"], payload["params"]
    )
    return answer("Accepted") if is_done else answer("Rejected", "NotFound")
