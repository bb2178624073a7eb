"""A broker that is killed, or frozen, for a moment or for minutes.

Stations are answered throughout; what is retained afterwards is right, and what was
written while nobody listened is not carried out. How long answers take is noted for
the report (``bench/faults``), not judged.
"""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from random import Random
from typing import Any

import paho.mqtt.client as mqtt
import pytest

from connector.tests.broker import Broker
from connector.tests.faults.extent import Extent, Note, chosen
from connector.tests.faults.field import Charge, FieldStation
from connector.tests.faults.memory import p99_ms, resident_mib
from connector.tests.faults.site import VERSIONS, Site
from connector.tests.system.listener import Listener
from connector.tests.system.process import ConnectorProcess

pytestmark = [pytest.mark.broker, pytest.mark.slow]

Run = Callable[..., ConnectorProcess]

EACH = 3
PAUSE_S = 0.05
MOST_MIB = 64
STALE_W, FRESH_W = 1380, 4140
AFTERWARDS_S = 30
"""Everything is back by then."""


@asynccontextmanager
async def site(run: Run, folder: Path, source: Random) -> AsyncIterator[Site]:
    connector = run(
        UNKNOWN_STATIONS="accept", MAX_FRAMES_PER_S="0", LIMIT_MIN_INTERVAL_S="0"
    )
    place = Site(connector, folder, source)
    for version in VERSIONS:
        for number in range(EACH):
            place.add(f"CP-{version}-{number}", version)
    await place.accepted()
    try:
        yield place
    finally:
        await place.close()


async def charge(station: FieldStation, charge: Charge, over: asyncio.Event) -> None:
    """Tell of the meter all the time, one word after the other."""
    while not over.is_set():
        station.sample(charge)
        await station.drained(60)
        await asyncio.sleep(PAUSE_S)


def latencies(place: Site) -> list[float]:
    """How long answers took since this was asked last."""
    found = []
    for station in place.stations:
        found += station.latencies_s
        station.latencies_s.clear()
    return found


def write_stale_commands(broker: Broker, place: Site) -> None:
    """To a broker that is there while the connector is not back yet."""
    client = mqtt.Client(mqtt.CallbackAPIVersion.VERSION2)
    client.connect("127.0.0.1", broker.port)
    client.loop_start()
    for station in place.stations:
        topic = f"ocpp/stations/{station.identity}/1/power_limit/set"
        client.publish(topic, STALE_W, qos=1).wait_for_publish(10)
    client.disconnect()
    client.loop_stop()


async def until_shown(
    listener: Listener, station: FieldStation, name: str, value: Any
) -> None:
    topic = f"ocpp/stations/{station.identity}/{name}"
    await asyncio.to_thread(listener.until, topic, lambda v: v == value, AFTERWARDS_S)


async def check_retained(
    listener: Listener, place: Site, running: dict[FieldStation, Charge]
) -> None:
    """What a newcomer is told holds, for those who came, ended and left meanwhile."""
    await asyncio.to_thread(
        listener.until, "ocpp/bridge/state", lambda v: v == "online"
    )
    for station, transaction in running.items():
        await until_shown(listener, station, "availability", "online")
        await until_shown(listener, station, "0/connected", True)
        is_active = transaction.meter_stop_wh is None
        if is_active:
            register = "1/Energy.Active.Import.Register"
            await until_shown(listener, station, register, transaction.meter_wh)
        await until_shown(listener, station, "1/transaction_active", is_active)
        energy_wh = transaction.meter_wh - transaction.meter_start_wh
        await until_shown(listener, station, "1/session_energy", energy_wh)


async def check_commands(listener: Listener, place: Site) -> None:
    """Fresh ones are carried out, and were the only ones."""
    for station in place.stations:
        topic = f"ocpp/stations/{station.identity}/1/power_limit"
        listener.publish(f"{topic}/set", FRESH_W)
        await asyncio.to_thread(listener.until, topic, lambda v: v == FRESH_W)
        sent = [str(p) for a, p in station.received if a == "SetChargingProfile"]
        assert sent
        assert not [text for text in sent if f"{STALE_W}" in text]


async def endure(
    place: Site,
    during: Callable[[], Any],
    note: Note,
    quiet_s: float,
) -> dict[FieldStation, Charge]:
    """Have every station charge before, during and after a fault."""
    pid = place.connector.pid
    running = {station: station.start() for station in place.stations}
    over = asyncio.Event()
    charging = [asyncio.create_task(charge(*each, over)) for each in running.items()]
    await asyncio.sleep(quiet_s / 2)
    latencies(place)
    await asyncio.sleep(quiet_s)
    usual_ms = p99_ms(latencies(place))
    before_mib = resident_mib(pid)
    await during()
    meanwhile = latencies(place)
    grown_mib = resident_mib(pid) - before_mib
    over.set()
    await asyncio.gather(*charging)
    note("answers while it lasted", len(meanwhile))
    note("p99 of usual", round(p99_ms(meanwhile) / usual_ms, 2))
    note("usual p99, ms", usual_ms)
    note("memory, MiB more", round(grown_mib, 1))
    assert len(meanwhile) > 0
    assert grown_mib < MOST_MIB
    assert not [each.errors for each in place.stations if each.errors]
    assert {each.connects for each in place.stations} == {1}
    return running


async def end_some(running: dict[FieldStation, Charge], place: Site) -> None:
    """Some transactions end, and nobody is told in between."""
    for number, (station, transaction) in enumerate(running.items()):
        if number % 2:
            station.stop(transaction)
    await place.drained()


@pytest.mark.parametrize("outage_s", chosen().outages_s)
async def test_a_broker_that_is_killed_and_comes_back_costs_no_answer_and_no_value(
    outage_s: float,
    run: Run,
    broker: Broker,
    tmp_path: Path,
    extent: Extent,
    note: Note,
) -> None:
    async with site(run, tmp_path, Random(extent.seed)) as place:

        async def outage() -> None:
            broker.kill()
            await asyncio.sleep(outage_s)
            await asyncio.to_thread(broker.start)
            await asyncio.sleep(max(0.5, 5 - outage_s) if extent.is_whole else 0.5)

        note("outage, s", outage_s)
        running = await endure(place, outage, note, 10 if extent.is_whole else 1)
        broker.kill()
        await end_some(running, place)
        # It is not there yet when the broker is, and somebody writes to it.
        os.kill(place.connector.pid, signal.SIGSTOP)
        broker.start()
        await asyncio.to_thread(write_stale_commands, broker, place)
        os.kill(place.connector.pid, signal.SIGCONT)
        listener = Listener(broker.port)
        try:
            await check_retained(listener, place, running)
            await check_commands(listener, place)
        finally:
            listener.close()


@pytest.mark.parametrize("frozen_s", chosen().frozen_s)
async def test_a_broker_that_freezes_costs_no_answer_and_no_value(
    frozen_s: float,
    run: Run,
    broker: Broker,
    tmp_path: Path,
    extent: Extent,
    note: Note,
) -> None:
    async with site(run, tmp_path, Random(extent.seed)) as place:

        async def frost() -> None:
            broker.freeze()
            await asyncio.sleep(frozen_s)
            broker.thaw()

        note("frozen, s", frozen_s)
        running = await endure(place, frost, note, 10 if extent.is_whole else 1)
        broker.freeze()
        await end_some(running, place)
        broker.thaw()
        listener = Listener(broker.port)
        try:
            await check_retained(listener, place, running)
            await check_commands(listener, place)
        finally:
            listener.close()
