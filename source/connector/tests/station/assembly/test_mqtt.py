"""A whole station whose hardware is on MQTT: the command, services, a central system."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from connector.cli.station_options import HardwareOptions
from connector.cli.station_serving import hardware
from connector.station.driving import Driver, parse
from connector.station.driving.watching import quiet, until
from connector.tests.broker import Broker
from connector.tests.station.hardware_mqtt.test_broker import PREFIX, Services, greeted
from connector.tests.station.scenarios.bench import central_end, plan

pytestmark = pytest.mark.broker


async def test_services_charge_at_a_central_system(
    broker: Broker, tmp_path: Path
) -> None:
    options = HardwareOptions("127.0.0.1", broker.port, PREFIX)
    async with central_end(tmp_path) as central, hardware(options) as station_of:
        services = Services(broker.port)
        station = station_of(plan(central, "CP1", "ocpp1.6"), None)
        living = asyncio.create_task(station.run())
        try:
            assert await until(station, lambda: station.client.is_accepted, 10)
            await greeted(services, "CP1", 1)
            services.say("CP1/1/charge/out", "msg", {"plugged": "plugin"})
            assert await until(station, lambda: _status(station) == "Preparing", 10)
            await Driver(station).do(_deed("swipe TAG1 1"))
            services.say("CP1/1/charge/out", "msg", {"power": "start"})
            assert await until(station, lambda: _status(station) == "Charging", 10)
            await services.until(
                "CP1/1/charge/in", lambda m: m["name"] == "remote_power" and m["data"]
            )
            before = station.core
            station.lose_power(0.1)
            assert await until(station, lambda: station.core is not before, 10)
            assert await until(station, lambda: station.client.is_accepted, 20)
            await quiet(station, 10)
        finally:
            services.end()
            living.cancel()
            await asyncio.wait({living})

    assert not list(station.core.all_running())


def _deed(line: str):  # type: ignore[no-untyped-def]
    found = parse(line)
    assert found is not None
    return found


def _status(station) -> str:  # type: ignore[no-untyped-def]
    return str(station.core.status(1)[0])
