"""Whatever happens: one outcome a write, and in the end the station has what is shown.

The station here keeps profiles as 1.6 says: one for each id, a TxProfile until its
transaction ends, and the smallest of what applies holds.
"""

from __future__ import annotations

import asyncio
from typing import Any

from hypothesis import example, given, settings
from hypothesis import strategies as st

from connector.csms.events import Booted, Ready
from connector.csms.options import LimitOptions, StationOptions
from connector.csms.station import STATION
from connector.datapoints.limits import contents
from connector.datapoints.limits.book import Book
from connector.datapoints.limits.requests import (
    CurrentLimit,
    Enabled,
    LimitRequest,
    PowerLimit,
)
from connector.errors import (
    CallErrorReceived,
    CommandTimeout,
    LinkClosed,
    OutboxFull,
    RemoteProtocolError,
)
from connector.tests.datapoints.limits.bench import (
    ACCEPTED,
    REJECTED,
    VERSIONS,
    Bench,
    settle,
)

TX, TX_DEFAULT, MAX = "TxProfile", "TxDefaultProfile", "ChargePointMaxProfile"
Json = dict[str, Any]


class ModelBench(Bench):
    """A bench whose station keeps profiles, and misbehaves as it is told."""

    def __init__(self, connectors: int) -> None:
        options = StationOptions(phases=1)
        super().__init__(
            LimitOptions(min_interval_s=1, persist_interval_s=30),
            options,
            connectors=connectors,
        )
        self.profiles: dict[int, tuple[int, Json]] = {}
        self.mood = "good"
        self.refused: frozenset[str] = frozenset()
        self.station.script["SetChargingProfile"] = self._set
        self.station.script["ClearChargingProfile"] = self._clear
        self.station.script["GetCompositeSchedule"] = lambda _: REJECTED
        self.tasks: list[asyncio.Task[Any]] = []
        self.next_id = 1

    def _set(self, payload: Json) -> Json | Exception:
        profile = payload["csChargingProfiles"]
        purpose = profile["chargingProfilePurpose"]
        is_refused = self.mood == "refusing" or purpose in self.refused
        running = self.station.transaction(str(payload["connectorId"]))
        if purpose == TX:
            ids = running.ocpp_id if running else None
            is_refused = is_refused or str(profile.get("transactionId")) != ids
        if is_refused:
            return REJECTED
        if self.mood not in ("callerror", "full", "deaf"):
            self.profiles[profile["chargingProfileId"]] = (
                payload["connectorId"],
                profile,
            )
        return self._mooded(ACCEPTED)

    def _clear(self, payload: Json) -> Json | Exception:
        if self.mood in ("callerror", "full", "deaf"):
            return self._mooded(ACCEPTED)
        if self.mood == "refusing":
            return CallErrorReceived("NotSupported")
        found = self.profiles.pop(payload["id"], None)
        return self._mooded({"status": "Accepted" if found else "Unknown"})

    def _mooded(self, answer: Json) -> Json | Exception:
        problems: dict[str, Exception] = {
            "callerror": CallErrorReceived("InternalError"),
            "full": OutboxFull(1),
            "deaf": CommandTimeout("X", 30, sent=True),
            "mute": CommandTimeout("X", 30, sent=True),
            "garbled": RemoteProtocolError("FormationViolation"),
            "closing": LinkClosed(),
        }
        return problems.get(self.mood, answer)

    def holds(self, where: str) -> float | None:
        """What the profiles of the station mean at a place."""
        running = self.station.transaction(where)
        mine: dict[str, float] = {}
        for connector, profile in self.profiles.values():
            if str(connector) == where:
                mine[profile["chargingProfilePurpose"]] = _limit(profile)
        if running is not None and TX in mine:
            return mine[TX]
        return mine.get(TX_DEFAULT, mine.get(MAX))

    @property
    def book(self) -> Book:
        return self.service._books["CP1"]

    def wanted(self, where: str) -> float | None:
        """What the slot of a place asks for."""
        plan = contents.plan(self.book, where, self.book.goal(where))
        return plan.watts(0) if plan is not None else None

    def in_other_ways(self, where: str) -> list[float]:
        """The sum of all parts, or what the station has for its only connector."""
        if where != STATION:
            return [limit for limit in [self.holds(STATION)] if limit is not None]
        parts = [self.holds(place) for place in self.station.places]
        known = [part for part in parts if part is not None]
        shared = self.book.slot(STATION).shared
        whole = shared.watts(0) if shared is not None else None
        is_kept = whole is not None and len(known) == len(parts)
        return [whole] if whole is not None and is_kept and sum(known) <= whole else []

    async def do(self, step: tuple[str, Any]) -> None:
        name, value = step
        await getattr(self, f"step_{name}")(value)
        await settle()

    async def step_write(self, value: tuple[str, LimitRequest]) -> None:
        where, request = value
        if where == STATION and isinstance(request, Enabled):
            return
        self.tasks.append(self.begin(request, where))

    async def step_mood(self, value: str) -> None:
        self.mood = value

    async def step_wait(self, value: float) -> None:
        await self.pass_time(value)

    async def step_start(self, where: str) -> None:
        if where in self.station.places and self.station.transaction(where) is None:
            self.next_id += 1
            await self.start(where, str(self.next_id))

    async def step_end(self, where: str) -> None:
        running = self.station.transaction(where)
        if running is not None:
            self._drop_tx(where)
            await self.end(where)

    def _drop_tx(self, where: str) -> None:
        self.profiles = {
            number: (connector, profile)
            for number, (connector, profile) in self.profiles.items()
            if (str(connector), profile["chargingProfilePurpose"]) != (where, TX)
        }

    async def step_reboot(self, keeps: bool) -> None:
        for where in self.station.places:
            self._drop_tx(where)
        if not keeps:
            self.profiles.clear()
        if self.station.is_up:
            await self.lose_link()
        await self.find_link()

    async def step_drop(self, _: Any) -> None:
        if self.station.is_up:
            await self.lose_link()

    async def step_restart(self, _: Any) -> None:
        await self.step_drop(None)
        await self.service.stop()
        self.values.clear()
        self.service = self.new_service()
        await self.service.start()

    async def step_speak(self, version: str) -> None:
        """Another firmware: another version, and what it had may be gone."""
        await self.step_drop(None)
        for where in self.station.places:
            self._drop_tx(where)
        if version != self.station.spoken:
            self.profiles.clear()
        self.station.spoken = version
        await self.find_link()

    async def step_touch(self, _: Any) -> None:
        self.service.touched(self.station)

    async def step_refuse(self, purposes: frozenset[str]) -> None:
        self.refused = purposes

    async def heal(self) -> None:
        """All is well again, and there is time."""
        self.mood = "good"
        if not self.station.is_up:
            self.station.is_up = True
        self.events.emit(Booted(self.station))
        self.events.emit(Ready(self.station))
        await settle()
        for _ in range(8):
            await self.pass_time(100)


def _limit(profile: Json) -> float:
    schedule = profile["chargingSchedule"]
    limit: float = schedule["chargingSchedulePeriod"][0]["limit"]
    return limit * 230 if schedule["chargingRateUnit"] == "A" else limit


WATTS = st.sampled_from([None, 0.0, 1400.0, 2300.0, 4600.0, 9200.0])
REQUESTS = st.one_of(
    st.builds(PowerLimit, WATTS),
    st.builds(CurrentLimit, st.sampled_from([None, 3.0, 6.0, 10.0, 32.0])),
    st.builds(Enabled, st.booleans()),
)
PLACES = st.sampled_from(["0", "1", "2"])
MOODS = st.sampled_from(
    "good good refusing callerror full deaf mute garbled closing".split()
)
PURPOSES = st.frozensets(st.sampled_from([TX, TX_DEFAULT, MAX]), max_size=2)
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("write"), st.tuples(PLACES, REQUESTS)),
        st.tuples(st.just("write"), st.tuples(PLACES, REQUESTS)),
        st.tuples(st.just("mood"), MOODS),
        st.tuples(st.just("wait"), st.sampled_from([0.5, 1.0, 5.0, 40.0])),
        st.tuples(st.just("start"), st.sampled_from(["1", "2"])),
        st.tuples(st.just("end"), st.sampled_from(["1", "2"])),
        st.tuples(st.just("reboot"), st.booleans()),
        st.tuples(st.just("drop"), st.none()),
        st.tuples(st.just("touch"), st.none()),
        st.tuples(st.just("speak"), st.sampled_from(VERSIONS)),
        st.tuples(st.just("restart"), st.none()),
        st.tuples(st.just("refuse"), PURPOSES),
    ),
    max_size=14,
)


NEVER_SENT = [
    ("write", ("0", PowerLimit(1400.0))),
    ("mood", "full"),
    ("refuse", frozenset({TX, TX_DEFAULT})),
    ("write", ("1", PowerLimit(0.0))),
]


@settings(max_examples=150, deadline=None)
@given(st.sampled_from([1, 2]), STEPS)
@example(1, NEVER_SENT)
def test_in_the_end_the_station_has_what_is_shown(connectors: int, steps: Any) -> None:
    asyncio.run(converge(connectors, steps, is_cured=True))


ENDED_WITH_A_TRANSACTION = [
    ("write", ("1", Enabled(False))),
    ("start", "1"),
    ("write", ("1", Enabled(True))),
    ("refuse", frozenset({TX_DEFAULT, MAX})),
    ("write", ("0", PowerLimit(0.0))),
    ("end", "1"),
]


@settings(max_examples=150, deadline=None)
@given(st.sampled_from([1, 2]), STEPS)
@example(1, ENDED_WITH_A_TRANSACTION)
def test_a_station_that_refuses_some_has_what_is_shown_or_nothing_is(
    connectors: int, steps: Any
) -> None:
    asyncio.run(converge(connectors, steps, is_cured=False))


async def converge(connectors: int, steps: Any, *, is_cured: bool) -> None:
    bench = ModelBench(connectors)
    await bench.find_link()
    places = [STATION, *bench.station.places]
    for step in steps:
        if step[0] == "write" and step[1][0] not in places:
            continue
        await bench.do(step)
    if is_cured:
        bench.refused = frozenset()
    await bench.heal()
    assert all(task.done() for task in bench.tasks)
    assert all(task.result().detail != "internal error" for task in bench.tasks)
    for where in places:
        shown, held = bench.values[where, "power_limit"], bench.holds(where)
        allowed = [held] if is_cured else [held, None, *bench.in_other_ways(where)]
        assert shown in allowed, (where, shown, bench.profiles)
        if is_cured:
            assert shown == bench.wanted(where)
    await bench.service.stop()
