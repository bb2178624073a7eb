"""`N/bridge/info` and `N/bridge/health` at a broker."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from connector.tests.broker import Broker
from connector.tests.system.listener import Listener
from connector.tests.system.process import ConnectorProcess
from connector.tests.system.station import RawStation

pytestmark = [pytest.mark.broker, pytest.mark.slow]

SECRET = "a-token-that-nobody-is-told"


@pytest.fixture
def connector(broker: Broker, tmp_path: Path) -> Iterator[ConnectorProcess]:
    process = ConnectorProcess(
        broker.port, tmp_path, STATIONS='{"CP1": {}}', API_TOKEN=SECRET
    )
    process.until_healthy()
    yield process
    process.stop()
    assert "Traceback" not in process.log(), process.log()


def heard_later(broker: Broker, topic: str) -> bytes:
    """What somebody hears who comes when all has been said."""
    late = Listener(broker.port)
    try:
        late.until(topic)
        return late.last[topic]
    finally:
        late.close()


async def test_the_info_is_retained_and_says_what_runs(
    broker: Broker, connector: ConnectorProcess
) -> None:
    late = Listener(broker.port)
    info = late.until("ocpp/bridge/info")
    late.close()

    assert (info["name"], info["ocpp_port"]) == ("ocpp", connector.ocpp_port)
    assert info["http_port"] == connector.http_port
    assert (info["open_tree"], info["home_assistant"]) == (True, False)
    assert info["started"].endswith("Z")
    assert SECRET.encode() not in heard_later(broker, "ocpp/bridge/info")


async def test_the_health_counts_what_stations_said(
    broker: Broker, connector: ConnectorProcess
) -> None:
    station = await RawStation.open(connector.ocpp_port, "CP1")
    await station.boot()
    await station.status("Available")
    # A broker that is back is told anew, without waiting for the next time.
    broker.restart()
    listener = Listener(broker.port)
    health = listener.until("ocpp/bridge/health", lambda it: it["connected"] == 1)
    listener.close()
    await station.close()

    found = health["by_station"]["CP1"]
    assert (found["connected"], found["errors"]) == (True, 0)
    assert found["messages"] >= 2
    assert found["last_seen"].endswith("Z")
    assert health["messages_received"] >= 2
    assert health["stations_left_out"] == 0
