"""One station that answers as a test wants, and the limits around it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import orjson

from connector.csms.events import (
    Booted,
    Connected,
    Disconnected,
    EventBus,
    Ready,
    TransactionEnded,
    TransactionStarted,
)
from connector.csms.facts import Facts, Scalar
from connector.csms.options import LimitOptions, StationOptions
from connector.csms.station import Station
from connector.datapoints.limits.requests import LimitRequest
from connector.datapoints.limits.service import LimitService
from connector.datapoints.outcomes import Outcome
from connector.errors import StationNotConnected
from connector.ocppj.rules import rules
from connector.store.records import LimitRecord, TransactionRecord
from connector.tests.clock import FakeClock

Json = dict[str, Any]
Responder = Callable[[Json], Json | Exception]
ACCEPTED: Json = {"status": "Accepted"}
REJECTED: Json = {"status": "Rejected"}


async def settle() -> None:
    """Let everything that can run, run."""
    for _ in range(60):
        await asyncio.sleep(0)


class ScriptedStation(Station):
    """Answers calls by a script and remembers them."""

    def __init__(self, options: StationOptions) -> None:
        super().__init__("CP1", options, registration="accepted")
        self.is_up = True
        self.calls: list[tuple[str, Json]] = []
        self.script: dict[str, Responder] = {}
        self.gate: asyncio.Event | None = None

    @property
    def is_connected(self) -> bool:
        return self.is_up

    def check(self, action: str, payload: Json) -> None:
        if not self.is_up:
            raise StationNotConnected(self.identity)
        rules("1.6").check_call(action, payload)

    async def call(
        self, action: str, payload: Json, timeout_s: float | None = None
    ) -> Json:
        if not self.is_up:
            raise StationNotConnected(self.identity)
        self.calls.append((action, payload))
        if self.gate is not None:
            await self.gate.wait()
        answer = self.script.get(action, lambda _: ACCEPTED)(payload)
        if isinstance(answer, Exception):
            raise answer
        return answer

    def sent(self, action: str = "SetChargingProfile") -> list[Json]:
        """The payloads of an action so far."""
        return [payload for name, payload in self.calls if name == action]

    def limits_sent(self) -> list[tuple[str, int, float]]:
        """(purpose, connector, first limit) of every profile so far."""
        return [
            (
                p["csChargingProfiles"]["chargingProfilePurpose"],
                p["connectorId"],
                p["csChargingProfiles"]["chargingSchedule"]["chargingSchedulePeriod"][
                    0
                ]["limit"],
            )
            for p in self.sent()
        ]


class MemoryLimits:
    """The store of limits, in memory; fails when told to."""

    def __init__(self) -> None:
        self.records: dict[tuple[str, str], LimitRecord] = {}
        self.problem: Exception | None = None
        self.gate: asyncio.Event | None = None

    async def limits(self) -> list[LimitRecord]:
        """As the disk gives them: what was a tuple is a list."""
        return [
            LimitRecord(
                kept.station, kept.where, orjson.loads(orjson.dumps(kept.state))
            )
            for kept in self.records.values()
        ]

    async def save_limit(self, record: LimitRecord) -> None:
        if self.gate is not None:
            await self.gate.wait()
        if self.problem is not None:
            raise self.problem
        self.records[record.station, record.where] = record

    async def delete_limit(self, station: str, where: str) -> None:
        self.records.pop((station, where), None)


class Bench:
    """A limit service with one station, a clock that stands still, and ears."""

    def __init__(
        self,
        options: LimitOptions | None = None,
        station_options: StationOptions | None = None,
        store: MemoryLimits | None = None,
        connectors: int = 1,
    ) -> None:
        self.clock = FakeClock()
        self.station = ScriptedStation(station_options or StationOptions())
        for number in range(1, connectors + 1):
            self.station.connector(str(number))
        self.store = store or MemoryLimits()
        self.events = EventBus()
        self.values: dict[tuple[str, str], Scalar] = {}
        self.reports: list[tuple[str, str, Outcome]] = []
        self.remembered: list[str] = []
        self.options = options or LimitOptions()
        self.service = self.new_service()

    def new_service(self) -> LimitService:
        """The limits as they are after a start of ours."""
        return LimitService(
            {"CP1": self.station},
            self.events,
            self.options,
            self.store,
            self.clock,
            publish=self._publish,
            report=lambda _, where, command, outcome: self.reports.append(
                (where, command, outcome)
            ),
            remember=lambda station: self.remembered.append(station.identity),
        )

    def _publish(self, facts: Facts) -> None:
        for datum, value in facts.values.items():
            self.values[datum.where, datum.name] = value

    async def write(self, request: LimitRequest, where: str = "1") -> Outcome:
        """Write, and give the outcome."""
        async with asyncio.timeout(5):
            return await self.service.write(self.station, where, request)

    def begin(self, request: LimitRequest, where: str = "1") -> asyncio.Task[Outcome]:
        """Write without waiting."""
        return asyncio.create_task(self.service.write(self.station, where, request))

    async def pass_time(self, seconds: float) -> None:
        """Move the clock, and let happen what is due."""
        self.clock.advance(seconds)
        await settle()

    async def start(self, where: str = "1", ocpp_id: str = "7") -> TransactionRecord:
        """A transaction begins."""
        record = TransactionRecord(
            "K" + ocpp_id, ocpp_id, "CP1", where, "TAG", self.clock.now_ms()
        )
        self.station.connector(where).transaction = record
        self.events.emit(TransactionStarted(self.station, record))
        await settle()
        return record

    async def end(self, where: str = "1") -> None:
        """The transaction is over."""
        connector = self.station.connector(where)
        record = connector.transaction
        assert record is not None
        connector.transaction = None
        self.ended(record)
        await settle()

    def ended(self, record: TransactionRecord) -> None:
        """A stop came in."""
        self.events.emit(TransactionEnded(self.station, record, None))

    async def boot(self) -> None:
        """The station boots, and is configured."""
        self.events.emit(Booted(self.station))
        self.events.emit(Ready(self.station))
        await settle()

    async def lose_link(self) -> None:
        """The link ends."""
        self.station.is_up = False
        self.events.emit(Disconnected(self.station))
        await settle()

    async def find_link(self) -> None:
        """The link is back, and the station boots."""
        self.station.is_up = True
        self.events.emit(Connected(self.station))
        await self.boot()
