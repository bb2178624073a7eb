"""A vehicle that starts by itself starts with the limit of its place."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from connector.csms.clock import SystemClock
from connector.csms.options import LimitOptions, StationOptions
from connector.datapoints.fact_queue import FactQueue
from connector.datapoints.limits.requests import CurrentLimit, Enabled, LimitRequest
from connector.datapoints.limits.service import LimitService
from connector.server import Server
from connector.settings import load
from connector.tests.csms.conftest import AGREES, NAME, Harness
from connector.tests.datapoints.limits.bench import MemoryLimits

ANSWERS = AGREES | {
    "ClearChargingProfile": {"status": "Accepted"},
    "GetCompositeSchedule": {"status": "Rejected"},
    "RemoteStartTransaction": {"status": "Accepted"},
    "SetChargingProfile": {"status": "Accepted"},
}


async def limits_of(system: Harness) -> LimitService:
    central = system.central
    limits = LimitService(
        central.stations,
        central.events,
        LimitOptions(min_interval_s=0),
        MemoryLimits(),
        system.clock,
        publish=lambda _: None,
        report=lambda *_: None,
        remember=lambda _: None,
    )
    central.blocks.autostart.profile_for_start = limits.profile_for_start
    return limits


@pytest.mark.parametrize(
    ("written", "limit"),
    [([CurrentLimit(10)], 10.0), ([CurrentLimit(10), Enabled(False)], 0.0)],
)
async def test_a_limited_connector_starts_limited_and_a_paused_one_paused(
    written: list[LimitRequest], limit: float
) -> None:
    system = Harness(stations={NAME: StationOptions(autostart_token="free")})
    await system.central.start()
    limits = await limits_of(system)
    end = await system.connect(boots=True, **ANSWERS)
    for request in written:
        await limits.write(system.station(), "1", request)

    await end.status("Preparing")

    [request] = end.asked("RemoteStartTransaction")
    schedule: Any = request["chargingProfile"]["chargingSchedule"]
    assert schedule["chargingSchedulePeriod"][0]["limit"] == limit
    await limits.stop()
    await system.close()


async def test_the_server_brings_the_two_together(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    server = Server(load({}), "0", FactQueue(), SystemClock())

    asked = server.central_system.blocks.autostart.profile_for_start

    assert asked == server._limits.profile_for_start
