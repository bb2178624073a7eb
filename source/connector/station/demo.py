"""Two stations for newcomers: they boot, cars come, charge along a curve and leave.

``python -m connector.station.demo --url ws://localhost:9000/ --count 2``
"""

from __future__ import annotations

import argparse
import asyncio
import logging
import random
import signal
from collections.abc import Sequence

from connector.sessions.link import Link
from connector.sessions.websocket_client import open_link
from connector.station.core import Model, StationCore
from connector.station.station16 import Station16
from connector.station.vehicle import Vehicle
from connector.station.visits import Habits, Visits

SPEED = 20.0
"""A charge of two hours takes six minutes."""
_SAMPLE_INTERVAL_S = "5"
_SUBPROTOCOLS = ("ocpp1.6",)


def _new_vehicle(source: random.Random) -> Vehicle:
    return Vehicle(
        capacity_wh=source.choice((40_000.0, 58_000.0, 77_000.0)),
        state_of_charge=source.uniform(0.15, 0.45),
        max_power_w=source.choice((7_400.0, 11_000.0, 22_000.0)),
        leaves_at=source.uniform(0.8, 1.0),
    )


def station(url: str, number: int) -> Station16:
    """The demo station with a number, from 1."""
    identity = f"DEMO-{number}"
    source = random.Random(number)  # noqa: S311  (a simulation, not a secret)
    core = StationCore(
        Model(identity, serial_number=f"SIM-{number:04d}"), source=source, speed=SPEED
    )
    core.configuration.change("MeterValueSampleInterval", _SAMPLE_INTERVAL_S)
    habits = Habits(f"DEMO-CARD-{number}", arrives_after_s=2.0 + 4.0 * (number - 1))
    visits = Visits(core, 1, habits, _new_vehicle, source)

    async def connect() -> Link:
        return await open_link(f"{url.rstrip('/')}/{identity}", _SUBPROTOCOLS)

    return Station16(core, connect, source=source, step=visits.step)


async def run(url: str, count: int) -> None:
    """Run the stations until a signal ends them, or until one of them fails."""
    loop = asyncio.get_running_loop()
    living = asyncio.create_task(_live(url, count))
    for ending in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(ending, living.cancel)
    await asyncio.wait({living})
    if not living.cancelled():
        living.result()


async def _live(url: str, count: int) -> None:
    async with asyncio.TaskGroup() as tasks:
        for number in range(1, count + 1):
            tasks.create_task(station(url, number).run())


def main(arguments: Sequence[str] | None = None) -> int:
    """Run demo stations."""
    parser = argparse.ArgumentParser(description="Simulated OCPP 1.6 stations.")
    parser.add_argument("--url", default="ws://localhost:9000/")
    parser.add_argument("--count", type=int, default=2)
    options = parser.parse_args(arguments)
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(message)s")
    asyncio.run(run(options.url, options.count))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
