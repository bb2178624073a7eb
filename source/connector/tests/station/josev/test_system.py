"""Everything as it runs: a connector, the station's command, a broker, and Josev."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from connector.tests.broker import Broker
from connector.tests.station.josev.fake_josev import FakeJosev
from connector.tests.station.josev.sites import DC_1, DC_2, EXAMPLES
from connector.tests.system.listener import Listener
from connector.tests.system.process import SOURCE, ConnectorProcess

pytestmark = [pytest.mark.broker, pytest.mark.repository]

ROOT = "ocpp/stations/FAST-8"


@pytest_asyncio.fixture
async def connector(broker: Broker, tmp_path: Path) -> AsyncIterator[ConnectorProcess]:
    found = ConnectorProcess(broker.port, tmp_path, UNKNOWN_STATIONS="accept")
    yield found
    await asyncio.to_thread(found.stop)
    assert "Traceback" not in found.log(), found.log()


@pytest_asyncio.fixture
async def station(
    connector: ConnectorProcess, broker: Broker, tmp_path: Path
) -> AsyncIterator[asyncio.subprocess.Process]:
    """`ocpp-connector station` with the example; drivers are its lines."""
    text = (EXAMPLES / "josev-two-dc-evses.yaml").read_text("utf-8")
    file = tmp_path / "station.yaml"
    text = text.replace("localhost:1883", f"127.0.0.1:{broker.port}")
    file.write_text(text, "utf-8")
    url = f"ws://127.0.0.1:{connector.ocpp_port}"
    code = "from connector.cli.app import main; main()"
    arguments = ("station", "--config", str(file), "--url", url, "--json")
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", code, *arguments),
        cwd=SOURCE,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    yield process
    if process.returncode is None:
        process.terminate()
    await process.communicate()


@pytest_asyncio.fixture
async def josev(
    station: asyncio.subprocess.Process, broker: Broker
) -> AsyncIterator[FakeJosev]:
    found = FakeJosev(broker.port, "site/FAST-8")
    await found.told("cs_contactor_status", evse_id=DC_2)
    await found.start()
    yield found
    found.end()


def type_(station: asyncio.subprocess.Process, line: str) -> None:
    assert station.stdin is not None
    station.stdin.write(line.encode() + b"\n")


async def test_what_is_written_to_mqtt_is_what_josev_hears(
    broker: Broker, station: asyncio.subprocess.Process, josev: FakeJosev
) -> None:
    listener = Listener(broker.port)
    try:
        for number, evse_id in ((1, DC_1), (2, DC_2)):
            type_(station, f"plug {number}")
            await josev.match(evse_id)
            josev.set_up(evse_id, "ISO_15118_2", "EIM")
            type_(station, f"swipe TAG{number} {number}")
            await josev.told("authorization", evse_id=evse_id, status="accepted")
            await josev.deliver_dc(evse_id, 400.0, 125.0)
        for number, limit_w in ((1, 12_000), (2, 30_000)):
            where = f"{ROOT}/{number}"
            await asyncio.to_thread(
                listener.until, f"{where}/id_token", lambda t, n=number: t == f"TAG{n}"
            )
            listener.publish(f"{where}/power_limit/set", limit_w)
        for evse_id, limit_w in ((DC_1, 12_000), (DC_2, 30_000)):
            await josev.limits(
                evse_id,
                lambda e, most=limit_w: (
                    e["dc"]["max_power"] == pytest.approx(most, rel=0.01)
                ),
            )
        await josev.stop(DC_1)
        josev.seen.clear()
        type_(station, "unplug 1")
        ended = f"{ROOT}/1/stop_reason"
        await asyncio.to_thread(listener.until, ended, lambda r: r == "EVDisconnected")
        listener.publish(f"{ROOT}/1/power_limit/set", None)
        await josev.limits(DC_1, lambda e: e["dc"]["max_power"] > 12_100)
    finally:
        listener.close()
