"""Everybody at once after a restart, one without end, and two that claim to be one."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from itertools import islice
from pathlib import Path
from random import Random

import httpx
import pytest

from connector.sessions.open_files import raise_open_files
from connector.tests.faults.extent import Extent, Note
from connector.tests.faults.field import FieldStation, Manners
from connector.tests.faults.memory import p99_ms
from connector.tests.faults.site import VERSIONS, Site, account
from connector.tests.system.listener import Listener
from connector.tests.system.process import ConnectorProcess

pytestmark = [pytest.mark.broker, pytest.mark.slow]

Run = Callable[..., ConnectorProcess]

SERVED_WITHIN_S = 30
NEIGHBOURS = 5
ROUNDS = 100
STORMS = 20
"""How often one comes anew while the others talk."""
EVICTIONS = 3
TOKEN = "a-token-that-nobody-else-has"
AT_ONCE = Manners(retry_s=(0.0, 0.5))


@asynccontextmanager
async def site(
    run: Run, folder: Path, extent: Extent, **settings: str
) -> AsyncIterator[Site]:
    defaults = {"UNKNOWN_STATIONS": "accept", "LIMIT_MIN_INTERVAL_S": "0"}
    place = Site(run(**defaults | settings), folder, Random(extent.seed))
    try:
        yield place
    finally:
        await place.close()


async def test_all_stations_come_back_at_once_after_a_restart(
    run: Run, listener: Listener, tmp_path: Path, extent: Extent, note: Note
) -> None:
    raise_open_files()
    loop = asyncio.get_running_loop()
    source = Random(extent.seed)
    passwords = {f"CP{n}": source.randbytes(20).hex() for n in range(extent.storm)}
    named = dict(islice(passwords.items(), 0, None, 2))
    registered = {n: text for n, text in passwords.items() if n not in named}
    stations = tmp_path / "stations.json"
    entries = {
        n: {"password": text, "security_profile": 1} for n, text in named.items()
    }
    stations.write_text(json.dumps(entries))
    settings = {"UNKNOWN_STATIONS": "reject", "STATIONS": str(stations)}
    async with site(run, tmp_path, extent, **settings, API_TOKEN=TOKEN) as place:
        await asyncio.to_thread(register, place, registered)
        for number, (name, password) in enumerate(passwords.items()):
            version = VERSIONS[number % len(VERSIONS)]
            place.add(name, version, manners=AT_ONCE, password=password)
        await place.accepted(60)
        thief = place.add("CP0", "1.6", manners=AT_ONCE, password=passwords["CP1"])
        place.stations.remove(thief)
        for station in place.stations:
            station.start()
        await place.drained(60)

        await place.kill()
        for station in place.stations:
            [charge] = station.charges
            station.sample(charge)
            station.stop(charge)
        await place.start()
        began_s = loop.time()
        await place.accepted(SERVED_WITHIN_S)
        note("all accepted after, s", round(loop.time() - began_s, 1))
        await place.drained(60)
        note("all is said after, s", round(loop.time() - began_s, 1))
        for station in place.stations[::10]:
            root = f"ocpp/stations/{station.identity}"
            await until(listener, f"{root}/0/connected", True)
            await until(listener, f"{root}/1/transaction_active", False)
        assert thief.connects == 0
        assert thief.refused > 0
        await thief.switch_off()
        await place.stop()
        records = await place.kept()
    assert account(place.stations, records) == []
    note("stations", extent.storm)
    note("dials that failed", sum(each.refused for each in place.stations))


def register(place: Site, passwords: dict[str, str]) -> None:
    """Over the API, where only hashes are kept."""
    place.connector.until_healthy()
    url = f"http://127.0.0.1:{place.connector.http_port}/api/v1/stations"
    with httpx.Client(headers={"Authorization": f"Bearer {TOKEN}"}) as client:
        for name, password in passwords.items():
            body = {"password": password, "security_profile": 1}
            client.put(f"{url}/{name}", json=body).raise_for_status()


async def until(listener: Listener, topic: str, value: object) -> None:
    await asyncio.to_thread(listener.until, topic, lambda v: v == value, 30)


async def talk(station: FieldStation) -> None:
    """Everything is answered, one word after the other."""
    charge = station.start()
    for _ in range(ROUNDS):
        station.sample(charge)
        await station.drained()
    station.stop(charge)
    await station.drained()


async def neighbours(place: Site) -> list[FieldStation]:
    """Some that are there, and have nothing to do with it."""
    names = [f"Neighbour{number}" for number in range(NEIGHBOURS)]
    found = [place.add(name, "1.6") for name in names]
    await place.accepted()
    return found


def latencies(stations: list[FieldStation]) -> list[float]:
    """How long answers took since this was asked last."""
    found = [s for each in stations for s in each.latencies_s]
    for each in stations:
        each.latencies_s.clear()
    return found


def check_undisturbed(found: list[FieldStation]) -> None:
    """They were answered on the connection that they had."""
    assert {each.connects for each in found} == {1}
    assert not [each.errors for each in found if each.errors]


async def come_and_go(station: FieldStation, interval_s: float) -> None:
    """Come anew, again and again."""
    while True:
        await station.accepted()
        await asyncio.sleep(interval_s)
        station.hang_up()
        await station.until(lambda: not station.is_accepted, "gone")


@pytest.mark.parametrize("interval_s", [1.0, 0.0], ids=["every second", "at once"])
async def test_one_that_reconnects_without_end_disturbs_nobody(
    interval_s: float,
    run: Run,
    listener: Listener,
    tmp_path: Path,
    extent: Extent,
    note: Note,
) -> None:
    async with site(run, tmp_path, extent, MAX_FRAMES_PER_S="0") as place:
        others = await neighbours(place)
        await asyncio.gather(*map(talk, others))
        latencies(others)
        await asyncio.gather(*map(talk, others))
        usual_ms = p99_ms(latencies(others))
        storming = place.add("Storm", "1.6", manners=Manners(retry_s=(0.0, 0.01)))
        coming = asyncio.create_task(come_and_go(storming, interval_s))
        while storming.connects < (3 if interval_s else STORMS):
            await asyncio.gather(*map(talk, others))
        coming.cancel()
        await asyncio.wait({coming})
        await storming.accepted()
        await until(listener, "ocpp/stations/Storm/0/connected", True)
        check_undisturbed(others)
        during_ms = p99_ms(latencies(others))
        note("connections of the one", storming.connects)
        note("the others' p99 of usual", round(during_ms / usual_ms, 2))


async def test_two_with_one_identity_disturb_nobody_and_one_is_left(
    run: Run, listener: Listener, tmp_path: Path, extent: Extent, note: Note
) -> None:
    async with site(run, tmp_path, extent, MAX_FRAMES_PER_S="0") as place:
        others = await neighbours(place)
        twins = [place.add("Twin", "1.6"), place.add("Twin", "1.6")]
        while sum(each.connects for each in twins) < 2 + EVICTIONS:
            await asyncio.gather(*map(talk, others))
        check_undisturbed(others)
        assert "do two devices share the identity?" in place.connector.log()

        await twins[1].switch_off()
        await twins[0].accepted()
        charge = twins[0].start()
        twins[0].stop(charge)
        await twins[0].drained()
        await until(listener, "ocpp/stations/Twin/0/connected", True)
        result = "ocpp/stations/Twin/1/power_limit/result"
        listener.publish("ocpp/stations/Twin/1/power_limit/set", 4140)
        said = await asyncio.to_thread(listener.until, result, bool)
        assert json.dumps(said["outcome"]) == '"accepted"'
        note("connections of the two", sum(each.connects for each in twins))
