"""Reports that come in several parts, put together in their order.

A station agrees to report, and sends messages with one `requestId` until one of them
says that nothing follows (`tbc` false, or left out). Some kinds number their parts.
"""

from __future__ import annotations

import asyncio
from typing import Any

from connector.csms.clock import Clock
from connector.errors import ReportIncomplete

Json = dict[str, Any]

_SILENCE_S = 60.0
_FIRST_LATE_S = 2.0
"""Stations begin to count at 0, or at 1: then a part 0 may only be late."""
_MOST_PARTS = 2000
_Key = tuple[str, int]


class Report:
    """One report on its way; wait for it with `whole`."""

    def __init__(self, clock: Clock, *, silence_s: float = _SILENCE_S) -> None:
        self._clock = clock
        self._silence_s = silence_s
        self._parts: dict[int, list[Json]] = {}
        self._last: int | None = None
        self._done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._timer = clock.call_later(silence_s, self._give_up)

    def add(self, items: list[Json], *, seq_no: int | None, is_last: bool) -> None:
        """Take a part; a repeated one replaces itself."""
        number = len(self._parts) if seq_no is None else seq_no
        if self._done.done() or len(self._parts) >= _MOST_PARTS:
            return
        self._parts[number] = items
        if is_last:
            self._last = number
        self._timer.cancel()
        missing = self._missing()
        if missing is None:
            self._finish()
        elif missing == 0 and self._last is not None and len(self._parts) >= self._last:
            self._timer = self._clock.call_later(_FIRST_LATE_S, self._finish)
        else:
            self._timer = self._clock.call_later(self._silence_s, self._give_up)

    def _missing(self) -> int | None:
        """The first part that is not there yet; None when all are."""
        number = 0
        while self._last is None or number <= self._last:
            if number not in self._parts:
                return number
            number += 1
        return None

    def _finish(self) -> None:
        if not self._done.done():
            self._done.set_result(None)

    def _give_up(self) -> None:
        if not self._done.done():
            self._done.set_exception(ReportIncomplete(len(self._parts)))

    def cancel(self) -> None:
        """Nobody waits for it any more."""
        self._timer.cancel()
        self._done.cancel()

    async def whole(self) -> list[Json]:
        """All items in their order.

        Raises:
            ReportIncomplete: nothing came for a minute, and parts are missing.
        """
        await self._done
        return [item for number in sorted(self._parts) for item in self._parts[number]]


class Reports:
    """The reports that are on their way, by station and request."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._waiting: dict[_Key, Report] = {}

    def expect(self, station: str, request_id: int) -> Report:
        """Wait for a report, before it is asked for: parts may overtake the answer."""
        report = self._waiting[station, request_id] = Report(self._clock)
        return report

    def expected(self, station: str, request_id: int) -> Report:
        """One that is waited for."""
        return self._waiting[station, request_id]

    def end(self, station: str, request_id: int) -> None:
        """Do not wait for it any more."""
        report = self._waiting.pop((station, request_id), None)
        if report is not None:
            report.cancel()

    def add(self, station: str, payload: Json, items: list[Json]) -> bool:
        """Take a part of a message; False where nobody asked for it."""
        report = self._waiting.get((station, payload["requestId"]))
        if report is None:
            return False
        is_last = not payload.get("tbc", False)
        report.add(items, seq_no=payload.get("seqNo"), is_last=is_last)
        return True
