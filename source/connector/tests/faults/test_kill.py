"""``kill -9`` at any point of transactions: stations retry, and nothing is lost or doubled."""

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
from connector.tests.system.listener import Listener
from connector.tests.system.process import ConnectorProcess

pytestmark = [pytest.mark.broker, pytest.mark.slow]

Run = Callable[..., ConnectorProcess]

PARTS = 4
LONGEST_FRAMES = 60
MOST_WAITING = 40
"""In a minute of this test is as much as in a day at a station."""
LONGEST_PAUSE_S = 0.004
"""So that it is hit also between two frames."""


@asynccontextmanager
async def site(run: Run, folder: Path, source: Random) -> AsyncIterator[Site]:
    connector = run(
        UNKNOWN_STATIONS="accept", MAX_FRAMES_PER_S="0", LIMIT_MIN_INTERVAL_S="0"
    )
    place = Site(connector, folder, source)
    for version in VERSIONS:
        for keeps_ids in (False, True):
            name = f"CP-{version}-{'same' if keeps_ids else 'new'}"
            place.add(name, version, manners=Manners(keeps_ids=keeps_ids))
    await place.accepted()
    try:
        yield place
    finally:
        await place.close()


async def charge_on(station: FieldStation, source: Random, over: asyncio.Event) -> None:
    """One transaction after the other, whoever listens; the last one ends."""
    while not over.is_set():
        await station.until(lambda: station.waiting < MOST_WAITING, "heard", 60)
        charge = station.start(tag=f"TAG{source.randrange(4)}")
        for _ in range(source.randrange(4)):
            await asyncio.sleep(source.uniform(0.0, 0.03))
            station.sample(charge)
        await asyncio.sleep(source.uniform(0.0, 0.05))
        station.stop(charge)
        await asyncio.sleep(source.uniform(0.0, 0.03))


def newest_limit(station: FieldStation, since: int) -> float | None:
    """What a station was told to hold, of all that came after the first ``since``."""
    for action, payload in reversed(station.received[since:]):
        if action == "SetChargingProfile":
            return limit_of(payload)
    return None


async def limit(station: FieldStation, listener: Listener, limit_w: int) -> None:
    """Write a limit, and wait until it is in force."""
    root = f"ocpp/stations/{station.identity}/1/power_limit"
    listener.publish(f"{root}/set", limit_w)
    await asyncio.to_thread(listener.until, root, lambda v: v == limit_w)


async def kill_and_restart(place: Site, source: Random, limits: dict[str, int]) -> None:
    """At a random point; then every station is limited again."""
    await place.after_frames(source.randrange(1, LONGEST_FRAMES))
    await asyncio.sleep(source.uniform(0.0, LONGEST_PAUSE_S))
    await place.kill()
    heard = {each.identity: len(each.received) for each in place.stations}
    await place.start()
    await place.accepted()
    await limited_again(place, heard, limits)


async def limited_again(
    place: Site, heard: dict[str, int], limits: dict[str, int]
) -> None:
    """Wait until each was told its limit, after all that it had heard before."""

    def is_limited(station: FieldStation) -> bool:
        found = newest_limit(station, heard[station.identity])
        return found == limits[station.identity]

    await asyncio.gather(
        *(
            each.until(lambda each=each: is_limited(each), "limited again", 60)
            for each in place.stations
        )
    )


@pytest.mark.parametrize("part", range(PARTS))
async def test_after_a_kill_every_transaction_is_there_once_with_its_energy(
    part: int,
    run: Run,
    listener: Listener,
    tmp_path: Path,
    extent: Extent,
    note: Note,
) -> None:
    seed = extent.seed + part
    source = Random(seed)
    note("seed", seed)
    async with site(run, tmp_path, source) as place:
        limits = {}
        for number, station in enumerate(place.stations):
            limits[station.identity] = 4000 + 100 * number
            await limit(station, listener, limits[station.identity])
        over = asyncio.Event()
        charging = [
            asyncio.create_task(charge_on(each, Random(source.random()), over))
            for each in place.stations
        ]
        for _ in range(extent.kills // PARTS):
            await kill_and_restart(place, source, limits)
        over.set()
        await asyncio.gather(*charging)
        await place.drained()
        await place.stop()
        records = await place.kept()

    assert account(place.stations, records) == []
    charges: list[Any] = [c for each in place.stations for c in each.charges]
    assert all(charge.is_told for charge in charges)
    note("kills", extent.kills // PARTS)
    note("transactions", len(charges))
    note("dials that failed", sum(each.refused for each in place.stations))


async def test_a_station_that_does_not_boot_again_is_limited_again_too(
    run: Run, listener: Listener, tmp_path: Path, extent: Extent
) -> None:
    connector = run(UNKNOWN_STATIONS="accept", LIMIT_MIN_INTERVAL_S="0")
    place = Site(connector, tmp_path, Random(extent.seed))
    for version in VERSIONS:
        place.add(f"CP-{version}", version, manners=Manners(boots_again=False))
    try:
        await place.accepted()
        limits = {station.identity: 4140 for station in place.stations}
        for station in place.stations:
            await limit(station, listener, limits[station.identity])
        heard = {each.identity: len(each.received) for each in place.stations}
        await place.restart()
        await limited_again(place, heard, limits)
    finally:
        await place.close()
