"""One station that answers as a test wants, and the limits around it.

It may speak any version: tests see what is sent to one of 2.x in the words of 1.6, and
answer so, where both mean the same. What was really sent is checked against its schema.
"""

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
from connector.datapoints.limits.dialects import DIALECTS
from connector.datapoints.limits.profiles2 import from_16
from connector.datapoints.limits.requests import LimitRequest, RawProfile
from connector.datapoints.limits.service import LimitService
from connector.datapoints.outcomes import Outcome
from connector.errors import StationNotConnected
from connector.ocppj.rules import rules
from connector.store.records import LimitRecord, TransactionRecord
from connector.tests.clock import FakeClock

Json = dict[str, Any]
VERSIONS = ("1.6", "2.0.1", "2.1")
VERSION = "1.6"
"""What stations of new benches speak."""
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
        self.spoken = VERSION
        self.is_up = True
        self.calls: list[tuple[str, Json]] = []
        self.wire: list[tuple[str, Json]] = []
        """What was sent, in the words of its version."""
        self.script: dict[str, Responder] = {}
        self.gate: asyncio.Event | None = None
        self.turn: asyncio.Event | None = None
        """What calls wait for before they are sent."""
        # Usually it was read before what it tells of limits.
        self.learned = {"limits": {"keys": {}, "version": VERSION}}

    @property
    def is_connected(self) -> bool:
        return self.is_up

    def check(self, action: str, payload: Json) -> None:
        if not self.is_up:
            raise StationNotConnected(self.identity)
        rules(self.spoken).check_call(action, payload)

    def configure(self, key: str, value: str | None) -> None:
        """A setting of the station, by its key in 1.6."""
        keys, known = DIALECTS["1.6"].keys, DIALECTS[self.spoken].keys
        names = {
            keys.units: known.units,
            keys.stack_level: known.stack_level,
            keys.periods: known.periods,
            **dict(zip(keys.phase_switches, known.phase_switches, strict=True)),
        }
        self.configuration[names.get(key, key)] = value

    def word(self, purpose: str) -> str:
        """What its version calls a purpose."""
        return DIALECTS[self.spoken].word(purpose)

    async def call(
        self,
        action: str,
        payload: Json,
        timeout_s: float | None = None,
        when_due: Callable[[], object] | None = None,
    ) -> Json:
        if not self.is_up:
            raise StationNotConnected(self.identity)
        if self.turn is not None:
            await self.turn.wait()
        if when_due is not None:
            when_due()
        self.wire.append((action, payload))
        if self.speaks_2:
            rules(self.spoken).check_call(action, payload)
            action, payload = in_words_of_16(action, payload)
        self.calls.append((action, payload))
        if self.gate is not None:
            await self.gate.wait()
        answer = self.script.get(action, lambda _: ACCEPTED)(payload)
        if isinstance(answer, Exception):
            raise answer
        if self.speaks_2 and "chargingSchedule" in answer:
            answer = dict(answer)
            answer["schedule"] = answer.pop("chargingSchedule")
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


_ACTIONS_OF_16 = {
    "RequestStopTransaction": "RemoteStopTransaction",
    "RequestStartTransaction": "RemoteStartTransaction",
}
_MEMBERS_OF_16 = {
    "evseId": "connectorId",
    "chargingProfileId": "id",
    "chargingProfile": "csChargingProfiles",
}


def in_words_of_16(action: str, payload: Json) -> tuple[str, Json]:
    """What a call of 2.x would be in 1.6."""
    found = {_MEMBERS_OF_16.get(name, name): value for name, value in payload.items()}
    if "transactionId" in found:
        found["transactionId"] = int(found["transactionId"])
    if "csChargingProfiles" in found:
        found["csChargingProfiles"] = profile_of_16(found["csChargingProfiles"])
    return _ACTIONS_OF_16.get(action, action), found


def profile_of_16(profile: Json) -> Json:
    """A profile of 2.x in the words of 1.6."""
    found = {"chargingProfileId": profile["id"], **profile}
    del found["id"]
    if found["chargingProfilePurpose"] == "ChargingStationMaxProfile":
        found["chargingProfilePurpose"] = "ChargePointMaxProfile"
    if "transactionId" in found:
        found["transactionId"] = int(found["transactionId"])
    [schedule] = found["chargingSchedule"]
    found["chargingSchedule"] = {n: v for n, v in schedule.items() if n != "id"}
    return found


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
            return await self.begin(request, where)

    def begin(self, request: LimitRequest, where: str = "1") -> asyncio.Task[Outcome]:
        """Write without waiting."""
        if isinstance(request, RawProfile) and self.station.speaks_2:
            request = RawProfile(from_16(request.profile))
        return asyncio.create_task(self.service.write(self.station, where, request))

    def profile_for_start(self, where: str = "1") -> Json | None:
        """What a remote start carries, in the words of 1.6."""
        found = self.service.profile_for_start(self.station, where)
        if found is None or not self.station.speaks_2:
            return found
        return profile_of_16(found)

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
