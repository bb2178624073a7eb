"""A whole site: central system, station with the bridge, controller, vehicle."""

from __future__ import annotations

import itertools
import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from connector.tests.iso15118.cable import Cable
from connector.tests.iso15118.environment import v2g_python
from connector.tests.iso15118.partner import Evcc, Secc
from connector.tests.iso15118.station import StationProcess
from connector.tests.system.listener import Listener
from connector.tests.broker import Broker
from connector.tests.system.process import ConnectorProcess

_numbers = itertools.count()

StationOf = Callable[[str], StationProcess]
SeccOf = Callable[..., Secc]
EvccOf = Callable[..., Evcc]


@pytest.fixture(scope="session")
def python() -> Path:
    """Where `iso15118` is installed."""
    return v2g_python()


@pytest.fixture
def cable() -> Iterator[Cable]:
    """One, with both ends up."""
    cable = Cable(f"{os.getpid() % 100_000}{next(_numbers)}")
    try:
        cable.lay()
        yield cable
    finally:
        cable.remove()


@pytest.fixture
def listener(broker: Broker) -> Iterator[Listener]:
    listener = Listener(broker.port)
    yield listener
    listener.close()


@pytest.fixture
def connector(broker: Broker, tmp_path: Path) -> Iterator[ConnectorProcess]:
    """The central system."""
    found = ConnectorProcess(broker.port, tmp_path, UNKNOWN_STATIONS="accept")
    yield found
    found.stop()
    assert "Traceback" not in found.log(), found.log()


@pytest.fixture
def station(
    broker: Broker, connector: ConnectorProcess, tmp_path: Path
) -> Iterator[StationOf]:
    """`ocpp-connector station` with a file."""
    started: list[StationProcess] = []

    def start(text: str) -> StationProcess:
        url = f"ws://127.0.0.1:{connector.ocpp_port}"
        started.append(StationProcess(text, url, tmp_path))
        return started[-1]

    yield start
    for each in started:
        each.stop()


@pytest.fixture
def secc(python: Path, broker: Broker, tmp_path: Path) -> Iterator[SeccOf]:
    """The controller."""
    started: list[Secc] = []

    def start(*more: str) -> Secc:
        log = tmp_path / f"secc-{len(started)}.log"
        started.append(Secc(python, broker.port, log, *more))
        return started[-1]

    yield start
    for each in started:
        each.stop()


@pytest.fixture
def evcc(python: Path, tmp_path: Path) -> Iterator[EvccOf]:
    """Vehicles."""
    started: list[Evcc] = []

    def start(cable: Cable, kind: str, *more: str) -> Evcc:
        log = tmp_path / f"evcc-{len(started)}.log"
        started.append(Evcc(python, cable, log, kind, *more))
        return started[-1]

    yield start
    for each in started:
        each.stop()
