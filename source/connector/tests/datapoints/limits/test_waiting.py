"""Writes to one slot: the latest wins, none too often, and none is lost."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from connector.csms.options import LimitOptions
from connector.datapoints.limits.requests import (
    CurrentLimit,
    Enabled,
    LimitRequest,
    Phases,
    PowerLimit,
    Schedule,
)
from connector.errors import CommandTimeout, OutboxFull
from connector.tests.datapoints.limits.bench import REJECTED, Bench, settle

pytestmark = pytest.mark.usefixtures("version")

TX_DEFAULT = "TxDefaultProfile"


async def waiting(bench: Bench, request: LimitRequest) -> asyncio.Task[Any]:
    task = bench.begin(request)
    await settle()
    return task


async def test_nothing_is_stored_before_the_frame_is_out() -> None:
    bench = Bench()
    bench.station.gate = asyncio.Event()
    write = await waiting(bench, PowerLimit(4140))
    assert len(bench.station.sent()) == 1
    assert bench.store.records == {}
    assert not write.done()
    bench.station.gate.set()
    assert (await write).outcome == "accepted"
    assert bench.store.records != {}


async def test_the_outcome_waits_for_the_store() -> None:
    bench = Bench()
    bench.store.gate = asyncio.Event()
    write = await waiting(bench, PowerLimit(4140))
    assert len(bench.station.sent()) == 1
    assert not write.done()
    bench.store.gate.set()
    assert (await write).outcome == "accepted"


async def test_at_most_one_write_an_interval_goes_out() -> None:
    bench = Bench()
    for watts in range(4000, 9000, 100):
        await waiting(bench, PowerLimit(float(watts)))
        await bench.pass_time(1)
    assert len(bench.station.sent()) <= 6


async def test_the_interval_counts_from_the_frame_not_from_its_answer() -> None:
    bench = Bench()
    bench.station.gate = asyncio.Event()
    first = await waiting(bench, PowerLimit(4140))
    await bench.pass_time(10)
    bench.station.gate.set()
    await first
    assert (await bench.write(PowerLimit(5000))).outcome == "accepted"


@pytest.mark.parametrize("release", [PowerLimit(None), CurrentLimit(None)])
async def test_a_release_overtakes_what_waits(release: LimitRequest) -> None:
    bench = Bench()
    await bench.write(PowerLimit(4140))
    raised = await waiting(bench, PowerLimit(9000))
    assert (await bench.write(release)).outcome == "accepted"
    assert (await raised).outcome == "superseded"
    assert len(bench.station.sent("ClearChargingProfile")) == 1


async def test_an_equal_value_overtakes_what_waits_and_nothing_is_sent() -> None:
    bench = Bench()
    await bench.write(PowerLimit(4140))
    raised = await waiting(bench, PowerLimit(9000))
    outcome = await bench.write(PowerLimit(4140))
    assert (outcome.outcome, outcome.detail) == ("accepted", "unchanged")
    assert (await raised).outcome == "superseded"
    await bench.pass_time(60)
    assert len(bench.station.sent()) == 1


async def test_an_equal_value_is_not_unchanged_while_another_is_in_flight() -> None:
    bench = Bench(LimitOptions(min_interval_s=0))
    await bench.write(PowerLimit(4140))
    bench.station.gate = asyncio.Event()
    lower = await waiting(bench, PowerLimit(3000))
    again = await waiting(bench, PowerLimit(4140))
    assert not again.done()
    bench.station.gate.set()
    assert (await lower).outcome == "accepted"
    assert (await again).detail == ""
    assert [limit for *_, limit in bench.station.limits_sent()] == [4140, 3000, 4140]


async def test_a_pause_is_not_overtaken_by_a_limit() -> None:
    bench = Bench()
    await bench.write(PowerLimit(4140))
    bench.station.gate = asyncio.Event()
    lower = await waiting(bench, PowerLimit(3000))
    pause = await waiting(bench, Enabled(False))
    raised = await waiting(bench, PowerLimit(9000))
    bench.station.gate.set()
    assert (await lower).outcome == "accepted"
    assert (await pause).outcome == "accepted"
    assert ((await raised).outcome, (await raised).detail) == ("accepted", "paused")
    assert bench.station.limits_sent()[-1] == (TX_DEFAULT, 1, 0)
    assert len(bench.station.sent()) == 3


async def test_a_pause_takes_a_raise_that_waits_along() -> None:
    bench = Bench()
    await bench.write(PowerLimit(4140))
    raised = await waiting(bench, PowerLimit(9000))
    assert (await bench.write(Enabled(False))).outcome == "accepted"
    assert (await raised).detail == "paused"
    assert bench.values["1", "power_limit"] == 0
    assert bench.values["1", "power_limit_asked"] == 9000


async def test_phases_and_a_value_go_out_in_one_profile() -> None:
    bench = Bench()
    await bench.write(CurrentLimit(10))
    phases = await waiting(bench, Phases(1))
    value = await waiting(bench, CurrentLimit(16))
    await bench.pass_time(10)
    assert (await phases).outcome == (await value).outcome == "accepted"
    [_, sent] = bench.station.sent()
    [period] = sent["csChargingProfiles"]["chargingSchedule"]["chargingSchedulePeriod"]
    assert period == {"startPeriod": 0, "limit": 16, "numberPhases": 1}


async def test_phases_without_a_limit_wait_for_one() -> None:
    bench = Bench()
    outcome = await bench.write(Phases(1))
    assert (outcome.outcome, outcome.detail) == (
        "rejected",
        "applies with the next limit",
    )
    assert outcome.kept
    assert bench.station.calls == []
    await bench.write(CurrentLimit(16))
    [sent] = bench.station.sent()
    [period] = sent["csChargingProfiles"]["chargingSchedule"]["chargingSchedulePeriod"]
    assert period["numberPhases"] == 1


@pytest.mark.parametrize(
    "key", ["ConnectorSwitch3to1PhaseSupported", "ACPhaseSwitchingSupported"]
)
@pytest.mark.parametrize(
    ("text", "expected"), [(" False ", "unsupported"), ("true", "accepted")]
)
async def test_phases_are_unsupported_where_the_station_says_so(
    key: str, text: str, expected: str
) -> None:
    bench = Bench(LimitOptions(min_interval_s=0))
    bench.station.configure(key, text)
    await bench.write(CurrentLimit(10))
    assert (await bench.write(Phases(1))).outcome == expected


async def test_what_waits_is_kept_when_the_link_is_lost() -> None:
    bench = Bench()
    await bench.write(PowerLimit(4140))
    raised = await waiting(bench, PowerLimit(9000))
    await bench.lose_link()
    assert ((await raised).outcome, (await raised).kept) == ("disconnected", True)
    await bench.find_link()
    assert bench.station.limits_sent()[-1] == (TX_DEFAULT, 1, 9000)


async def test_a_full_outbox_keeps_nothing() -> None:
    bench = Bench(LimitOptions(min_interval_s=0))
    await bench.write(PowerLimit(4140))
    bench.station.script["SetChargingProfile"] = lambda _: OutboxFull(10)
    outcome = await bench.write(PowerLimit(9000))
    assert (outcome.outcome, outcome.kept) == ("queue_full", False)
    assert bench.values["1", "power_limit"] == 4140
    del bench.station.script["SetChargingProfile"]
    await bench.boot()
    assert bench.station.limits_sent()[-1] == (TX_DEFAULT, 1, 4140)


async def test_profiles_of_one_station_never_interleave() -> None:
    bench = Bench(connectors=2)
    bench.station.gate = asyncio.Event()
    first = bench.begin(PowerLimit(4140), "1")
    second = bench.begin(PowerLimit(4140), "2")
    await settle()
    assert len(bench.station.sent()) == 1
    bench.station.gate.set()
    assert (await first).outcome == (await second).outcome == "accepted"


async def test_what_could_not_be_sent_in_time_is_a_timeout_and_sent_later() -> None:
    bench = Bench(connectors=2)
    bench.station.gate = asyncio.Event()
    first = bench.begin(PowerLimit(4140), "1")
    await settle()
    second = bench.begin(PowerLimit(5000), "2")
    await settle()
    await bench.pass_time(bench.station.call_timeout_s)
    assert (await second).outcome == "timeout"
    assert "not sent" in (await second).detail
    bench.station.gate.set()
    await first
    await bench.pass_time(10)
    assert bench.values["2", "power_limit"] == 5000


async def test_schedules_are_unchanged_only_when_they_start_alike() -> None:
    bench = Bench(LimitOptions(min_interval_s=0))
    fixed = Schedule(bench.clock.now_ms(), "W", ((0, 7000.0), (60, 5000.0)))
    await bench.write(fixed)
    assert (await bench.write(fixed)).detail == "unchanged"
    await bench.pass_time(5)
    now = Schedule(None, "W", fixed.periods)
    assert (await bench.write(now)).detail == ""


@pytest.mark.parametrize("number", [float("nan"), float("inf"), -float("inf")])
async def test_what_is_no_number_never_goes_out(number: float) -> None:
    bench = Bench()
    assert (await bench.write(PowerLimit(number))).outcome == "invalid"
    schedule = Schedule(None, "A", ((0, number),))
    assert (await bench.write(schedule)).outcome == "invalid"
    assert bench.station.calls == []


async def test_more_periods_than_the_station_takes_are_unsupported() -> None:
    bench = Bench()
    bench.station.configure("ChargingScheduleMaxPeriods", " 2 ")
    periods = ((0, 10.0), (60, 9.0), (120, 8.0))
    assert (await bench.write(Schedule(None, "A", periods))).outcome == "unsupported"
    assert (await bench.write(Schedule(None, "A", periods[:2]))).outcome == "accepted"


async def test_a_refused_write_leaves_the_goal_as_it_was() -> None:
    bench = Bench(LimitOptions(min_interval_s=0), connectors=2)
    await bench.write(PowerLimit(4140))
    bench.station.script["SetChargingProfile"] = lambda _: REJECTED
    await bench.write(Enabled(False))
    assert bench.values["1", "enabled"] is True
    del bench.station.script["SetChargingProfile"]
    await bench.boot()
    assert bench.station.limits_sent()[-1] == (TX_DEFAULT, 1, 4140)


async def test_a_stop_ends_what_waits() -> None:
    bench = Bench()
    await bench.write(PowerLimit(4140))
    raised = await waiting(bench, PowerLimit(9000))
    await bench.service.stop()
    assert (await raised).outcome == "disconnected"
    bench.station.calls.clear()
    await bench.pass_time(3600)
    assert bench.station.calls == []


async def test_the_first_frame_waits_for_the_setup_after_a_boot_and_not_for_ever() -> (
    None
):
    bench = Bench()
    done = asyncio.Event()

    async def configure() -> None:
        await done.wait()
        bench.station.configure("ChargingScheduleAllowedChargingRateUnit", "A")

    bench.station.setup = asyncio.create_task(configure())
    write = await waiting(bench, PowerLimit(4140))
    assert bench.station.sent() == []
    done.set()
    assert (await write).outcome == "accepted"
    assert bench.station.limits_sent() == [(TX_DEFAULT, 1, 6)]


async def test_a_call_that_times_out_every_time_is_tried_ever_more_seldom() -> None:
    bench = Bench()
    problem = CommandTimeout("SetChargingProfile", 30, sent=True)
    bench.station.script["SetChargingProfile"] = lambda _: problem
    await bench.write(PowerLimit(4140))
    for _ in range(600):
        await bench.pass_time(1)
    assert 4 <= len(bench.station.sent()) <= 8


async def test_a_lower_default_beside_a_tx_profile_waits_no_longer_than_the_interval() -> (
    None
):
    bench = Bench()
    await bench.start()
    await bench.write(PowerLimit(6000))
    bench.station.calls.clear()
    for watts in (5000, 4000, 3000):
        await bench.write(PowerLimit(watts))
    assert [purpose for purpose, *_ in bench.station.limits_sent()] == ["TxProfile"] * 3
    await bench.pass_time(10)
    assert bench.station.limits_sent()[3:] == [(TX_DEFAULT, 1, 3000)]


async def test_an_equal_value_while_the_default_waits_is_unchanged_at_once() -> None:
    bench = Bench()
    await bench.start()
    await bench.write(PowerLimit(6000))
    await bench.pass_time(10)
    await bench.write(PowerLimit(9000))
    bench.station.calls.clear()
    assert (await bench.write(PowerLimit(9000))).detail == "unchanged"
    await bench.pass_time(290)
    assert bench.station.limits_sent() == [(TX_DEFAULT, 1, 9000)]


async def test_a_caller_that_gives_up_leaves_the_write_on_its_way() -> None:
    bench = Bench()
    bench.station.gate = asyncio.Event()
    write = await waiting(bench, PowerLimit(4140))
    write.cancel()
    await settle()
    bench.station.gate.set()
    await settle()
    assert bench.values["1", "power_limit"] == 4140
    assert (await bench.write(PowerLimit(4140))).detail == "unchanged"


async def test_a_stop_while_one_waits_for_another_leaves_nothing_behind() -> None:
    bench = Bench(connectors=2)
    bench.station.gate = asyncio.Event()
    first = bench.begin(PowerLimit(4140), "1")
    second = bench.begin(PowerLimit(4140), "2")
    await settle()
    stop = asyncio.create_task(bench.service.stop())
    await settle()
    bench.station.gate.set()
    await stop
    assert (await first).outcome == (await second).outcome == "accepted"


@pytest.mark.parametrize("is_given_first", [False, True])
async def test_a_write_that_is_cancelled_while_it_waits_gives_its_turn_away(
    is_given_first: bool,
) -> None:
    bench = Bench()
    upkeep = bench.service._upkeep
    await bench.write(PowerLimit(4140))
    book = bench.service._books["CP1"]
    await book.lock.acquire()
    task = asyncio.create_task(upkeep.bring(book, book.slot("1")))
    await settle()
    if is_given_first:
        book.lock.release()
    task.cancel()
    await settle()
    if not is_given_first:
        book.lock.release()
    await settle()
    assert task.cancelled() or task.done()
    assert not book.lock.locked()
