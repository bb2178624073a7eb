"""Our clock jumps by an hour, both ways: intervals go on, and values keep their order."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from random import Random
from typing import Any

import pytest

from connector.tests.faults.clock_jumps import JumpingClock
from connector.tests.faults.extent import Extent
from connector.tests.faults.field import Charge, FieldStation
from connector.tests.faults.field.charges import Json
from connector.tests.faults.field.dialects import limit_of
from connector.tests.faults.site import VERSIONS, Site, account
from connector.tests.system.listener import Listener
from connector.tests.system.process import ConnectorProcess

pytestmark = [pytest.mark.broker, pytest.mark.slow]

Run = Callable[..., ConnectorProcess]

HOUR_S = 3600
HOLD_S = 4
LIMIT_W, FALLBACK_W = 4140, 1380
REGISTER = "Energy.Active.Import.Register"
AHEAD_MS = 60_000
"""How far ahead of our clock a station's own time is trusted."""

jumps = pytest.mark.parametrize("jump_s", [HOUR_S, -HOUR_S], ids=["ahead", "back"])


@asynccontextmanager
async def site(
    run: Run, folder: Path, extent: Extent, clock: JumpingClock, **settings: str
) -> AsyncIterator[Site]:
    connector = run(
        UNKNOWN_STATIONS="accept",
        MAX_FRAMES_PER_S="0",
        LIMIT_MIN_INTERVAL_S="0",
        PING_INTERVAL_S="0.5",
        **clock.environment,
        **settings,
    )
    place = Site(connector, folder, Random(extent.seed))
    for version in VERSIONS:
        place.add(f"CP-{version}", version)
    await place.accepted()
    try:
        yield place
    finally:
        await place.close()


def topic(station: FieldStation, name: str) -> str:
    return f"ocpp/stations/{station.identity}/{name}"


async def until(listener: Listener, where: str, value: Any) -> None:
    await asyncio.to_thread(listener.until, where, lambda v: v == value)


def select(listener: Listener, place: Site) -> None:
    """Have values told with their times, as BEMCom does."""
    sensors = {
        f"{each.identity}__1__{REGISTER}": f"ocpp/messages/{each.identity}"
        for each in place.stations
    }
    listener.publish("ocpp/datapoint_map", {"sensor": sensors, "actuator": {}})


def told(listener: Listener, station: FieldStation) -> list[Json]:
    """Values of the register with their times, in the order in which they came."""
    wanted = f"ocpp/messages/{station.identity}"
    return [json.loads(p) for t, p in tuple(listener.history) if t == wanted]


async def measure(
    listener: Listener, charges: dict[FieldStation, Charge], count: int
) -> None:
    """So many values of each station, and every one is shown."""
    for _ in range(count):
        for station, charge in charges.items():
            station.sample(charge)
            await station.drained()
            await until(listener, topic(station, f"1/{REGISTER}"), charge.meter_wh)


@jumps
@pytest.mark.parametrize("follows", [False, True], ids=["alone", "followed"])
async def test_values_are_shown_in_their_order_whatever_the_time_is(
    jump_s: int,
    follows: bool,
    run: Run,
    listener: Listener,
    tmp_path: Path,
    jumping_clock: JumpingClock,
    extent: Extent,
) -> None:
    async with site(run, tmp_path, extent, jumping_clock) as place:
        charges = {station: station.start() for station in place.stations}
        await place.drained()
        await measure(listener, charges, 1)
        select(listener, place)
        await measure(listener, charges, 2)

        jumping_clock.set(jump_s)
        began_ms = time.time_ns() // 1_000_000
        for station in place.stations:
            # Stations that take our time from Heartbeats jump, too.
            station.clock.offset_s = jump_s if follows else 0
        await measure(listener, charges, 4)
        for station, charge in charges.items():
            station.stop(charge)
        await place.drained()
        for station, charge in charges.items():
            await until(listener, topic(station, "1/transaction_active"), False)
            found = charge.energy_wh
            await until(listener, topic(station, "1/session_energy"), found)
            values = told(listener, station)
            times = [value["timestamp"] for value in values]
            assert times == sorted(set(times)), times
            check_times(times[-4:], began_ms, jump_s, follows=follows)
        assert {each.connects for each in place.stations} == {1}
        await place.stop()
        records = await place.kept()
    assert account(place.stations, records) == []


def check_times(times: list[int], began_ms: int, jump_s: int, *, follows: bool) -> None:
    """A station's own time, where our clock lets it be trusted."""
    now_ms = time.time_ns() // 1_000_000
    if jump_s > 0:
        ahead_ms = 1000 * jump_s if follows else 0
        assert all(began_ms <= t - ahead_ms <= now_ms for t in times), times
    else:
        # None is before what was told already, and none is in the stations' future.
        assert all(t <= now_ms + AHEAD_MS for t in times), times


@jumps
async def test_a_limit_holds_as_long_as_it_was_set_for(
    jump_s: int,
    run: Run,
    listener: Listener,
    tmp_path: Path,
    jumping_clock: JumpingClock,
    extent: Extent,
) -> None:
    settings = {"LIMIT_HOLD_S": str(HOLD_S), "LIMIT_FALLBACK": f"{FALLBACK_W}W"}
    async with site(run, tmp_path, extent, jumping_clock, **settings) as place:
        for each in place.stations:
            listener.publish(topic(each, "1/power_limit/set"), LIMIT_W)
            await until(listener, topic(each, "1/power_limit"), LIMIT_W)
        jumping_clock.set(jump_s)
        written = {}
        for each in place.stations:
            # Whoever writes again while it holds starts the time anew.
            written[each] = time.monotonic()
            listener.publish(topic(each, "1/power_limit/set"), LIMIT_W + 100)
            await until(listener, topic(each, "1/power_limit"), LIMIT_W + 100)
        for each in place.stations:
            await until(listener, topic(each, "1/power_limit"), FALLBACK_W)
            assert time.monotonic() - written[each] > HOLD_S - 1
            sent = [limit_of(p) for a, p in each.received if a == "SetChargingProfile"]
            assert sent == [LIMIT_W, LIMIT_W + 100, FALLBACK_W]


@jumps
async def test_a_command_that_is_on_its_way_has_its_time(
    jump_s: int,
    run: Run,
    listener: Listener,
    tmp_path: Path,
    jumping_clock: JumpingClock,
    extent: Extent,
) -> None:
    async with site(run, tmp_path, extent, jumping_clock, CALL_TIMEOUT_S="3") as place:
        [answering, silent, _] = place.stations
        jumped = asyncio.Event()

        def jump(action: str, _: Json) -> Json | None:
            if action == "ChangeAvailability":
                jumping_clock.set(jump_s)
                jumped.set()
            return None

        answering.on_command = jump
        silent.on_command = lambda action, _: (
            {} if action == "ChangeAvailability" else None
        )
        began_s = time.monotonic()
        for each in (silent, answering):
            listener.publish(topic(each, "1/available/set"), False)
        async with asyncio.timeout(20):
            await jumped.wait()
        result = topic(answering, "1/available/result")
        said = await asyncio.to_thread(listener.until, result, bool)
        assert said["outcome"] == "accepted", said
        assert 0 <= said["duration_ms"] < 20_000, said
        result = topic(silent, "1/available/result")
        said = await asyncio.to_thread(listener.until, result, bool)
        assert said["outcome"] == "timeout", said
        assert time.monotonic() - began_s > 2
        assert 2000 < said["duration_ms"] < 20_000, said
