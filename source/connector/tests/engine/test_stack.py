"""The main job in containers: a station from outside, values out, a limit in."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator, Callable
from typing import Any

import docker
import pytest

from connector.tests.engine.stack import OUR_USER, Stack
from connector.tests.system.listener import Listener
from connector.tests.system.station import RawStation

pytestmark = [
    pytest.mark.engine,
    pytest.mark.repository,
    pytest.mark.slow,
    pytest.mark.xdist_group("engine"),
]

POWER = {"measurand": "Power.Active.Import", "unit": "kW", "value": "7.4"}
HEALTHY_WITHIN_S = 30
STOP_TIMEOUT_S = 5
"""An orderly end takes less; after it the engine kills."""


@pytest.fixture
async def station(stack: Stack, listener: Listener) -> AsyncIterator[RawStation]:
    station = await RawStation.open(stack.ocpp_port, "CP-7")
    await station.boot()
    await station.status("Available")
    yield station
    await station.close()


async def until(
    listener: Listener, topic: str, test: Callable[[Any], bool] = bool
) -> Any:
    return await asyncio.to_thread(listener.until, topic, test)


def limit_of(request: dict[str, Any]) -> Any:
    schedule = request["csChargingProfiles"]["chargingSchedule"]
    return schedule["chargingSchedulePeriod"][0]["limit"]


async def test_values_of_a_station_outside_reach_the_broker(
    stack: Stack, station: RawStation, listener: Listener
) -> None:
    root = f"{stack.name}/stations/CP-7"

    await station.meter([POWER])

    await until(listener, f"{root}/availability", lambda value: value == "online")
    await until(listener, f"{root}/1/Power.Active.Import", lambda value: value == 7400)


async def test_a_limit_survives_stop_and_start(
    stack: Stack,
    station: RawStation,
    listener: Listener,
    client: docker.DockerClient,
) -> None:
    topic = f"{stack.name}/stations/CP-7/1/power_limit"
    container = stack.connector(client)

    listener.publish(f"{topic}/set", 4140)
    await station.until_received("SetChargingProfile", lambda p: limit_of(p) == 4140)
    result = await until(listener, f"{topic}/result")
    assert result["outcome"] == "accepted"

    await asyncio.to_thread(container.stop, timeout=STOP_TIMEOUT_S)
    container.reload()
    assert container.attrs["State"]["ExitCode"] == 0, "it had to be killed"
    state = f"{stack.name}/bridge/state"
    await until(listener, state, lambda value: value == "offline")

    await asyncio.to_thread(container.start)
    await until(listener, state, lambda value: value == "online")
    again = await RawStation.open(stack.ocpp_port, "CP-7")
    await again.boot()
    await again.until_received("SetChargingProfile", lambda p: limit_of(p) == 4140)
    await until(listener, topic, lambda value: value == 4140)
    await again.close()


async def test_it_runs_as_the_user_that_was_asked_for(
    stack: Stack, client: docker.DockerClient
) -> None:
    container = stack.connector(client)

    code, output = container.exec_run(["id", "-u"])

    assert (code, output.decode().strip()) == (0, str(OUR_USER))


async def test_the_health_check_passes(
    stack: Stack, listener: Listener, client: docker.DockerClient
) -> None:
    container = stack.connector(client)

    # Stations come first: HTTP is there a moment after the port for them.
    deadline_s = time.monotonic() + HEALTHY_WITHIN_S
    code, output = container.exec_run(["python", "healthcheck.py"])
    while code and time.monotonic() < deadline_s:
        code, output = container.exec_run(["python", "healthcheck.py"])

    assert code == 0, output
    assert b'"status":"ok"' in output.replace(b" ", b"")


async def test_the_command_inside_finds_the_connector_and_its_token(
    stack: Stack, listener: Listener, client: docker.DockerClient
) -> None:
    container = stack.connector(client)
    command = ["ocpp-connector", "stations", "list", "--json"]

    deadline_s = time.monotonic() + HEALTHY_WITHIN_S
    code, output = container.exec_run(command)
    while code and time.monotonic() < deadline_s:
        code, output = container.exec_run(command)

    assert code == 0, output
    assert [each["station"] for each in json.loads(output)] == ["CP-7"]


async def test_no_error_is_logged(
    stack: Stack, listener: Listener, client: docker.DockerClient
) -> None:
    logs = stack.connector(client).logs().decode()

    assert "Traceback" not in logs
    assert " ERROR " not in logs
