"""What people see of the last sessions after a restart of the connector."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from connector.tests.system.listener import Listener
from connector.tests.system.process import ConnectorProcess
from connector.tests.system.station import RawStation, now

pytestmark = pytest.mark.broker

Run = Callable[..., ConnectorProcess]
TOKEN = "of-the-tests-of-restarts"
ENERGY = "ocpp/stations/CP1/1/session_energy"
KEYS = {
    "CP1__0__last_transaction",
    *(
        f"CP1__1__{name}"
        for name in (
            "id_token",
            "session_energy",
            "session_seconds",
            "session_start",
            "stop_reason",
            "transaction_active",
            "transaction_id",
        )
    ),
}
STATE = "ocpp/bridge/state"


@pytest.fixture
def connector(run: Run) -> ConnectorProcess:
    return run(API_TOKEN=TOKEN, STATIONS='{"CP1": {}}')


async def charge(connector: ConnectorProcess) -> RawStation:
    """A station whose session has 600 Wh so far."""
    station = await RawStation.open(connector.ocpp_port, "CP1")
    await station.boot()
    await station.status("Charging")
    number = await station.start(meter_wh=1000)
    await station.meter([{"value": "1600"}], transaction_id=number)
    return station


async def stop(station: RawStation) -> None:
    """The session ends with 750 Wh; it is the first one of the store."""
    stop = {"transactionId": 1, "meterStop": 1750, "timestamp": now()}
    await station.call("StopTransaction", stop)
    await station.close()


async def until(listener: Listener, energy_wh: float) -> None:
    await asyncio.to_thread(listener.until, ENERGY, lambda value: value == energy_wh)


async def values(connector: ConnectorProcess) -> dict[str, Any]:
    """Those of the session, by their keys, each with its time."""
    found = await get(connector, "datapoints?station=CP1")
    return {
        each["key"]: (each["value"], each["timestamp"])
        for each in found["items"]
        if each["key"] in KEYS
    }


async def get(connector: ConnectorProcess, path: str) -> Any:
    await asyncio.to_thread(connector.until_healthy)
    headers = {"Authorization": f"Bearer {TOKEN}"}
    url = f"http://127.0.0.1:{connector.http_port}/api/v1/{path}"
    async with httpx.AsyncClient(headers=headers, trust_env=False) as api:
        answer = await api.get(url)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def restart(connector: ConnectorProcess, listener: Listener) -> None:
    """What was told before it is told again, as it was."""
    assert connector.stop() == 0
    await asyncio.to_thread(listener.until, STATE, lambda state: state == "offline")
    told = listener.last.pop(ENERGY)
    connector.start()
    # What is there at the start is told at the start.
    await asyncio.to_thread(listener.until, ENERGY)
    assert listener.last[ENERGY] == told


async def test_the_last_session_of_a_connector_is_shown_after_a_restart(
    connector: ConnectorProcess, listener: Listener
) -> None:
    station = await charge(connector)
    await stop(station)
    await until(listener, 750)
    before = await values(connector)

    await restart(connector, listener)

    after = await values(connector)
    assert _without_times(after) == _without_times(before)
    assert after["CP1__1__session_energy"] == before["CP1__1__session_energy"]
    assert set(after) == KEYS
    shown = await get(connector, "stations/CP1")
    assert shown["connectors"][0]["transaction"] is None


async def test_the_energy_of_a_running_session_is_shown_after_a_restart(
    connector: ConnectorProcess, listener: Listener
) -> None:
    station = await charge(connector)
    await until(listener, 600)
    before = await values(connector)
    await station.close()

    await restart(connector, listener)

    assert (await values(connector)) == before
    shown = await get(connector, "stations/CP1")
    assert shown["connectors"][0]["transaction"]["energy"] == 600
    again = await RawStation.open(connector.ocpp_port, "CP1")
    await again.boot()
    await stop(again)
    await until(listener, 750)


def _without_times(found: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, (value, _) in found.items()}
