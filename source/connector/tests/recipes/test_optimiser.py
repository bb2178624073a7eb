"""The optimiser of 20 lines, run beside a connector with two stations."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from connector.tests.broker import Broker
from connector.tests.recipes.house import EXAMPLES, House, house

pytestmark = [pytest.mark.broker, pytest.mark.repository]

FILE = EXAMPLES / "optimiser" / "optimiser.py"


@contextmanager
def optimiser(port: int, site_w: int) -> Iterator[None]:
    """The program, as it is started by hand."""
    command = [sys.executable, str(FILE), "127.0.0.1", str(port), str(site_w)]
    started = subprocess.Popen(command)
    try:
        yield
        assert started.poll() is None, "it ended by itself"
    finally:
        started.terminate()
        started.wait()


async def until_limit(home: House, station: str, limit_w: float) -> None:
    """The station has accepted this limit."""
    topic = f"ocpp-connector/stations/{station}/1/power_limit"
    await home.until(topic, lambda it: it == limit_w)


def test_it_is_as_short_as_it_says() -> None:
    lines = FILE.read_text("utf-8").splitlines()
    code = [line for line in lines if line.strip() and not line.startswith('"""')]

    assert len(code) <= 20


async def test_cars_share_what_the_house_leaves(broker: Broker, tmp_path: Path) -> None:
    async with house(broker, tmp_path) as home:
        await home.plug_in("CP-7")
        with optimiser(broker.port, 22000):
            await until_limit(home, "CP-7", 22000)
            await home.plug_in("CP-8")
            await until_limit(home, "CP-7", 11000)
            await until_limit(home, "CP-8", 11000)
            home.listener.publish("house/power", 6000)
            await until_limit(home, "CP-7", 8000)
            await until_limit(home, "CP-8", 8000)
            home.listener.publish("house/power", 30000)
            await until_limit(home, "CP-8", 0)
            home.listener.publish("house/power", 0)
            await home.stations["CP-8"].status("Available")
            await until_limit(home, "CP-7", 22000)
