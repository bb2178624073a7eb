"""A line that is cut without a word, loses packets, or is slow.

Stations are in a network namespace of their own (see `wire`): what the two ends notice,
and when, is what TCP and pings make of it.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from random import Random
from typing import Any

import pytest

from connector.tests.faults.extent import Extent, Note
from connector.tests.faults.field import FieldStation, Manners
from connector.tests.faults.field.dialects import limit_of
from connector.tests.faults.site import VERSIONS, Site, account
from connector.tests.faults.wire import Wire
from connector.tests.system.listener import Listener, decoded
from connector.tests.system.process import ConnectorProcess

pytestmark = [
    pytest.mark.broker,
    pytest.mark.slow,
    # A wire is an interface of the machine: a browser drops its requests over one.
    pytest.mark.xdist_group("engine"),
]

Run = Callable[..., ConnectorProcess]

OFFLINE_WITHIN_S = 60
BACK_WITHIN_S = 90
"""A kernel that got no answer for a minute tries again after half a minute."""
ENDED_WITHIN_S = 60
LIMIT_W = 4140
COMMANDS = 4
MOST_WAITING = 40
HASTY = Manners(heartbeat_s=0.5, answered_within_s=10, dials_within_s=10)


@asynccontextmanager
async def site(
    run: Run, folder: Path, wire: Wire, extent: Extent
) -> AsyncIterator[Site]:
    connector = run(
        UNKNOWN_STATIONS="accept",
        MAX_FRAMES_PER_S="0",
        LIMIT_MIN_INTERVAL_S="0",
        OCPP_HOST="",
        PING_INTERVAL_S=str(extent.ping_interval_s),
    )
    place = Site(connector, folder, Random(extent.seed))
    for version in VERSIONS:
        place.add(f"CP-{version}", version, manners=HASTY, wire=wire)
    try:
        yield place
    finally:
        await place.close()


async def until(listener: Listener, topic: str, value: Any, timeout_s: float) -> None:
    await asyncio.to_thread(listener.until, topic, lambda v: v == value, timeout_s)


def topic(station: FieldStation, name: str) -> str:
    return f"ocpp/stations/{station.identity}/{name}"


def ask(listener: Listener, station: FieldStation, correlation: str) -> str:
    """Send a request; gives where its outcome comes."""
    tail = f"{station.identity}/TriggerMessage/{correlation}"
    listener.publish(f"ocpp/request/{tail}", {"requestedMessage": "Heartbeat"})
    return f"ocpp/response/{tail}"


async def outcomes(listener: Listener, asked: list[str]) -> list[str]:
    """The one outcome of each request, once all are there."""
    for response in asked:
        await asyncio.to_thread(
            listener.until, response, lambda _: True, ENDED_WITHIN_S
        )
    heard = [(t, decoded(p)) for t, p in listener.history if t in set(asked)]
    assert sorted(t for t, _ in heard) == sorted(asked)
    return [outcome["outcome"] for _, outcome in heard]


async def keep_charging(station: FieldStation, over: asyncio.Event) -> None:
    """One transaction after the other, whoever listens."""
    while not over.is_set():
        await station.until(lambda: station.waiting < MOST_WAITING, "heard", 300)
        charge = station.start()
        for _ in range(3):
            await asyncio.sleep(0.1)
            station.sample(charge)
        station.stop(charge)


async def test_a_line_that_is_cut_is_noticed_and_nothing_is_lost(
    run: Run,
    listener: Listener,
    tmp_path: Path,
    wire: Wire,
    extent: Extent,
    note: Note,
) -> None:
    loop = asyncio.get_running_loop()
    async with site(run, tmp_path, wire, extent) as place:
        neighbour = place.add("Neighbour", "1.6")
        far = place.stations[:-1]
        await place.accepted()
        over = asyncio.Event()
        charging = [asyncio.create_task(keep_charging(each, over)) for each in far]
        # Missing pongs count where a pong was seen.
        for each in far:
            await each.until(lambda each=each: each.is_pinged, "pinged", 60)
        await place.after_frames(50)

        wire.is_cut = True
        cut_s = loop.time()
        # What is asked now cannot be answered, and the line is not known to be cut.
        await asyncio.sleep(1.25 * extent.ping_interval_s)
        asked = [ask(listener, each, "cut") for each in far]
        for each in far:
            left_s = OFFLINE_WITHIN_S - (loop.time() - cut_s)
            await until(listener, topic(each, "0/connected"), False, left_s)
            await until(listener, topic(each, "availability"), "offline", 5)
        note("offline after, s", round(loop.time() - cut_s, 1))
        assert set(await outcomes(listener, asked)) == {"disconnected"}
        for each in far:
            listener.publish(topic(each, "1/power_limit/set"), LIMIT_W)
            result = topic(each, "1/power_limit/result")
            said = await asyncio.to_thread(listener.until, result, bool)
            assert (said["outcome"], said.get("kept")) == ("disconnected", True)

        wire.is_cut = False
        healed_s = loop.time()
        for each in far:
            await until(listener, topic(each, "0/connected"), True, BACK_WITHIN_S)
            await each.until(lambda each=each: LIMIT_W in limits(each), "limited")
            await until(listener, topic(each, "1/power_limit"), LIMIT_W, 20)
        note("back after, s", round(loop.time() - healed_s, 1))
        over.set()
        await asyncio.gather(*charging)
        await place.drained(60)
        assert neighbour.connects == 1
        await place.stop()
        records = await place.kept()
    assert account(place.stations, records) == []
    note("transactions", len(records))


def limits(station: FieldStation) -> list[float]:
    """All that it was told to hold."""
    return [limit_of(p) for a, p in station.received if a == "SetChargingProfile"]


async def test_lost_packets_cost_no_transaction_and_no_outcome(
    run: Run,
    listener: Listener,
    tmp_path: Path,
    wire: Wire,
    extent: Extent,
    note: Note,
) -> None:
    wire.loss = 0.3
    note("packets lost in each direction, %", 30)
    await bear(run, listener, tmp_path, wire, extent, note)
    note("packets", f"{wire.carried} carried, {wire.lost} lost")


async def test_a_slow_line_costs_no_transaction_and_no_outcome(
    run: Run,
    listener: Listener,
    tmp_path: Path,
    wire: Wire,
    extent: Extent,
    note: Note,
) -> None:
    wire.delay_s = extent.latency_s
    note("latency in each direction, s", extent.latency_s)
    await bear(run, listener, tmp_path, wire, extent, note)


async def bear(
    run: Run,
    listener: Listener,
    folder: Path,
    wire: Wire,
    extent: Extent,
    note: Note,
) -> None:
    """Charge and command over a bad line, come in over it, and account for all."""
    async with site(run, folder, wire, extent) as place:
        await place.accepted(120)
        over = asyncio.Event()
        charging = [
            asyncio.create_task(keep_charging(each, over)) for each in place.stations
        ]
        asked = []
        for number in range(COMMANDS):
            for each in place.stations:
                asked.append(ask(listener, each, str(number)))
            await asyncio.sleep(extent.lossy_s / COMMANDS)
        found = await outcomes(listener, asked)
        wire.loss = wire.delay_s = 0.0
        over.set()
        await asyncio.gather(*charging)
        await place.drained(60)
        connects = sum(each.connects for each in place.stations)
        await place.stop()
        records = await place.kept()
    assert account(place.stations, records) == []
    assert all(c.is_told for each in place.stations for c in each.charges)
    assert "accepted" in found
    note("transactions", len(records))
    note("outcomes", {name: found.count(name) for name in sorted(set(found))})
    note("connections", connects)
