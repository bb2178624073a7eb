"""A broker, a listener and a connector for each test."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from connector.tests.broker import Broker
from connector.tests.system.listener import Listener
from connector.tests.system.process import ConnectorProcess

Run = Callable[..., ConnectorProcess]


@pytest.fixture
def listener(broker: Broker) -> Iterator[Listener]:
    listener = Listener(broker.port)
    yield listener
    listener.close()


@pytest.fixture
def run(broker: Broker, tmp_path: Path) -> Iterator[Run]:
    """Start a connector with these settings; it is stopped at the end."""
    started: list[ConnectorProcess] = []

    def run(**settings: str) -> ConnectorProcess:
        process = ConnectorProcess(broker.port, tmp_path, **settings)
        started.append(process)
        return process

    yield run
    for process in started:
        process.stop()
        assert "Traceback" not in process.log(), process.log()
