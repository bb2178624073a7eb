"""The page for station builders: its adapter charges, its lines say what it shows."""

from __future__ import annotations

import asyncio
import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from connector.station import ports
from connector.station.hardware_mqtt.verbs import STATUSES, VERBS
from connector.tests.both_ends.central import CentralEnd
from connector.tests.broker import Broker

PAGE = Path(__file__).resolve().parents[4] / "docs/how-to/build-a-station.md"
DEADLINE_S = 15.0

pytestmark = pytest.mark.repository


def blocks(kind: str) -> list[str]:
    found = re.findall(
        rf"^```{kind}\n(.*?)^```$", PAGE.read_text("utf-8"), re.MULTILINE | re.DOTALL
    )
    return list(found)


def namespace() -> dict[str, Any]:
    names: dict[str, Any] = {"__name__": "build_a_station"}
    for block in blocks("python"):
        exec(compile(block, str(PAGE), "exec"), names)
    return names


def test_the_python_of_the_page_runs_from_its_beginning_to_its_end() -> None:
    names = namespace()

    assert names["board"].amperes == 0
    assert names["core"].status(1)[0] == "Available"


def test_the_adapter_is_as_short_as_it_says() -> None:
    lines = [line for line in blocks("python")[0].splitlines() if line.strip()]

    assert "class Wallbox" in blocks("python")[0]
    assert len([line for line in lines if not line.strip().startswith("#")]) <= 32


@pytest.mark.parametrize("protocol", [ports.Hardware, ports.Locking, ports.Told])
def test_the_page_names_every_method_of_the_ports(protocol: type) -> None:
    text = PAGE.read_text("utf-8")

    for name in (name for name in vars(protocol) if not name.startswith("_")):
        assert f"`{name}(" in text, name


def test_the_page_names_every_verb_and_status() -> None:
    text = PAGE.read_text("utf-8")

    for name in (*VERBS, *STATUSES):
        assert f"`{name}`" in text, name


async def test_the_station_of_the_page_charges_at_a_central_system(
    tmp_path: Path,
) -> None:
    names = namespace()
    folder, board, central = (
        tmp_path / "station",
        names["Board"](),
        CentralEnd(tmp_path),
    )
    folder.mkdir()
    await central.open()
    url = f"ws://127.0.0.1:{central._websocket.port}/"
    client = names["connect"](board, url, folder, ("ocpp1.6",))
    station = asyncio.create_task(client.run())
    try:
        await until(lambda: client.is_accepted, station)
        board.on_pilot("B")
        board.on_card("04A1B2C3")
        board.on_pilot("C")
        await until(lambda: board.is_closed, station)
        await until(lambda: "04A1B2C3" in str(central.facts), station)
    finally:
        station.cancel()
        await asyncio.wait({station})
        await central.close()

    assert station.cancelled()


async def until(holds: Callable[[], bool], task: asyncio.Task[None]) -> None:
    """Wait for what somebody else does, unless the task has ended."""
    async with asyncio.timeout(DEADLINE_S):
        while not holds():
            assert not task.done(), task.result()
            await asyncio.sleep(0.01)


def shown(line: str) -> re.Pattern[str]:
    """A line of the page, in which `..` is anything."""
    return re.compile(".*".join(re.escape(part) for part in line.split("..")))


@pytest.mark.broker
async def test_the_lines_of_the_page_say_what_it_shows(
    broker: Broker, tmp_path: Path
) -> None:
    for program in ("mosquitto_pub", "mosquitto_sub"):
        (tmp_path / program).write_text(f"-p {broker.port}\n")
    environment = os.environ | {"XDG_CONFIG_HOME": str(tmp_path)}
    listen, speak = blocks("sh")[-2:]
    pipe = asyncio.subprocess.PIPE
    listener = await asyncio.create_subprocess_exec(
        *("bash", "-c", "exec " + listen), stdout=pipe, env=environment
    )
    await heard_by(listener, environment)
    serving = asyncio.create_task(namespace()["serve"]("127.0.0.1", broker.port))
    try:
        heard = await collect(listener, until='"remote_power"')
        speaker = await asyncio.create_subprocess_exec(
            *("bash", "-e", "-c", speak), env=environment
        )
        assert await speaker.wait() == 0
        heard += await collect(listener, until='"logout"')
    finally:
        serving.cancel()
        await asyncio.wait({serving})
        listener.terminate()
        await listener.wait()
    expected = blocks("text")[0].splitlines()

    assert [
        line for line in expected if not any(map(shown(line).fullmatch, heard))
    ] == []


async def heard_by(
    listener: asyncio.subprocess.Process, environment: dict[str, str]
) -> None:
    """Knock until it listens."""
    knock = "until mosquitto_pub -t ocpp/CP1/1/is/there -m x; do :; done"
    listening = asyncio.create_task(collect(listener, until="is/there"))
    while not listening.done():
        knocking = await asyncio.create_subprocess_exec(
            *("bash", "-c", knock), env=environment
        )
        await knocking.wait()
        await asyncio.wait({listening}, timeout=0.05)
    await listening


async def collect(listener: asyncio.subprocess.Process, *, until: str) -> list[str]:
    found: list[str] = []
    assert listener.stdout is not None
    async with asyncio.timeout(DEADLINE_S):
        while not found or until not in found[-1]:
            found.append((await listener.stdout.readline()).decode().rstrip("\n"))
    return found
