"""Recorded stations before the whole connector, over real sockets, as fast as it
answers; what people did comes over MQTT."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from connector.sessions.recordings import Command, read
from connector.station.replay import ReplayOptions, replay
from connector.tests.broker import Broker
from connector.tests.recordings.test_recordings import expected_of
from connector.tests.system.listener import Listener
from connector.tests.system.process import ConnectorProcess

pytestmark = pytest.mark.broker

Json = dict[str, Any]
FOLDER = Path(__file__).parent
SETTINGS = {"UNKNOWN_STATIONS": "accept", "LIMIT_MIN_INTERVAL_S": "0"}


@pytest.fixture
def listener(broker: Broker) -> Iterator[Listener]:
    listener = Listener(broker.port)
    yield listener
    listener.close()


@pytest.fixture
def run(broker: Broker, tmp_path: Path) -> Iterator[Callable[..., ConnectorProcess]]:
    started: list[ConnectorProcess] = []

    def begin(**settings: str) -> ConnectorProcess:
        started.append(ConnectorProcess(broker.port, tmp_path, **settings))
        return started[-1]

    yield begin
    for process in started:
        process.stop()
        assert "Traceback" not in process.log(), process.log()


class Operator:
    """Gives commands over MQTT and waits for their results."""

    def __init__(self, listener: Listener, root: str) -> None:
        self._listener = listener
        self._root = root
        self.outcomes: list[str] = []

    async def __call__(self, command: Command) -> None:
        topic = f"{self._root}/{command.where}/{command.name}"
        before = self._listener.last.get(f"{topic}/result")
        self._listener.publish(f"{topic}/set", command.value)
        result = await asyncio.to_thread(
            self._listener.until,
            f"{topic}/result",
            lambda found: before is None or found != json.loads(before),
        )
        self.outcomes.append(f"{command.where} {command.name} {result['outcome']}")


@pytest.mark.parametrize("name", ["easee-home", "keba-m20-two-p40"])
async def test_a_recorded_station_is_served_over_a_socket(
    name: str, run: Callable[..., ConnectorProcess], listener: Listener, tmp_path: Path
) -> None:
    recording, expected = read(FOLDER / f"{name}.jsonl"), expected_of(FOLDER / name)
    station = recording.header.station
    root = f"ocpp/stations/{station}"
    connector = run(**SETTINGS, RECORD_DIR=str(tmp_path / "recorded"))
    operator = Operator(listener, root)

    result = await replay(
        recording,
        f"ws://127.0.0.1:{connector.ocpp_port}/any/prefix",
        options=ReplayOptions(patience_s=5.0),
        operator=operator,
    )

    assert result.is_good, list(result.report())
    assert operator.outcomes == expected["outcomes"]
    for key, value in expected["datapoints"].items():
        topic = f"{root}/{key.replace('__', '/')}"
        await asyncio.to_thread(
            listener.until, topic, lambda v, value=value: v == value
        )  # type: ignore[misc]
    events = [
        json.loads(payload)
        for topic, payload in listener.history
        if topic == "ocpp/events/transaction"
    ]
    ended = [event["energy"] for event in events if event["event"] == "ended"]
    assert ended == [transaction["energy"] for transaction in expected["transactions"]]
    assert connector.stop() == 0
    [copied] = list((tmp_path / "recorded").glob("*/*.jsonl"))
    copy = read(copied)
    assert (copy.header.station, copy.end) == (
        station,
        "link closed (1000, the replay ended)",
    )
