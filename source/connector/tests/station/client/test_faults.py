"""A central system that does everything wrong, and processes that are killed."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import orjson
import pytest
from websockets.asyncio.server import ServerConnection, serve
from websockets.typing import Subprotocol

from connector.sessions.websocket_link import WebSocketLink
from connector.station.client.clock import MachineClock
from connector.station.client.dialing import dial
from connector.station.client.journal import NAME, Journal
from connector.station.client.options import Endpoint
from connector.tests.station.client.bench import SILENCE, Place, settle
from connector.tests.station.client.conftest import Start

Json = dict[str, Any]
OF_TRANSACTIONS = ("StartTransaction", "MeterValues", "StopTransaction")
INITIAL = {
    "SampledDataCtrlr/TxUpdatedInterval": "10",
    "AuthCtrlr/OfflineTxForUnknownIdEnabled": "true",
}


def starts_and_stops(place: Place) -> tuple[int, int]:
    started = {orjson.dumps(p) for p in place.central.of("StartTransaction")}
    stopped = {orjson.dumps(p) for p in place.central.of("StopTransaction")}
    return len(started), len(stopped)


@pytest.mark.parametrize("count", range(1, 12))
async def test_a_link_that_ends_after_any_frame_loses_nothing(
    start: Start, count: int
) -> None:
    place = await start(begins=False, initial=INITIAL)
    left = [count]

    def closing(answer: Any) -> Any:
        def answered(payload: Json) -> Any:
            left[0] -= 1
            if left[0] == 0:
                task = asyncio.get_running_loop().create_task(place.central.drop())
                place.central._tasks.add(task)
                return SILENCE
            return answer(payload) if callable(answer) else answer

        return answered

    answers = place.central.answers
    place.central.answers = {name: closing(each) for name, each in answers.items()}
    await place.start()
    await place.charge()
    await place.wait(25)
    await place.unplug()
    await place.wait(60)

    assert starts_and_stops(place) == (1, 1)
    assert place.client.waiting == 0
    assert place.client.is_accepted
    stopped = place.central.of("StopTransaction")[-1]
    assert stopped["transactionId"] in (101, 102)


@pytest.mark.parametrize(
    "rubbish",
    [
        "",
        "[]",
        "null",
        "[2]",
        '[2, "1"]',
        '[2, 1, "Reset", {}]',
        '[2, "1", "Reset", "Soft"]',
        '[9, "1", "Reset", {}]',
        '[3, "never-asked", {}]',
        '[4, "never-asked", "GenericError", "", {}]',
        "[" * 5000,
        '[2, "1", "Reset", {"type": "Soft", "type": "Hard"',
        "\x00\xff",
    ],
)
async def test_rubbish_changes_nothing(start: Start, rubbish: str) -> None:
    place = await start()
    await place.charge()
    assert place.central.link is not None
    await place.central.link.send(rubbish)
    await settle()

    assert place.client.is_accepted
    assert len(list(place.core.all_running())) == 1
    assert place.hardware.closed[1]


async def test_a_central_system_that_is_pending_for_ever_keeps_nobody_from_charging(
    start: Start,
) -> None:
    place = await start(begins=False, initial=INITIAL)
    place.central.answers["BootNotification"] = place.central.boot("Pending", 10)
    await place.start()
    await place.charge()
    await place.wait(300, step_s=5)

    assert place.hardware.offers[1] == 4140.0
    assert set(place.central.actions()) == {"BootNotification"}
    assert place.client.waiting > 20


async def test_a_mistake_of_ours_ends_nothing(
    start: Start, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    place = await start()
    step = place.core.step

    def fail(now_ms: int) -> int:
        raise RuntimeError("a mistake")

    monkeypatch.setattr(place.core, "step", fail)
    await place.charge()
    assert "a mistake" in caplog.text
    monkeypatch.setattr(place.core, "step", step)
    await place.wait(3)

    assert len(list(place.core.all_running())) == 1
    assert len(place.central.of("StartTransaction")) == 1


async def test_thousands_of_events_without_a_link_are_bounded(start: Start) -> None:
    place = await start(initial=INITIAL, queue_limit=50)
    place.central.shut()
    await place.central.drop()
    await place.charge()
    for _ in range(200):
        place.base.advance(10)
        await settle(5)
    await place.unplug()
    assert place.client.waiting == 50
    place.central.open()
    await place.wait(400, step_s=10)

    assert starts_and_stops(place) == (1, 1)
    assert place.client.waiting == 0


async def test_a_dead_link_is_noticed_by_its_pongs(start: Start) -> None:
    came: asyncio.Queue[ServerConnection] = asyncio.Queue()

    async def play_dead(connection: ServerConnection) -> None:
        came.put_nowait(connection)
        async for text in connection:
            unique_id = orjson.loads(text)[1]
            await connection.send(
                f'[3, "{unique_id}", {{"status": "Accepted", "interval": 300, '
                '"currentTime": "2026-01-31T12:00:00Z"}]'
            )

    async with serve(
        play_dead, "127.0.0.1", 0, subprotocols=[Subprotocol("ocpp1.6")]
    ) as server:
        port = next(iter(server.sockets)).getsockname()[1]
        place = await start(
            endpoint=Endpoint(f"ws://127.0.0.1:{port}"),
            subprotocols=("ocpp1.6",),
            clock=MachineClock(),
            dial=dial,
            initial={"OCPPCommCtrlr/WebSocketPingInterval": "1"},
        )
        async with asyncio.timeout(15):
            first = await came.get()
            link = place.client.connecting.link
            assert isinstance(link, WebSocketLink)
            while not link.has_ponged:  # noqa: ASYNC110
                await asyncio.sleep(0.01)
            first.transport.pause_reading()
            await came.get()
        await place.stop()
        first.transport.abort()


WRITER = """
import sys
from pathlib import Path
from connector.station.client.journal import Journal
from connector.station.core.events import SessionEvent
from connector.station.core.session import Session
from connector.station.ports import Reading, Token

journal = Journal(Path(sys.argv[1]))
journal.load()
number = 0
print("ready", flush=True)
while True:
    number += 1
    session = Session(str(number), 1, 1, Token("T"), started_ms=number)
    for place, kind in enumerate(("Started", "Updated", "Updated", "Ended")):
        event = SessionEvent(
            session, kind, "x", number, place, "Charging", reading=Reading(1.0)
        )
        entry = journal.put(event)
        if number % 3:
            session.id_16 = number
            journal.done(entry)
    print(number, flush=True)
"""


def test_a_process_that_is_killed_leaves_a_queue_that_can_be_read(
    tmp_path: Path,
) -> None:
    path = tmp_path / NAME
    for _ in range(3):
        process = subprocess.Popen(
            [sys.executable, "-c", WRITER, str(path)],
            stdout=subprocess.PIPE,
            text=True,
            cwd=Path(__file__).parents[4],
        )
        assert process.stdout is not None
        lines = [process.stdout.readline() for _ in range(40)]
        os.kill(process.pid, signal.SIGKILL)
        process.communicate()
        last = int(lines[-1])
        journal = Journal(path)
        journal.load()
        ends = [e for e in journal.entries() if getattr(e.event, "kind", "") == "Ended"]
        assert len(ends) >= last // 3
        assert all(e.event.session.id_16 is None for e in ends)  # type: ignore[union-attr]
        path.unlink()
