"""The device model: variables read, set, and reported (2.x, use cases B05 to B08)."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, TypeVar

from connector.csms.context import Context
from connector.csms.request_ids import RequestIds
from connector.csms.station import Station
from connector.csms.v2.gathered import Gathered
from connector.csms.v2.parts import Reports
from connector.csms.v2.variables import Variable, of_wire
from connector.errors import CommandRejected, StoreError
from connector.ocppj.frames import Call
from connector.sessions.handlers import Answer, Handler

Json = dict[str, Any]
T = TypeVar("T")

logger = logging.getLogger(__name__)

_AT_ONCE = 20
"""Where the station does not say how many items it takes in one message."""
_GET_LIMIT = "DeviceDataCtrlr/ItemsPerMessage#GetVariables"
_SET_LIMIT = "DeviceDataCtrlr/ItemsPerMessage#SetVariables"
_ACTUAL = "Actual"
_NOT_THERE = frozenset({"UnknownComponent", "UnknownVariable"})


class DeviceModel:
    """Reads and sets variables, and puts reports together."""

    def __init__(self, context: Context, ids: RequestIds) -> None:
        self._context = context
        self._ids = ids
        self._reports = Reports(context.clock)
        self._unasked = Gathered(context, self._keep_unasked)
        self._keeping: set[asyncio.Task[None]] = set()
        self.handlers: dict[str, Handler] = {"NotifyReport": self.on_report}

    # -- reports

    def on_report(self, station: Station, call: Call) -> Answer:
        """NotifyReport; one that nobody here waits for is kept all the same."""
        return Answer({}, lambda: self._take(station, call.payload))

    def _take(self, station: Station, payload: Json) -> None:
        items = payload.get("reportData", [])
        if not self._reports.add(station.identity, payload, items):
            self._unasked.add(station, payload, items)

    def _keep_unasked(
        self, station: Station, _request: Json | None, items: list[Json]
    ) -> None:
        task = asyncio.get_running_loop().create_task(
            self._keep(station, items), name=f"{station.identity} report"
        )
        self._keeping.add(task)
        task.add_done_callback(self._keeping.discard)

    async def _whole(self, station: Station, request_id: int) -> list[Json]:
        """Wait for a report that is expected, and keep it."""
        report = self._reports.expected(station.identity, request_id)
        try:
            items = await report.whole()
        finally:
            self._reports.end(station.identity, request_id)
        await self._keep(station, items)
        return items

    async def _keep(self, station: Station, items: list[Json]) -> None:
        kept = {str(variable): item for variable, item in _by_variable(items)}
        try:
            await self._context.store.save_variables(station.identity, kept)
        except StoreError as problem:
            logger.error("%s: its report is not kept: %s", station.identity, problem)

    async def report(self, station: Station, base: str) -> list[Json]:
        """GetBaseReport: `FullInventory`, `ConfigurationInventory` or a summary.

        Raises:
            CommandRejected: the station does not report so.
            ReportIncomplete: it began, and did not end.
            ConnectorError: as `Station.call`.
        """
        return await self._ask(station, "GetBaseReport", {"reportBase": base})

    async def _ask(self, station: Station, action: str, payload: Json) -> list[Json]:
        request_id = self._ids.next(station)
        self._reports.expect(station.identity, request_id)
        try:
            answer = await station.call(action, {"requestId": request_id, **payload})
            if answer["status"] == "EmptyResultSet":
                return []
            if answer["status"] != "Accepted":
                raise CommandRejected(answer["status"], answer)
            return await self._whole(station, request_id)
        finally:
            self._reports.end(station.identity, request_id)

    # -- variables

    async def get(
        self,
        station: Station,
        variables: Sequence[Variable],
        found: dict[Variable, Json] | None = None,
    ) -> dict[Variable, Json]:
        """As `get_variables`."""
        return await get_variables(station, variables, found)

    async def set(
        self,
        station: Station,
        values: Mapping[Variable, str],
        found: dict[Variable, Json] | None = None,
    ) -> dict[Variable, Json]:
        """SetVariables likewise.

        Raises:
            ConnectorError: as `Station.call`.
        """
        found = {} if found is None else found
        for some in _chunks(list(values), _limit(station, _SET_LIMIT)):
            wanted = [{"attributeValue": values[v], **v.wire()} for v in some]
            answer = await station.call("SetVariables", {"setVariableData": wanted})
            results = _matched(some, answer["setVariableResult"])
            found |= results
            _learn(station, {v: values[v] for v, r in results.items() if is_agreed(r)})
        return found


async def get_variables(
    station: Station,
    variables: Sequence[Variable],
    found: dict[Variable, Json] | None = None,
) -> dict[Variable, Json]:
    """GetVariables in as many messages as the station wants; results as sent.

    They are put into ``found``, too: there is what came before one of them failed.

    Raises:
        ConnectorError: as `Station.call`.
    """
    found = {} if found is None else found
    for some in _chunks(variables, _limit(station, _GET_LIMIT)):
        wanted = [variable.wire() for variable in some]
        answer = await station.call("GetVariables", {"getVariableData": wanted})
        results = _matched(some, answer["getVariableResult"])
        found |= results
        for variable, result in results.items():
            if result["attributeStatus"] in _NOT_THERE:
                station.configuration.pop(str(variable), None)
        _learn(station, {v: _value(result) for v, result in results.items()})
    return found


def is_agreed(result: Json) -> bool:
    """Whether a variable was set."""
    return result["attributeStatus"] in ("Accepted", "RebootRequired")


def values_of(items: list[Json]) -> dict[str, str | None]:
    """The actual values of a report, by name."""
    return {str(variable): actual(item) for variable, item in _by_variable(items)}


def _by_variable(items: list[Json]) -> Iterator[tuple[Variable, Json]]:
    for item in items:
        yield of_wire(item), item


def actual(item: Json) -> str | None:
    """The actual value of one item of a report."""
    for attribute in item.get("variableAttribute", ()):
        if attribute.get("type", _ACTUAL) == _ACTUAL:
            value: str | None = attribute.get("value")
            return value
    return None


def _value(result: Json) -> str | None:
    found: str | None = result.get("attributeValue")
    return found


def _learn(station: Station, values: Mapping[Variable, str | None]) -> None:
    for variable, value in values.items():
        if value is not None:
            station.configuration[str(variable)] = value


def _limit(station: Station, key: str) -> int:
    text = (station.configuration.get(key) or "").strip()
    return int(text) if text.isdecimal() and int(text) > 0 else _AT_ONCE


def _chunks(items: Sequence[T], size: int) -> Iterator[Sequence[T]]:
    for start in range(0, len(items), size):
        yield items[start : start + size]


def _matched(asked: Sequence[Variable], results: list[Json]) -> dict[Variable, Json]:
    """Results by the variable that was asked; stations may answer in any order."""
    by_name = {of_wire(result).folded: result for result in results}
    return {v: by_name[v.folded] for v in asked if v.folded in by_name}
