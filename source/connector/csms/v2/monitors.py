"""Monitors of variables (2.x, use cases N02 to N06): set, cleared, reported, kept."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping
from typing import Any

import orjson

from connector.csms.context import Context
from connector.csms.events import Answered, MonitorsTold
from connector.csms.station import STATION, Station
from connector.csms.v2 import monitor_items as items
from connector.csms.v2.gathered import Gathered
from connector.csms.v2.monitor_items import Items
from connector.errors import StoreError
from connector.ocppj.frames import Call
from connector.ocppj.redaction import blank
from connector.sessions.handlers import Answer, Handler

Json = dict[str, Any]

logger = logging.getLogger(__name__)

SENSOR = "monitors"
_FILTERS = ("componentVariable", "monitoringCriteria")


class Monitors:
    """Knows which there are, whoever set them."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._reports = Gathered(context, self._reported)
        self._stations: Mapping[str, Station] = {}
        self._turn = asyncio.Lock()
        self._tasks: set[asyncio.Task[None]] = set()
        self.handlers: dict[str, Handler] = {"NotifyMonitoringReport": self.on_report}
        context.events.subscribe(Answered, self._on_answered)

    async def start(self, stations: Mapping[str, Station]) -> None:
        """Know who is there; what is kept is read when it changes."""
        self._stations = stations

    async def finish(self) -> None:
        """Wait for what is being written."""
        if self._tasks:
            await asyncio.wait(self._tasks)

    async def known(self, station: Station) -> Items:
        """What is known to be monitored, as in a report.

        Raises:
            StoreError: it cannot be read.
        """
        return items.of_kept(await self._context.store.variables(station.identity))

    # -- what is heard

    def on_report(self, station: Station, call: Call) -> Answer:
        """NotifyMonitoringReport."""
        found = call.payload.get("monitor", [])
        return Answer({}, lambda: self._reports.add(station, call.payload, found))

    def _reported(
        self, station: Station, request: Json | None, found: list[Json]
    ) -> None:
        is_all = request is not None and not any(name in request for name in _FILTERS)
        self._begin(
            station, lambda known: items.reported({} if is_all else known, found)
        )
        by_id = {m["id"]: item for item in found for m in item["variableMonitoring"]}
        self._context.events.emit(MonitorsTold(station, by_id))

    def _on_answered(self, event: Answered) -> None:
        station, asked, answer = event.station, event.payload, event.answer
        match event.action, answer.get("status"):
            case "SetVariableMonitoring", _:
                if added := items.set_by(asked, answer):
                    self._begin(station, lambda known: items.added(known, added))
            case "ClearVariableMonitoring", _:
                if gone := items.cleared_by(answer):
                    self._begin(station, lambda known: items.without(known, gone))
            case "GetMonitoringReport", "Accepted":
                self._reports.asked(station, asked)
            case "GetMonitoringReport", "EmptyResultSet":
                if not any(name in asked for name in _FILTERS):
                    self._begin(station, lambda known: {})
            case "SetMonitoringBase", "Accepted":
                base = asked["monitoringBase"]
                logger.info("%s: monitoring base %s", station.identity, base)
                if base != items.ALL:
                    self._begin(station, items.without_ours)
            case "SetMonitoringLevel", "Accepted":
                level = asked["severity"]
                logger.info("%s: monitoring level %d", station.identity, level)

    # -- what is kept

    def _begin(self, station: Station, change: Callable[[Items], Items]) -> None:
        task = asyncio.get_running_loop().create_task(
            self._change(station, change), name=f"{station.identity} monitors"
        )
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _change(self, station: Station, change: Callable[[Items], Items]) -> None:
        async with self._turn:
            try:
                before = await self.known(station)
                after = change(before)
                if self._stations.get(station.identity) is not station:
                    return  # forgotten meanwhile
                await self._context.store.save_variables(
                    station.identity, items.to_keep(before, after)
                )
            except StoreError as problem:
                text = "%s: its monitors are not kept: %s"
                logger.log(problem.level, text, station.identity, problem)
                return
        text = orjson.dumps(blank(list(after.values()))).decode()
        self._context.tell_state(station, STATION, {SENSOR: text})
