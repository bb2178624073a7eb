"""Thousands of mutated frames from stations, and as many messages on MQTT topics.

The process goes on, its neighbours notice nothing, and it does not grow.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from random import Random

import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed
from websockets.typing import Subprotocol

from connector.tests.faults.extent import Extent, Note
from connector.tests.faults.field import FieldStation
from connector.tests.faults.memory import open_files, resident_mib
from connector.tests.faults.site import VERSIONS, Site
from connector.tests.rubbish.wild import Wild
from connector.tests.system.listener import Listener
from connector.tests.system.process import ConnectorProcess

pytestmark = [pytest.mark.broker, pytest.mark.slow]

Run = Callable[..., ConnectorProcess]

AT_ONCE = 50
MOST_MIB = 48
"""What is bounded for each station (names, places, warnings) is all there by then."""
LONGEST_LINE = 2000


@asynccontextmanager
async def site(run: Run, folder: Path, extent: Extent) -> AsyncIterator[Site]:
    connector = run(
        UNKNOWN_STATIONS="accept",
        MAX_FRAMES_PER_S="0",
        LIMIT_MIN_INTERVAL_S="0",
        CALL_TIMEOUT_S="2",
    )
    place = Site(connector, folder, Random(extent.seed))
    for version in VERSIONS:
        place.add(f"Neighbour-{version}", version)
    await place.accepted()
    try:
        yield place
    finally:
        await place.close()


class WildStation:
    """Says rubbish, and a word of its own now and then; dials again when it must."""

    def __init__(self, place: Site, version: str, wild: Wild) -> None:
        self._url = f"ws://127.0.0.1:{place.connector.ocpp_port}/Wild-{version}"
        self._subprotocol = Subprotocol(f"ocpp{version}")
        self._wild = wild
        self.connects = 0

    async def say(self, count: int) -> None:
        """So many frames; all that went before a word of its own were handled."""
        said = 0
        while said < count:
            self.connects += 1
            with contextlib.suppress(ConnectionClosed):
                async with connect(
                    self._url,
                    subprotocols=[self._subprotocol],
                    compression=None,
                    ping_interval=None,
                ) as link:
                    while said < count:
                        part = min(AT_ONCE, count - said)
                        said += part
                        await self._say_some(link, said, part)

    async def _say_some(self, link: ClientConnection, first: int, count: int) -> None:
        for number in range(count):
            await link.send(self._wild.frame(f"{first + number}"))
        alive = f"alive-{first}"
        await link.send(f'[2,"{alive}","Heartbeat",{{}}]')
        async with asyncio.timeout(60):
            while True:
                frame = json.loads(await link.recv())
                assert frame[0] in (2, 3, 4, 5), frame
                if frame[1] == alive:
                    assert frame[0] == 3, frame
                    return


async def talk(station: FieldStation, over: asyncio.Event) -> None:
    """A neighbour's life."""
    while not over.is_set():
        charge = station.start()
        for _ in range(5):
            station.sample(charge)
            await station.drained(60)
        station.stop(charge)
        await station.drained(60)


def check_log(place: Site) -> None:
    """No line is filled by a stranger, and nothing in it is a mistake of ours."""
    for line in place.connector.log().splitlines():
        assert len(line) < LONGEST_LINE, line[:300]
        assert " ERROR " not in line, line[:300]


@pytest.mark.parametrize("version", VERSIONS)
async def test_mutated_frames_harm_nobody(
    version: str,
    run: Run,
    listener: Listener,
    tmp_path: Path,
    extent: Extent,
    note: Note,
) -> None:
    async with site(run, tmp_path, extent) as place:
        pid = place.connector.pid
        over = asyncio.Event()
        talking = [asyncio.create_task(talk(each, over)) for each in place.stations]
        wild = WildStation(place, version, Wild(version, Random(extent.seed)))
        await wild.say(extent.frames // 2)
        half_mib, half_files = resident_mib(pid), open_files(pid)
        await wild.say(extent.frames - extent.frames // 2)
        grown_mib = resident_mib(pid) - half_mib
        over.set()
        await asyncio.gather(*talking)
        assert {each.connects for each in place.stations} == {1}
        assert not [each.errors for each in place.stations if each.errors]
        answered = sum(each.answered for each in place.stations)
        note("seed", extent.seed)
        note("frames", extent.frames)
        note("connections that they cost", wild.connects)
        note("answers of the neighbours meanwhile", answered)
        note("memory of the second half, MiB more", round(grown_mib, 1))
        assert grown_mib < MOST_MIB
        assert open_files(pid) <= half_files + 5
        check_log(place)


async def test_mutated_messages_on_mqtt_harm_nobody(
    run: Run, listener: Listener, tmp_path: Path, extent: Extent, note: Note
) -> None:
    async with site(run, tmp_path, extent) as place:
        pid = place.connector.pid
        over = asyncio.Event()
        talking = [asyncio.create_task(talk(each, over)) for each in place.stations]
        half_mib = 0.0
        for number, station in enumerate(place.stations * 2):
            if number == len(place.stations):
                half_mib = resident_mib(pid)
            wild = Wild(station.version, Random(extent.seed + number))
            await publish(listener, wild, station, extent.frames // 6)
        grown_mib = resident_mib(pid) - half_mib
        over.set()
        await asyncio.gather(*talking)
        assert {each.connects for each in place.stations} == {1}
        assert not [each.errors for each in place.stations if each.errors]
        note("seed", extent.seed)
        note("messages", extent.frames // 6 * 6)
        note("memory of the second half, MiB more", round(grown_mib, 1))
        assert grown_mib < MOST_MIB
        check_log(place)


async def publish(
    listener: Listener, wild: Wild, station: FieldStation, count: int
) -> None:
    """Rubbish, and a word now and then that has to be answered."""
    for number in range(count):
        topic, payload = wild.message("ocpp", station.identity)
        listener.publish_bytes(topic, payload)
        if number % AT_ONCE == AT_ONCE - 1 or number == count - 1:
            tail = f"{station.identity}/TriggerMessage/alive-{number}-{id(wild)}"
            request = {"requestedMessage": "Heartbeat"}
            listener.publish(f"ocpp/request/{tail}", request)
            response = f"ocpp/response/{tail}"
            await asyncio.to_thread(listener.until, response, bool, 60)
