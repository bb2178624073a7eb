"""Reports that nobody waits for: their parts are put together, and the whole handed on.

Whoever asked (a command, `call`, a request) had its outcome when the station agreed;
what it then reports becomes values.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from typing import Any

from connector.csms.context import Context
from connector.csms.events import Forgotten
from connector.csms.station import Station
from connector.csms.v2.parts import Reports
from connector.errors import ReportIncomplete

Json = dict[str, Any]
Take = Callable[[Station, Json | None, list[Json]], None]
"""Takes a station, the request that was reported on (None: not known here), and all."""

logger = logging.getLogger(__name__)

_AT_ONCE = 8
"""Reports of one station on their way; what is beyond has no end."""
_MOST_ASKED = 8
"""Requests of one station that are remembered until their report comes."""


class Gathered:
    """Puts reports of one action together."""

    def __init__(self, context: Context, take: Take) -> None:
        self._take = take
        self._reports = Reports(context.clock)
        self._tasks: dict[str, dict[int, asyncio.Task[None]]] = {}
        self._asked: dict[str, dict[int, Json]] = {}
        context.events.subscribe(Forgotten, self._on_forgotten)

    def asked(self, station: Station, request: Json) -> None:
        """A station agreed to report on a request."""
        known = self._asked.setdefault(station.identity, {})
        while len(known) >= _MOST_ASKED:
            del known[next(iter(known))]
        known[request["requestId"]] = request

    def add(self, station: Station, payload: Json, items: list[Json]) -> None:
        """Take a part; nothing is kept of a station that is not adopted."""
        if not station.is_adopted:
            return
        request_id = payload["requestId"]
        known = self._tasks.get(station.identity, {})
        if request_id not in known:
            # The last one of several may come before the others.
            if not (payload.get("tbc", False) or payload.get("seqNo", 0)):
                self._hand_on(station, request_id, items)
                return
            if not self._expect(station, request_id):
                return
        self._reports.add(station.identity, payload, items)

    def _expect(self, station: Station, request_id: int) -> bool:
        known = self._tasks.setdefault(station.identity, {})
        if len(known) >= _AT_ONCE:
            if station.first_time("reports"):
                logger.warning(
                    "%s: began more than %d reports at the same time; later ones "
                    "are not shown",
                    station.identity,
                    _AT_ONCE,
                )
            return False
        self._reports.expect(station.identity, request_id)
        known[request_id] = asyncio.get_running_loop().create_task(
            self._whole(station, request_id), name=f"{station.identity} report"
        )
        return True

    async def _whole(self, station: Station, request_id: int) -> None:
        report = self._reports.expected(station.identity, request_id)
        try:
            self._hand_on(station, request_id, await report.whole())
        except ReportIncomplete as problem:
            logger.warning("%s: %s", station.identity, problem)
        finally:
            self._reports.end(station.identity, request_id)
            known = self._tasks.get(station.identity, {})
            known.pop(request_id, None)
            if not known:
                self._tasks.pop(station.identity, None)

    def _hand_on(self, station: Station, request_id: int, items: list[Json]) -> None:
        known = self._asked.get(station.identity, {})
        request = known.pop(request_id, None)
        if not known:
            self._asked.pop(station.identity, None)
        self._take(station, request, items)

    def _on_forgotten(self, event: Forgotten) -> None:
        identity = event.station.identity
        self._asked.pop(identity, None)
        for task in self._tasks.pop(identity, {}).values():
            task.cancel()
